import type { Reader } from "../../platform/index.ts";
import { localMoment, type PaperFinding, wordsOf } from "../reports/index.ts";

interface Row {
  severity: string;
  description: string;
  acknowledgedByName: string | null;
  acknowledgedAt: Date | null;
  readBack: string | null;
  timeZone: string;
}

const most = 50;

/** What the letter of a report says of the findings of its study: those that somebody has to be told of, the first first. */
export async function findingsOnPaper(
  reader: Reader,
  studyId: string,
  language: string,
): Promise<PaperFinding[]> {
  const rows = await reader<Row[]>`
    select fi.severity, fi.description, fi.acknowledged_by_name as "acknowledgedByName", fi.acknowledged_at as "acknowledgedAt",
      fi.read_back as "readBack", f.time_zone as "timeZone"
    from finding fi join facility f on f.id = fi.facility_id
    where fi.study_id = ${studyId} and fi.status <> 'VOID' and fi.severity <> 'LOW'
    order by fi.raised_at, fi.id limit ${most}`;
  return rows.map(({ severity, description, ...told }) => ({
    severity,
    description,
    communicated: communicated(told, language),
  }));
}

function communicated(
  { acknowledgedByName, acknowledgedAt, readBack, timeZone }: Omit<Row, "severity" | "description">,
  language: string,
): string | null {
  if (acknowledgedAt === null) return null;
  const when = localMoment(acknowledgedAt, timeZone);
  return wordsOf(language).acknowledged(acknowledgedByName, when, Boolean(readBack));
}

import type { Notice, Study } from "@isocenter/contract";

/** A result as the list shows it: a study that is reported, with what one was told of it. */
export interface Result {
  study: Study;
  /** When it arrived here, of the newest notice; null where one was told nothing, as of an order of somebody else. */
  at: string | null;
  /** The state of the report of which one was told: FINAL, AMENDED, CORRECTED, APPENDED ... */
  told: string | null;
  /** Notices of it that are unread. */
  unread: readonly string[];
}

type Told = Pick<Notice, "id" | "kind" | "data" | "createdAt" | "readAt">;

/** What notices of reports say of each study, the newest first. */
export function toldOf(notices: readonly Told[]) {
  const told = new Map<string, { at: string; status: string | null; unread: string[] }>();
  for (const { id, kind, data, createdAt, readAt } of notices) {
    if (!kind.startsWith("report.") || typeof data.studyId !== "string") continue;
    const before = told.get(data.studyId);
    const unread = [...(before?.unread ?? []), ...(readAt === null ? [id] : [])];
    const status = typeof data.status === "string" ? data.status : null;
    if (before && before.at >= createdAt) told.set(data.studyId, { ...before, unread });
    else told.set(data.studyId, { at: createdAt, status, unread });
  }
  return told;
}

/** The newest notices and, where there are older ones, those of them that are unread; undefined until all of it is there. */
export function withOlder(
  newest: readonly Told[] | undefined,
  older: boolean,
  unread: readonly Told[] | undefined,
): readonly Told[] | undefined {
  if (!newest || !older) return newest;
  return unread && [...newest, ...unread.filter(({ id }) => !newest.some((one) => one.id === id))];
}

/** When a result is of: as it arrived, else as the study was made. */
const momentOf = ({ at, study }: Result): string => at ?? `${study.studyDate ?? ""}T${study.studyTime ?? ""}`;

/** Studies with what one was told of them, the newest first; a study that two lists have stands once. */
export function resultsOf(studies: readonly Study[], told: ReturnType<typeof toldOf>): Result[] {
  const byId = new Map(studies.map((study) => [study.id, study]));
  return [...byId.values()]
    .map((study) => {
      const of = told.get(study.id);
      return { study, at: of?.at ?? null, told: of?.status ?? null, unread: of?.unread ?? [] };
    })
    .sort((a, b) => momentOf(b).localeCompare(momentOf(a)));
}

/** The results by the day on which they arrived, as `dayOf` tells it; the study's own day where one was told nothing. */
export function byDay(
  results: readonly Result[],
  dayOf: (iso: string) => string,
): { day: string; results: Result[] }[] {
  const groups: { day: string; results: Result[] }[] = [];
  for (const result of results) {
    const day = result.at ? dayOf(result.at) : (result.study.studyDate ?? "");
    const last = groups.at(-1);
    if (last?.day === day) last.results.push(result);
    else groups.push({ day, results: [result] });
  }
  return groups;
}

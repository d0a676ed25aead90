import type { DoubtListQuery, QuarantineAction, QuarantineItem } from "@isocenter/contract";
import {
  type Fragment,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import { atFacilities } from "../find/find.ts";
import {
  type DecisionList,
  type DecisionRow,
  decisionColumns,
  getDecision,
  listDoubts,
  toDecision,
} from "./lists.ts";
import { type ClaimRow, toClaimed } from "./summaries.ts";

/** Of an object that could not be read. */
export const unreadable = "unreadable";

interface Row
  extends DecisionRow,
    Pick<
      QuarantineItem,
      | "id"
      | "reason"
      | "detail"
      | "facilityId"
      | "studyInstanceUid"
      | "seriesInstanceUid"
      | "sopInstanceUid"
      | "sopClassUid"
      | "transferSyntaxUid"
      | "size"
      | "door"
      | "sender"
      | "image"
      | "version"
    > {
  claim: ClaimRow | null;
  sha256: Buffer;
  createdAt: Date;
}

const columns = (sql: Reader): Fragment => sql`
  q.id, q.reason, q.detail, q.facility_id as "facilityId", q.study_instance_uid as "studyInstanceUid",
  q.series_instance_uid as "seriesInstanceUid", q.sop_instance_uid as "sopInstanceUid", q.sop_class_uid as "sopClassUid",
  q.transfer_syntax_uid as "transferSyntaxUid", q.size, q.sha256, q.door, q.sender, q.version, q.claim,
  ${decisionColumns(sql, "q", "resolution_reason")}, q.created_at as "createdAt",
  case when i.id is not null then json_build_object('id', i.id, 'studyId', st.id, 'patientId', st.patient_id, 'size', i.size,
    'sha256', encode(i.sha256, 'hex')) end as image`;

const tables = (sql: Reader): Fragment => sql`
  quarantine q left join instance i on i.id = q.instance_id left join series se on se.id = i.series_id
  left join study st on st.id = se.study_id`;

const list: DecisionList = {
  alias: "q",
  at: { column: "created_at", field: "createdAt" },
  columns,
  from: tables,
};
const missing = { code: "quarantine.not-found", what: "entry in quarantine" };

/** What may be done with an open entry. */
export const actionsOfQuarantine = (reason: string): readonly QuarantineAction[] =>
  reason === unreadable ? ["KEEP", "DISCARD"] : ["KEEP", "REPLACE", "ADD", "DISCARD"];

function toItem(row: Row): QuarantineItem {
  const {
    claim,
    sha256,
    action,
    resolutionReason: _,
    resolvedBy: __,
    resolvedByName: ___,
    resolvedAt,
    createdAt,
    ...item
  } = row;
  const may = resolvedAt === null ? actionsOfQuarantine(item.reason).map((one) => one.toLowerCase()) : [];
  return {
    ...item,
    status: resolvedAt === null ? "OPEN" : "RESOLVED",
    claimed: claim && "name" in claim ? toClaimed(claim) : null,
    sha256: sha256.toString("hex"),
    resolution: toDecision(row),
    createdAt: createdAt.toISOString(),
    actions: resolvedAt !== null && action !== "DISCARD" ? ["undo"] : may,
  };
}

/** What waits for a decision, the oldest first; decided ones the newest first. */
export async function listQuarantine(
  reader: Reader,
  viewer: Viewer,
  query: DoubtListQuery,
): Promise<ListPage<QuarantineItem>> {
  requirePermission(viewer, "images.correct");
  const page = await listDoubts<Row>(reader, viewer, query, list, {
    name: "quarantine",
    where: reader`
      ${query.studyId ? reader`and st.id = ${query.studyId}` : reader``}
      ${query.patientId ? reader`and st.patient_id = ${query.patientId}` : reader``}`,
  });
  return mapPage(page, toItem);
}

/** @throws Refusal `not-found` (`quarantine.not-found`) */
export async function getQuarantine(reader: Reader, viewer: Viewer, id: string): Promise<QuarantineItem> {
  requirePermission(viewer, "images.correct");
  return toItem(await getDecision<Row>(reader, viewer, id, list, missing));
}

/** Where the bytes of an entry lie. @throws Refusal `not-found` (`quarantine.not-found`, `quarantine.discarded`) */
export async function quarantinedObject(
  reader: Reader,
  viewer: Viewer,
  id: string,
): Promise<{ objectKey: string; size: number; patientId: string | null }> {
  requirePermission(viewer, "images.correct");
  const [row] = await reader<
    { objectKey: string; size: number; removed: boolean; patientId: string | null }[]
  >`
    select q.object_key as "objectKey", q.size, q.removed_at is not null as removed, st.patient_id as "patientId"
    from ${tables(reader)} where q.id = ${id} and ${atFacilities(reader, viewer, "q")}`;
  if (!row) throw new Refusal("not-found", missing.code, `There is no such ${missing.what}.`);
  if (row.removed) throw new Refusal("not-found", "quarantine.discarded", "What was here was discarded.");
  return row;
}

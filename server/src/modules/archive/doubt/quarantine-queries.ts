import {
  type DoubtListQuery,
  doubtStatuses,
  type QuarantineAction,
  type QuarantineItem,
} from "@isocenter/contract";
import {
  type Fragment,
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import { atFacilities } from "../find/find.ts";
import { type ClaimRow, readStatus, toClaimed } from "./summaries.ts";

/** Of an object that could not be read. */
export const unreadable = "unreadable";

interface Row
  extends Pick<
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
  action: QuarantineAction | null;
  resolutionReason: string | null;
  resolvedBy: string | null;
  resolvedByName: string | null;
  resolvedAt: Date | null;
  createdAt: Date;
}

const columns = (sql: Reader): Fragment => sql`
  q.id, q.reason, q.detail, q.facility_id as "facilityId", q.study_instance_uid as "studyInstanceUid",
  q.series_instance_uid as "seriesInstanceUid", q.sop_instance_uid as "sopInstanceUid", q.sop_class_uid as "sopClassUid",
  q.transfer_syntax_uid as "transferSyntaxUid", q.size, q.sha256, q.door, q.sender, q.version, q.claim, q.action,
  q.resolution_reason as "resolutionReason", q.resolved_by as "resolvedBy", q.resolved_by_name as "resolvedByName",
  q.resolved_at as "resolvedAt", q.created_at as "createdAt",
  case when i.id is not null then json_build_object('id', i.id, 'studyId', st.id, 'patientId', st.patient_id, 'size', i.size,
    'sha256', encode(i.sha256, 'hex')) end as image`;

const tables = (sql: Reader): Fragment => sql`
  quarantine q left join instance i on i.id = q.instance_id left join series se on se.id = i.series_id
  left join study st on st.id = se.study_id`;

/** What may be done with an open entry. */
export const actionsOfQuarantine = (reason: string): readonly QuarantineAction[] =>
  reason === unreadable ? ["KEEP", "DISCARD"] : ["KEEP", "REPLACE", "ADD", "DISCARD"];

function toItem(row: Row): QuarantineItem {
  const {
    claim,
    sha256,
    action,
    resolutionReason,
    resolvedBy,
    resolvedByName,
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
    resolution: resolvedAt && {
      action: action ?? "",
      reason: resolutionReason,
      by: { id: resolvedBy ?? "", name: resolvedByName ?? "" },
      at: resolvedAt.toISOString(),
    },
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
  const open = readStatus(doubtStatuses, query.status, "OPEN") === "OPEN";
  const page = await keysetPage<Row, "createdAt">(reader, query, {
    name: `quarantine ${open}`,
    sorts: { createdAt: { by: reader`q.created_at`, type: "timestamptz" } },
    fallback: open ? "createdAt" : "-createdAt",
    id: reader`q.id`,
    columns: columns(reader),
    from: tables(reader),
    where: reader`${atFacilities(reader, viewer, "q")} and (q.resolved_at is null) = ${open}
      ${query.studyId ? reader`and st.id = ${query.studyId}` : reader``}
      ${query.patientId ? reader`and st.patient_id = ${query.patientId}` : reader``}`,
  });
  return mapPage(page, toItem);
}

const notFound = (): Refusal =>
  new Refusal("not-found", "quarantine.not-found", "There is no such entry in quarantine.");

/** @throws Refusal `not-found` (`quarantine.not-found`) */
export async function getQuarantine(reader: Reader, viewer: Viewer, id: string): Promise<QuarantineItem> {
  requirePermission(viewer, "images.correct");
  const [row] = await reader<Row[]>`
    select ${columns(reader)} from ${tables(reader)} where q.id = ${id} and ${atFacilities(reader, viewer, "q")}`;
  if (!row) throw notFound();
  return toItem(row);
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
  if (!row) throw notFound();
  if (row.removed) throw new Refusal("not-found", "quarantine.discarded", "What was here was discarded.");
  return row;
}

import {
  actionsOfReconciliation,
  type DoubtListQuery,
  doubtStatuses,
  type ReconciliationItem,
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
import { survivorSql } from "../../patients/index.ts";
import { atFacilities } from "../find/find.ts";
import { type ClaimRow, readStatus, type SummaryRow, summarySql, toClaimed, toSummary } from "./summaries.ts";

interface Row
  extends Pick<
    ReconciliationItem,
    "id" | "kind" | "facilityId" | "study" | "order" | "imageIds" | "version"
  > {
  claim: ClaimRow;
  patient: SummaryRow;
  known: SummaryRow | null;
  action: string | null;
  reason: string | null;
  targetPatientId: string | null;
  targetOrderId: string | null;
  resolvedWith: string | null;
  resolvedBy: string | null;
  resolvedByName: string | null;
  resolvedAt: Date | null;
  createdAt: Date;
}

const maxImages = 100;

const columns = (sql: Reader): Fragment => sql`
  r.id, upper(replace(r.kind, '-', '_')) as kind, r.facility_id as "facilityId", r.claim, r.version, r.created_at as "createdAt",
  json_build_object('id', st.id, 'studyInstanceUid', st.study_instance_uid, 'studyDate', st.study_date, 'studyDescription', st.description,
    'accessionNumber', st.accession_number, 'modalities', st.modalities, 'numberOfInstances', st.number_of_instances,
    'deleted', st.deleted_at is not null) as study,
  (select json_build_object('id', o.id, 'accessionNumber', o.accession_number, 'procedureName', o.procedure_name, 'status', o.status)
    from imaging_order o where o.id = r.order_id) as "order",
  ${summarySql(sql, "p")} as patient, ${summarySql(sql, "known")} as known,
  array(select ri.instance_id from reconciliation_instance ri where ri.item_id = r.id order by ri.instance_id limit ${maxImages}) as "imageIds",
  r.action, r.reason, r.target_patient_id as "targetPatientId", r.target_order_id as "targetOrderId", r.resolved_with as "resolvedWith", r.resolved_by as "resolvedBy",
  r.resolved_by_name as "resolvedByName", r.resolved_at as "resolvedAt"`;

const tables = (sql: Reader): Fragment => sql`
  reconciliation_item r join study st on st.id = r.study_id join patient p on p.id = st.patient_id
  left join patient named on named.id = r.known_patient_id
  left join patient known on known.id = (${survivorSql(sql, "named.id")})`;

function toItem(row: Row): ReconciliationItem {
  const {
    claim,
    patient,
    known,
    action,
    reason,
    targetPatientId,
    targetOrderId,
    resolvedWith,
    resolvedBy,
    resolvedByName,
    resolvedAt,
    ...item
  } = row;
  const allowed = actionsOfReconciliation[item.kind]
    .filter((one) => one !== "ATTACH" || known !== null)
    .map((one) => one.toLowerCase());
  return {
    ...item,
    status: resolvedAt === null ? "OPEN" : "RESOLVED",
    claimed: toClaimed(claim),
    patient: toSummary(patient),
    knownPatient: known && toSummary(known),
    resolution: resolvedAt && {
      action: action ?? "",
      reason,
      patientId: targetPatientId,
      orderId: targetOrderId,
      by: { id: resolvedBy ?? "", name: resolvedByName ?? "" },
      at: resolvedAt.toISOString(),
    },
    createdAt: row.createdAt.toISOString(),
    actions: resolvedAt === null ? allowed : resolvedWith === null ? ["undo"] : [],
  };
}

/** What waits for a decision, the oldest first; decided ones the newest first. */
export async function listReconciliation(
  reader: Reader,
  viewer: Viewer,
  query: DoubtListQuery,
): Promise<ListPage<ReconciliationItem>> {
  requirePermission(viewer, "images.correct");
  const open = readStatus(doubtStatuses, query.status, "OPEN") === "OPEN";
  const page = await keysetPage<Row, "createdAt">(reader, query, {
    name: `reconciliation ${open}`,
    sorts: { createdAt: { by: reader`r.created_at`, type: "timestamptz" } },
    fallback: open ? "createdAt" : "-createdAt",
    id: reader`r.id`,
    columns: columns(reader),
    from: tables(reader),
    where: reader`${atFacilities(reader, viewer, "r")} and (r.resolved_at is null) = ${open}
      ${query.studyId ? reader`and r.study_id = ${query.studyId}` : reader``}
      ${query.patientId ? reader`and ${query.patientId} in (st.patient_id, r.patient_id, r.known_patient_id)` : reader``}`,
  });
  return mapPage(page, toItem);
}

/** @throws Refusal `not-found` (`reconciliation.not-found`) */
export async function getReconciliation(
  reader: Reader,
  viewer: Viewer,
  itemId: string,
): Promise<ReconciliationItem> {
  requirePermission(viewer, "images.correct");
  const [row] = await reader<Row[]>`
    select ${columns(reader)} from ${tables(reader)} where r.id = ${itemId} and ${atFacilities(reader, viewer, "r")}`;
  if (!row)
    throw new Refusal("not-found", "reconciliation.not-found", "There is no such item of reconciliation.");
  return toItem(row);
}

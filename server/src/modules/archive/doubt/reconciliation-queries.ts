import { actionsOfReconciliation, type DoubtListQuery, type ReconciliationItem } from "@isocenter/contract";
import {
  type Fragment,
  type ListPage,
  mapPage,
  type Reader,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import { survivorSql } from "../../patients/index.ts";
import {
  type DecisionList,
  type DecisionRow,
  decisionColumns,
  getDecision,
  listDoubts,
  toDecision,
} from "./lists.ts";
import { type ClaimRow, type SummaryRow, summarySql, toClaimed, toSummary } from "./summaries.ts";
import { awaiting } from "./take-place.ts";

interface Row
  extends DecisionRow,
    Pick<
      ReconciliationItem,
      "id" | "kind" | "facilityId" | "study" | "order" | "registered" | "imageIds" | "version"
    > {
  claim: ClaimRow;
  patient: SummaryRow;
  known: SummaryRow | null;
  targetPatientId: string | null;
  targetOrderId: string | null;
  targetStudyId: string | null;
  resolvedWith: string | null;
  createdAt: Date;
}

const maxImages = 100;

const columns = (sql: Reader): Fragment => sql`
  r.id, upper(replace(r.kind, '-', '_')) as kind, r.facility_id as "facilityId", r.claim, r.version, r.created_at as "createdAt",
  json_build_object('id', st.id, 'studyInstanceUid', st.study_instance_uid, 'studyDate', st.study_date, 'studyDescription', st.description,
    'accessionNumber', st.accession_number, 'modalities', st.modalities, 'numberOfInstances', st.number_of_instances,
    'numberOfImages', st.number_of_images,
    'deleted', st.deleted_at is not null) as study,
  (select json_build_object('id', o.id, 'accessionNumber', o.accession_number, 'procedureName', o.procedure_name, 'status', o.status)
    from imaging_order o where o.id = r.order_id) as "order",
  case when r.kind <> 'several-registered' then '[]'::json else (select coalesce(json_agg(json_build_object('id', w.id, 'studyDescription', w.description,
      'modalities', w.modalities, 'bodyPart', w.body_part, 'status', w.status, 'orderId', w.order_id) order by w.id), '[]'::json)
    from (select w.* from study w where ${awaiting(sql)} order by w.id limit ${maxImages}) w) end as registered,
  ${summarySql(sql, "p")} as patient, ${summarySql(sql, "known")} as known,
  array(select ri.instance_id from reconciliation_instance ri where ri.item_id = r.id order by ri.instance_id limit ${maxImages}) as "imageIds",
  ${decisionColumns(sql, "r", "reason")}, r.target_patient_id as "targetPatientId", r.target_order_id as "targetOrderId", r.target_study_id as "targetStudyId",
  r.resolved_with as "resolvedWith"`;

const tables = (sql: Reader): Fragment => sql`
  reconciliation_item r join study st on st.id = r.study_id join patient p on p.id = st.patient_id
  left join patient named on named.id = r.known_patient_id
  left join patient known on known.id = (${survivorSql(sql, "named.id")})`;

const list: DecisionList = {
  alias: "r",
  at: { column: "created_at", field: "createdAt" },
  columns,
  from: tables,
};

function toItem(row: Row): ReconciliationItem {
  const {
    claim,
    patient,
    known,
    action: _,
    resolutionReason: __,
    targetPatientId,
    targetOrderId,
    targetStudyId,
    resolvedWith,
    resolvedBy: ___,
    resolvedByName: ____,
    resolvedAt,
    ...item
  } = row;
  const decision = toDecision(row);
  const allowed = actionsOfReconciliation[item.kind]
    .filter((one) => one !== "ATTACH" || known !== null)
    .filter((one) => one !== "MATCH" || item.kind === "ORDER_CONFLICT" || item.registered.length > 0)
    .map((one) => one.toLowerCase());
  return {
    ...item,
    status: resolvedAt === null ? "OPEN" : "RESOLVED",
    claimed: toClaimed(claim),
    patient: toSummary(patient),
    knownPatient: known && toSummary(known),
    resolution: decision && {
      ...decision,
      patientId: targetPatientId,
      orderId: targetOrderId,
      studyId: targetStudyId,
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
  const page = await listDoubts<Row>(reader, viewer, query, list, {
    name: "reconciliation",
    where: reader`
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
  const missing = { code: "reconciliation.not-found", what: "item of reconciliation" };
  return toItem(await getDecision<Row>(reader, viewer, itemId, list, missing));
}

import type { Deletion, DeletionListQuery, LegalHold } from "@isocenter/contract";
import {
  type Fragment,
  type ListPage,
  localTime,
  mapPage,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import { survivorSql } from "../../patients/index.ts";
import { type DecisionList, getDecision, listDecisions } from "../doubt/lists.ts";
import { readStatus, type SummaryRow, summarySql, toSummary } from "../doubt/summaries.ts";
import { atFacilities } from "../find/find.ts";
import { type RetentionRule, retainedUntil } from "./retention.ts";

interface Row
  extends Pick<
    Deletion,
    | "id"
    | "kind"
    | "subjectId"
    | "facilityId"
    | "studyId"
    | "studyInstanceUid"
    | "studyDate"
    | "studyDescription"
    | "reason"
    | "numberOfInstances"
    | "numberOfImages"
    | "size"
    | "onHold"
  > {
  patient: SummaryRow;
  deletedBy: string;
  deletedByName: string;
  deletedAt: Date;
  restored: boolean;
  purged: boolean;
  receivedOn: string;
  timeZone: string;
  modalities: string[];
  rules: RetentionRule[] | null;
}

const statuses = ["DELETED", "RESTORED", "PURGED"] as const;

const columns = (sql: Reader): Fragment => sql`
  d.id, d.kind, d.subject_id as "subjectId", d.facility_id as "facilityId", st.id as "studyId", st.study_instance_uid as "studyInstanceUid",
  st.study_date as "studyDate", st.description as "studyDescription", d.reason, d.number_of_instances as "numberOfInstances",
  d.number_of_images as "numberOfImages", d.size,
  ${summarySql(sql, "p")} as patient, d.deleted_by as "deletedBy", d.deleted_by_name as "deletedByName", d.deleted_at as "deletedAt",
  d.restored_at is not null as restored, d.purged_at is not null as purged,
  (st.created_at at time zone f.time_zone)::date as "receivedOn", f.time_zone as "timeZone",
  array(select distinct modality from series where study_id = st.id and modality <> '') as modalities,
  (select json_agg(json_build_object('modality', r.modality, 'years', r.years, 'untilAge', r.until_age)) from retention_rule r
    where r.facility_id = d.facility_id) as rules,
  exists (select 1 from legal_hold h where h.lifted_at is null and h.facility_id = d.facility_id and (h.study_id = st.id or st.patient_id =
    (select survivor.id from patient held cross join lateral (${survivorSql(sql, "held.id")}) survivor where held.id = h.patient_id))) as "onHold"`;

const tables = (sql: Reader): Fragment => sql`
  deletion d join study st on st.id = d.study_id join patient p on p.id = st.patient_id join facility f on f.id = d.facility_id`;

const list: DecisionList = {
  alias: "d",
  at: { column: "deleted_at", field: "deletedAt" },
  columns,
  from: tables,
};

function toDeletion(viewer: Viewer, row: Row, now: Date): Deletion {
  const {
    patient,
    deletedBy,
    deletedByName,
    deletedAt,
    restored,
    purged,
    receivedOn,
    timeZone,
    modalities,
    rules,
    ...rest
  } = row;
  const until = retainedUntil(
    { studyDate: rest.studyDate, receivedOn, birthDate: patient.birthDate, modalities },
    rules ?? [],
  );
  const mayPurge = localTime(now, timeZone).date >= until && !rest.onHold && deletedBy !== viewer.id;
  return {
    ...rest,
    status: purged ? "PURGED" : restored ? "RESTORED" : "DELETED",
    patient: toSummary(patient),
    deletedBy: { id: deletedBy, name: deletedByName },
    deletedAt: deletedAt.toISOString(),
    retainedUntil: until,
    actions: purged || restored ? [] : ["restore", ...(mayPurge ? ["purge"] : [])],
  };
}

/** What was deleted, the newest first. */
export async function listDeletions(
  reader: Reader,
  viewer: Viewer,
  query: DeletionListQuery,
  now: Date,
): Promise<ListPage<Deletion>> {
  requirePermission(viewer, "retention.manage");
  const status = readStatus(statuses, query.status, "DELETED");
  const page = await listDecisions<Row>(reader, viewer, query, list, {
    name: `deletions ${status}`,
    newestFirst: true,
    where: reader`(d.restored_at is not null) = ${status === "RESTORED"} and (d.purged_at is not null) = ${status === "PURGED"}
      ${query.studyId ? reader`and d.study_id = ${query.studyId}` : reader``}
      ${query.patientId ? reader`and st.patient_id = ${query.patientId}` : reader``}`,
  });
  return mapPage(page, (row) => toDeletion(viewer, row, now));
}

/** @throws Refusal `not-found` (`deletion.not-found`) */
export async function getDeletion(
  reader: Reader,
  viewer: Viewer,
  deletionId: string,
  now: Date,
): Promise<Deletion> {
  requirePermission(viewer, "retention.manage");
  const missing = { code: "deletion.not-found", what: "deletion" };
  const row = await getDecision<Row>(reader, viewer, deletionId, list, missing);
  return toDeletion(viewer, row, now);
}

/** The deletion that took the image away. @throws Refusal `not-found` (`image.not-found`) */
export async function deletionOfImage(reader: Reader, viewer: Viewer, imageId: string): Promise<string> {
  const [row] = await reader<{ id: string }[]>`
    select i.deletion_id as id from instance i where i.id = ${imageId} and i.deletion_id is not null and ${atFacilities(reader, viewer, "i")}`;
  if (!row) throw new Refusal("not-found", "image.not-found", "There is no such deleted image.");
  return row.id;
}

interface HoldRow extends Pick<LegalHold, "id" | "facilityId" | "patientId" | "studyId" | "reason"> {
  placedBy: string;
  placedByName: string;
  placedAt: Date;
  liftedAt: Date | null;
}

/** Legal holds, those that still hold first; at most 500. */
export async function listHolds(reader: Reader, viewer: Viewer): Promise<LegalHold[]> {
  requirePermission(viewer, "retention.manage");
  const rows = await reader<HoldRow[]>`
    select h.id, h.facility_id as "facilityId", h.patient_id as "patientId", h.study_id as "studyId", h.reason, h.placed_by as "placedBy",
      h.placed_by_name as "placedByName", h.placed_at as "placedAt", h.lifted_at as "liftedAt"
    from legal_hold h where ${atFacilities(reader, viewer, "h")} order by h.lifted_at is not null, h.placed_at desc, h.id limit 500`;
  return rows.map(({ placedBy, placedByName, placedAt, liftedAt, ...row }) => ({
    ...row,
    placedBy: { id: placedBy, name: placedByName },
    placedAt: placedAt.toISOString(),
    liftedAt: liftedAt?.toISOString() ?? null,
    actions: liftedAt === null ? ["lift"] : [],
  }));
}

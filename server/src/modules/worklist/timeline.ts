import {
  type Permission,
  readEnumeration,
  type TimelineEntry,
  type TimelineQuery,
  type TimelineType,
  timelineTypes,
} from "@isocenter/contract";
import {
  type Fragment,
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  reach,
  type Viewer,
} from "../../platform/index.ts";
import { facilities, getPatient, inCareOf, survivorOf } from "../patients/index.ts";
import { visibleReports } from "../reports/index.ts";

interface Part {
  permission: Permission;
  /** Columns: type, id, at, status, title, facilityId, studyId, orderId, accessionNumber, detail. */
  rows(sql: Reader, viewer: Viewer, patientId: string): Fragment;
}

/** The patient's, at the viewer's facilities and, where the right reaches no further, in their care. */
const ofPatient = (
  sql: Reader,
  viewer: Viewer,
  permission: Permission,
  table: string,
  patientId: string,
): Fragment => sql`
  ${sql.unsafe(table)}.patient_id = ${patientId} and ${sql.unsafe(table)}.facility_id = any(${facilities(viewer)}::uuid[])
  ${reach(viewer, permission) === "in-care" ? sql`and ${inCareOf(sql, viewer, `${table}.patient_id`)}` : sql``}`;

const parts: Readonly<Record<TimelineType, Part>> = {
  ORDER: {
    permission: "orders.read",
    rows: (sql, viewer, patientId) => sql`
      select 'ORDER', o.id, o.ordered_at, o.status, o.procedure_name, o.facility_id, null::uuid, o.id, o.accession_number, o.priority
      from imaging_order o where ${ofPatient(sql, viewer, "orders.read", "o", patientId)}`,
  },
  STUDY: {
    permission: "images.read",
    rows: (sql, viewer, patientId) => sql`
      select 'STUDY', st.id, case when st.study_date is null then st.created_at
          else (st.study_date + coalesce(st.study_time, '00:00')) at time zone f.time_zone end,
        st.status, coalesce(st.description, array_to_string(st.modalities, ', ')), st.facility_id, st.id, st.order_id, st.accession_number,
        array_to_string(st.modalities, ', ')
      from study st join facility f on f.id = st.facility_id
      where st.deleted_at is null and ${ofPatient(sql, viewer, "images.read", "st", patientId)}`,
  },
  REPORT: {
    permission: "reports.read",
    rows: (sql, viewer, patientId) => sql`
      select 'REPORT', r.id, coalesce(r.signed_at, r.created_at), r.status, coalesce(st.description, array_to_string(st.modalities, ', ')),
        r.facility_id, st.id, st.order_id, st.accession_number, coalesce(r.signer_name, r.author_name)
      from report r join study st on st.id = r.study_id where st.patient_id = ${patientId} and ${visibleReports(sql, viewer)}`,
  },
  FINDING: {
    permission: "findings.read",
    rows: (sql, viewer, patientId) => sql`
      select 'FINDING', fi.id, fi.raised_at, fi.status, fi.description, fi.facility_id, st.id, st.order_id, st.accession_number, fi.severity
      from finding fi join study st on st.id = fi.study_id
      where fi.facility_id = any(${facilities(viewer)}::uuid[]) and ${ofPatient(sql, viewer, "findings.read", "st", patientId)}`,
  },
  BILL: {
    permission: "bills.read",
    rows: (sql, viewer, patientId) => sql`
      select 'BILL', b.id, b.issued_at, b.status, b.number, b.facility_id, null::uuid, b.order_id, null::text,
        (b.total - b.paid + b.refunded)::text || ' ' || b.currency
      from bill b where ${ofPatient(sql, viewer, "bills.read", "b", patientId)}`,
  },
};

function wantedTypes(viewer: Viewer, text: string | undefined): TimelineType[] {
  const wanted = (text ?? "").split(",").filter((part) => part.trim() !== "");
  const types = wanted.map((part) => {
    const type = readEnumeration(timelineTypes, part);
    if (type === null) {
      const message = `takes ${timelineTypes.join(", ")}`;
      throw new Refusal("invalid", "query.invalid-type", `type ${message}.`, {
        errors: [{ path: "querystring.type", message }],
      });
    }
    return type;
  });
  return (types.length > 0 ? types : timelineTypes).filter(
    (type) => reach(viewer, parts[type].permission) !== null,
  );
}

interface Row extends Omit<TimelineEntry, "at"> {
  at: Date;
}

/**
 * What happened with a patient, the newest first: of each kind what the viewer may see.
 * @throws Refusal `not-found` (`patient.not-found`), `invalid` (`query.invalid-type`), `forbidden`
 */
export async function timeline(
  db: Reader,
  viewer: Viewer,
  patientId: string,
  query: TimelineQuery,
): Promise<ListPage<TimelineEntry>> {
  await getPatient(db, viewer, patientId);
  const survivorId = await survivorOf(db, patientId);
  const types = wantedTypes(viewer, query.type);
  if (types.length === 0) return { data: [], total: 0, totalIsExact: true, next: null };
  const union = types
    .map((type) => parts[type].rows(db, viewer, survivorId))
    .reduce((all, part) => db`${all} union all ${part}`);
  const page = await keysetPage<Row, "at">(db, query, {
    name: "timeline",
    sorts: { at: { by: db`e.at`, type: "timestamptz" } },
    fallback: "-at",
    id: db`e.id`,
    columns: db`e.*`,
    from: db`(${union}) as e (type, id, at, status, title, "facilityId", "studyId", "orderId", "accessionNumber", detail)`,
    where: db`true`,
    keyed: true,
  });
  return mapPage(page, ({ at, ...row }) => ({ ...row, at: at.toISOString() }));
}

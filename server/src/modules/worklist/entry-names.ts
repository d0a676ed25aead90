import type { EntryNames, Permission } from "@isocenter/contract";
import { type Db, type Fragment, reach, type Viewer } from "../../platform/index.ts";
import type { NameEntries } from "../journal/index.ts";
import { facilities, firstIdentifier } from "../patients/index.ts";

interface Named {
  type: string;
  id: string;
  name: string | null;
  studyId: string | null;
}

/** Of the subjects of one type: columns `id`, `name` and `study_id`, of those alone that are of the viewer's facilities. */
interface Source {
  permission: Permission;
  select: (db: Db, own: Fragment, ids: Fragment) => Fragment;
}

/** A table with a name and a facility of its own. */
const plain = (permission: Permission, table: string, column: string): Source => ({
  permission,
  select: (db, own, ids) => db`
    select t.id, t.${db(column)} as name, null::uuid as study_id from ${db(table)} t where t.id = any(${ids}) and t.facility_id = any(${own})`,
});

/** What is of a study is called by the study's accession number. */
const ofStudy = (permission: Permission, table: string, key = "study_id"): Source => ({
  permission,
  select: (db, own, ids) => db`
    select t.id, st.accession_number as name, st.id as study_id from ${db(table)} t join study st on st.id = t.${db(key)}
    where t.id = any(${ids}) and t.facility_id = any(${own})`,
});

/** By the type of an entry's subject. What is not here has no name, or none that says more than the entry. */
const sources: Readonly<Record<string, Source>> = {
  patient: {
    permission: "patients.read",
    select: (db, own, ids) => db`
      select p.id, identifier.value as name, null::uuid as study_id from patient p ${firstIdentifier(db)}
      where p.id = any(${ids}) and exists (select from patient_facility f where f.patient_id = p.id and f.facility_id = any(${own}))`,
  },
  user: {
    permission: "users.manage",
    select: (db, own, ids) => db`
      select u.id, u.full_name as name, null::uuid as study_id from app_user u
      where u.id = any(${ids}) and exists (select from user_facility f where f.user_id = u.id and f.facility_id = any(${own}))`,
  },
  staff: {
    permission: "staff.manage",
    select: (db, own, ids) => db`
      select s.id, s.last_name || ', ' || s.first_name as name, null::uuid as study_id from staff s
      where s.id = any(${ids}) and exists (select from staff_facility f where f.staff_id = s.id and f.facility_id = any(${own}))`,
  },
  "api-key": {
    permission: "keys.manage",
    select: (db, own, ids) => db`
      select k.id, k.name, null::uuid as study_id from api_key k
      where k.id = any(${ids}) and exists (select from api_key_facility f where f.api_key_id = k.id and f.facility_id = any(${own}))`,
  },
  facility: {
    permission: "facilities.manage",
    select: (db, own, ids) =>
      db`select f.id, f.name, null::uuid as study_id from facility f where f.id = any(${ids}) and f.id = any(${own})`,
  },
  study: ofStudy("images.read", "study", "id"),
  series: ofStudy("images.read", "series"),
  image: {
    permission: "images.read",
    select: (db, own, ids) => db`
      select i.id, st.accession_number as name, st.id as study_id from instance i join series se on se.id = i.series_id join study st on st.id = se.study_id
      where i.id = any(${ids}) and i.facility_id = any(${own})`,
  },
  report: ofStudy("reports.read", "report"),
  finding: ofStudy("findings.read", "finding"),
  share: ofStudy("images.read", "study_share"),
  reconciliation: ofStudy("images.correct", "reconciliation_item"),
  order: plain("orders.read", "imaging_order", "accession_number"),
  bill: plain("bills.read", "bill", "number"),
  modality: plain("modalities.manage", "modality", "ae_title"),
  send: plain("images.export", "send_item", "ae_title"),
  "routing-rule": plain("modalities.manage", "routing_rule", "name"),
  "hl7-system": plain("hl7.manage", "hl7_systems", "name"),
  "hl7-message": plain("hl7.manage", "hl7_messages", "message_type"),
  webhook: plain("webhooks.manage", "webhook", "url"),
  station: plain("orders.read", "station", "name"),
  procedure: plain("orders.read", "procedure", "name"),
  department: plain("staff.manage", "department", "name"),
  "report-template": plain("reports.read", "report_template", "name"),
};

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** Names for the audit trail, in one statement for a page. Only who sees all of a kind is told what something of it is called. */
export const entryNamesOf =
  (db: Db): NameEntries =>
  async (viewer: Viewer, entries) => {
    const wanted = new Map<string, Set<string>>();
    const want = (type: string, id: string | null) => {
      const source = Object.hasOwn(sources, type) ? sources[type] : undefined;
      if (!source || id === null || !isId(id) || reach(viewer, source.permission) !== "all") return;
      const ids = wanted.get(type) ?? new Set();
      wanted.set(type, ids.add(id));
    };
    for (const { subject, patientId } of entries) {
      want(subject.type, subject.id);
      want("patient", patientId);
    }
    const own = db`${facilities(viewer)}::uuid[]`;
    const parts = [...wanted].map(
      ([type, ids]) => db`
        select ${type} as type, s.id, s.name, s.study_id as "studyId" from (${sources[type]!.select(db, own, db`${[...ids]}::uuid[]`)}) s`,
    );
    const found = new Map<string, Named>();
    const union = parts.reduce<Fragment | null>(
      (all, part) => (all ? db`${all} union all ${part}` : part),
      null,
    );
    if (union) for (const row of await db<Named[]>`${union}`) found.set(`${row.type} ${row.id}`, row);
    return entries.map(({ subject, patientId }): EntryNames => {
      const named = found.get(`${subject.type} ${subject.id}`);
      return {
        subject: named?.name || null,
        patient: found.get(`patient ${patientId}`)?.name ?? null,
        studyId: named?.studyId ?? null,
      };
    });
  };

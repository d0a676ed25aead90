import type { Role } from "@isocenter/contract";
import { Tags } from "@isocenter/dicom";
import { count, find } from "@isocenter/server/modules/archive/find/find.ts";
import type { Archive } from "@isocenter/server/modules/archive/index.ts";
import {
  getStudy,
  listSeries,
  listStudies,
  studiesByAccession,
} from "@isocenter/server/modules/archive/read/studies.ts";
import { searchStudies, seriesOfStudies } from "@isocenter/server/modules/archive/read/study-search.ts";
import {
  aging,
  getBill,
  listBills,
  listMovements,
  listPatientBills,
  listWithoutPrice,
  patientTotal,
} from "@isocenter/server/modules/billing/queries.ts";
import { getFinding, listFindings } from "@isocenter/server/modules/findings/queries.ts";
import { searchFindings } from "@isocenter/server/modules/findings/search.ts";
import { listAudit, listLog } from "@isocenter/server/modules/journal/queries.ts";
import { readersBehind } from "@isocenter/server/modules/journal/readers.ts";
import { listNotices } from "@isocenter/server/modules/notifications/inbox.ts";
import {
  getOrder,
  listOrders,
  listOrdersOfPatient,
  listSteps,
} from "@isocenter/server/modules/orders/queries.ts";
import { scheduleOf } from "@isocenter/server/modules/orders/schedule.ts";
import { searchOrders } from "@isocenter/server/modules/orders/search.ts";
import { searchSteps } from "@isocenter/server/modules/orders/step-search.ts";
import { findSteps } from "@isocenter/server/modules/orders/worklist/query.ts";
import { getPatient, listPatients } from "@isocenter/server/modules/patients/queries.ts";
import { searchPatients } from "@isocenter/server/modules/patients/search.ts";
import { listMessages } from "@isocenter/server/modules/peers/hl7/messages.ts";
import { listSystems } from "@isocenter/server/modules/peers/hl7/queries.ts";
import { getReport, listReports } from "@isocenter/server/modules/reports/queries.ts";
import { searchReports } from "@isocenter/server/modules/reports/search.ts";
import { reportVersions } from "@isocenter/server/modules/reports/version-queries.ts";
import { readingList } from "@isocenter/server/modules/worklist/reading-list.ts";
import { searchAll } from "@isocenter/server/modules/worklist/search.ts";
import { timeline } from "@isocenter/server/modules/worklist/timeline.ts";
import type { Db, Viewer } from "@isocenter/server/platform/index.ts";

/** What is asked of a seeded department: rows that are there, and people who may see them. */
export interface PlanSubjects {
  now: Date;
  /** At every facility. */
  reader: Viewer;
  administrator: Viewer;
  /** At the facility of the subjects. */
  desk: Viewer;
  billing: Viewer;
  physician: Viewer;
  facilityId: string;
  patientId: string;
  identifier: string;
  orderId: string;
  accessionNumber: string;
  studyId: string;
  reportId: string;
  findingId: string;
  billId: string;
  hl7SystemId: string;
  day: string;
}

export interface PlanCase {
  name: string;
  run(db: Db, of: PlanSubjects): Promise<unknown>;
}

async function all(values: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of values);
}

const studiesOf = (db: Db) =>
  ({ listStudies: (viewer, query) => listStudies(db, viewer, query) }) satisfies Pick<Archive, "listStudies">;

const clockOf = ({ now }: PlanSubjects) => ({ now: () => now });

const patientsOf = ({ patientId }: PlanSubjects) => ({ by: "patients" as const, values: [patientId] });
/** Of the last day. */
const lately = ({ now }: PlanSubjects) => ({
  by: "updatedAt" as const,
  spans: [{ from: new Date(now.getTime() - 24 * 3600_000), to: null }],
});
const number = ({ accessionNumber }: PlanSubjects) => ({
  by: "numbers" as const,
  values: [{ kind: null, facilityId: null, value: accessionNumber }],
});

/** Lists and items of each file of queries, under the file beside which their plans are kept. */
export const planCases: Readonly<Record<string, readonly PlanCase[]>> = {
  "orders/queries": [
    { name: "an order", run: (db, of) => getOrder(db, of.desk, of.orderId) },
    { name: "an order, in care", run: (db, of) => getOrder(db, of.physician, of.orderId) },
    { name: "steps", run: (db, of) => listSteps(db, of.desk, of.orderId) },
    { name: "orders, one facility", run: (db, of) => listOrders(db, of.desk, {}) },
    { name: "orders, several facilities", run: (db, of) => listOrders(db, of.reader, {}) },
    { name: "orders, in care", run: (db, of) => listOrders(db, of.physician, {}) },
    { name: "orders by status", run: (db, of) => listOrders(db, of.desk, { status: "SCHEDULED" }) },
    {
      name: "orders by status, several facilities",
      run: (db, of) => listOrders(db, of.reader, { status: "SCHEDULED" }),
    },
    {
      name: "orders by two statuses",
      run: (db, of) => listOrders(db, of.desk, { status: "ARRIVED,IN_PROGRESS" }),
    },
    {
      name: "orders of a provider",
      run: (db, of) => listOrders(db, of.desk, { providerId: of.physician.id }),
    },
    { name: "orders of a patient", run: (db, of) => listOrdersOfPatient(db, of.desk, of.patientId, {}) },
    {
      name: "orders by accession number",
      run: (db, of) => listOrders(db, of.desk, { accessionNumber: of.accessionNumber }),
    },
    {
      name: "orders by appointment",
      run: (db, of) => listOrders(db, of.desk, { sort: "scheduledAt", status: "SCHEDULED" }),
    },
    {
      name: "orders of a day",
      run: (db, of) => listOrders(db, of.desk, { scheduledFrom: of.day, scheduledTo: of.day }),
    },
  ],
  "orders/search": [
    { name: "orders by number", run: (db, of) => searchOrders(db, of.desk, [number(of)], {}) },
    {
      name: "orders by number, several facilities",
      run: (db, of) => searchOrders(db, of.reader, [number(of)], {}),
    },
    {
      name: "orders of a patient, by state",
      run: (db, of) =>
        searchOrders(db, of.desk, [patientsOf(of), { by: "statuses", values: ["PENDING", "SCHEDULED"] }], {}),
    },
    {
      name: "orders that changed lately",
      run: (db, of) => searchOrders(db, of.desk, [lately(of)], { sort: "-updatedAt" }),
    },
    {
      name: "orders that changed lately, several facilities",
      run: (db, of) => searchOrders(db, of.reader, [lately(of)], { sort: "-updatedAt" }),
    },
    {
      name: "steps of an order",
      run: (db, of) => searchSteps(db, of.desk, [{ by: "orders", values: [of.orderId] }], {}),
    },
    {
      name: "steps that changed lately",
      run: (db, of) => searchSteps(db, of.desk, [lately(of)], { sort: "-updatedAt" }),
    },
  ],
  "orders/schedule": [
    { name: "a day's schedule", run: (db, of) => scheduleOf(db, of.desk, { date: of.day }, of.now) },
  ],
  "orders/worklist/query": [
    { name: "modality worklist, everything", run: (db, of) => all(findSteps(db, of.desk, [], "CT_1")) },
    {
      name: "modality worklist, a day and a station",
      run: (db, of) =>
        all(
          findSteps(
            db,
            of.desk,
            [
              {
                path: [Tags.ScheduledProcedureStepSequence, Tags.ScheduledProcedureStepStartDate],
                condition: { kind: "date", from: of.day, to: of.day, single: true },
              },
              {
                path: [Tags.ScheduledProcedureStepSequence, Tags.ScheduledStationAETitle],
                condition: { kind: "text", patterns: ["CT_1"] },
              },
            ],
            "CT_1",
          ),
        ),
    },
    {
      name: "modality worklist, an accession number",
      run: (db, of) =>
        all(
          findSteps(
            db,
            of.desk,
            [{ path: [Tags.AccessionNumber], condition: { kind: "text", patterns: [of.accessionNumber] } }],
            "CT_1",
          ),
        ),
    },
    {
      name: "modality worklist, a patient",
      run: (db, of) =>
        all(
          findSteps(
            db,
            of.desk,
            [{ path: [Tags.PatientID], condition: { kind: "text", patterns: [of.identifier] } }],
            "CT_1",
          ),
        ),
    },
  ],
  "reports/queries": [
    { name: "a report", run: (db, of) => getReport(db, of.reader, of.reportId, of.now) },
    { name: "a report, in care", run: (db, of) => getReport(db, of.physician, of.reportId, of.now) },
    {
      name: "reports of a study",
      run: (db, of) => listReports(db, of.reader, { studyId: of.studyId }, {}, of.now),
    },
    {
      name: "reports of a patient",
      run: (db, of) => listReports(db, of.reader, { patientId: of.patientId }, {}, of.now),
    },
    {
      name: "reports of a radiologist",
      run: (db, of) => listReports(db, of.reader, { personId: of.reader.id }, {}, of.now),
    },
    { name: "versions", run: (db, of) => reportVersions(db, of.reader, of.reportId) },
  ],
  "reports/search": [
    {
      name: "reports of a patient",
      run: (db, of) => searchReports(db, of.reader, [patientsOf(of)], {}, of.now),
    },
    {
      name: "reports of a patient, in care",
      run: (db, of) => searchReports(db, of.physician, [patientsOf(of)], {}, of.now),
    },
    {
      name: "reports that changed lately",
      run: (db, of) => searchReports(db, of.reader, [lately(of)], {}, of.now),
    },
    {
      name: "reports of an accession number",
      run: (db, of) =>
        searchReports(
          db,
          of.reader,
          [{ by: "accessionNumbers", values: [{ facilityId: null, value: of.accessionNumber }] }],
          {},
          of.now,
        ),
    },
  ],
  "findings/search": [
    {
      name: "findings of a patient",
      run: (db, of) => searchFindings(db, of.reader, clockOf(of), [patientsOf(of)], {}),
    },
    {
      name: "findings that changed lately",
      run: (db, of) => searchFindings(db, of.reader, clockOf(of), [lately(of)], { sort: "-updatedAt" }),
    },
  ],
  "findings/queries": [
    { name: "a finding", run: (db, of) => getFinding(db, of.reader, clockOf(of) as never, of.findingId) },
    {
      name: "findings of a study",
      run: (db, of) => listFindings(db, of.reader, clockOf(of) as never, { studyId: of.studyId }),
    },
    {
      name: "findings that are pending, one facility",
      run: (db, of) =>
        listFindings(db, { ...of.reader, facilityIds: [of.facilityId] }, clockOf(of) as never, {
          pending: true,
        }),
    },
    {
      name: "findings that are pending, several facilities",
      run: (db, of) => listFindings(db, of.reader, clockOf(of) as never, { pending: true }),
    },
    {
      name: "findings that are pending, told or in care",
      run: (db, of) => listFindings(db, of.physician, clockOf(of) as never, { pending: true }),
    },
    {
      name: "findings by severity, several facilities",
      run: (db, of) => listFindings(db, of.reader, clockOf(of) as never, { severity: "CRITICAL" }),
    },
  ],
  "billing/queries": [
    { name: "a bill", run: (db, of) => getBill(db, of.billing, of.billId, of.now) },
    { name: "bills", run: (db, of) => listBills(db, of.billing, {}, of.now) },
    { name: "bills, several facilities", run: (db, of) => listBills(db, of.administrator, {}, of.now) },
    {
      name: "bills that are overdue",
      run: (db, of) => listBills(db, of.billing, { status: "OVERDUE" }, of.now),
    },
    {
      name: "bills that are pending, by due date",
      run: (db, of) => listBills(db, of.billing, { status: "PENDING", sort: "dueDate" }, of.now),
    },
    {
      name: "bills of a patient",
      run: (db, of) => listPatientBills(db, of.billing, of.patientId, {}, of.now),
    },
    {
      name: "total of a patient",
      run: (db, of) => patientTotal(db, of.billing, of.patientId, undefined, of.now),
    },
    { name: "aging", run: (db, of) => aging(db, of.billing, {}, of.now) },
    { name: "payments", run: (db, of) => listMovements(db, of.billing, {}) },
    { name: "without price", run: (db, of) => listWithoutPrice(db, of.billing, {}) },
  ],
  "notifications/inbox": [
    { name: "notices", run: (db, of) => listNotices(db, of.physician, {}) },
    { name: "notices that are unread", run: (db, of) => listNotices(db, of.physician, { unread: true }) },
  ],
  "journal/queries": [
    { name: "log, several facilities", run: (db, of) => listLog(db, of.administrator, {}) },
    { name: "log of a subject", run: (db, of) => listLog(db, of.administrator, { subjectId: of.reportId }) },
    { name: "log of an action", run: (db, of) => listLog(db, of.administrator, { action: "report.signed" }) },
    { name: "audit", run: (db, of) => listAudit(db, of.administrator, {}) },
    {
      name: "audit of a patient",
      run: (db, of) => listAudit(db, of.administrator, { patientId: of.patientId }),
    },
    {
      name: "audit of a person",
      run: (db, of) => listAudit(db, of.administrator, { actorId: of.reader.id }),
    },
  ],
  "journal/readers": [
    {
      name: "readers that are behind",
      run: (db) =>
        readersBehind(
          db,
          [
            { cursorName: "all", types: null },
            { cursorName: "signatures", types: ["report.signed"] },
          ],
          false,
        ),
    },
  ],
  "patients/queries": [
    { name: "a patient", run: (db, of) => getPatient(db, of.desk, of.patientId) },
    { name: "patients, one facility", run: (db, of) => listPatients(db, of.desk, {}) },
    { name: "patients, several facilities", run: (db, of) => listPatients(db, of.reader, {}) },
    { name: "patients, in care", run: (db, of) => listPatients(db, of.physician, {}) },
    {
      name: "patients by identifier",
      run: (db, of) => listPatients(db, of.desk, { identifier: of.identifier }),
    },
    { name: "patients by words", run: (db, of) => listPatients(db, of.desk, { query: "zimmer ada" }) },
    {
      name: "patients by birth date",
      run: (db, of) => listPatients(db, of.desk, { birthDate: "1960-02-03" }),
    },
    { name: "patients that are watched", run: (db, of) => listPatients(db, of.desk, { vip: true }) },
  ],
  "patients/search": [
    {
      name: "patients by identifier",
      run: (db, of) =>
        searchPatients(
          db,
          of.desk,
          [{ by: "identifier", values: [{ value: of.identifier, issuer: null }] }],
          {},
        ),
    },
    {
      name: "patients by family name",
      run: (db, of) => searchPatients(db, of.desk, [{ by: "family", values: ["zimmer"], how: "starts" }], {}),
    },
    {
      name: "patients that changed lately",
      run: (db, of) => searchPatients(db, of.desk, [lately(of)], { sort: "-updatedAt" }),
    },
  ],
  "archive/read/study-search": [
    { name: "studies of a patient", run: (db, of) => searchStudies(db, of.reader, [patientsOf(of)], {}) },
    {
      name: "studies of an order",
      run: (db, of) => searchStudies(db, of.reader, [{ by: "orders", values: [of.orderId] }], {}),
    },
    {
      name: "studies by accession number",
      run: (db, of) =>
        searchStudies(
          db,
          of.reader,
          [{ by: "accessionNumbers", values: [{ facilityId: null, value: of.accessionNumber }] }],
          {},
        ),
    },
    { name: "studies, one page", run: (db, of) => searchStudies(db, of.reader, [], {}) },
    {
      name: "studies that changed lately",
      run: (db, of) => searchStudies(db, { ...of.reader, facilityIds: [of.facilityId] }, [lately(of)], {}),
    },
    { name: "series of studies", run: (db, of) => seriesOfStudies(db, [of.studyId]) },
  ],
  "archive/read/studies": [
    { name: "a study", run: (db, of) => getStudy(db, of.reader, of.studyId) },
    { name: "series", run: (db, of) => listSeries(db, of.reader, of.studyId) },
    {
      name: "studies, one facility",
      run: (db, of) => listStudies(db, { ...of.reader, facilityIds: [of.facilityId] }, {}),
    },
    { name: "studies, several facilities", run: (db, of) => listStudies(db, of.reader, {}) },
    {
      name: "studies, last received first",
      run: (db, of) => listStudies(db, of.reader, { sort: "-lastReceivedAt" }),
    },
    {
      name: "studies, most images first",
      run: (db, of) =>
        listStudies(db, { ...of.reader, facilityIds: [of.facilityId] }, { sort: "-numberOfInstances" }),
    },
    { name: "studies by status", run: (db, of) => listStudies(db, of.reader, { status: "COMPLETED" }) },
    {
      name: "studies of a patient",
      run: (db, of) => listStudies(db, of.reader, { patientId: of.patientId }),
    },
    {
      name: "studies by accession number",
      run: (db, of) => studiesByAccession(db, of.reader, of.accessionNumber),
    },
    { name: "studies, in care", run: (db, of) => listStudies(db, of.physician, {}) },
  ],
  "archive/find/find": [
    {
      name: "query without key",
      run: (db, of) => all(find(db, of.reader, { level: "STUDY", matches: [], include: [], limit: 25 })),
    },
    {
      name: "query without key, with how many there are",
      run: (db, of) =>
        all(find(db, of.reader, { level: "STUDY", matches: [], include: [], limit: 25, counted: true })),
    },
    {
      name: "count without key",
      run: (db, of) => count(db, of.reader, { level: "STUDY", matches: [], include: [] }),
    },
  ],
  "peers/hl7/queries": [{ name: "systems", run: (db, of) => listSystems(db, of.administrator, {}) }],
  "peers/hl7/messages": [
    { name: "messages", run: (db, of) => listMessages(db, of.administrator, {}) },
    {
      name: "messages that were refused",
      run: (db, of) => listMessages(db, of.administrator, { status: "REFUSED" }),
    },
    { name: "messages that wait", run: (db, of) => listMessages(db, of.administrator, { status: "QUEUED" }) },
    {
      name: "messages of a system",
      run: (db, of) => listMessages(db, of.administrator, { systemId: of.hl7SystemId }),
    },
    {
      name: "messages of a patient",
      run: (db, of) => listMessages(db, of.administrator, { patientId: of.patientId }),
    },
    { name: "messages by control id", run: (db, of) => listMessages(db, of.administrator, { q: "42" }) },
    {
      name: "messages of a day",
      run: (db, of) => listMessages(db, of.administrator, { since: of.day, until: of.day }),
    },
  ],
  "worklist/reading-list": [
    { name: "reading list", run: (db, of) => readingList(db, of.reader, {}, of.now) },
    {
      name: "reading list, one modality, not claimed",
      run: (db, of) => readingList(db, of.reader, { modality: "CT", claim: "NONE" }, of.now),
    },
  ],
  "worklist/timeline": [
    { name: "timeline", run: (db, of) => timeline(db, of.administrator, of.patientId, {}) },
  ],
  "worklist/search": [
    {
      name: "search, a name",
      run: (db, of) => searchAll(db, studiesOf(db), of.reader, { query: "zimmermann ada" }),
    },
    {
      name: "search, an accession number",
      run: (db, of) => searchAll(db, studiesOf(db), of.reader, { query: of.accessionNumber }),
    },
  ],
};

const viewer = (id: string, role: Role, facilityIds: readonly string[]): Viewer => ({
  kind: "user",
  id,
  name: "Somebody",
  roles: [role],
  facilityIds,
  homeFacilityId: facilityIds[0]!,
  requestId: "plans",
  address: null,
});

/** A finding near the middle of what was seeded, and all that is around it. */
export async function planSubjects(db: Db, now: Date): Promise<PlanSubjects> {
  const [row] = await db<Omit<PlanSubjects, "now" | "day" | "reader">[]>`
    select f.id as "findingId", f.facility_id as "facilityId", f.study_id as "studyId", f.report_id as "reportId", o.id as "orderId",
      o.accession_number as "accessionNumber", o.patient_id as "patientId", i.value as identifier, b.id as "billId",
      (select id from hl7_systems order by id limit 1) as "hl7SystemId"
    from finding f join study st on st.id = f.study_id join imaging_order o on o.id = st.order_id
    join patient_identifier i on i.patient_id = o.patient_id join bill b on b.order_id = o.id
    order by f.id offset (select count(*) / 2 from finding) limit 1`;
  const of = row!;
  const facilities = (
    await db<{ id: string }[]>`select distinct facility_id as id from station order by 1`
  ).map(({ id }) => id);
  const someone = async (role: Role, facilityId: string) => {
    const [user] = await db<{ id: string }[]>`
      select r.user_id as id from user_role r join user_facility f on f.user_id = r.user_id
      where r.role = ${role} and f.facility_id = ${facilityId} order by 1 limit 1`;
    return user!.id;
  };
  const [physician] = await db<
    { id: string }[]
  >`select person_id as id from care_relation where patient_id = ${of.patientId} limit 1`;
  return {
    ...of,
    now,
    day: now.toISOString().slice(0, 10),
    reader: viewer(await someone("RADIOLOGIST", of.facilityId), "RADIOLOGIST", facilities),
    administrator: viewer(await someone("ADMINISTRATOR", of.facilityId), "ADMINISTRATOR", facilities),
    desk: viewer(await someone("FRONT_DESK", of.facilityId), "FRONT_DESK", [of.facilityId]),
    billing: viewer(await someone("BILLING", of.facilityId), "BILLING", [of.facilityId]),
    physician: viewer(physician!.id, "PHYSICIAN", [of.facilityId]),
  };
}

import { type Permission, type Role, reachOf, roles } from "@isocenter/contract";
import {
  dataSetOf,
  implementationClassUid,
  newUid,
  readDataSet,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  writeDataSet,
} from "@isocenter/dicom";
import { openAssociation } from "@isocenter/dimse";
import { composeHttp, composeModules, type Modules } from "@isocenter/server/compose.ts";
import { findCare, maySee } from "@isocenter/server/modules/notifications/visibility.ts";
import { addCareRelations, careRelationsAmong } from "@isocenter/server/modules/patients/index.ts";
import { type App, newId, prepareJobs, transact } from "@isocenter/server/platform/index.ts";
import { type DimseListener, startDimse } from "@isocenter/server/protocols/dimse/index.ts";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { makeFacility, viewerAt } from "../support/archive.ts";
import { testDatabase } from "../support/database.ts";
import { testPassword } from "../support/identity.ts";
import { chunked, ctInstance } from "../support/instances.ts";
import { testPlatform } from "../support/platform.ts";

/*
 * One grid of patients and studies, asked for through every door by somebody of each role: what is seen is what this file's own rule says, and no door
 * tells more or less than another.
 */

const database = testDatabase();
const platform = testPlatform(database, { host: "127.0.0.1", dicomPort: 0, physicianOrders: "proven" });

interface Case {
  name: string;
  place: "here" | "there";
  relation?: "in-care" | "glass" | "ended-glass";
  vip?: true;
  deleted?: true;
  provisional?: true;
}
const cases: readonly Case[] = [
  { name: "in care", place: "here", relation: "in-care" },
  { name: "not in care", place: "here" },
  { name: "broken glass", place: "here", relation: "glass" },
  { name: "glass that ended", place: "here", relation: "ended-glass" },
  { name: "watched, not in care", place: "here", vip: true },
  { name: "watched, in care", place: "here", vip: true, relation: "in-care" },
  { name: "provisional", place: "here", provisional: true },
  { name: "provisional, in care", place: "here", provisional: true, relation: "in-care" },
  { name: "deleted, in care", place: "here", deleted: true, relation: "in-care" },
  { name: "elsewhere", place: "there" },
  { name: "elsewhere, in care", place: "there", relation: "in-care" },
];
interface Made extends Case {
  patientId: string;
  studyId: string;
  StudyInstanceUID: string;
  orderId: string;
  reportId: string;
  findingId: string;
  billId: string;
}
interface Person {
  id: string;
  title: string;
  role: Role;
  places: readonly Case["place"][];
  headers: { authorization: string };
}

const places = { here: "", there: "" };
const made: Made[] = [];
const people: Person[] = [];
let modules: Modules;
let app: App;
let listener: DimseListener;

const now = () => platform.clock.now();

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  modules = await composeModules(platform);
  app = await composeHttp(platform, modules, [], {
    host: "127.0.0.1",
    dicomPort: () => listener.port,
    hl7Port: () => 0,
  });
  await app.ready();
  listener = await startDimse({ platform, ...modules });
  places.here = await makeFacility(database.db, { name: "Here", issuer: "HERE" });
  places.there = await makeFacility(database.db, { name: "There", issuer: "THERE" });
  for (const one of cases) made.push(await make(one));
  const hash = await modules.identity.deps.hasher.hash(testPassword);
  for (const role of roles) people.push(await enter(hash, role, ["here"]));
  people.push(await enter(hash, "PHYSICIAN", ["there"]), await enter(hash, "RADIOLOGIST", ["there"]));
  people.push(
    await enter(hash, "PHYSICIAN", ["here", "there"]),
    await enter(hash, "RADIOLOGIST", ["here", "there"]),
  );
  for (const person of people) await relate(person);
  for (const [title, place] of [
    ["PEERHERE", "here"],
    ["PEERTHERE", "there"],
  ] as const)
    await database.db`insert into modality (id, ae_title, host, port, facility_id, permissions, created_at)
      values (${newId(platform.clock)}, ${title}, '127.0.0.1', 104, ${places[place]}, ${["echo", "find"]}, ${now()})`;
  await database.db`update patient set vip = true where id = any(${made.filter(({ vip }) => vip).map(({ patientId }) => patientId)}::uuid[])`;
  const administrator = people.find(({ role }) => role === "ADMINISTRATOR")!;
  for (const { studyId } of made.filter(({ deleted }) => deleted)) {
    const answer = await app.inject({
      method: "DELETE",
      url: `/api/v1/studies/${studyId}`,
      headers: administrator.headers,
      payload: { reason: "a test" },
    });
    if (answer.statusCode >= 300) throw new Error(answer.body);
  }
});
afterAll(async () => {
  await listener?.close(0);
  await app?.close();
  await modules?.journal.stop();
  await modules?.rendering.close();
  await modules?.imaging.close();
});

async function make(one: Case): Promise<Made> {
  const facilityId = places[one.place];
  const StudyInstanceUID = newUid();
  const file = ctInstance({
    StudyInstanceUID,
    PatientID: one.provisional ? "" : `POLICY-${made.length}`,
    PatientName: "Policy^Grid",
  });
  const { studyId, patientId } = await modules.archive.ingest(viewerAt([facilityId]), {
    chunks: chunked(file.bytes),
    door: "upload",
  });
  const id = newId(platform.clock);
  const number = id.slice(-12);
  const [provider] = await database.db<{ id: string }[]>`
    insert into app_user (id, username, username_folded, full_name, password_hash, password_changed_at, must_change_password, active, created_at)
    values (${newId(platform.clock)}, ${`provider${number}`}, ${`provider${number}`}, 'Provider', 'none', ${now()}, false, true, ${now()}) returning id`;
  await database.db`insert into imaging_order ${database.db({
    id,
    facility_id: facilityId,
    patient_id: patientId,
    provider_id: provider!.id,
    accession_number: number,
    requested_procedure_id: number,
    study_instance_uid: newUid(),
    procedure_name: "CT",
    modality: "CT",
    clinical_indication: "pain",
    priority: "ROUTINE",
    status: "PERFORMED",
    duration_minutes: 10,
    ordered_at: now(),
    created_by: provider!.id,
    updated_at: now(),
  })}`;
  const reportId = newId(platform.clock);
  const text = {
    technique: "",
    comparison: "",
    findings: "None.",
    impression: "",
    recommendations: "",
    fields: {},
  };
  await database.db`insert into report ${database.db({
    id: reportId,
    facility_id: facilityId,
    study_id: studyId,
    status: "FINAL",
    author_id: provider!.id,
    author_name: "Provider",
    content: database.db.json(text),
    last_number: 1,
    signed_number: 1,
    signer_id: provider!.id,
    signer_name: "Provider",
    signed_at: now(),
    first_signed_at: now(),
    known_images: 1,
    created_at: now(),
    updated_at: now(),
  })}`;
  const findingId = newId(platform.clock);
  await database.db`insert into finding ${database.db({
    id: findingId,
    facility_id: facilityId,
    study_id: studyId,
    severity: "CRITICAL",
    status: "OPEN",
    description: "Bleeding",
    raised_by: provider!.id,
    raised_by_name: "Provider",
    raised_at: now(),
    policy: database.db.json({}),
    updated_at: now(),
  })}`;
  const billId = newId(platform.clock);
  await database.db`insert into bill ${database.db({
    id: billId,
    facility_id: facilityId,
    patient_id: patientId,
    claimed_patient_id: patientId,
    order_id: id,
    number,
    currency: "EUR",
    total: 100,
    status: "PENDING",
    issued_at: now(),
    issued_on: now(),
    created_by: provider!.id,
    updated_at: now(),
  })}`;
  return { ...one, patientId, studyId, StudyInstanceUID, orderId: id, reportId, findingId, billId };
}

async function enter(hash: string, role: Role, at: Person["places"]): Promise<Person> {
  const id = newId(platform.clock);
  const username = `${role.toLowerCase()}-${at.join("-")}`;
  await database.db`insert into app_user (id, username, username_folded, full_name, password_hash, password_changed_at, must_change_password, active, created_at)
    values (${id}, ${username}, ${username}, ${username}, ${hash}, ${now()}, false, true, ${now()})`;
  await database.db`insert into user_role values (${id}, ${role})`;
  for (const [position, place] of at.entries())
    await database.db`insert into user_facility values (${id}, ${places[place]}, ${position})`;
  const answer = await app.inject({
    method: "POST",
    url: "/api/v1/users/login",
    payload: { username, password: testPassword },
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  const headers = { authorization: `Bearer ${answer.json().accessToken}` };
  return { id, title: `${role} of ${at.join(" and ")}`, role, places: at, headers };
}

/** Everybody has the same relations: with all but physicians they change nothing. */
async function relate({ id, places: at }: Person): Promise<void> {
  for (const { relation, patientId, place } of made.filter(({ place }) => at.includes(place))) {
    const facilityId = places[place];
    if (relation === "in-care")
      await transact(database.db, (tx) =>
        addCareRelations(tx, platform.clock, [{ patientId, facilityId, personId: id, source: "order" }]),
      );
    else if (relation !== undefined) {
      const ends = now().getTime() + (relation === "glass" ? 3_600_000 : 0);
      await database.db`insert into break_glass (id, user_id, patient_id, facility_id, reason, starts_at, ends_at)
        values (${newId(platform.clock)}, ${id}, ${patientId}, ${facilityId}, 'why', ${new Date(ends - 3_600_000)}, ${new Date(ends)})`;
    }
  }
  modules.identity.deps.forget();
}

/** The rule, in words of its own. Null: the role may not ask. */
function expected(
  { role, places: at }: Pick<Person, "role" | "places">,
  permission: Permission,
): Made[] | null {
  const reach = reachOf([role], permission);
  if (reach === null) return null;
  return made.filter(
    ({ place, relation }) =>
      at.includes(place) && (!reach.endsWith("in-care") || relation === "in-care" || relation === "glass"),
  );
}
const alive = (all: readonly Made[] | null) => all?.filter((one) => !one.deleted) ?? null;
const names = (all: readonly Made[] | null) => all?.map(({ name }) => name).sort() ?? null;

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
type Json = any;
async function ask(person: Person, url: string, more: object = {}): Promise<{ status: number; body: Json }> {
  const answer = await app.inject({ method: "GET", url, headers: person.headers, ...more });
  const json = /json/.test(String(answer.headers["content-type"]));
  return { status: answer.statusCode, body: json && answer.body !== "" ? answer.json() : null };
}
/** Names of the cases that the ids are of; ids of nothing that was made are told as they are. */
const named = (
  ids: readonly string[],
  key: "patientId" | "studyId" | "StudyInstanceUID" | "orderId" | "reportId" | "findingId" | "billId",
) => ids.map((id) => made.find((one) => one[key] === id)?.name ?? id).sort();

/** By a list: null where it may not be asked. */
async function listed(
  person: Person,
  url: string,
  key: "patientId" | "studyId" | "orderId" | "findingId" | "billId",
): Promise<{ seen: string[]; total: number } | null> {
  const { status, body } = await ask(person, `/api/v1${url}`);
  if (status === 403) return null;
  expect([url, status]).toEqual([url, 200]);
  return {
    seen: named(
      body.data.map(({ id }: { id: string }) => id),
      key,
    ),
    total: body.pagination.total,
  };
}
/** One by one: null where every one is forbidden. */
async function oneByOne(
  person: Person,
  urlOf: (one: Made) => string,
  more: (one: Made) => object = () => ({}),
) {
  const seen: string[] = [];
  let forbidden = 0;
  for (const one of made) {
    const { status } = await ask(person, urlOf(one), more(one));
    if (status === 403) forbidden += 1;
    else if (status === 200) seen.push(one.name);
    else expect([urlOf(one), status]).toEqual([urlOf(one), 404]);
  }
  return forbidden === made.length ? null : seen.sort();
}
const all = (seen: string[] | null) => (seen === null ? null : { seen, total: seen.length });

describe("each role sees the same through every door", () => {
  const titles = [
    ...roles.map((role) => `${role} of here`),
    "PHYSICIAN of there",
    "RADIOLOGIST of there",
    "PHYSICIAN of here and there",
    "RADIOLOGIST of here and there",
  ];
  const of = (title: string) => people.find((person) => person.title === title)!;

  test.each(titles)("patients: %s", async (title) => {
    const person = of(title);
    const patients = names(expected(person, "patients.read"));
    expect(await listed(person, "/patients?limit=200", "patientId")).toEqual(all(patients));
    expect(await listed(person, "/patients?limit=200&query=policy", "patientId")).toEqual(all(patients));
    expect(await oneByOne(person, ({ patientId }) => `/api/v1/patients/${patientId}`)).toEqual(patients);
    const search = await ask(person, "/api/v1/search?query=policy&limit=20");
    if (search.status === 200)
      expect(
        named(
          search.body.patients.map(({ id }: { id: string }) => id),
          "patientId",
        ),
      ).toEqual(patients ?? []);
  });

  test.each(titles)("studies: %s", async (title) => {
    const person = of(title);
    const studies = names(alive(expected(person, "images.read")));
    expect(await listed(person, "/studies?limit=200", "studyId")).toEqual(all(studies));
    expect(await listed(person, "/studies?limit=200&query=policy", "studyId")).toEqual(all(studies));
    expect(await oneByOne(person, ({ studyId }) => `/api/v1/studies/${studyId}`)).toEqual(studies);
    expect(await oneByOne(person, ({ studyId }) => `/api/v1/studies/${studyId}/images`)).toEqual(studies);
    const search = await ask(person, "/api/v1/search?query=policy&limit=20");
    if (search.status === 200)
      expect(
        named(
          search.body.studies.map(({ id }: { id: string }) => id),
          "studyId",
        ),
      ).toEqual(studies ?? []);
    const qido = await ask(person, "/dicomweb/studies?limit=200&PatientName=Policy*");
    expect(
      qido.status === 403
        ? null
        : named(
            (qido.body ?? []).map((one: Json) => one["0020000D"].Value[0]),
            "StudyInstanceUID",
          ),
    ).toEqual(studies);
    const wado = ({ StudyInstanceUID }: Made) => `/dicomweb/studies/${StudyInstanceUID}/metadata`;
    expect(await oneByOne(person, wado)).toEqual(studies);
    expect(await inTimeline(person, "STUDY")).toEqual(studies ?? []);
  });

  test.each(titles)("orders: %s", async (title) => {
    const person = of(title);
    const orders = names(expected(person, "orders.read"));
    expect(await listed(person, "/imaging-orders?limit=200", "orderId")).toEqual(all(orders));
    expect(await oneByOne(person, ({ orderId }) => `/api/v1/imaging-orders/${orderId}`)).toEqual(orders);
    const search = await ask(person, "/api/v1/search?query=policy&limit=20");
    if (search.status === 200)
      expect(
        named(
          search.body.orders.map(({ id }: { id: string }) => id),
          "orderId",
        ),
      ).toEqual(orders ?? []);
    expect(await inTimeline(person, "ORDER")).toEqual(orders ?? []);
  });

  test.each(titles)("reports: %s", async (title) => {
    const person = of(title);
    const reports = names(expected(person, "reports.read"));
    expect(await oneByOne(person, ({ reportId }) => `/api/v1/reports/${reportId}`)).toEqual(reports);
    expect(await oneByOne(person, ({ reportId }) => `/api/v1/reports/${reportId}/versions`)).toEqual(reports);
    for (const way of ["study", "patient"] as const) {
      const seen: string[] = [];
      let forbidden = 0;
      for (const one of made) {
        const id = way === "study" ? one.studyId : one.patientId;
        const { status, body } = await ask(person, `/api/v1/reports/${way}/${id}`);
        if (status === 403) forbidden += 1;
        if (status !== 200) continue;
        expect(body.pagination.total).toBe(body.data.length);
        seen.push(
          ...named(
            body.data.map((report: Json) => report.id),
            "reportId",
          ),
        );
      }
      expect([way, forbidden === made.length ? null : seen.sort()]).toEqual([way, reports]);
    }
    expect(await inTimeline(person, "REPORT")).toEqual(
      (reports ?? []).filter((name) => (names(expected(person, "patients.read")) ?? []).includes(name)),
    );
  });

  test.each(titles)("critical findings: %s", async (title) => {
    const person = of(title);
    const findings = names(expected(person, "findings.read"));
    for (const list of ["", "/pending", "/severity/CRITICAL"])
      expect([list, await listed(person, `/critical-findings${list}?limit=200`, "findingId")]).toEqual([
        list,
        all(findings),
      ]);
    for (const rest of ["", "/history"])
      expect(
        await oneByOne(person, ({ findingId }) => `/api/v1/critical-findings/${findingId}${rest}`),
      ).toEqual(findings);
    const ofStudy = await oneByOne(person, ({ studyId }) => `/api/v1/critical-findings/study/${studyId}`);
    expect(ofStudy).toEqual(findings);
    expect(await inTimeline(person, "FINDING")).toEqual(findings ?? []);
  });

  test.each(titles)("bills: %s", async (title) => {
    const person = of(title);
    const bills = names(expected(person, "bills.read"));
    expect(await listed(person, "/billing?limit=200", "billId")).toEqual(all(bills));
    expect(await oneByOne(person, ({ billId }) => `/api/v1/billing/${billId}`)).toEqual(bills);
    for (const rest of ["", "/total"])
      expect(
        await oneByOne(person, ({ patientId }) => `/api/v1/billing/patient/${patientId}${rest}`),
      ).toEqual(bills);
    const totals = await Promise.all(
      made.map(async ({ name, patientId }) => {
        const { status, body } = await ask(person, `/api/v1/billing/patient/${patientId}/total`);
        return status === 200 && body.outstanding === 100 ? [name] : [];
      }),
    );
    expect(totals.flat().sort()).toEqual(bills ?? []);
    const csv = await app.inject({ url: "/api/v1/billing?format=csv", headers: person.headers });
    expect(csv.statusCode).toBe(bills === null ? 403 : 200);
    if (bills !== null)
      expect(
        made
          .filter(({ orderId }) => csv.body.includes(orderId.slice(-12)))
          .map(({ name }) => name)
          .sort(),
      ).toEqual(bills);
    const aging = await ask(person, "/api/v1/billing/aging");
    expect(aging.status).toBe(bills === null ? 403 : 200);
    if (bills !== null) expect(JSON.stringify(aging.body)).toContain(`${bills.length * 100}`);
    expect(await inTimeline(person, "BILL")).toEqual(
      (bills ?? []).filter((name) => (names(expected(person, "patients.read")) ?? []).includes(name)),
    );
  });

  test.each(titles)("FHIR: %s", async (title) => {
    const person = of(title);
    for (const [type, permission, key] of [
      ["Patient", "patients.read", "patientId"],
      ["ImagingStudy", "images.read", "studyId"],
      ["ServiceRequest", "orders.read", "orderId"],
      ["DiagnosticReport", "reports.read", "reportId"],
      ["Communication", "findings.read", "findingId"],
    ] as const) {
      const may = expected(person, permission);
      const seen = names(type === "ImagingStudy" ? alive(may) : may);
      const { status, body } = await ask(person, `/fhir/${type}?_count=200`);
      const found = (body.entry ?? []).map((one: Json) => one.resource.id);
      expect([type, status === 403 ? null : { seen: named(found, key), total: body.total }]).toEqual([
        type,
        all(seen),
      ]);
      // The letter of a report is made of its versions, of which these have none.
      if (type !== "DiagnosticReport")
        expect([type, await oneByOne(person, (one) => `/fhir/${type}/${one[key]}`)]).toEqual([type, seen]);
    }
  });

  test.each(titles)("exports, which broken glass does not open: %s", async (title) => {
    const person = of(title);
    const may = reachOf([person.role], "images.export") !== null;
    const studies = may ? names(alive(expected(person, "images.read"))) : null;
    expect(await oneByOne(person, ({ studyId }) => `/api/v1/studies/${studyId}/export`)).toEqual(studies);
    const post = ({ studyId }: Made) => ({ method: "POST", payload: { studyIds: [studyId] } });
    expect(await oneByOne(person, () => "/api/v1/exports", post)).toEqual(studies);
  });

  test.each(titles)("the live feed: %s", async (title) => {
    const person = of(title);
    const { viewer } = await modules.identity.authenticate(person.headers.authorization, {
      requestId: "feed",
      address: null,
    });
    for (const [noun, permission] of [
      ["patient", "patients.read"],
      ["study", "images.read"],
      ["order", "orders.read"],
      ["finding", "findings.read"],
      ["bill", "bills.read"],
    ] as const) {
      const facts = made.map(({ patientId, place }, index) => ({
        id: newId(platform.clock),
        position: index + 1,
        type: `${noun}.changed`,
        actor: { kind: "system", id: "system", name: "Isocenter" } as const,
        requestId: "feed",
        facilityId: places[place],
        patientId,
        subject: { type: noun, id: patientId },
        people: [],
        outcome: "success" as const,
        data: {},
        recordedAt: now(),
      }));
      const care = await findCare((who, whom) => careRelationsAmong(database.db, who, whom), [viewer], facts);
      const seen = made.filter((_, index) => maySee(viewer, facts[index]!, care));
      // Who reads for bills hears nothing of the feed.
      const hears = reachOf([person.role], permission) !== "for-bills";
      expect([noun, names(seen)]).toEqual([noun, hears ? (names(expected(person, permission)) ?? []) : []]);
    }
  });

  async function inTimeline(
    person: Person,
    type: "STUDY" | "ORDER" | "REPORT" | "FINDING" | "BILL",
  ): Promise<string[]> {
    const seen: string[] = [];
    for (const one of made) {
      const { status, body } = await ask(person, `/api/v1/patients/${one.patientId}/timeline?type=${type}`);
      if (status === 200 && body.data.length > 0) seen.push(one.name);
    }
    return seen.sort();
  }
});

test.each([
  ["PEERHERE", "here"],
  ["PEERTHERE", "there"],
] as const)("C-FIND: %s finds what is %s", async (title, place) => {
  const model = SopClasses.StudyRootQueryRetrieveInformationModelFind;
  const association = await openAssociation({
    host: "127.0.0.1",
    port: listener.port,
    callingAeTitle: title,
    calledAeTitle: "ISOCENTER",
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
    contexts: [{ abstractSyntax: model, transferSyntaxes: [TransferSyntaxes.ExplicitVRLittleEndian] }],
  });
  try {
    const identifier = (syntax: string) =>
      writeDataSet(
        dataSetOf({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: "", PatientName: "Policy*" }),
        syntax,
      );
    const found: string[] = [];
    for await (const match of association.find({ sopClassUid: model, identifier }))
      found.push(text(readDataSet(match.identifier, match.transferSyntax), Tags.StudyInstanceUID)!);
    const radiologist = { role: "RADIOLOGIST", places: [place] } as const;
    expect(named(found, "StudyInstanceUID")).toEqual(names(alive(expected(radiologist, "images.read"))));
  } finally {
    await association.release();
  }
});

test.each(["PHYSICIAN of here", "PHYSICIAN of there", "PHYSICIAN of here and there"])(
  "an order that must be proven opens no door: %s",
  async (title) => {
    const person = people.find((one) => one.title === title)!;
    const before = names(expected(person, "patients.read"))!;
    const shut = made.filter(({ name }) => !before.includes(name));
    expect(shut.length).toBeGreaterThan(3);
    for (const { name, patientId, place } of shut)
      for (const patientProof of [undefined, { identifier: name, birthDate: "1900-01-01" }]) {
        const answer = await app.inject({
          method: "POST",
          url: "/api/v1/imaging-orders",
          headers: person.headers,
          payload: {
            patientId,
            patientProof,
            modality: "CT",
            bodyPart: "CHEST",
            clinicalIndication: "curious",
            facilityId: places[person.places.includes(place) ? place : person.places[0]!],
          },
        });
        const refused = patientProof === undefined ? [403] : [422, 429];
        expect([name, refused.includes(answer.statusCode)]).toEqual([name, true]);
      }
    expect(await listed(person, "/patients?limit=200", "patientId")).toEqual(all(before));
    expect(await oneByOne(person, ({ patientId }) => `/api/v1/patients/${patientId}`)).toEqual(before);
    expect(await listed(person, "/studies?limit=200", "studyId")).toEqual(
      all(names(alive(expected(person, "images.read")))),
    );
  },
);

test("when the glass has ended, every door is shut again", async () => {
  const physician = people.find(({ title }) => title === "PHYSICIAN of here")!;
  await database.db`update break_glass set starts_at = ${new Date(now().getTime() - 7_200_000)}, ends_at = ${now()} where user_id = ${physician.id}`;
  modules.identity.deps.forget();
  const left = names(
    alive(expected(physician, "images.read"))!.filter(({ relation }) => relation === "in-care"),
  );
  expect(await listed(physician, "/studies?limit=200", "studyId")).toEqual(all(left));
  expect(
    await oneByOne(physician, ({ StudyInstanceUID }) => `/dicomweb/studies/${StudyInstanceUID}/metadata`),
  ).toEqual(left);
});

/** Where a permission reaches less than all, and there is nothing of that reach: figures of examinations are not of money, stations are nobody's own. */
const beyondReach: Readonly<Record<string, readonly Role[]>> = {
  "/api/v1/audit/verify": ["RADIOLOGIST", "RESIDENT", "TECHNOLOGIST", "PHYSICIAN", "FRONT_DESK", "BILLING"],
  "/api/v1/analytics/turnaround": ["BILLING"],
  "/api/v1/analytics/volumes": ["BILLING"],
  "/api/v1/analytics/productivity": ["BILLING"],
  "/api/v1/analytics/critical-findings": ["BILLING"],
  "/api/v1/analytics/quality": ["BILLING"],
  "/api/v1/analytics/utilization": ["RESIDENT", "TECHNOLOGIST", "BILLING"],
  "/api/v1/analytics/revenue": ["RADIOLOGIST", "RESIDENT", "TECHNOLOGIST"],
};

/**
 * Every operation by somebody of every role, with nothing to act on: who may not is told so whatever was sent, and who may gets as far as the mistake in it.
 * `rights.txt` is the department's matrix spelled out, to be looked at when it changes; here it is held against the table of permissions and the routes.
 */
test("each role may call what its permissions say, of all operations", async () => {
  const document = (await app.inject({ url: "/openapi.json" })).json();
  const somebody = roles.map((role) => people.find(({ title }) => title === `${role} of here`)!);
  const lines: string[] = [];
  const wrong: string[] = [];
  for (const [path, operations] of Object.entries<Json>(document.paths))
    for (const [method, operation] of Object.entries<Json>(operations)) {
      // Following lasts; it is the test of the live feed.
      if (!path.startsWith("/api/v1/") || operation.security?.length === 0 || path.endsWith("/events"))
        continue;
      const url = path.replaceAll(/\{[^}]+\}/g, newId(platform.clock));
      const payload = method === "get" ? {} : { payload: { surprise: 1 } };
      const allowed: Role[] = [];
      for (const { role, headers } of somebody) {
        const answer = await app.inject({ method: method.toUpperCase() as "GET", url, headers, ...payload });
        if (answer.statusCode >= 500 || answer.statusCode === 401)
          wrong.push(`${role} ${method} ${path}: ${answer.statusCode}`);
        if (answer.statusCode !== 403) allowed.push(role);
      }
      const permission = /permission `([^`]+)`/.exec(operation.description ?? "")?.[1] as
        | Permission
        | undefined;
      const expected = permission
        ? roles.filter((role) => reachOf([role], permission) !== null && !beyondReach[path]?.includes(role))
        : roles;
      if (`${allowed}` !== `${expected}`) wrong.push(`${method} ${path}: ${allowed}, not ${expected}`);
      const who = allowed.length === roles.length ? "everybody" : allowed.join(" ");
      lines.push(`${method.toUpperCase()} ${path}: ${who}${permission ? ` (${permission})` : ""}`);
    }
  expect(wrong).toEqual([]);
  expect(lines.length).toBeGreaterThan(180);
  await expect(`${lines.sort().join("\n")}\n`).toMatchFileSnapshot("rights.txt");
});

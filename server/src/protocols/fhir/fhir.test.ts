import { createHash } from "node:crypto";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { httpReceiver } from "@isocenter/test/support/receivers.ts";
import { type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Archive } from "../../modules/archive/index.ts";
import { doubtRoutes } from "../../modules/archive/index.ts";
import {
  createFindings,
  type Findings,
  findingRoutes,
  findingsOnPaper,
} from "../../modules/findings/index.ts";
import type { Journal } from "../../modules/journal/index.ts";
import { orderRoutes } from "../../modules/orders/index.ts";
import { patientRoutes } from "../../modules/patients/index.ts";
import { fhirRoutes, registerFhirResults } from "./index.ts";
import { resources } from "./resources.ts";

const database = testDatabase();
const receiver = await httpReceiver();
const platform = testPlatform(database, {
  publicUrl: "https://pacs.example",
  ehrServiceUrl: `${receiver.url}/ehr`,
});
let findings: Findings;
const deps = (journal: Journal, archive: Archive) => ({
  platform,
  journal,
  archive,
  findings,
  criticalFindings: findingsOnPaper,
});
const room = testReadingRoom(
  database,
  platform,
  ({ journal, archive }) => {
    findings = createFindings(platform, journal);
    registerFhirResults(deps(journal, archive));
    return [
      patientRoutes({ platform, journal }),
      orderRoutes({ platform, journal }),
      findingRoutes({ platform, findings }),
      doubtRoutes({ platform, journal, archive }),
    ];
  },
  ({ journal, archive }) => [fhirRoutes(deps(journal, archive))],
);

const root = "/fhir";
// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
type Json = any;
async function ask(
  who: Person,
  url: string,
  more: { method?: "GET" | "POST"; headers?: Record<string, string>; payload?: string | object } = {},
) {
  const answer = await room.server.app.inject({
    method: more.method ?? "GET",
    url: `${root}${url}`,
    headers: { ...who.headers, ...more.headers },
    ...(more.payload === undefined ? {} : { payload: more.payload }),
  });
  const isJson = /json/.test(String(answer.headers["content-type"]));
  return {
    status: answer.statusCode,
    headers: answer.headers,
    raw: answer.rawPayload,
    body: (isJson ? answer.json() : null) as Json,
  };
}
const found = (body: Json, mode = "match"): string[] =>
  (body.entry ?? [])
    .filter((one: Json) => one.search.mode === mode)
    .map((one: Json) => `${one.resource.resourceType}/${one.resource.id}`);

let radiologist: Person;
let physician: Person;
let machine: Person;
let study: { id: string; patientId: string; attributes: { StudyInstanceUID: string; PatientID: string } };
let orderId: string;
let reportId: string;

beforeAll(async () => {
  radiologist = await room.person(["RADIOLOGIST"]);
  physician = await room.person(["PHYSICIAN"]);
  machine = await room.person(["INTEGRATION"]);
  study = (await room.study({ images: 2 })) as typeof study;
  orderId = await room.order(study, physician.id);
  reportId = (await room.begin(radiologist, study.id, { findings: "A cyst.", impression: "Benign." })).id;
});

afterAll(() => receiver.close());

describe("what is said of the server", () => {
  test("the CapabilityStatement needs nobody, and every search parameter and interaction that it names is answered", async () => {
    const answer = await room.server.app.inject({ url: `${root}/metadata` });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([
      200,
      "application/fhir+json; charset=utf-8",
    ]);
    const statement = answer.json();
    expect([statement.fhirVersion, statement.kind, statement.rest[0].mode]).toEqual([
      "4.0.1",
      "instance",
      "server",
    ]);
    const administrator = await room.person(["ADMINISTRATOR"]);
    const values: Record<string, string> = { token: "x", reference: "", date: "2026", string: "x" };
    for (const { type, searchParam = [], searchInclude = [], searchRevInclude = [] } of statement.rest[0]
      .resource) {
      for (const one of searchParam) {
        const value =
          one.type === "reference"
            ? `${targetOf(type, one.name)}/0197d3f0-0000-7000-8000-000000000001`
            : values[one.type];
        const { status, body } = await ask(administrator, `/${type}?${one.name}=${value}`, {
          headers: { prefer: "handling=strict" },
        });
        expect([type, one.name, status, body.resourceType]).toEqual([type, one.name, 200, "Bundle"]);
      }
      for (const path of searchInclude)
        expect([path, (await ask(administrator, `/${type}?_include=${path}`)).status]).toEqual([path, 200]);
      for (const path of searchRevInclude)
        expect([path, (await ask(administrator, `/${type}?_revinclude=${path}`)).status]).toEqual([
          path,
          200,
        ]);
    }
  });

  test("XML, other releases and what is no path are refused in FHIR's words", async () => {
    for (const [url, headers, status, code] of [
      ["/Patient?_format=xml", {}, 406, "not-supported"],
      ["/Patient", { accept: "application/fhir+xml" }, 406, "not-supported"],
      ["/Patient", { accept: "application/fhir+json; fhirVersion=3.0" }, 406, "not-supported"],
      ["/?_type=Patient", {}, 404, "not-supported"],
      ["/Observation", {}, 404, "not-found"],
      ["/Patient/nobody", {}, 404, "not-found"],
      ["/Patient/0197d3f0-0000-7000-8000-000000000001", {}, 404, "not-found"],
      ["/Patient", { authorization: "" }, 401, "login"],
    ] as const) {
      const answer = await ask(radiologist, url, { headers });
      expect([url, answer.status, answer.body?.resourceType, answer.body?.issue?.[0]?.code]).toEqual([
        url,
        status,
        "OperationOutcome",
        code,
      ]);
    }
    for (const headers of [
      { accept: "application/json" },
      { accept: "text/html,application/xml;q=0.9,*/*;q=0.8" },
    ])
      expect((await ask(radiologist, "/Patient", { headers })).status).toBe(200);
    const outcome = await ask(radiologist, "/", {
      method: "POST",
      headers: { "content-type": "application/fhir+json" },
      payload: JSON.stringify({ resourceType: "Bundle", type: "batch" }),
    });
    expect([outcome.status, outcome.body.issue[0].code]).toEqual([404, "not-supported"]);
  });
});

/** One of the types that a reference parameter leads to. */
function targetOf(type: string, name: string): string {
  const parameter = resources.find((one) => one.type === type)!.search!.parameters[name]!;
  return parameter.type === "reference" ? parameter.targets[0]! : "";
}

describe("reading", () => {
  test("a patient: name, identifier with its issuer, gender, version and ETag", async () => {
    const { status, body, headers } = await ask(radiologist, `/Patient/${study.patientId}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      resourceType: "Patient",
      id: study.patientId,
      active: true,
      identifier: [
        { value: study.attributes.PatientID, system: expect.stringMatching(/^urn:isocenter:issuer:/) },
      ],
      name: [{ family: "Doe", given: [expect.stringMatching(/^Jane/)] }],
    });
    expect(headers.etag).toBe(`W/"${body.meta.versionId}"`);
    const again = await ask(radiologist, `/Patient/${study.patientId}`, {
      headers: { "if-none-match": String(headers.etag) },
    });
    expect([again.status, again.raw.length]).toEqual([304, 0]);
    const some = await ask(radiologist, `/Patient/${study.patientId}?_elements=gender`);
    expect(some.body.name).toBeUndefined();
    expect(some.body.meta.tag[0].code).toBe("SUBSETTED");
    expect((await ask(radiologist, `/Patient/${study.patientId}?surprise=1`)).status).toBe(400);
  });

  test("a study with its series, time zone and endpoint, and an order with its numbers", async () => {
    const { body } = await ask(radiologist, `/ImagingStudy/${study.id}`);
    expect(body).toMatchObject({
      resourceType: "ImagingStudy",
      status: "available",
      identifier: [{ system: "urn:dicom:uid", value: `urn:oid:${study.attributes.StudyInstanceUID}` }, {}],
      subject: { reference: `Patient/${study.patientId}` },
      basedOn: [{ reference: `ServiceRequest/${orderId}` }],
      numberOfInstances: 2,
      series: [{ numberOfInstances: 2, modality: { code: "CT" } }],
    });
    const endpoint = await ask(radiologist, `/${body.endpoint[0].reference}`);
    expect(endpoint.body).toMatchObject({
      resourceType: "Endpoint",
      address: "https://pacs.example/dicomweb",
      status: "active",
    });
    const order = await ask(radiologist, `/ServiceRequest/${orderId}`);
    expect(order.body).toMatchObject({
      status: "active",
      intent: "order",
      priority: "routine",
      subject: { reference: `Patient/${study.patientId}` },
      requester: { reference: `Practitioner/${physician.id}`, display: physician.name },
      reasonCode: [{ text: "pain" }],
      requisition: { value: orderId.slice(-12) },
    });
  });
});

describe("a report on its way", () => {
  const read = async (who: Person) => await ask(who, `/DiagnosticReport/${reportId}`);

  test("is registered and says nothing, then final with its letter, then amended with a version to be read again", async () => {
    const draft = await read(radiologist);
    expect([draft.body.status, draft.body.conclusion, draft.body.presentedForm]).toEqual([
      "registered",
      undefined,
      undefined,
    ]);
    // Who sees signed reports alone sees nothing of it.
    expect([
      (await read(machine)).status,
      (await ask(machine, `/DiagnosticReport?patient=${study.patientId}`)).body.total,
    ]).toEqual([404, 0]);
    const { version } = (await room.call(radiologist, "GET", `/reports/${reportId}`)).body;
    expect((await room.sign(radiologist, { id: reportId, version })).status).toBe(200);
    const final = await read(machine);
    expect(final.body).toMatchObject({
      status: "final",
      conclusion: "Benign.",
      meta: { versionId: "1" },
      subject: { reference: `Patient/${study.patientId}` },
      basedOn: [{ reference: `ServiceRequest/${orderId}` }],
      imagingStudy: [{ reference: `ImagingStudy/${study.id}` }],
      resultsInterpreter: [{ reference: `Practitioner/${radiologist.id}`, display: radiologist.name }],
      issued: expect.any(String),
    });
    const form = final.body.presentedForm[0];
    const file = await ask(machine, form.url.slice(form.url.indexOf("/fhir") + 5));
    expect([file.status, file.headers["content-type"], file.raw.length]).toEqual([
      200,
      "application/pdf",
      form.size,
    ]);
    expect(createHash("sha1").update(file.raw).digest("base64")).toBe(form.hash);
    const wrapped = await ask(machine, `/Binary/${reportId}.1`, {
      headers: { accept: "application/fhir+json" },
    });
    expect(Buffer.from(wrapped.body.data, "base64").equals(file.raw)).toBe(true);
    const signed = (await room.call(radiologist, "GET", `/reports/${reportId}`)).body;
    expect((await room.amend(radiologist, signed, { impression: "Benign cyst." })).status).toBe(200);
    const amended = await read(machine);
    expect([amended.body.status, amended.body.conclusion, amended.body.meta.versionId]).toEqual([
      "amended",
      "Benign cyst.",
      "2",
    ]);
    const before = await ask(machine, `/DiagnosticReport/${reportId}/_history/1`);
    expect([before.body.status, before.body.conclusion, before.headers.etag]).toEqual([
      "final",
      "Benign.",
      'W/"1"',
    ]);
    const history = await ask(machine, `/DiagnosticReport/${reportId}/_history`);
    expect([history.body.type, history.body.entry.map((one: Json) => one.resource.meta.versionId)]).toEqual([
      "history",
      ["2", "1"],
    ]);
    expect((await ask(machine, `/DiagnosticReport/${reportId}/_history/7`)).status).toBe(404);
  });
});

describe("results to another system", () => {
  const send = async () => {
    await room.server.journal.drain();
    await platform.jobs.drain();
  };
  const sent = () => receiver.received.map(({ body }) => JSON.parse(body));

  test("go as a transaction with all that they name and the letter, the versions of a patient in their order, until they are taken", async () => {
    await send();
    receiver.received.length = 0;
    receiver.answer = { status: 503 };
    const other = await room.study();
    await room.order(other, physician.id);
    const begun = await room.begin(radiologist, other.id);
    await room.sign(radiologist, begun);
    const { version } = (await room.call(radiologist, "GET", `/reports/${begun.id}`)).body;
    await room.amend(radiologist, { id: begun.id, version }, { impression: "Not normal." });
    await send();
    // The first was not taken, so the second was not begun; how often it was tried again meanwhile depends on the machine.
    const failed = receiver.received.length;
    expect(failed).toBeGreaterThan(0);
    expect(new Set(sent().map(({ entry }) => entry[0].resource.status))).toEqual(new Set(["final"]));
    const [job] = await database.db<{ attempts: number; error: string }[]>`
      select attempts, last_error as error from graphile_worker.jobs where task_identifier = 'fhir.send-results'`;
    expect(job).toMatchObject({
      attempts: failed,
      error: expect.stringContaining("The receiver answered 503"),
    });
    receiver.answer = { status: 200 };
    await database.db`update graphile_worker._private_jobs set run_at = now()`;
    await send();
    const bundles = sent().slice(failed);
    expect(bundles.map(({ entry }) => [entry[0].resource.status, entry[0].resource.meta.versionId])).toEqual([
      ["final", "1"],
      ["amended", "2"],
    ]);
    const { headers, path } = receiver.received[failed]!;
    expect([path, headers["content-type"], headers["x-isocenter-attempt"]]).toEqual([
      "/ehr",
      "application/fhir+json",
      String(failed + 1),
    ]);
    expect(headers["x-isocenter-delivery"]).toBe(receiver.received[0]!.headers["x-isocenter-delivery"]);
    const { type, entry } = bundles[1];
    expect([type, entry.map((one: Json) => one.resource.resourceType)]).toEqual([
      "transaction",
      [
        "DiagnosticReport",
        "Patient",
        "Organization",
        "Practitioner",
        "Practitioner",
        "ServiceRequest",
        "ImagingStudy",
      ],
    ]);
    expect(entry[1]).toMatchObject({
      fullUrl: `https://pacs.example/fhir/Patient/${other.patientId}`,
      request: { method: "PUT", url: `Patient/${other.patientId}` },
    });
    const form = entry[0].resource.presentedForm[0];
    const letter = Buffer.from(form.data, "base64");
    expect([letter.subarray(0, 5).toString(), letter.length]).toEqual(["%PDF-", form.size]);
    expect(createHash("sha1").update(letter).digest("base64")).toBe(form.hash);
    // Of a study that is another patient's it is put in the place of what was sent, without the letter that names the one before.
    const right = await room.study();
    const administrator = await room.person(["ADMINISTRATOR"]);
    const given = await room.call(administrator, "PATCH", `/studies/${other.id}`, {
      patientId: right.patientId,
    });
    expect(given.status).toBe(200);
    await send();
    const moved = sent().at(-1).entry;
    expect(moved[0].resource).toMatchObject({
      id: entry[0].resource.id,
      meta: { versionId: "2" },
      subject: { reference: `Patient/${right.patientId}` },
    });
    expect(moved[0].resource.presentedForm).toBeUndefined();
    // Nothing of a demonstration leaves.
    await database.db`update facility set demonstration = true where id = ${room.facilityId}`;
    await room.sign(radiologist, await room.begin(radiologist, (await room.study()).id));
    await send();
    await database.db`update facility set demonstration = false where id = ${room.facilityId}`;
    await send();
    expect(receiver.received).toHaveLength(failed + 3);
  });
});

describe("ordering", () => {
  let whose: string;
  beforeAll(async () => {
    whose = (await room.study()).patientId;
  });
  const order = (more: object = {}) => ({
    resourceType: "ServiceRequest",
    status: "active",
    intent: "order",
    identifier: [{ type: { coding: [{ code: "PLAC" }] }, value: "EHR-1" }],
    subject: { reference: `Patient/${whose}` },
    orderDetail: [{ coding: [{ system: "http://dicom.nema.org/resources/ontology/DCM", code: "MR" }] }],
    bodySite: [{ text: "HEAD" }],
    priority: "asap",
    requester: { reference: `Practitioner/${physician.id}` },
    reasonCode: [{ text: "Headache" }],
    ...more,
  });
  const place = (body: object, headers: Record<string, string> = {}, who = machine) =>
    ask(who, "/ServiceRequest", {
      method: "POST",
      headers: { "content-type": "application/fhir+json", ...headers },
      payload: JSON.stringify(body),
    });

  test("places an order that REST shows as well; If-None-Exist places none where there is one", async () => {
    const made = await place(order());
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe(`https://pacs.example/fhir/ServiceRequest/${made.body.id}`);
    expect(made.body).toMatchObject({
      status: "active",
      priority: "urgent",
      reasonCode: [{ text: "Headache" }],
      code: { text: "MR HEAD" },
    });
    const rest = await room.call(machine, "GET", `/imaging-orders/${made.body.id}`);
    expect(rest.body).toMatchObject({
      placerOrderNumber: "EHR-1",
      modality: "MR",
      bodyPart: "HEAD",
      priority: "URGENT",
      providerId: physician.id,
    });
    const [step] = (await ask(machine, `/Task?based-on=ServiceRequest/${made.body.id}`)).body.entry;
    expect(step.resource).toMatchObject({ status: "requested", for: { reference: `Patient/${whose}` } });
    const again = await place(order(), { "if-none-exist": "identifier=EHR-1" });
    expect([again.status, again.body.id]).toEqual([200, made.body.id]);
    const minimal = await place(order({ identifier: [{ value: "EHR-2" }] }), { prefer: "return=minimal" });
    expect([minimal.status, minimal.raw.length]).toEqual([201, 0]);
    const several = await place(order(), { "if-none-exist": `patient=${whose}` });
    expect([several.status, several.body.issue[0].code]).toEqual([412, "multiple-matches"]);
    expect((await place(order())).status).toBe(409);
    const key = { "idempotency-key": "fhir-1" };
    const first = await place(order({ identifier: [] }), key);
    const second = await place(order({ identifier: [] }), key);
    expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id]);
  });

  test("refuses what is no order, what is not kept, and whoever may not order, and names the element", async () => {
    for (const [more, expression] of [
      [{ status: "draft" }, "ServiceRequest.status"],
      [{ intent: "plan" }, "ServiceRequest.intent"],
      [{ reasonCode: undefined }, "ServiceRequest.reasonCode"],
      [{ subject: { reference: "Patient/nobody" } }, "ServiceRequest.subject.reference"],
      [{ subject: { identifier: { value: "NOBODY" } } }, "ServiceRequest.subject.identifier"],
      [{ modifierExtension: [{ url: "http://a" }] }, "ServiceRequest.modifierExtension"],
      [{ insurance: [{}] }, "ServiceRequest.insurance"],
      [{ orderDetail: [] }, "ServiceRequest.orderDetail"],
      [{ code: { coding: [{ code: "NOT-THERE" }] }, orderDetail: [] }, "ServiceRequest.code.coding"],
      [{ occurrenceDateTime: "2026-02-30" }, "ServiceRequest.occurrenceDateTime"],
      [{ priority: "soon" }, "ServiceRequest.priority"],
    ] as const) {
      const answer = await place(order({ identifier: [], ...more }));
      expect([expression, answer.status, answer.body.issue[0].expression]).toEqual([
        expression,
        422,
        [expression],
      ]);
    }
    expect((await place({ resourceType: "Patient" })).status).toBe(400);
    expect((await place(order(), { "content-type": "application/fhir+xml" })).status).toBe(415);
    const reader = await room.person(["RESIDENT"]);
    expect((await place(order(), {}, reader)).status).toBe(403);
    expect((await place(order({ identifier: [], note: [{ text: "x".repeat(300_000) }] }))).status).toBe(413);
  });
});

describe("people, findings and the audit", () => {
  test("a critical finding is a Communication, and whoever looked is in the audit of those who may read it", async () => {
    const raised = await room.call(radiologist, "POST", "/critical-findings", {
      studyId: study.id,
      description: "Bleeding",
      severity: "CRITICAL",
      recipients: [physician.id],
    });
    expect(raised.status).toBe(201);
    const { body } = await ask(radiologist, `/Communication/${raised.body.id}`);
    expect(body).toMatchObject({
      priority: "stat",
      payload: [{ contentString: "Bleeding" }],
      subject: { reference: `Patient/${study.patientId}` },
      sender: { reference: `Practitioner/${radiologist.id}` },
      recipient: [{ reference: `Practitioner/${physician.id}` }],
    });
    expect(
      found(
        (
          await ask(
            radiologist,
            `/Communication?recipient=${physician.id}&priority=stat&status:not=completed`,
          )
        ).body,
      ),
    ).toEqual([`Communication/${raised.body.id}`]);
    expect((await ask(machine, "/Communication")).status).toBe(403);
    const name = await ask(machine, `/${body.sender.reference}`);
    expect(name.body).toMatchObject({
      resourceType: "Practitioner",
      active: true,
      name: [{ text: radiologist.name }],
    });
    await room.server.journal.drain();
    const administrator = await room.person(["ADMINISTRATOR"]);
    const audit = await ask(
      administrator,
      `/AuditEvent?patient=${study.patientId}&agent=${radiologist.id}&subtype=finding.viewed`,
    );
    expect(audit.body.entry[0].resource).toMatchObject({
      resourceType: "AuditEvent",
      outcome: "0",
      agent: [{ who: { reference: `Practitioner/${radiologist.id}` }, requestor: true }],
      entity: [
        { what: { reference: `Patient/${study.patientId}` } },
        { what: { reference: `Communication/${raised.body.id}` } },
      ],
    });
    const { id } = audit.body.entry[0].resource;
    expect((await ask(administrator, `/AuditEvent/${id}`)).status).toBe(200);
    // Whoever sees their own entries alone does not see those of others.
    expect((await ask(physician, `/AuditEvent/${id}`)).status).toBe(404);
    expect((await ask(machine, "/AuditEvent")).status).toBe(403);
  });
});

describe("searching", () => {
  test("by references, chains, tokens, dates and names; GET and POST are one search", async () => {
    const uid = study.attributes.StudyInstanceUID;
    const number = orderId.slice(-12);
    for (const [url, wanted] of [
      [`Patient?identifier=${study.attributes.PatientID}`, `Patient/${study.patientId}`],
      [
        `Patient?family=do&given:contains=ANE&identifier=${study.attributes.PatientID}`,
        `Patient/${study.patientId}`,
      ],
      [`ServiceRequest?subject=Patient/${study.patientId}&status=active`, `ServiceRequest/${orderId}`],
      [`ServiceRequest?patient.identifier=${study.attributes.PatientID}`, `ServiceRequest/${orderId}`],
      [`ServiceRequest?subject:Patient.name=doe&identifier=${number}`, `ServiceRequest/${orderId}`],
      [
        `ServiceRequest?identifier=urn:isocenter:facility:${room.facilityId}:accession-number|${number}`,
        `ServiceRequest/${orderId}`,
      ],
      [
        `ServiceRequest?identifier=${number}&authored=gt2000&authored=lt2200-01-01`,
        `ServiceRequest/${orderId}`,
      ],
      [`ImagingStudy?identifier=urn:dicom:uid|urn:oid:${uid}&modality=ct`, `ImagingStudy/${study.id}`],
      [`ImagingStudy?basedon=ServiceRequest/${orderId}&status:not=cancelled`, `ImagingStudy/${study.id}`],
      [`DiagnosticReport?patient=${study.patientId}&status=final,amended`, `DiagnosticReport/${reportId}`],
      [
        `DiagnosticReport?based-on=${orderId}&results-interpreter=${radiologist.id}`,
        `DiagnosticReport/${reportId}`,
      ],
      [
        `DiagnosticReport?patient=Patient/${study.patientId}&_lastUpdated=ge2020`,
        `DiagnosticReport/${reportId}`,
      ],
    ] as const) {
      const { status, body } = await ask(machine, `/${url}`);
      expect([url, status, found(body), body.total]).toEqual([url, 200, [wanted], 1]);
      const [type = "", query = ""] = url.split("?");
      const posted = await ask(machine, `/${type}/_search`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        payload: query,
      });
      expect([url, found(posted.body)]).toEqual([url, [wanted]]);
    }
    for (const url of [
      `Patient?identifier=urn:oid:1.2.3|${study.attributes.PatientID}`,
      "Patient?family:exact=doe",
      `ServiceRequest?patient=${study.patientId}&status=revoked`,
      `ServiceRequest?identifier=${number}&authored=lt2000`,
      "ImagingStudy?patient=Patient/nobody",
      "DiagnosticReport?_id=nothing",
    ])
      expect([url, (await ask(machine, `/${url}`)).body.total]).toEqual([url, 0]);
  });

  test("says what it did not use, refuses it where that is wanted, and refuses what it cannot do", async () => {
    const lenient = await ask(machine, "/Patient?surprise=1&family=Doe");
    expect([lenient.status, lenient.body.entry.at(-1).search.mode]).toEqual([200, "outcome"]);
    expect(lenient.body.link[0].url).toMatch(/\/fhir\/Patient\?family=Doe$/);
    expect(
      (await ask(machine, "/Patient?surprise=1", { headers: { prefer: "handling=strict" } })).status,
    ).toBe(400);
    for (const url of [
      "/Patient?family:missing=true",
      "/Patient?birthdate=ap2000",
      "/Patient?birthdate=2000-02-30",
      "/Patient?_sort=shoe-size",
      "/Patient?_count=many",
      "/Patient?_page=f.nonsense",
      "/ServiceRequest?patient.organization.name=x",
      "/ServiceRequest?_include=Patient:organization",
      "/ServiceRequest?_include:iterate=ServiceRequest:patient",
      "/Patient?_summary=some",
    ])
      expect([url, (await ask(machine, url)).status]).toEqual([url, 400]);
  });

  test("brings along what matches lead to and what leads to them, as far as the viewer may see it", async () => {
    const include = await ask(
      machine,
      `/DiagnosticReport?_id=${reportId}&_include=DiagnosticReport:subject&_include=DiagnosticReport:imaging-study&_include=DiagnosticReport:based-on`,
    );
    expect(found(include.body, "include").sort()).toEqual([
      `ImagingStudy/${study.id}`,
      `Patient/${study.patientId}`,
      `ServiceRequest/${orderId}`,
    ]);
    const reverse = await ask(
      machine,
      `/Patient?_id=${study.patientId}&_revinclude=ImagingStudy:patient&_revinclude=DiagnosticReport:patient`,
    );
    expect(found(reverse.body, "include").sort()).toEqual([
      `DiagnosticReport/${reportId}`,
      `ImagingStudy/${study.id}`,
    ]);
    const clerk = await room.person(["FRONT_DESK"]);
    const desk = await ask(clerk, `/Patient?_id=${study.patientId}&_revinclude=DiagnosticReport:patient`);
    expect([found(desk.body), found(desk.body, "include")]).toEqual([[`Patient/${study.patientId}`], []]);
    expect((await ask(clerk, "/DiagnosticReport")).status).toBe(403);
  });

  test("pages by key, forth and back, with the same order", async () => {
    const made: string[] = [];
    for (let one = 0; one < 5; one++) made.push((await room.study()).patientId);
    const family = "/Patient?family=Doe&_sort=-_lastUpdated&_count=2";
    const pages: string[][] = [];
    let url: string | undefined = family;
    let last: Json;
    while (url !== undefined) {
      last = (await ask(machine, url)).body;
      pages.push(found(last));
      url = linkOf(last, "next");
    }
    const all = found((await ask(machine, "/Patient?family=Doe&_sort=-_lastUpdated&_count=200")).body);
    expect([pages.flat(), last.total]).toEqual([all, all.length]);
    const back: string[][] = [];
    for (let at = linkOf(last, "previous"); at !== undefined; ) {
      const { body } = await ask(machine, at);
      back.unshift(found(body));
      at = linkOf(body, "previous");
    }
    expect(back.flat()).toEqual(pages.slice(0, -1).flat());
    const counted = (await ask(machine, "/Patient?family=Doe&_summary=count")).body;
    expect([counted.total, counted.entry]).toEqual([all.length, undefined]);
  });
});

const linkOf = (bundle: Json, relation: string): string | undefined => {
  const url = bundle.link.find((one: Json) => one.relation === relation)?.url as string | undefined;
  return url?.slice(url.indexOf("/fhir") + 5);
};

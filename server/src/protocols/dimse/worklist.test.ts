import {
  type DataSetValues,
  type DicomJson,
  dataSetOf,
  formatTag,
  readDataSet,
  Tags,
  TransferSyntaxes,
  tagByKeyword,
  text,
  toDicomJson,
  writeDataSet,
} from "@isocenter/dicom";
import { type ClientAssociation, openAssociation } from "@isocenter/dimse";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { makeOrder, makePatient, makeProvider } from "@isocenter/test/support/orders.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createJournal, type Journal } from "../../modules/journal/index.ts";
import { createModalityWorklist, worklistKeys } from "../../modules/orders/index.ts";
import type { Peer } from "../../modules/peers/index.ts";
import { type DimseListener, startDimse } from "./index.ts";
import { worklistModel } from "./offers.ts";

const database = testDatabase();
const platform = testPlatform(database, { host: "127.0.0.1", dicomPort: 0 });
let journal: Journal;
let listener: DimseListener;
let facility: string;
let other: string;
let permissions: Peer["permissions"] = ["worklist"];
let association: ClientAssociation;

const open = () =>
  openAssociation({
    host: "127.0.0.1",
    port: listener.port,
    callingAeTitle: "CT1",
    calledAeTitle: "ISOCENTER",
    implementation: { classUid: "2.25.1", versionName: "TEST" },
    contexts: [
      { abstractSyntax: worklistModel, transferSyntaxes: [TransferSyntaxes.ExplicitVRLittleEndian] },
    ],
  });

beforeAll(async () => {
  const { db } = database;
  journal = createJournal(platform);
  facility = await makeFacility(db);
  other = await makeFacility(db, { name: "Elsewhere", issuer: "OTHER" });
  const provider = await makeProvider(db, "Dr. Anna Berg");
  const at = (patientId: string, more: object) =>
    makeOrder(db, { facilityId: facility, patientId, providerId: provider, ...more });
  const mueller = await makePatient(db, facility, { name: "Müller^Jürgen", identifier: "P-1", sex: "M" });
  const doe = await makePatient(db, facility, {
    name: "Doe^Jane",
    identifier: "P-2",
    sex: "U",
    birthDate: null,
  });
  const yamada = await makePatient(db, facility, {
    name: "Yamada^Tarou=山田^太郎=やまだ^たろう",
    identifier: "P-3",
  });
  // Paris: 2 March 2026, 00:30, which is the day before by universal time.
  await at(mueller, {
    accessionNumber: "NIGHT",
    startsAt: new Date("2026-03-01T23:30:00Z"),
    performingPhysician: "Weiß, Karl",
    protocolCode: "CTHEAD",
    priority: "URGENT",
    notes: "Two lines\nof notes",
  });
  await at(doe, {
    accessionNumber: "NOON",
    modality: "MR",
    stationAeTitle: "MR1",
    startsAt: new Date("2026-03-02T11:00:00Z"),
    stepStatus: "ARRIVED",
    status: "ARRIVED",
  });
  await at(yamada, {
    accessionNumber: "LATE",
    startsAt: new Date("2026-03-03T17:15:00Z"),
    stationAeTitle: "CT2",
  });
  await at(doe, {
    accessionNumber: "NOW",
    startsAt: null,
    stationAeTitle: null,
    status: "ARRIVED",
    stepStatus: "READY",
    priority: "STAT",
  });
  for (const [accessionNumber, stepStatus, status] of [
    ["STARTED", "STARTED", "IN_PROGRESS"],
    ["DONE", "COMPLETED", "PERFORMED"],
    ["OFF", "CANCELED", "CANCELLED"],
    ["OPEN", "PENDING", "PENDING"],
    ["HELD", "SCHEDULED", "ON_HOLD"],
  ])
    await at(doe, { accessionNumber, stepStatus, status });
  await makeOrder(db, {
    facilityId: other,
    patientId: await makePatient(db, other),
    providerId: provider,
    accessionNumber: "OTHER",
  });
  listener = await startDimse({
    platform,
    archive: {} as never,
    rendering: null as never,
    peers: {
      recognize: async () => ({
        known: true,
        permissions,
        facilityId: facility,
        patientIdIssuer: null,
        viewer: viewerAt([facility], { kind: "peer", id: "CT1", roles: [], grants: ["orders.read"] }),
      }),
      knock: async () => {},
      destination: async () => null,
    },
    modalityWorklist: createModalityWorklist(platform, journal),
  });
  association = await open();
});
afterAll(async () => {
  await association?.release().catch(() => {});
  await listener?.close(0);
  await journal?.stop();
});

async function ask(keys: object, characterSet?: string) {
  const set = dataSetOf(keys as DataSetValues, characterSet === undefined ? {} : { characterSet });
  const found: { json: DicomJson; status: number; bytes: Buffer }[] = [];
  const matches = association.find({
    sopClassUid: worklistModel,
    identifier: (syntax) => writeDataSet(set, syntax),
  });
  for await (const { identifier, transferSyntax, status } of matches)
    found.push({ json: toDicomJson(readDataSet(identifier, transferSyntax)), status, bytes: identifier });
  return found;
}
/** Accession numbers of what matches. */
async function found(keys: object, step: object = {}, characterSet?: string): Promise<string[]> {
  const answers = await ask(
    {
      AccessionNumber: "",
      ...keys,
      ScheduledProcedureStepSequence: [{ ScheduledStationAETitle: "", ...step }],
    },
    characterSet,
  );
  return answers.map(({ json }) => String(json["00080050"]?.Value?.[0]));
}

test("without a status what is still to be done, of the caller's facility alone, by its start", async () => {
  expect(await found({})).toEqual(["NOW", "NIGHT", "NOON", "LATE"]);
});

test.each([
  ["modality", {}, { Modality: "MR" }, ["NOON"]],
  ["station", {}, { ScheduledStationAETitle: "CT2" }, ["LATE"]],
  [
    "a step without a station is of the station that asks",
    {},
    { ScheduledStationAETitle: "CT1" },
    ["NOW", "NIGHT"],
  ],
  ["one of several stations", {}, { ScheduledStationAETitle: ["CT2", "MR1"] }, ["NOON", "LATE"]],
  ["station with a wildcard", {}, { ScheduledStationAETitle: "?T2" }, ["LATE"]],
  [
    "the facility's day, not the universal one",
    {},
    { ScheduledProcedureStepStartDate: "20260302" },
    ["NIGHT", "NOON"],
  ],
  ["a range of days", {}, { ScheduledProcedureStepStartDate: "20260303-" }, ["LATE"]],
  ["time alone, of each day", {}, { ScheduledProcedureStepStartTime: "1200-1830" }, ["NOW", "NOON", "LATE"]],
  [
    "days and times are one period",
    {},
    { ScheduledProcedureStepStartDate: "20260302-20260303", ScheduledProcedureStepStartTime: "1200-1000" },
    ["NOON"],
  ],
  [
    "times of a single day",
    {},
    { ScheduledProcedureStepStartDate: "20260302", ScheduledProcedureStepStartTime: "00-0059" },
    ["NIGHT"],
  ],
  ["status", {}, { ScheduledProcedureStepStatus: "STARTED" }, ["STARTED"]],
  ["statuses", {}, { ScheduledProcedureStepStatus: ["COMPLETED", "CANCELED"] }, ["DONE", "OFF"]],
  ["a status that is never shown", {}, { ScheduledProcedureStepStatus: "PENDING" }, []],
  ["name without accents and case", { PatientName: "muller*" }, {}, ["NIGHT"]],
  ["name in another group", { PatientName: "*山田*" }, {}, ["LATE"]],
  ["identifier", { PatientID: "P-2" }, {}, ["NOW", "NOON"]],
  ["issuer", { IssuerOfPatientID: "OTHER" }, {}, []],
  ["accession number", { AccessionNumber: "N*" }, {}, ["NOW", "NIGHT", "NOON"]],
  ["sex that nobody knows is no value", { PatientSex: "U" }, {}, []],
  ["birth date", { PatientBirthDate: "19800101-19801231" }, {}, ["NIGHT", "LATE"]],
  ["performing physician", {}, { ScheduledPerformingPhysicianName: "weiss^karl" }, ["NIGHT"]],
  ["requesting physician", { RequestingPhysician: "Berg^Anna*", PatientID: "P-1" }, {}, ["NIGHT"]],
  ["priority", { RequestedProcedurePriority: "STAT" }, {}, ["NOW"]],
  ["text with capitals is another", { RequestedProcedureDescription: "ct head" }, {}, []],
  [
    "code in a sequence of the step",
    {},
    { ScheduledProtocolCodeSequence: [{ CodeValue: "CTHEAD" }] },
    ["NIGHT"],
  ],
  ["code of the procedure", { RequestedProcedureCodeSequence: [{ CodeMeaning: "CT*" }] }, {}, ["NIGHT"]],
])("%s", async (_what, keys, step, expected) => {
  expect(await found(keys, step)).toEqual(expected);
});

test("UIDs: a list of them; what is no UID does not match the SOP class", async () => {
  const [{ json } = { json: {} as DicomJson }] = await ask({ StudyInstanceUID: "", PatientID: "P-1" });
  const uid = String(json["0020000D"]?.Value?.[0]);
  expect(await found({ StudyInstanceUID: ["1.2.3", uid] })).toEqual(["NIGHT"]);
});

test("everything asked for: type 1 is never empty, type 2 is always there, every value as its VR has it", async () => {
  const all = Object.fromEntries(
    worklistKeys.map(({ tag, items }) => [
      formatTag(tag),
      items ? { vr: "SQ", value: [] } : { vr: "SH", value: "" },
    ]),
  );
  const answers = await ask(all);
  expect(answers.map(({ status }) => status)).toEqual([0xff00, 0xff00, 0xff00, 0xff00]);
  for (const { json } of answers) {
    const step = json["00400100"]!.Value![0] as DicomJson;
    for (const [set, keys] of [
      [json, worklistKeys],
      [step, worklistKeys.find(({ items }) => items)!.items!],
    ] as const)
      for (const { tag, type } of keys) {
        const element = set[formatTag(tag)];
        expect(element, formatTag(tag)).toBeDefined();
        if (type === "1") expect(element!.Value?.length, formatTag(tag)).toBe(1);
      }
  }
  const [now, night] = answers.map(({ json }) => json);
  const value = (set: DicomJson, keyword: string) => set[formatTag(tagByKeyword(keyword)!)]?.Value?.[0];
  const step = value(night!, "ScheduledProcedureStepSequence") as DicomJson;
  expect(
    [
      "ScheduledProcedureStepStartDate",
      "ScheduledProcedureStepStartTime",
      "ScheduledProcedureStepEndTime",
      "ScheduledStationAETitle",
      "ScheduledProcedureStepStatus",
    ].map((keyword) => value(step, keyword)),
  ).toEqual(["20260302", "003000", "010000", "CT1", "SCHEDULED"]);
  expect(value(step, "ScheduledPerformingPhysicianName")).toEqual({ Alphabetic: "Weiß^Karl" });
  expect(value(night!, "RequestingPhysician")).toEqual({ Alphabetic: "Berg^Anna^^Dr." });
  expect(value(night!, "PatientName")).toEqual({ Alphabetic: "Müller^Jürgen" });
  expect(value(night!, "RequestedProcedurePriority")).toBe("HIGH");
  expect(value(night!, "RequestedProcedureComments")).toBe("Two lines\nof notes");
  expect(value(now!, "PatientSex")).toBeUndefined();
  // Without a time: it begins when it was asked for.
  const first = value(now!, "ScheduledProcedureStepSequence") as DicomJson;
  expect(value(first, "ScheduledProcedureStepStartDate")).toBe("20260301");
});

test("the answer holds what was asked for and no more; an unknown key is told by FF01", async () => {
  const [{ json, status } = { json: {} as DicomJson, status: 0 }] = await ask({
    PatientID: "P-1",
    PatientComments: "",
    AdmissionID: "",
    ScheduledProcedureStepSequence: [{ Modality: "" }],
  });
  expect([Object.keys(json).sort(), status]).toEqual([
    ["00100020", "00104000", "00380010", "00400100"],
    0xff00,
  ]);
  expect(Object.keys(json["00400100"]!.Value![0]!)).toEqual(["00080060"]);
  const [unknown] = await ask({ PatientID: "P-1", Rows: null });
  expect([Object.keys(unknown!.json), unknown!.status]).toEqual([["00100020"], 0xff01]);
});

test("text in the character set that the caller declares, where that has it", async () => {
  const answer = async (name: string, characterSet?: string) => {
    const [{ bytes } = { bytes: Buffer.alloc(0) }] = await ask({ PatientName: name }, characterSet);
    const set = readDataSet(bytes, TransferSyntaxes.ExplicitVRLittleEndian);
    return [text(set, Tags.SpecificCharacterSet), text(set, Tags.PatientName), bytes.includes(0xfc)];
  };
  expect(await answer("Müller^*", "ISO_IR 100")).toEqual(["ISO_IR 100", "Müller^Jürgen", true]);
  expect(await answer("M*ller^*")).toEqual(["ISO_IR 192", "Müller^Jürgen", false]);
  expect((await answer("Yamada*", "ISO_IR 100")).slice(0, 1)).toEqual(["ISO_IR 192"]);
});

test("a query that is no query is refused with its element; a caller without the permission is let to nothing", async () => {
  await expect(found({}, { ScheduledProcedureStepStartDate: "tomorrow" })).rejects.toMatchObject({
    status: 0xa900,
    offendingElements: [Tags.ScheduledProcedureStepStartDate],
  });
  permissions = ["find"];
  const refused = await open();
  expect(refused.contexts).toEqual([]);
  await refused.release();
  permissions = ["worklist"];
});

test("each query is an access of its own", async () => {
  const before = await count();
  await found({});
  await found({ PatientID: "nobody" });
  expect((await count()) - before).toBe(2);
});

async function count(): Promise<number> {
  await journal.drain();
  const [{ n } = { n: 0 }] = await database.db<{ n: number }[]>`
    select count(*)::int as n from access where action = 'modality-worklist.searched'`;
  return n;
}

test("C-CANCEL ends it", async () => {
  const controller = new AbortController();
  const set = dataSetOf({ PatientName: "" });
  let seen = 0;
  for await (const _ of association.find({
    sopClassUid: worklistModel,
    identifier: (syntax) => writeDataSet(set, syntax),
    signal: controller.signal,
  })) {
    seen += 1;
    controller.abort();
  }
  expect(seen).toBeGreaterThan(0);
  expect(await found({ PatientID: "P-1" })).toEqual(["NIGHT"]);
});

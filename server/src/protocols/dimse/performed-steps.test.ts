import {
  type DataSetValues,
  dataSetOf,
  readDataSet,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  toDicomJson,
  writeDataSet,
} from "@isocenter/dicom";
import { type ClientAssociation, openAssociation } from "@isocenter/dimse";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { makeOrder, makePatient, makeProvider } from "@isocenter/test/support/orders.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createJournal, type Journal } from "../../modules/journal/index.ts";
import { createPerformedSteps } from "../../modules/orders/index.ts";
import { type DimseListener, startDimse } from "./index.ts";

const sopClassUid = SopClasses.ModalityPerformedProcedureStep;
const retrieveClass = SopClasses.ModalityPerformedProcedureStepRetrieve;
const database = testDatabase();
const platform = testPlatform(database, { host: "127.0.0.1", dicomPort: 0 });
let journal: Journal;
let listener: DimseListener;
let association: ClientAssociation;
let facility: string;
let provider: string;
let patient: string;
let grants: string[];
let n = 0;

beforeAll(async () => {
  journal = createJournal(platform);
  facility = await makeFacility(database.db);
  provider = await makeProvider(database.db);
  patient = await makePatient(database.db, facility, { name: "Doe^Jane", identifier: "P-1" });
  listener = await startDimse({
    platform,
    archive: {} as never,
    rendering: null as never,
    peers: {
      recognize: async () => ({
        known: true,
        permissions: ["mpps"],
        facilityId: facility,
        patientIdIssuer: null,
        viewer: viewerAt([facility], { kind: "peer", id: "CT1", roles: [], grants: grants as never }),
      }),
      knock: async () => {},
      destination: async () => null,
    },
    performedSteps: createPerformedSteps(platform, journal),
  });
  grants = ["orders.write"];
  association = await openAssociation({
    host: "127.0.0.1",
    port: listener.port,
    callingAeTitle: "CT1",
    calledAeTitle: "ISOCENTER",
    implementation: { classUid: "2.25.1", versionName: "TEST" },
    contexts: [sopClassUid, retrieveClass].map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: [TransferSyntaxes.ExplicitVRLittleEndian],
    })),
  });
});
afterAll(async () => {
  await association?.release().catch(() => {});
  await listener?.close(0);
  await journal?.stop();
});

let uid: string;
beforeEach(() => {
  uid = `1.2.826.0.1.99.${++n}`;
});

type Order = Awaited<ReturnType<typeof makeOrder>>;
const place = (more: object = {}) =>
  makeOrder(database.db, { facilityId: facility, patientId: patient, providerId: provider, ...more });

const references = (order: Partial<Order>) => ({
  StudyInstanceUID: order.studyInstanceUid ?? "1.2.3.4",
  ReferencedStudySequence: [],
  AccessionNumber: order.accessionNumber ?? "",
  RequestedProcedureID: order.requestedProcedureId ?? "",
  RequestedProcedureDescription: "",
  ScheduledProcedureStepID: order.stepId ?? "",
  ScheduledProcedureStepDescription: "",
  ScheduledProtocolCodeSequence: [],
});

const begun = (orders: Partial<Order>[], more: object = {}) => ({
  ScheduledStepAttributesSequence: orders.map(references),
  PatientName: "DOE^JANE",
  PatientID: "P-1",
  PatientBirthDate: "",
  PatientSex: "",
  ReferencedPatientSequence: [],
  PerformedProcedureStepID: "PPS1",
  PerformedStationAETitle: "CT1",
  PerformedStationName: "",
  PerformedLocation: "",
  PerformedProcedureStepStartDate: "20260302",
  PerformedProcedureStepStartTime: "103000",
  PerformedProcedureStepStatus: "IN PROGRESS",
  PerformedProcedureStepDescription: "",
  PerformedProcedureTypeDescription: "",
  ProcedureCodeSequence: [],
  PerformedProcedureStepEndDate: "",
  PerformedProcedureStepEndTime: "",
  Modality: "CT",
  StudyID: "",
  PerformedProtocolCodeSequence: [],
  PerformedSeriesSequence: [],
  ...more,
});

const series = (...instances: string[]) => ({
  PerformingPhysicianName: "",
  ProtocolName: "Head",
  OperatorsName: "",
  SeriesInstanceUID: "1.2.3.4.5",
  SeriesDescription: "",
  RetrieveAETitle: "",
  ReferencedImageSequence: instances.map((ReferencedSOPInstanceUID) => ({
    ReferencedSOPClassUID: SopClasses.CTImageStorage,
    ReferencedSOPInstanceUID,
  })),
  ReferencedNonImageCompositeSOPInstanceSequence: [],
});

const ended = (status: string, more: object = {}) => ({
  PerformedProcedureStepStatus: status,
  PerformedProcedureStepEndDate: "20260302",
  PerformedProcedureStepEndTime: "110000",
  PerformedSeriesSequence: [series("1.2.3.4.5.1", "1.2.3.4.5.2")],
  ...more,
});

const bytes = (values: object) => (syntax: string) =>
  writeDataSet(dataSetOf(values as DataSetValues), syntax);
const create = (values: object, sopInstanceUid: string | undefined = uid) =>
  association.nCreate({
    sopClassUid,
    ...(sopInstanceUid ? { sopInstanceUid } : {}),
    attributes: bytes(values),
  });
const set = (values: object, sopInstanceUid = uid) =>
  association.nSet({ sopClassUid, sopInstanceUid, modifications: bytes(values) });

const state = async ({ orderId, scheduledStepId }: Order) => {
  const [row] = await database.db<{ order: string; step: string }[]>`
    select o.status as "order", ss.status as step from imaging_order o join scheduled_step ss on ss.id = ${scheduledStepId} where o.id = ${orderId}`;
  return [row?.step, row?.order];
};
const performed = async (sopInstanceUid = uid) => {
  const [row] = await database.db`
    select status, order_id, started_at, ended_at, referenced_instances from performed_step where sop_instance_uid = ${sopInstanceUid}`;
  return row;
};

describe("what a modality reports moves the step and its order", () => {
  test("IN PROGRESS, then COMPLETED", async () => {
    const order = await place();
    expect((await create(begun([order]))).status).toBe(0);
    expect(await state(order)).toEqual(["STARTED", "IN_PROGRESS"]);
    // Paris: an hour before universal time.
    expect(await performed()).toMatchObject({
      order_id: order.orderId,
      started_at: new Date("2026-03-02T09:30:00Z"),
    });
    expect((await set(ended("COMPLETED"))).status).toBe(0);
    expect(await state(order)).toEqual(["COMPLETED", "PERFORMED"]);
    expect(await performed()).toMatchObject({
      status: "COMPLETED",
      ended_at: new Date("2026-03-02T10:00:00Z"),
      referenced_instances: ["1.2.3.4.5.1", "1.2.3.4.5.2"],
    });
  });

  test("DISCONTINUED, without series", async () => {
    const order = await place();
    await create(begun([order]));
    await set(ended("DISCONTINUED", { PerformedSeriesSequence: [] }));
    expect(await state(order)).toEqual(["DISCONTINUED", "DISCONTINUED"]);
  });

  test("several performed steps of one scheduled step: it ends with the last, completed where one was", async () => {
    const order = await place();
    await create(begun([order]));
    await create(begun([order]), `${uid}.2`);
    await set(ended("COMPLETED"));
    expect(await state(order)).toEqual(["STARTED", "IN_PROGRESS"]);
    await set(ended("DISCONTINUED"), `${uid}.2`);
    expect(await state(order)).toEqual(["COMPLETED", "PERFORMED"]);
  });

  test("one performed step for two orders", async () => {
    const [one, two] = [await place(), await place()];
    await create(begun([one, two]));
    await set(ended("COMPLETED"));
    expect([await state(one), await state(two)]).toEqual([
      ["COMPLETED", "PERFORMED"],
      ["COMPLETED", "PERFORMED"],
    ]);
  });

  test.each([
    ["the accession number alone", ({ accessionNumber }: Order) => ({ accessionNumber })],
    ["the requested procedure alone", ({ requestedProcedureId }: Order) => ({ requestedProcedureId })],
    ["the study alone", ({ studyInstanceUid }: Order) => ({ studyInstanceUid })],
  ])("found by %s", async (_what, said) => {
    const order = await place();
    await create(begun([said(order)]));
    expect(await state(order)).toEqual(["STARTED", "IN_PROGRESS"]);
  });

  test.each([
    ["nobody asked for it", {}, {}],
    ["the identifier is another patient's", { PatientID: "P-2" }, {}],
    ["the identity does not fit", { PatientName: "Smith^John" }, {}],
    ["the numbers contradict each other", {}, { accessionNumber: "ANOTHER" }],
  ])("kept without an order where %s", async (_what, patientSaid, said) => {
    const order = await place();
    await create(
      begun(
        [{ ...(Object.keys(patientSaid).length + Object.keys(said).length > 0 ? order : {}), ...said }],
        patientSaid,
      ),
    );
    expect(await performed()).toMatchObject({ status: "IN PROGRESS", order_id: null });
    expect(await state(order)).toEqual(["SCHEDULED", "SCHEDULED"]);
    await set(ended("COMPLETED"));
    expect(await state(order)).toEqual(["SCHEDULED", "SCHEDULED"]);
  });

  test("another facility's order is not there", async () => {
    const other = await makeFacility(database.db, { name: "Elsewhere", issuer: "OTHER" });
    const order = await makeOrder(database.db, {
      facilityId: other,
      patientId: patient,
      providerId: provider,
    });
    await create(begun([order]));
    expect(await state(order)).toEqual(["SCHEDULED", "SCHEDULED"]);
  });
});

describe("statuses", () => {
  test("0111H: the UID is there", async () => {
    await create(begun([{}]));
    await expect(create(begun([{}]))).rejects.toMatchObject({ status: 0x0111 });
  });

  test("0112H: no such step", async () => {
    await expect(set(ended("COMPLETED"))).rejects.toMatchObject({ status: 0x0112 });
  });

  test("0110H with A710H: it has ended, and stays as it was", async () => {
    await create(begun([{}]));
    await set(ended("DISCONTINUED"));
    await expect(set({ PerformedProcedureStepStatus: "COMPLETED" })).rejects.toMatchObject({
      status: 0x0110,
      errorId: 0xa710,
    });
    expect(await performed()).toMatchObject({ status: "DISCONTINUED" });
  });

  /** Type 2 (PS3.4 Table F.7.2-1), and needed to tell neither patient nor order apart. */
  const spared = [
    "ReferencedStudySequence",
    "RequestedProcedureDescription",
    "ScheduledProcedureStepDescription",
    "ScheduledProtocolCodeSequence",
    "PatientBirthDate",
    "PatientSex",
    "ReferencedPatientSequence",
    "PerformedStationName",
    "PerformedLocation",
    "PerformedProcedureStepDescription",
    "PerformedProcedureTypeDescription",
    "ProcedureCodeSequence",
    "PerformedProcedureStepEndDate",
    "PerformedProcedureStepEndTime",
    "StudyID",
    "PerformedProtocolCodeSequence",
    "PerformedSeriesSequence",
  ];
  const without = (values: object, keywords: readonly string[]) =>
    Object.fromEntries(Object.entries(values).filter(([keyword]) => !keywords.includes(keyword)));
  const needed = (values: object) => Object.keys(without(values, spared)) as (keyof typeof Tags)[];

  test.each(needed(begun([{}])))("0120H: created without %s", async (keyword) => {
    await expect(create(without(begun([{}]), [keyword]))).rejects.toMatchObject({
      status: 0x0120,
      offendingElements: [Tags[keyword]],
    });
    expect(await performed()).toBeUndefined();
  });

  test.each(needed(references({})))("0120H: created without %s of the scheduled step", async (keyword) => {
    const values = begun([{}], { ScheduledStepAttributesSequence: [without(references({}), [keyword])] });
    await expect(create(values)).rejects.toMatchObject({
      status: 0x0120,
      offendingElements: [Tags[keyword]],
    });
  });

  test("what tells nobody apart may be left out: it is kept without a value, and the step moves its order", async () => {
    const order = await place();
    const scheduled = without(references(order), spared);
    const least = without(begun([order], { ScheduledStepAttributesSequence: [scheduled] }), spared);
    expect((await create(least)).status).toBe(0);
    const [row] = await database.db<{ attributes: Record<string, { vr: string; Value?: unknown[] }> }[]>`
      select attributes from performed_step where sop_instance_uid = ${uid}`;
    const [item] = row!.attributes["00400270"]!.Value as (typeof row & object)["attributes"][];
    expect([row!.attributes["00100040"], row!.attributes["00081032"], item!["00081110"]]).toEqual([
      { vr: "CS" },
      { vr: "SQ" },
      { vr: "SQ" },
    ]);
    const { ProtocolName, SeriesInstanceUID, ReferencedImageSequence } = series("1.2.3.4.5.1");
    const bare = { ProtocolName, SeriesInstanceUID, ReferencedImageSequence };
    await set({ ScheduledStepAttributesSequence: [scheduled], PerformedStationName: "" });
    expect((await set(ended("COMPLETED", { PerformedSeriesSequence: [bare] }))).status).toBe(0);
    expect(await state(order)).toEqual(["COMPLETED", "PERFORMED"]);
  });

  test.each([
    "PerformedProcedureStepID",
    "PerformedStationAETitle",
    "Modality",
    "PerformedProcedureStepStartDate",
  ] as const)("0121H: created with an empty %s", async (keyword) => {
    await expect(create(begun([{}], { [keyword]: "" }))).rejects.toMatchObject({
      status: 0x0121,
      offendingElements: [Tags[keyword]],
    });
  });

  test("0106H: created in another state, or set to none", async () => {
    const offendingElements = [Tags.PerformedProcedureStepStatus];
    await expect(create(begun([{}], { PerformedProcedureStepStatus: "COMPLETED" }))).rejects.toMatchObject({
      status: 0x0106,
      offendingElements,
    });
    await create(begun([{}]));
    await expect(set({ PerformedProcedureStepStatus: "FINISHED" })).rejects.toMatchObject({
      status: 0x0106,
      offendingElements,
    });
  });

  test.each([
    ["PatientID", "P-9"],
    ["PerformedProcedureStepID", "PPS2"],
    ["PerformedStationAETitle", "CT2"],
    ["PerformedProcedureStepStartTime", "1200"],
    ["Modality", "MR"],
    ["StudyID", "7"],
    ["ScheduledStepAttributesSequence", [references({ accessionNumber: "X" })]],
  ] as const)("0106H: %s may not change; it may be said again", async (keyword, value) => {
    const created = begun([{}]) as Record<string, unknown>;
    await create(created);
    expect((await set({ [keyword]: created[keyword] })).status).toBe(0);
    await expect(set({ [keyword]: value })).rejects.toMatchObject({
      status: 0x0106,
      offendingElements: [Tags[keyword]],
    });
  });

  test("it ends with an end, and is completed with series", async () => {
    await create(begun([{}]));
    for (const [values, tag] of [
      [ended("COMPLETED", { PerformedProcedureStepEndDate: "" }), Tags.PerformedProcedureStepEndDate],
      [ended("COMPLETED", { PerformedSeriesSequence: [] }), Tags.PerformedSeriesSequence],
      [
        ended("COMPLETED", { PerformedSeriesSequence: [{ ...series(), ProtocolName: "" }] }),
        Tags.ProtocolName,
      ],
    ] as const)
      await expect(set(values)).rejects.toMatchObject({ status: 0x0121, offendingElements: [tag] });
    expect(await performed()).toMatchObject({ status: "IN PROGRESS" });
  });

  test("0124H: without the right", async () => {
    grants = [];
    const refused = await openAssociation({
      host: "127.0.0.1",
      port: listener.port,
      callingAeTitle: "CT1",
      calledAeTitle: "ISOCENTER",
      implementation: { classUid: "2.25.1", versionName: "TEST" },
      contexts: [
        { abstractSyntax: sopClassUid, transferSyntaxes: [TransferSyntaxes.ImplicitVRLittleEndian] },
      ],
    });
    await expect(
      refused.nCreate({ sopClassUid, sopInstanceUid: uid, attributes: bytes(begun([{}])) }),
    ).rejects.toMatchObject({
      status: 0x0124,
    });
    await refused.release();
    grants = ["orders.write"];
  });
});

test("a step that is created without a UID gets one", async () => {
  const { affectedSopInstanceUid } = await create(begun([{}]), "");
  expect(affectedSopInstanceUid).toMatch(/^2\.25\.\d+$/);
  expect(await performed(affectedSopInstanceUid)).toMatchObject({ status: "IN PROGRESS" });
});

test("N-GET: the whole step, or what is asked for", async () => {
  await create(begun([{}], { PatientName: "Müller^Jürgen" }));
  await set(ended("COMPLETED"));
  const get = async (attributeIdentifierList?: number[]) => {
    const { dataSet, transferSyntax } = await association.nGet({
      sopClassUid: retrieveClass,
      sopInstanceUid: uid,
      ...(attributeIdentifierList ? { attributeIdentifierList } : {}),
    });
    return readDataSet(dataSet!, transferSyntax);
  };
  const whole = await get();
  expect([text(whole, Tags.PatientName), text(whole, Tags.PerformedProcedureStepStatus)]).toEqual([
    "Müller^Jürgen",
    "COMPLETED",
  ]);
  expect(Object.keys(toDicomJson(await get([Tags.Modality, Tags.Rows])))).toEqual(["00080060"]);
  await expect(
    association.nGet({ sopClassUid: retrieveClass, sopInstanceUid: "1.2.9" }),
  ).rejects.toMatchObject({ status: 0x0112 });
});

test("facts tell how the step went", async () => {
  const order = await place();
  await create(begun([order]));
  await set({ PerformedProcedureStepDescription: "Head" });
  await set(ended("COMPLETED"));
  await journal.drain();
  const facts = await database.db<{ type: string; data: object }[]>`
    select f.type from fact f join performed_step ps on ps.id::text = f.subject_id where ps.sop_instance_uid = ${uid} order by f.position`;
  expect(facts.map(({ type }) => type)).toEqual([
    "performed-step.started",
    "performed-step.changed",
    "performed-step.completed",
  ]);
});

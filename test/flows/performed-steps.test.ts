import fs from "node:fs/promises";
import {
  type DataSetValues,
  dataSetOf,
  implementationClassUid,
  SopClasses,
  TransferSyntaxes,
  writeDataSet,
} from "@isocenter/dicom";
import { type ClientAssociation, openAssociation } from "@isocenter/dimse";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, type Program, startProgram, temporaryFolder } from "../support/program.ts";

const mpps = SopClasses.ModalityPerformedProcedureStep;
let folder: string;
let program: Program;
let headers: Record<string, string>;
let association: ClientAssociation | undefined;

beforeAll(async () => {
  folder = await temporaryFolder();
  program = await startProgram({ dataDir: folder, env: { DICOM_PROCESS: "own" } });
  headers = await program.login();
});
afterAll(async () => {
  await association?.release().catch(() => {});
  await program?.stop("SIGKILL");
  if (folder) await fs.rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

// biome-ignore lint/suspicious/noExplicitAny: the test looks into whatever came
async function call(method: string, url: string, body?: object): Promise<any> {
  const answer = await fetch(`${program.url}/api/v1${url}`, {
    method,
    headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

test("a modality's performed step moves step and order through the listener's own process, and REST shows it", async () => {
  const patient = await call("POST", "/patients", {
    firstName: "Jane",
    lastName: "Doe",
    birthDate: "1970-01-02",
    sex: "F",
  });
  const order = await call("POST", "/imaging-orders", {
    patientId: patient.id,
    providerId: (await call("GET", "/users/me")).id,
    modality: "CT",
    bodyPart: "CHEST",
    clinicalIndication: "cough",
    scheduledAt: "2026-03-02T09:00:00Z",
  });
  const steps = async () => (await call("GET", `/imaging-orders/${order.id}/steps`)).data;
  const [scheduled] = await steps();
  await call("POST", "/modalities", {
    aeTitle: "CT1",
    host: "127.0.0.1",
    port: 104,
    permissions: ["worklist", "mpps"],
    facilityId: order.facilityId,
  });
  association = await openAssociation({
    host: "127.0.0.1",
    port: program.dicomPort,
    callingAeTitle: "CT1",
    calledAeTitle: "ISOCENTER",
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
    contexts: [{ abstractSyntax: mpps, transferSyntaxes: [TransferSyntaxes.ExplicitVRLittleEndian] }],
  });
  const sopInstanceUid = "1.2.826.0.1.99.1";
  const bytes = (values: object) => (syntax: string) =>
    writeDataSet(dataSetOf(values as DataSetValues), syntax);
  await association.nCreate({
    sopClassUid: mpps,
    sopInstanceUid,
    attributes: bytes({
      ScheduledStepAttributesSequence: [
        {
          StudyInstanceUID: order.studyInstanceUid,
          ReferencedStudySequence: [],
          AccessionNumber: order.accessionNumber,
          RequestedProcedureID: order.requestedProcedureId,
          RequestedProcedureDescription: "",
          ScheduledProcedureStepID: scheduled.stepId,
          ScheduledProcedureStepDescription: "",
          ScheduledProtocolCodeSequence: [],
        },
      ],
      PatientName: "Doe^Jane",
      PatientID: patient.identifiers[0].value,
      PatientBirthDate: "19700102",
      PatientSex: "F",
      ReferencedPatientSequence: [],
      PerformedProcedureStepID: "PPS1",
      PerformedStationAETitle: "CT1",
      PerformedStationName: "",
      PerformedLocation: "",
      PerformedProcedureStepStartDate: "20260302",
      PerformedProcedureStepStartTime: "103000",
      PerformedProcedureStepStatus: "IN PROGRESS",
      PerformedProcedureStepDescription: "Thorax",
      PerformedProcedureTypeDescription: "",
      ProcedureCodeSequence: [],
      PerformedProcedureStepEndDate: "",
      PerformedProcedureStepEndTime: "",
      Modality: "CT",
      StudyID: "",
      PerformedProtocolCodeSequence: [],
      PerformedSeriesSequence: [],
    }),
  });
  const [begun] = await steps();
  expect(begun).toMatchObject({
    status: "STARTED",
    performed: [
      { sopInstanceUid, stationAeTitle: "CT1", status: "IN_PROGRESS", description: "Thorax", series: [] },
    ],
  });
  expect((await call("GET", `/imaging-orders/${order.id}`)).status).toBe("IN_PROGRESS");
  await association.nSet({
    sopClassUid: mpps,
    sopInstanceUid,
    modifications: bytes({
      PerformedProcedureStepStatus: "COMPLETED",
      PerformedProcedureStepEndDate: "20260302",
      PerformedProcedureStepEndTime: "110000",
      PerformedSeriesSequence: [
        {
          PerformingPhysicianName: "",
          ProtocolName: "Low dose",
          OperatorsName: "",
          SeriesInstanceUID: "1.2.3.4.5",
          SeriesDescription: "",
          RetrieveAETitle: "",
          ReferencedImageSequence: [
            {
              ReferencedSOPClassUID: SopClasses.CTImageStorage,
              ReferencedSOPInstanceUID: "1.2.3.4.5.1",
            },
          ],
          ReferencedNonImageCompositeSOPInstanceSequence: [],
        },
      ],
    }),
  });
  const [ended] = await steps();
  expect(ended).toMatchObject({
    status: "COMPLETED",
    performed: [
      {
        status: "COMPLETED",
        endedAt: expect.stringMatching(/^2026-03-02T/),
        series: [{ seriesInstanceUid: "1.2.3.4.5", protocolName: "Low dose", numberOfInstances: 1 }],
      },
    ],
  });
  expect((await call("GET", `/imaging-orders/${order.id}`)).status).toBe("PERFORMED");
  const facts = await eventually(async () => {
    const { data } = await call("GET", `/audit?subjectId=${begun.performed[0].id}`);
    return data.length >= 2 && data;
  });
  expect(facts.map(({ action }: { action: string }) => action).sort()).toEqual([
    "performed-step.completed",
    "performed-step.started",
  ]);
});

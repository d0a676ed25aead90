import { createHash } from "node:crypto";
import { dataSetOf, newUid, SopClasses, toDicomJson } from "@isocenter/dicom";
import type { Department } from "@isocenter/server/demo/department/establish.ts";
import { systemViewer } from "@isocenter/server/platform/index.ts";
import { chunked, ctInstance } from "../instances.ts";
import { ordersIn } from "./reception.ts";
import { pick, type World } from "./world.ts";

const sopClasses: Readonly<Record<string, string>> = {
  CT: SopClasses.CTImageStorage,
  MR: SopClasses.MRImageStorage,
  DX: SopClasses.DigitalXRayImageStorageForPresentation,
  US: SopClasses.UltrasoundImageStorage,
};

export interface Scan {
  facilityId: string;
  modality: string;
  StudyInstanceUID: string;
  SeriesInstanceUID: string;
  AccessionNumber: string;
  PatientID: string;
  PatientName: string;
}

/** An image as a modality sends it, by the archive's own door; what it answered that it has is remembered with its hash. */
export async function send(world: World, scan: Scan, number: number): Promise<string> {
  const { facilityId, modality, ...said } = scan;
  const made = ctInstance({
    ...said,
    SOPClassUID: sopClasses[modality],
    Modality: modality,
    PatientBirthDate: "",
    PatientSex: "",
    InstanceNumber: number,
    Rows: 8,
    Columns: 8,
  });
  const viewer = systemViewer([facilityId], "modality");
  const { imageId, studyId, SOPInstanceUID } = await world.modules.archive.ingest(viewer, {
    chunks: chunked(made.bytes),
    door: "c-store",
    facilityId,
  });
  world.images.push({
    imageId,
    studyId,
    SOPInstanceUID,
    sha256: createHash("sha256").update(made.bytes).digest("hex"),
  });
  return made.SOPInstanceUID;
}

const dicomTime = (at: Date) => ({
  date: at.toISOString().slice(0, 10).replaceAll("-", ""),
  time: at.toISOString().slice(11, 19).replaceAll(":", ""),
});

type Values = Parameters<typeof dataSetOf>[0];
const json = (values: object) => toDicomJson(dataSetOf(values as Values, { characterSet: "ISO_IR 192" }));

/** The step that a modality reports (PS3.4 F.7.2): begun, then its images, then completed or broken off. */
async function reportStep(
  world: World,
  scan: Scan,
  // biome-ignore lint/suspicious/noExplicitAny: an order as the API answers it
  order: any,
  stepId: string,
  images: () => Promise<string[]>,
  discontinued: boolean,
): Promise<void> {
  const { performedSteps } = world.modules;
  const { facilityId } = scan;
  const viewer = systemViewer([facilityId], "modality");
  const sopInstanceUid = newUid();
  const { date, time } = dicomTime(world.platform.clock.now());
  await performedSteps.create(viewer, {
    facilityId,
    sopInstanceUid,
    attributes: json({
      ScheduledStepAttributesSequence: [
        {
          StudyInstanceUID: scan.StudyInstanceUID,
          ReferencedStudySequence: [],
          AccessionNumber: scan.AccessionNumber,
          RequestedProcedureID: order.requestedProcedureId,
          RequestedProcedureDescription: "",
          ScheduledProcedureStepID: stepId,
          ScheduledProcedureStepDescription: "",
          ScheduledProtocolCodeSequence: [],
        },
      ],
      PatientName: scan.PatientName,
      PatientID: scan.PatientID,
      PatientBirthDate: "",
      PatientSex: "",
      ReferencedPatientSequence: [],
      PerformedProcedureStepID: `PPS${stepId}`.slice(0, 16),
      PerformedStationAETitle: order.stationAeTitle ?? "SCANNER",
      PerformedStationName: "",
      PerformedLocation: "",
      PerformedProcedureStepStartDate: date,
      PerformedProcedureStepStartTime: time,
      PerformedProcedureStepStatus: "IN PROGRESS",
      PerformedProcedureStepDescription: "",
      PerformedProcedureTypeDescription: "",
      ProcedureCodeSequence: [],
      PerformedProcedureStepEndDate: "",
      PerformedProcedureStepEndTime: "",
      Modality: scan.modality,
      StudyID: "",
      PerformedProtocolCodeSequence: [],
      PerformedSeriesSequence: [],
    }),
  });
  const sent = discontinued ? [] : await images();
  const series = {
    PerformingPhysicianName: "",
    ProtocolName: "By the book",
    OperatorsName: "",
    SeriesInstanceUID: scan.SeriesInstanceUID,
    SeriesDescription: "",
    RetrieveAETitle: "",
    ReferencedImageSequence: sent.map((ReferencedSOPInstanceUID) => ({
      ReferencedSOPClassUID: sopClasses[scan.modality],
      ReferencedSOPInstanceUID,
    })),
    ReferencedNonImageCompositeSOPInstanceSequence: [],
  };
  await performedSteps.change(viewer, {
    facilityId,
    sopInstanceUid,
    attributes: json({
      PerformedProcedureStepStatus: discontinued ? "DISCONTINUED" : "COMPLETED",
      PerformedProcedureStepEndDate: date,
      PerformedProcedureStepEndTime: time,
      PerformedSeriesSequence: discontinued ? [] : [series],
    }),
  });
}

/** What has arrived is scanned: with performed steps, with images alone, or by a technologist's hand; one in ten comes with a number that nobody gave. */
export async function scan(world: World, department: Department): Promise<void> {
  const { random, patients } = world;
  const { facilityId, people } = department;
  const arrived = await ordersIn(world, department, "ARRIVED");
  const strange = Array.from({ length: Math.ceil(arrived.length / 10) }, () =>
    pick(
      random,
      patients.filter((one) => one.facilityId === facilityId),
    ),
  );
  const scanOrder = async (order: (typeof arrived)[number]) => {
    const patient = patients.find((one) => one.id === order.patientId)!;
    const plan: Scan = {
      facilityId,
      modality: order.modality,
      StudyInstanceUID: order.studyInstanceUid,
      SeriesInstanceUID: newUid(),
      AccessionNumber: order.accessionNumber,
      PatientID: patient.identifier,
      PatientName: `${patient.lastName}^${patient.firstName}`,
    };
    const count = 1 + Math.floor(random() * 3);
    const way = random();
    const images = () => Promise.all(Array.from({ length: count }, (_, at) => send(world, plan, at + 1)));
    if (way < 0.45) {
      const technologist = people.TECHNOLOGIST![0]!;
      const steps = await world.attempt(technologist, "GET", `/imaging-orders/${order.id}/steps`);
      return await reportStep(world, plan, order, steps.data[0].stepId, images, way < 0.03);
    }
    if (way > 0.8) {
      // Two technologists take the same patient.
      const taken = await Promise.all(
        people.TECHNOLOGIST!.slice(0, 2).map((who) =>
          world.attempt(who, "PATCH", `/imaging-orders/${order.id}`, {
            status: "IN_PROGRESS",
            expectedVersion: order.version,
          }),
        ),
      );
      await images();
      const mine = taken.findIndex((one) => one !== null);
      if (mine >= 0)
        await world.attempt(people.TECHNOLOGIST![mine]!, "PATCH", `/imaging-orders/${order.id}`, {
          status: "PERFORMED",
        });
      return;
    }
    await images();
  };
  await Promise.all([
    ...arrived.map(scanOrder),
    ...strange.map((patient, at) =>
      send(
        world,
        {
          facilityId,
          modality: "CT",
          StudyInstanceUID: newUid(),
          SeriesInstanceUID: newUid(),
          AccessionNumber: `NOBODY${world.images.length + at}`,
          PatientID: patient.identifier,
          PatientName: `${patient.lastName}^${patient.firstName}`,
        },
        1,
      ),
    ),
  ]);
}

import { abdomenVolume } from "./abdomen.ts";
import { type DemoPatient, type DemoStudy, demoPatients, demoStudies } from "./catalogue.ts";
import { chestVolume } from "./chest.ts";
import { ctHead, headVolume, mrSequences } from "./head.ts";
import type { SeriesPlan } from "./headers.ts";
import { clip, radiograph, type SeriesContext, scout, slices } from "./pictures.ts";
import { project } from "./projection.ts";
import { ultrasoundClip } from "./ultrasound.ts";

type Examination = DemoStudy["examination"];
type Of<Kind extends Examination["kind"]> = Extract<Examination, { kind: Kind }>;
type Context = (series: SeriesPlan) => SeriesContext;

const axial = ["ORIGINAL", "PRIMARY", "AXIAL"];

function* ctChest(context: Context, patient: DemoPatient, examination: Of<"ct-chest">): Iterable<Uint8Array> {
  const volume = chestVolume({ ...examination, seed: patient.seed, table: true });
  const plan = { modality: "CT", bodyPart: "CHEST", frameOfReference: "1" } as const;
  yield scout(
    context({ ...plan, number: 1, description: "Scout" }),
    project(volume, "frontal", patient.seed),
  );
  yield* slices(
    context({
      ...plan,
      number: 2,
      description: examination.contrast ? "Chest with contrast 2.6" : "Chest low dose 2.6",
    }),
    volume,
    {
      imageType: axial,
      window: examination.contrast ? { center: 40, width: 400 } : { center: -600, width: 1500 },
      hounsfield: true,
      extra: {
        KVP: "120",
        ConvolutionKernel: "STANDARD",
        ...(examination.contrast ? { ContrastBolusAgent: "Iodinated, 70 ml" } : {}),
      },
    },
  );
}

function* ctAbdomen(
  context: Context,
  patient: DemoPatient,
  examination: Of<"ct-abdomen">,
): Iterable<Uint8Array> {
  const volume = abdomenVolume({ ...examination, seed: patient.seed });
  yield* slices(
    context({
      number: 2,
      description: "Abdomen portal venous 3.0",
      modality: "CT",
      bodyPart: "ABDOMEN",
      frameOfReference: "1",
    }),
    volume,
    {
      imageType: axial,
      window: { center: 50, width: 400 },
      hounsfield: true,
      extra: { KVP: "120", ConvolutionKernel: "STANDARD", ContrastBolusAgent: "Iodinated, 90 ml" },
    },
  );
}

function* ctHeadSeries(
  context: Context,
  patient: DemoPatient,
  examination: Of<"ct-head">,
): Iterable<Uint8Array> {
  const volume = headVolume({ ...examination, seed: patient.seed, tissues: ctHead, noise: 3.2 });
  yield* slices(
    context({ number: 2, description: "Head 2.5", modality: "CT", bodyPart: "HEAD", frameOfReference: "1" }),
    volume,
    {
      imageType: axial,
      window: { center: 40, width: 80 },
      hounsfield: true,
      extra: { KVP: "120", ConvolutionKernel: "BRAIN" },
    },
  );
}

/** Repetition and echo times as the sequences have them, ms. */
const mrTimes = {
  T1: ["500", "12"],
  T2: ["4200", "98"],
  FLAIR: ["9000", "120"],
  DWI: ["5200", "78"],
} as const;

function* mrBrain(context: Context, patient: DemoPatient, examination: Of<"mr-brain">): Iterable<Uint8Array> {
  for (const [n, name] of (["T1", "T2", "FLAIR", "DWI"] as const).entries()) {
    const volume = headVolume({
      ...examination,
      seed: patient.seed,
      tissues: mrSequences[name],
      noise: 14,
      size: [256, 256, 32],
      spacing: [0.86, 0.86, 4.6],
    });
    yield* slices(
      context({
        number: n + 1,
        description: `${name} axial`,
        modality: "MR",
        bodyPart: "BRAIN",
        frameOfReference: "1",
      }),
      volume,
      {
        imageType: ["ORIGINAL", "PRIMARY", "OTHER"],
        window: { center: 520, width: 1060 },
        hounsfield: false,
        extra: {
          ScanningSequence: name === "FLAIR" ? ["SE", "IR"] : name === "DWI" ? "EP" : "SE",
          SequenceVariant: "SK",
          ScanOptions: "",
          MRAcquisitionType: "2D",
          RepetitionTime: mrTimes[name][0],
          EchoTime: mrTimes[name][1],
          EchoTrainLength: "1",
          ...(name === "FLAIR" ? { InversionTime: "2500" } : {}),
          MagneticFieldStrength: "3",
        },
      },
    );
  }
}

function* dxChest(context: Context, patient: DemoPatient, examination: Of<"dx-chest">): Iterable<Uint8Array> {
  const volume = chestVolume({
    ...examination,
    seed: patient.seed,
    size: [300, 220, 130],
    spacing: [1.25, 1.25, 2.3],
  });
  const plan = { modality: "DX", bodyPart: "CHEST" } as const;
  yield radiograph(
    context({ ...plan, number: 1, description: "PA" }),
    1,
    project(volume, "frontal", patient.seed),
    "PA",
  );
  yield radiograph(
    context({ ...plan, number: 2, description: "Lateral" }),
    1,
    project(volume, "lateral", patient.seed + 1),
    "LL",
  );
}

function* usAbdomen(context: Context, patient: DemoPatient): Iterable<Uint8Array> {
  const series = context({
    number: 1,
    description: "Right upper quadrant",
    modality: "US",
    bodyPart: "ABDOMEN",
  });
  for (const n of [1, 2]) yield clip(series, n, ultrasoundClip(patient.seed + n, 16));
}

function instances(context: Context, patient: DemoPatient, examination: Examination): Iterable<Uint8Array> {
  switch (examination.kind) {
    case "ct-chest":
      return ctChest(context, patient, examination);
    case "ct-abdomen":
      return ctAbdomen(context, patient, examination);
    case "ct-head":
      return ctHeadSeries(context, patient, examination);
    case "mr-brain":
      return mrBrain(context, patient, examination);
    case "dx-chest":
      return dxChest(context, patient, examination);
    case "us-abdomen":
      return usAbdomen(context, patient);
  }
}

/** Every instance of the demonstration as a Part 10 file, study by study; drawn as they are asked for. */
export function* demoInstances(
  today: Date,
  studies: readonly DemoStudy[] = demoStudies,
): Iterable<Uint8Array> {
  for (const study of studies) {
    const patient = demoPatients.find((candidate) => candidate.id === study.patient);
    if (!patient) throw new Error(`demonstration study ${study.accessionNumber} names no patient`);
    yield* instances((series) => ({ patient, study, series, today }), patient, study.examination);
  }
}

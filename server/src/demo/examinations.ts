import { abdomenVolume } from "./abdomen.ts";
import { type DemoPatient, type DemoStudy, demoPatients, demoStudies } from "./catalogue.ts";
import { chestVolume } from "./chest.ts";
import { ctHead, headVolume, mrSequences } from "./head.ts";
import { ownIdentity, type SeriesPlan } from "./headers.ts";
import { clip, type Picture, radiograph, scout, slices } from "./pictures.ts";
import { project } from "./projection.ts";
import { ultrasoundClip } from "./ultrasound.ts";

type Examination = DemoStudy["examination"];
type Of<Kind extends Examination["kind"]> = Extract<Examination, { kind: Kind }>;
/** `coarse`: few and coarse pictures, for the many studies that make a department's days; whole volumes are for those that people open first. */
interface Drawing {
  seed: number;
  coarse?: boolean;
}

const axial = ["ORIGINAL", "PRIMARY", "AXIAL"];

function* ctChest({ seed, coarse }: Drawing, examination: Of<"ct-chest">): Iterable<Picture> {
  const volume = chestVolume({
    ...examination,
    seed,
    table: true,
    ...(coarse ? { size: [224, 224, 28], spacing: [1.7, 1.7, 10.4] } : {}),
  });
  const plan = { modality: "CT", bodyPart: "CHEST", frameOfReference: "1" } as const;
  yield scout({ ...plan, number: 1, description: "Scout" }, project(volume, "frontal", seed));
  yield* slices(
    {
      ...plan,
      number: 2,
      description: examination.contrast ? "Chest with contrast 2.6" : "Chest low dose 2.6",
    },
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

function* ctAbdomen({ seed, coarse }: Drawing, examination: Of<"ct-abdomen">): Iterable<Picture> {
  const volume = abdomenVolume({
    ...examination,
    seed,
    ...(coarse ? { size: [224, 224, 28], spacing: [1.6, 1.6, 10] } : {}),
  });
  yield* slices(
    {
      number: 2,
      description: "Abdomen portal venous 3.0",
      modality: "CT",
      bodyPart: "ABDOMEN",
      frameOfReference: "1",
    },
    volume,
    {
      imageType: axial,
      window: { center: 50, width: 400 },
      hounsfield: true,
      extra: { KVP: "120", ConvolutionKernel: "STANDARD", ContrastBolusAgent: "Iodinated, 90 ml" },
    },
  );
}

function* ctHeadSeries({ seed, coarse }: Drawing, examination: Of<"ct-head">): Iterable<Picture> {
  const volume = headVolume({
    ...examination,
    seed,
    tissues: ctHead,
    noise: 3.2,
    ...(coarse ? { size: [224, 224, 30], spacing: [1, 1, 5] } : {}),
  });
  yield* slices(
    { number: 2, description: "Head 2.5", modality: "CT", bodyPart: "HEAD", frameOfReference: "1" },
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

function* mrBrain({ seed, coarse }: Drawing, examination: Of<"mr-brain">): Iterable<Picture> {
  for (const [n, name] of (["T1", "T2", "FLAIR", "DWI"] as const).entries()) {
    const volume = headVolume({
      ...examination,
      seed,
      tissues: mrSequences[name],
      noise: 14,
      size: coarse ? [192, 192, 18] : [256, 256, 32],
      spacing: coarse ? [1.15, 1.15, 8] : [0.86, 0.86, 4.6],
    });
    yield* slices(
      {
        number: n + 1,
        description: `${name} axial`,
        modality: "MR",
        bodyPart: "BRAIN",
        frameOfReference: "1",
      },
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

function* dxChest({ seed, coarse }: Drawing, examination: Of<"dx-chest">): Iterable<Picture> {
  const volume = chestVolume({
    ...examination,
    seed,
    size: coarse ? [184, 136, 96] : [240, 176, 112],
    spacing: coarse ? [2.04, 2.02, 3.1] : [1.56, 1.56, 2.67],
  });
  const plan = { modality: "DX", bodyPart: "CHEST" } as const;
  yield radiograph({ ...plan, number: 1, description: "PA" }, 1, project(volume, "frontal", seed), "PA");
  yield radiograph(
    { ...plan, number: 2, description: "Lateral" },
    1,
    project(volume, "lateral", seed + 1),
    "LL",
  );
}

function* usAbdomen({ seed, coarse }: Drawing): Iterable<Picture> {
  const series: SeriesPlan = {
    number: 1,
    description: "Right upper quadrant",
    modality: "US",
    bodyPart: "ABDOMEN",
  };
  for (const n of coarse ? [1] : [1, 2]) yield clip(series, n, ultrasoundClip(seed + n, coarse ? 8 : 16));
}

/** The pictures of an examination, drawn as they are asked for. */
export function drawExamination(examination: Examination, drawing: Drawing): Iterable<Picture> {
  switch (examination.kind) {
    case "ct-chest":
      return ctChest(drawing, examination);
    case "ct-abdomen":
      return ctAbdomen(drawing, examination);
    case "ct-head":
      return ctHeadSeries(drawing, examination);
    case "mr-brain":
      return mrBrain(drawing, examination);
    case "dx-chest":
      return dxChest(drawing, examination);
    case "us-abdomen":
      return usAbdomen(drawing);
  }
}

export function patientOf(study: DemoStudy): DemoPatient {
  const patient = demoPatients.find((candidate) => candidate.id === study.patient);
  if (!patient) throw new Error(`demonstration study ${study.accessionNumber} names no patient`);
  return patient;
}

/** Every instance of the catalogue as a Part 10 file, study by study; drawn as they are asked for. */
export function* demoInstances(
  today: Date,
  studies: readonly DemoStudy[] = demoStudies,
): Iterable<Uint8Array> {
  for (const study of studies) {
    const patient = patientOf(study);
    const as = ownIdentity(patient, study, today);
    for (const picture of drawExamination(study.examination, patient)) yield picture(as);
  }
}

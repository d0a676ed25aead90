import { type Static, Type } from "typebox";
import { closed, DateTime, Id, Nullable } from "./lists.ts";

export const measurementKinds = [
  "length",
  "angle",
  "cobb",
  "ellipse",
  "rectangle",
  "arrow",
  "probe",
  "freehand",
] as const;
export type MeasurementKind = (typeof measurementKinds)[number];

/** How many points each kind is drawn with: ends of lines, corners, ends of the axes of an ellipse (the long one first). */
export const measurementPoints: Readonly<Record<MeasurementKind, readonly [least: number, most: number]>> = {
  length: [2, 2],
  angle: [3, 3],
  cobb: [4, 4],
  ellipse: [4, 4],
  rectangle: [4, 4],
  arrow: [2, 2],
  probe: [1, 1],
  freehand: [2, 1000],
};

const measuredQuantities = ["length", "diameter", "perimeter", "area", "angle", "value"] as const;
export type MeasuredQuantity = (typeof measuredQuantities)[number];

const uid = Type.String({ pattern: "^[0-9.]{1,64}$" });
const frame = Type.Integer({ minimum: 1, maximum: 1_000_000, description: "From 1" });
const number = Type.Number({ minimum: -1e12, maximum: 1e12 });
const unit = Type.String({ pattern: "^[!-~]{1,16}$", description: "UCUM, such as mm, mm2, deg, [hnsf'U]" });

const common = {
  id: Type.String({ minLength: 1, maxLength: 64, description: "The client's own name for it" }),
  kind: Type.Enum([...measurementKinds]),
  label: Type.Optional(Type.String({ maxLength: 64 })),
  values: Type.Array(
    Type.Object({ quantity: Type.Enum([...measuredQuantities]), value: number, unit }, closed),
    { maxItems: 8 },
  ),
  statistics: Type.Optional(
    Type.Object(
      {
        mean: number,
        standardDeviation: Type.Optional(number),
        minimum: Type.Optional(number),
        maximum: Type.Optional(number),
        unit,
      },
      { ...closed, description: "Of the pixels inside" },
    ),
  ),
};

export const ImageMeasurement = Type.Object(
  {
    ...common,
    sopInstanceUid: uid,
    frame: Type.Optional(frame),
    points: Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), {
      minItems: 1,
      maxItems: 1000,
      description: "Column and row in the image, 0, 0 at the outer corner of its first pixel",
    }),
  },
  { ...closed, description: "In an image" },
);
export type ImageMeasurement = Static<typeof ImageMeasurement>;

const cosine = Type.Number({ minimum: -1.001, maximum: 1.001 });
const millimetres = Type.Number({ minimum: -1e5, maximum: 1e5 });

export const MeasuredPlane = Type.Object(
  {
    frameOfReferenceUid: uid,
    seriesInstanceUid: Type.String({ pattern: "^[0-9.]{1,64}$", description: "The volume it was cut from" }),
    normal: Type.Array(cosine, {
      minItems: 3,
      maxItems: 3,
      description: "Of length one, in the patient's coordinates; either of the two",
    }),
    slab: Type.Optional(
      Type.Object(
        {
          mode: Type.Enum(["AVERAGE", "MIP", "MINIP"]),
          thickness: Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: "Millimetres" }),
        },
        { ...closed, description: "Absent: the thinnest plane" },
      ),
    ),
  },
  closed,
);
export type MeasuredPlane = Static<typeof MeasuredPlane>;

export const PlaneMeasurement = Type.Object(
  {
    ...common,
    plane: MeasuredPlane,
    points: Type.Array(Type.Array(millimetres, { minItems: 3, maxItems: 3 }), {
      minItems: 1,
      maxItems: 1000,
      description: "Millimetres in the patient (PS3.3 C.7.6.2), all in the plane",
    }),
  },
  { ...closed, description: "In a plane that was cut through a volume" },
);
export type PlaneMeasurement = Static<typeof PlaneMeasurement>;

export const Measurement = Type.Union([ImageMeasurement, PlaneMeasurement]);
export type Measurement = Static<typeof Measurement>;

export const isInPlane = (measurement: Measurement): measurement is PlaneMeasurement =>
  "plane" in measurement;

const version = Type.Integer({ description: "0: nothing was kept yet" });
const actions = Type.Array(Type.Enum(["change"]));
const user = Type.Object({ id: Id, name: Type.String() });
const measurements = Type.Array(Measurement, { maxItems: 500 });

/** What the viewer measured in a study, and what others did. */
export const StudyMeasurements = Type.Object({
  studyId: Id,
  version,
  measurements,
  updatedAt: Nullable(DateTime),
  actions,
  others: Type.Array(Type.Object({ user, version, measurements, updatedAt: DateTime }), {
    description: "Of other people, the newest first, at most 20",
  }),
});
export type StudyMeasurements = Static<typeof StudyMeasurements>;

const expectedVersion = Type.Optional(Type.Integer({ minimum: 0 }));

/** Takes the place of what the viewer kept. `expectedVersion` here or in `If-Match`. */
export const PutMeasurements = Type.Object({ measurements, expectedVersion }, closed);
export type PutMeasurements = Static<typeof PutMeasurements>;

export const PutMeasurementsQuery = Type.Object(
  {
    store: Type.Optional(
      Type.Enum(["dicom"], {
        description:
          "Puts them into the study as a structured report at once, and not only when it is signed",
      }),
    ),
  },
  closed,
);
export type PutMeasurementsQuery = Static<typeof PutMeasurementsQuery>;

/** What a key image is chosen for: titles of Key Object Selections (PS3.16 CID 7010). */
export const keyImageTitles = [
  "OF_INTEREST",
  "FOR_REFERRING_PROVIDER",
  "FOR_SURGERY",
  "FOR_THERAPY",
  "FOR_CONFERENCE",
  "FOR_TEACHING",
  "FOR_PATIENT",
  "FOR_PEER_REVIEW",
  "FOR_RESEARCH",
  "FOR_PRINTING",
  "FOR_REPORT_ATTACHMENT",
] as const;
export type KeyImageTitle = (typeof keyImageTitles)[number];

export const KeyImage = Type.Object(
  {
    sopInstanceUid: uid,
    frame: Type.Optional(frame),
    title: Type.Optional(
      Type.Enum([...keyImageTitles], {
        description:
          "What it is chosen for; images of one title are one Key Object Selection. Absent: OF_INTEREST",
      }),
    ),
    note: Type.Optional(Type.String({ maxLength: 1024 })),
    window: Type.Optional(
      Type.Object({ center: number, width: Type.Number({ exclusiveMinimum: 0, maximum: 1e12 }) }, closed),
    ),
  },
  closed,
);
export type KeyImage = Static<typeof KeyImage>;

const images = Type.Array(KeyImage, { maxItems: 200 });

/** The images of a study that show what matters, in the order in which they are to be seen. */
export const KeyImages = Type.Object({
  studyId: Id,
  version,
  images,
  updatedBy: Nullable(user),
  updatedAt: Nullable(DateTime),
  actions,
});
export type KeyImages = Static<typeof KeyImages>;

export const PutKeyImages = Type.Object({ images, expectedVersion }, closed);
export type PutKeyImages = Static<typeof PutKeyImages>;

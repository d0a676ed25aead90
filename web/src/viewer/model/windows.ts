import {
  itemsOf,
  type JsonDataSet,
  lookupTable,
  numbersOf,
  rangeOfWindow,
  type Shading,
  shadesOf,
  textOf,
  textsOf,
  type VoiFunction,
  type VoiWindow,
} from "@isocenter/presentation";
import { message, t } from "../../words/words.ts";
import { tags } from "./tags.ts";

/** How values become grey, and what becomes of the greys. */
export interface Window extends VoiWindow {
  /** What becomes of its greys in the end; they stay as they are where it says nothing. */
  shading?: Shading;
}

/** How a preset finds its window: the same for every image, or from the image itself. */
export type WindowRule =
  | { kind: "fixed"; center: number; width: number }
  | { kind: "sent"; index: number }
  | { kind: "full" }
  | { kind: "percentile"; low: number; high: number }
  | { kind: "narrow" }
  | { kind: "range"; lower: number; upper: number }
  | { kind: "maximum"; part: number };

export interface WindowPreset {
  /** The key that chooses it, "1" to "9". */
  key: string;
  name: string;
  rule: WindowRule;
}

export type BodyRegion = "head" | "chest" | "abdomen" | "bone";

/** The values of a picture after rescaling, without padding. */
export interface PixelStatistics {
  min: number;
  max: number;
  /** The value below which `part` (0 to 1) of the pixels lie. */
  percentile(part: number): number;
}

const fixed = (name: string, width: number, center: number) => ({
  name,
  rule: { kind: "fixed", width, center } as WindowRule,
});

const ctPresets: Record<BodyRegion, { name: string; rule: WindowRule }[]> = {
  head: [
    fixed(message("Brain"), 80, 40),
    fixed(message("Subdural"), 200, 75),
    fixed(message("Stroke"), 40, 40),
    fixed(message("Bone"), 2500, 480),
    fixed(message("Posterior fossa"), 150, 40),
  ],
  chest: [
    fixed(message("Soft"), 400, 40),
    fixed(message("Lung"), 1500, -600),
    fixed(message("Embolism"), 700, 100),
    fixed(message("Bone"), 2500, 480),
    fixed(message("Mediastinum"), 350, 50),
  ],
  abdomen: [
    fixed(message("Soft"), 400, 40),
    fixed(message("Liver"), 150, 90),
    fixed(message("Angio"), 600, 300),
    fixed(message("Bone"), 2500, 480),
    fixed(message("Lung"), 1500, -600),
  ],
  bone: [
    fixed(message("Bone"), 2500, 480),
    fixed(message("Soft"), 400, 40),
    fixed(message("Disc"), 300, 50),
    fixed(message("Angio"), 600, 300),
    fixed(message("Metal"), 4000, 600),
  ],
};

const generalPresets: { name: string; rule: WindowRule }[] = [
  { name: message("As sent"), rule: { kind: "sent", index: 0 } },
  { name: message("Full"), rule: { kind: "full" } },
  { name: message("1–99 %"), rule: { kind: "percentile", low: 0.01, high: 0.99 } },
  { name: message("Narrow"), rule: { kind: "narrow" } },
];

const range = (lower: number, upper: number) => ({
  name: `SUV ${lower}–${upper}`,
  rule: { kind: "range", lower, upper } as WindowRule,
});

/**
 * The windows that the keys 1 to 9 choose. `hasSuv` says that the pixels are standardised uptake values.
 */
export function presetsFor(attributes: JsonDataSet, hasSuv: boolean): WindowPreset[] {
  const modality = textOf(attributes, tags.Modality);
  const presets = [...basePresets(attributes, modality, hasSuv)];
  // What the scanner chose comes after the department's own windows; elsewhere its first is there already.
  const sent = sentNames(attributes);
  const all = modality === "CT" || hasSuv ? sent : sent.length > 1 ? sent.slice(1) : [];
  const before = sent.length - all.length;
  for (const [index, name] of all.entries())
    presets.push({ name, rule: { kind: "sent", index: index + before } });
  return presets.slice(0, 9).map((preset, index) => ({ key: String(index + 1), ...preset }));
}

const lutExplanation = "00283003";

/** What the windows of an image are called, and then its tables: by what the scanner says of them, else by their number. */
function sentNames(attributes: JsonDataSet): string[] {
  const explanations = textsOf(attributes, tags.WindowCenterWidthExplanation);
  const names = [
    ...sentWindows(attributes).map((_, index) => explanations[index]),
    ...itemsOf(attributes, tags.VOILUTSequence).map((item) => textOf(item, lutExplanation)),
  ].slice(0, 9);
  const nameless = (index: number) =>
    names.length > 1 ? t("As sent {number}", { number: index + 1 }) : message("As sent");
  // Names tell presets apart.
  return names.map((name, index) => (name && names.indexOf(name) === index ? name : nameless(index)));
}

function basePresets(attributes: JsonDataSet, modality: string | undefined, hasSuv: boolean) {
  if (modality === "CT") return ctPresets[bodyRegionOf(attributes)];
  if (hasSuv) return [range(0, 5), range(0, 10), range(0, 15)];
  if (modality === "NM" || modality === "PT") {
    return [
      { name: message("0 to maximum"), rule: { kind: "maximum", part: 1 } as WindowRule },
      { name: message("0 to half"), rule: { kind: "maximum", part: 0.5 } as WindowRule },
      { name: message("As sent"), rule: { kind: "sent", index: 0 } as WindowRule },
    ];
  }
  return generalPresets;
}

const regionWords: [BodyRegion, RegExp][] = [
  [
    "bone",
    /\b(SPINE|CSPINE|TSPINE|LSPINE|SSPINE|COLUMN|LEG|ARM|FOOT|HAND|KNEE|HIP|SHOULDER|ELBOW|WRIST|ANKLE|FINGER|TOE|EXTREMITY|FEMUR|TIBIA|HUMERUS|FOREARM|CLAVICLE|SCAPULA|BONE|JAW)\b/,
  ],
  ["head", /\b(HEAD|BRAIN|SKULL|SINUS|ORBIT|FACE|IAC|PITUITARY|TEMPORAL|NECK)/],
  ["chest", /\b(CHEST|THORAX|LUNG|HEART|CARDIAC|CORONARY|BREAST|RIB|PULMONARY)/],
  ["abdomen", /(ABDOMEN|ABD\b|PELVIS|LIVER|KIDNEY|PANCREAS|SPLEEN|BLADDER|PROSTATE|BOWEL|COLON|AORTA)/],
];

/** From Body Part Examined, else from what the study, the series and the protocol are called; the abdomen where nothing tells. */
export function bodyRegionOf(attributes: JsonDataSet): BodyRegion {
  const sources = [
    tags.BodyPartExamined,
    tags.SeriesDescription,
    tags.ProtocolName,
    tags.StudyDescription,
  ].map((tag) => (textOf(attributes, tag) ?? "").toUpperCase().replaceAll("_", " "));
  for (const source of sources) {
    for (const [region, words] of regionWords) if (words.test(source)) return region;
  }
  return "abdomen";
}

/** The windows that the image carries. */
function sentWindows(attributes: JsonDataSet): Window[] {
  const centers = numbersOf(attributes, tags.WindowCenter);
  const widths = numbersOf(attributes, tags.WindowWidth);
  const voiFunction = voiFunctionOf(attributes);
  const windows: Window[] = [];
  for (let i = 0; i < Math.min(centers.length, widths.length); i++) {
    if (widths[i]! > 0) windows.push({ center: centers[i]!, width: widths[i]!, function: voiFunction });
  }
  return windows;
}

function voiFunctionOf(attributes: JsonDataSet): VoiFunction {
  const text = textOf(attributes, tags.VOILUTFunction);
  return text === "LINEAR_EXACT" || text === "SIGMOID" ? text : "LINEAR";
}

/** What an image opens with, when nobody has chosen. */
export function initialRule(attributes: JsonDataSet, hasSuv: boolean): WindowRule {
  const modality = textOf(attributes, tags.Modality);
  if (hasSuv || modality === "NM" || modality === "PT") return presetsFor(attributes, hasSuv)[0]!.rule;
  // A scanner's whole range, from air to metal, shows nothing of the body.
  if (modality === "CT" && sentWindows(attributes).length === 0 && !attributes[tags.VOILUTSequence])
    return presetsFor(attributes, hasSuv)[0]!.rule;
  return { kind: "sent", index: 0 };
}

/** The window that a rule gives for one image. An image without a window of its own gets its whole range. */
export function resolveWindow(
  rule: WindowRule,
  attributes: JsonDataSet,
  statistics: PixelStatistics,
): Window {
  switch (rule.kind) {
    case "fixed":
      return { center: rule.center, width: rule.width, function: "LINEAR" };
    case "range":
      return exact(rule.lower, rule.upper);
    case "maximum":
      return exact(0, Math.max(statistics.max * rule.part, Number.EPSILON));
    case "full":
      return exact(statistics.min, statistics.max);
    case "percentile":
      return exact(statistics.percentile(rule.low), statistics.percentile(rule.high));
    case "narrow": {
      const wide = resolveWindow({ kind: "sent", index: 0 }, attributes, statistics);
      return { ...wide, width: Math.max(wide.width / 2, Number.EPSILON) };
    }
    case "sent": {
      const windows = sentWindows(attributes);
      return (
        windows[rule.index] ??
        tableWindow(attributes, rule.index - windows.length) ??
        windows[0] ??
        tableWindow(attributes, 0) ??
        exact(statistics.min, statistics.max)
      );
    }
  }
}

/** A VOI LUT of the image (PS3.3 C.11.2.1.1). */
function tableWindow(attributes: JsonDataSet, index: number): Window | undefined {
  const item = itemsOf(attributes, tags.VOILUTSequence)[index];
  const table = item && lookupTable(item, tags.LUTDescriptor, tags.LUTData);
  if (!table || table.values.length < 2) return undefined;
  return { ...exact(table.first, table.first + table.values.length - 1), table };
}

/** At most this many points draw a curve. */
const curvePoints = 512;

/** A point of a curve: a value, and its colour from 0 to 1. */
export type CurvePoint = readonly [value: number, red: number, green: number, blue: number];

/** A window that is no straight line of greys as a curve; undefined for one that is, or that has a function of its own alone. */
export function curveOf(window: Window): CurvePoint[] | undefined {
  const { table, shading } = window;
  if (!table && !shading) return undefined;
  const shade = shadesOf(window);
  const [first, last, most] = table
    ? [table.first, table.first + table.values.length - 1, table.values.length]
    : endsOf(window);
  const count = Math.min(most, curvePoints);
  return Array.from({ length: count }, (_, i) => {
    const value = first + ((last - first) * i) / (count - 1);
    const place = table ? Math.round(value) : value;
    const grey = shade(place);
    return [place, ...(shading?.(grey) ?? ([grey, grey, grey] as const))];
  });
}

/** Where a window's curve is to be drawn: a sigmoid goes on beyond its width. */
function endsOf(window: Window): [first: number, last: number, count: number] {
  const { lower, upper } = rangeOfWindow(window);
  const beyond = window.function === "SIGMOID" ? upper - lower : 0;
  return [lower - beyond, upper + beyond, curvePoints];
}

/** Black at `lower`, white at `upper`. */
function exact(lower: number, upper: number): Window {
  const width = upper > lower ? upper - lower : 1;
  return { center: lower + width / 2, width, function: "LINEAR_EXACT" };
}

/** The inverse of `rangeOfWindow`. */
export function windowOfRange(lower: number, upper: number, voiFunction: VoiFunction): Window {
  if (voiFunction === "LINEAR_EXACT") {
    return { center: (lower + upper) / 2, width: upper - lower, function: voiFunction };
  }
  return { center: (lower + upper + 1) / 2, width: upper - lower + 1, function: voiFunction };
}

/** Whether dark and light are swapped in the picture as stored (PS3.3 C.7.6.3.1.2, C.11.6). */
export function isInverse(attributes: JsonDataSet): boolean {
  const shape = textOf(attributes, tags.PresentationLUTShape);
  if (shape === "INVERSE") return true;
  if (shape === "IDENTITY" && textOf(attributes, tags.PhotometricInterpretation) !== "MONOCHROME1")
    return false;
  return textOf(attributes, tags.PhotometricInterpretation) === "MONOCHROME1";
}

/** Decimals that a window's figures are worth showing with. */
export function formatWindowValue(value: number, width: number): string {
  const decimals = Math.abs(width) < 10 ? 2 : Math.abs(width) < 50 ? 1 : 0;
  const rounded = Number(value.toFixed(decimals));
  return String(Object.is(rounded, -0) ? 0 : rounded).replace("-", "−");
}

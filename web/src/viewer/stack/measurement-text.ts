import { cache } from "@cornerstonejs/core";
import { textOf } from "../model/dicom-json.ts";
import { suvFactorOf } from "../model/suv.ts";
import { tags } from "../model/tags.ts";
import { registeredImage } from "../pixels/image-source.ts";

/** What Cornerstone hands to `getTextLines`: statistics by the image they were taken from. */
interface MeasurementData {
  cachedStats: Record<string, Record<string, unknown> | undefined>;
}

type TextLines = (data: MeasurementData, target: string) => string[] | undefined;

const figure = (value: unknown, decimals: number) =>
  typeof value === "number" && Number.isFinite(value) ? value.toFixed(decimals).replace("-", "−") : undefined;

/** "mm Proj" and the like, which Cornerstone says of a length at the detector, in words. */
const unitInWords = (unit: unknown) =>
  String(unit ?? "")
    .replace(" Proj", " at detector")
    .replace(" US Region", "");

/** Decimals that values are worth: none for large whole numbers, two for uptake. */
const decimalsFor = (unit: string) => (unit === "SUV" ? 2 : 1);

function imageIdOf(target: string): string {
  return target.replace(/^imageId:/, "");
}

/** The unit of pixel values: Hounsfield, uptake, or what the image calls it. */
function valueUnit(target: string): string {
  const image = registeredImage(imageIdOf(target));
  if (!image) return "";
  if (suvFactorOf(image.attributes) !== undefined) return "SUV";
  const type = textOf(image.attributes, tags.RescaleType) ?? "";
  if (image.modality === "CT") return type === "" || type === "US" ? "HU" : type;
  if (image.modality === "PT") return textOf(image.attributes, tags.Units) ?? "";
  return type === "US" ? "" : type;
}

const length: TextLines = (data, target) => {
  const stats = data.cachedStats[target];
  const text = figure(stats?.length, 1);
  return text === undefined ? undefined : [`${text} ${unitInWords(stats?.unit)}`];
};

const angle: TextLines = (data, target) => {
  const text = figure(data.cachedStats[target]?.angle, 1);
  return text === undefined ? undefined : [`${text}°`];
};

const ellipse: TextLines = (data, target) => {
  const stats = data.cachedStats[target];
  if (!stats) return undefined;
  const area = figure(stats.area, 1);
  const areaLine = area === undefined ? [] : [`${area} ${unitInWords(stats.areaUnit)}`];
  const unit = valueUnit(target);
  const decimals = decimalsFor(unit);
  const mean = figure(stats.mean, decimals);
  // Of a colour there is no mean.
  if (mean === undefined) return areaLine.length > 0 ? areaLine : undefined;
  return [
    `mean ${mean} ${unit}`.trim(),
    [`SD ${figure(stats.stdDev, decimals) ?? "–"}`, ...areaLine].join(" · "),
    `${figure(stats.min, decimals - 1) ?? "–"} to ${figure(stats.max, decimals - 1) ?? "–"}`,
  ];
};

/** Cornerstone looks the value up in the wrong slice for any image of a stack but the first, so it is read here. */
const probe: TextLines = (data, target) => {
  const index = data.cachedStats[target]?.index as ArrayLike<number> | undefined;
  const image = cache.getImage(imageIdOf(target));
  if (!index || !image) return undefined;
  const [column, row] = [Math.round(index[0] ?? -1), Math.round(index[1] ?? -1)];
  if (column < 0 || row < 0 || column >= image.columns || row >= image.rows) return undefined;
  const pixels = image.getPixelData();
  const at = (row * image.columns + column) * image.numberOfComponents;
  const place = `x ${column + 1} y ${row + 1}`;
  if (image.numberOfComponents === 3)
    return [`R ${pixels[at]} G ${pixels[at + 1]} B ${pixels[at + 2]}`, place];
  const unit = valueUnit(target);
  const value = pixels[at]!;
  return [`${figure(value, Number.isInteger(value) ? 0 : decimalsFor(unit))} ${unit}`.trim(), place];
};

/** What stands beside a measurement, by tool. */
export const measurementText: Record<string, TextLines | undefined> = { length, angle, ellipse, probe };

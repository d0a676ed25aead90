import { itemsOf, type JsonDataSet, numberOf, textsOf } from "./dicom-json.ts";
import type { StackImage } from "./image.ts";
import { lookupTable, modalityTableOf } from "./lookup-table.ts";
import { itemsFor } from "./references.ts";
import { suvFactorOf } from "./suv.ts";
import { tags } from "./tags.ts";
import { shadesOf, type VoiFunction, type Window } from "./windows.ts";

const windows = "00283110";

/**
 * The window that a presentation state has for an image, in the image's own values: through the state's Modality LUT where it brings a table of its own
 * (PS3.3 C.11.1).
 * @param instance the state, or the item of a blending state that says how one of its two sets is seen
 */
export function windowFor(instance: JsonDataSet, image: StackImage): Window | undefined {
  const window = voiWindowFor(instance, image);
  // Of differences no table of values is gone through.
  if (image.subtracted) return window;
  const item = itemsOf(instance, tags.ModalityLUTSequence)[0];
  const table = item && lookupTable(item, tags.LUTDescriptor, tags.LUTData);
  const { attributes } = image;
  // From the image's values back to those that are stored: steps of one, or the table cannot be gone through.
  const isPlain =
    modalityTableOf(attributes) === undefined && (numberOf(attributes, tags.RescaleSlope) ?? 1) === 1;
  if (!table || table.values.length < 2 || !isPlain) return window;
  const whole: Window = { center: table.maximum / 2, width: table.maximum, function: "LINEAR_EXACT" };
  const shade = shadesOf(window ?? whole);
  const values = Array.from({ length: table.values.length }, (_, n) => shade(table.values[n]!));
  const first = table.first + (numberOf(attributes, tags.RescaleIntercept) ?? 0);
  const width = values.length - 1;
  return {
    center: first + width / 2,
    width,
    function: "LINEAR_EXACT",
    table: { first, values, maximum: 1 },
  };
}

function voiWindowFor(instance: JsonDataSet, image: StackImage): Window | undefined {
  const item = itemsFor(instance, windows, image)[0];
  if (!item) return undefined;
  const tableItem = itemsOf(item, tags.VOILUTSequence)[0];
  const table = tableItem && lookupTable(tableItem, tags.LUTDescriptor, tags.LUTData);
  if (table && table.values.length > 1) {
    const width = table.values.length - 1;
    return { center: table.first + width / 2, width, function: "LINEAR_EXACT", table };
  }
  const [center, width] = [numberOf(item, tags.WindowCenter), numberOf(item, tags.WindowWidth)];
  if (center === undefined || width === undefined || width <= 0) return undefined;
  const said = textsOf(item, tags.VOILUTFunction)[0];
  const voiFunction: VoiFunction = said === "SIGMOID" || said === "LINEAR_EXACT" ? said : "LINEAR";
  return inValuesOf(image, instance, { center, width, function: voiFunction });
}

/** The window in the image's own values, where the state rescales otherwise than the image. */
function inValuesOf({ attributes, subtracted }: StackImage, instance: JsonDataSet, window: Window): Window {
  // Through a table of the state's own nothing is rescaled.
  if (itemsOf(instance, tags.ModalityLUTSequence).length > 0) return window;
  const suv = suvFactorOf(attributes) ?? 1;
  // What is added to all values is in no difference.
  const added = (value: number | undefined) => (subtracted ? 0 : (value ?? 0));
  const slope = (numberOf(attributes, tags.RescaleSlope) || 1) * suv;
  const intercept = added(numberOf(attributes, tags.RescaleIntercept)) * suv;
  const stateSlope = numberOf(instance, tags.RescaleSlope) ?? 1;
  const stateIntercept = added(numberOf(instance, tags.RescaleIntercept));
  if (stateSlope === 0 || (slope === stateSlope && intercept === stateIntercept)) return window;
  return {
    ...window,
    center: ((window.center - stateIntercept) / stateSlope) * slope + intercept,
    width: Math.abs((window.width * slope) / stateSlope),
  };
}

import { itemsOf, type JsonDataSet, numberOf, textsOf } from "./dicom-json.ts";
import type { ImageOfState } from "./image-of-state.ts";
import { lookupTable } from "./lookup-table.ts";
import { itemsFor } from "./references.ts";
import { tag } from "./tags.ts";
import { shadesOf, type VoiFunction, type VoiWindow } from "./window.ts";

const windows = "00283110";

/**
 * The window that a presentation state has for an image, in the image's own values: through the state's Modality LUT where it brings a table of its own
 * (PS3.3 C.11.1).
 * @param state the state, or the item of a blending state that says how one of its two sets is seen
 */
export function windowFor(state: JsonDataSet, image: ImageOfState): VoiWindow | undefined {
  const window = voiWindowFor(state, image);
  // Of differences no table of values is gone through.
  if (image.isDifference) return window;
  const item = itemsOf(state, tag.modalityLuts)[0];
  const table = item && lookupTable(item, tag.lutDescriptor, tag.lutData);
  // From the image's values back to those that are stored: steps of one, or the table cannot be gone through.
  const isPlain = !image.hasModalityTable && image.slope === 1;
  if (!table || table.values.length < 2 || !isPlain) return window;
  const whole: VoiWindow = { center: table.maximum / 2, width: table.maximum, function: "LINEAR_EXACT" };
  const shade = shadesOf(window ?? whole);
  const values = Array.from({ length: table.values.length }, (_, n) => shade(table.values[n]!));
  const first = table.first + image.intercept;
  const width = values.length - 1;
  return {
    center: first + width / 2,
    width,
    function: "LINEAR_EXACT",
    table: { first, values, maximum: 1 },
  };
}

function voiWindowFor(state: JsonDataSet, image: ImageOfState): VoiWindow | undefined {
  const item = itemsFor(state, windows, image)[0];
  if (!item) return undefined;
  const tableItem = itemsOf(item, tag.voiLuts)[0];
  const table = tableItem && lookupTable(tableItem, tag.lutDescriptor, tag.lutData);
  if (table && table.values.length > 1) {
    const width = table.values.length - 1;
    return { center: table.first + width / 2, width, function: "LINEAR_EXACT", table };
  }
  const [center, width] = [numberOf(item, tag.windowCenter), numberOf(item, tag.windowWidth)];
  if (center === undefined || width === undefined || width <= 0) return undefined;
  const said = textsOf(item, tag.voiFunction)[0];
  const voiFunction: VoiFunction = said === "SIGMOID" || said === "LINEAR_EXACT" ? said : "LINEAR";
  return inValuesOf(image, state, { center, width, function: voiFunction });
}

/** The window in the image's own values, where the state rescales otherwise than the image. */
function inValuesOf(image: ImageOfState, state: JsonDataSet, window: VoiWindow): VoiWindow {
  // Through a table of the state's own nothing is rescaled.
  if (itemsOf(state, tag.modalityLuts).length > 0) return window;
  const factor = image.factor ?? 1;
  // What is added to all values is in no difference.
  const added = (value: number) => (image.isDifference ? 0 : value);
  const slope = image.slope * factor;
  const intercept = added(image.intercept) * factor;
  const stateSlope = numberOf(state, tag.rescaleSlope) ?? 1;
  const stateIntercept = added(numberOf(state, tag.rescaleIntercept) ?? 0);
  if (stateSlope === 0 || (slope === stateSlope && intercept === stateIntercept)) return window;
  return {
    ...window,
    center: ((window.center - stateIntercept) / stateSlope) * slope + intercept,
    width: Math.abs((window.width * slope) / stateSlope),
  };
}

/**
 * Presentation states (PS3.3 A.33) read from DICOM JSON (PS3.18 F) into plain descriptions of how an image is shown: the same for the page and
 * for the pictures that the server makes; and what both do to the pixels of a codec that both use. It draws nothing and fetches nothing.
 */
export {
  inlineBytesOf,
  itemsOf,
  type JsonDataSet,
  type JsonElement,
  type JsonPersonName,
  numberOf,
  numbersOf,
  textOf,
  textsOf,
} from "./dicom-json.ts";
export type { Graphic, Texted, Units } from "./graphics.ts";
export { linesInPlace, transformsComponents } from "./htj2k-lines.ts";
export type { ImageOfState } from "./image-of-state.ts";
export {
  type ApartValue,
  apartIn,
  apartValues,
  type LookupTable,
  lookupTable,
  mostApart,
  rememberedBytes,
  rememberTableData,
  tableFromBytes,
} from "./lookup-table.ts";
export { drawOverlay, type OverlayPlane, overlayGroups, overlayPlaneIn } from "./overlay-planes.ts";
export { alongOf, isClosed, outlineOf, placeOfText, type TextPlace } from "./paths.ts";
export type { PixelPoint } from "./points.ts";
export { type FrameOfInstance, itemsFor, referringTo, refersTo } from "./references.ts";
export { expandSegments } from "./segmented-table.ts";
export { type Shading, type ShadingTables, shadingBy, shadingOf } from "./shading.ts";
export { type Shutter, shuttersOf } from "./shutters.ts";
export {
  activatedOverlays,
  annotationsFor,
  type Bitmap,
  type DisplayedArea,
  firstFrameOf,
  type PlainPresented,
  presentedBy,
  referencesIn,
} from "./state.ts";
export { windowFor } from "./state-windows.ts";
export { rangeOfWindow, shadesOf, type VoiFunction, type VoiWindow } from "./window.ts";

/**
 * Pixels: frames decoded, windowed, scaled, pictures out, in a pool of worker threads. Takes frames as bytes and how to read them as
 * plain data, so it knows neither files nor stores.
 */
export { decodableTransferSyntaxes, decodeFrame } from "./decode.ts";
export { frameDescription } from "./description.ts";
export {
  type EncodedFrame,
  encodableTransferSyntaxes,
  encodeFrame,
  type FrameShape,
  transcodeFrame,
} from "./encode.ts";
export { ImagingError, type ImagingErrorCode } from "./errors.ts";
export {
  type DecodedFrame,
  type FrameDescription,
  frameBitOffset,
  frameBits,
  frameBytes,
  interleave,
  maxFrameBytes,
  maxFrameSide,
  separate,
} from "./frame.ts";
export type { LookupTable } from "./lookup-table.ts";
export type { Overlay } from "./overlay.ts";
export type { Palette } from "./palette.ts";
export { createImagingPool, type ImagingPool, type ImagingPoolOptions, type JobOptions } from "./pool.ts";
export { type Presentation, presentationOf } from "./presentation.ts";
export { lineOfGlyphs, widthOfLine } from "./presented/glyphs.ts";
export { renderPresented, type StateOfFrame } from "./presented/presented.ts";
export {
  maxPictureSide,
  type PictureFormat,
  type RenderOptions,
  renderFrame,
} from "./render.ts";
export { pictureToSecondaryCapture, type SecondaryCapture } from "./secondary-capture.ts";
export { loadSharp } from "./sharp.ts";
export type { Window, WindowFunction } from "./window.ts";

import type { Presentation } from "../src/presentation.ts";

/** Of a frame whose object says nothing of how it is shown. */
export const plain: Presentation = {
  rescale: { slope: 1, intercept: 0 },
  modalityLut: null,
  windows: [],
  voiLuts: [],
  inverse: false,
  palette: null,
  labels: null,
  colourProfile: null,
  supplemental: false,
  padding: null,
  pixelAspect: 1,
  overlays: [],
  shutters: null,
};

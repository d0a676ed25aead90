import { type EdgeLetters, noLetters } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import type { Window } from "../model/windows.ts";

/** Everything about a viewport that is shown around the picture. */
export interface ViewportState {
  seriesInstanceUid: string;
  images: readonly StackImage[];
  imageIds: readonly string[];
  /** The image asked for, from 0. */
  index: number;
  /** The image that stands on the screen; it follows `index` when its pixels are here. */
  shown: StackImage | undefined;
  shownIndex: number;
  /** Why the image asked for cannot be shown, or "". */
  error: string;
  /** Whether that may be over in a moment, so that it is tried again. */
  mayPass: boolean;
  window: Window | undefined;
  /** The preset's name while nobody has changed the window since. */
  windowName: string;
  /** How often a person has chosen a window here. */
  windowChoices: number;
  /** Whether low values are light, by the image itself or by hand. */
  inverted: boolean;
  /** Whether somebody has turned light and dark round. */
  reversed: boolean;
  /** Screen pixels per image pixel. */
  zoom: number;
  rotation: number;
  flippedHorizontally: boolean;
  flippedVertically: boolean;
  letters: EdgeLetters;
  /** Changes whenever the picture lies otherwise in its viewport. */
  cameraVersion: number;
  playing: boolean;
  framesPerSecond: number;
}

export const emptyViewport: ViewportState = {
  seriesInstanceUid: "",
  images: [],
  imageIds: [],
  index: 0,
  shown: undefined,
  shownIndex: -1,
  error: "",
  mayPass: false,
  window: undefined,
  windowName: "",
  windowChoices: 0,
  inverted: false,
  reversed: false,
  zoom: 1,
  rotation: 0,
  flippedHorizontally: false,
  flippedVertically: false,
  letters: noLetters,
  cameraVersion: 0,
  playing: false,
  framesPerSecond: 10,
};

import {
  cache,
  Enums,
  eventTarget,
  type RenderingEngine,
  type StackViewport,
  type Types,
} from "@cornerstonejs/core";
import { type EdgeLetters, edgeLetters, noLetters, type Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { suvFactorOf } from "../model/suv.ts";
import {
  initialRule,
  isInverse,
  presetsFor,
  rangeOfWindow,
  resolveWindow,
  type Window,
  type WindowPreset,
  windowOfRange,
} from "../model/windows.ts";
import { fetchImage, imageStatistics } from "../pixels/image-source.ts";
import { frameRateOf } from "./frame-rate.ts";
import { createStore, type Store } from "./store.ts";

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
  window: Window | undefined;
  /** The preset's name while nobody has changed the window since. */
  windowName: string;
  inverted: boolean;
  /** Screen pixels per image pixel. */
  zoom: number;
  rotation: number;
  flippedHorizontally: boolean;
  flippedVertically: boolean;
  letters: EdgeLetters;
  playing: boolean;
  framesPerSecond: number;
}

const empty: ViewportState = {
  seriesInstanceUid: "",
  images: [],
  imageIds: [],
  index: 0,
  shown: undefined,
  shownIndex: -1,
  error: "",
  window: undefined,
  windowName: "",
  inverted: false,
  zoom: 1,
  rotation: 0,
  flippedHorizontally: false,
  flippedVertically: false,
  letters: noLetters,
  playing: false,
  framesPerSecond: 10,
};

export interface ViewportController {
  readonly id: string;
  readonly state: Store<ViewportState>;
  showSeries(
    seriesInstanceUid: string,
    images: readonly StackImage[],
    imageIds: readonly string[],
    index?: number,
  ): void;
  clear(): void;
  goTo(index: number): void;
  retry(): void;
  presets(): WindowPreset[];
  choosePreset(preset: WindowPreset): void;
  setWindow(center: number, width: number): void;
  invert(): void;
  rotate(): void;
  flip(direction: "horizontal" | "vertical"): void;
  zoomBy(factor: number): void;
  fit(): void;
  reset(): void;
  play(on: boolean): void;
  setFramesPerSecond(framesPerSecond: number): void;
  /** Before the size of the element changes: answers what to do after it. */
  beforeResize(): () => void;
  dispose(): void;
}

type Choice = { preset: WindowPreset } | { window: Window } | "initial";

/** One viewport of the screen: a stack of images, and everything that can be done with it. */
export function createViewportController(
  engine: RenderingEngine,
  element: HTMLDivElement,
  id: string,
): ViewportController {
  engine.enableElement({
    viewportId: id,
    type: Enums.ViewportType.STACK,
    element,
    defaultOptions: { background: [0, 0, 0] },
  });
  const viewport = engine.getViewport(id) as StackViewport;
  const store = createStore<ViewportState>(empty);
  let choice: Choice = "initial";
  let toggledInversion = false;
  let dragging = false;
  let cine: ReturnType<typeof setInterval> | undefined;
  let disposed = false;

  const hasSuv = (image: StackImage) => suvFactorOf(image.attributes) !== undefined;

  /** Uptake is read dark on white (all other pictures as they are). */
  const isInverted = (image: StackImage) =>
    (isInverse(image.attributes) !== (image.modality === "PT")) !== toggledInversion;

  function windowFor(image: StackImage, loaded: Types.IImage): { window: Window; name: string } {
    if (choice !== "initial" && "window" in choice) return { window: choice.window, name: "" };
    if (loaded.color) return { window: { center: 127.5, width: 255, function: "LINEAR_EXACT" }, name: "" };
    const rule = choice === "initial" ? initialRule(image.attributes, hasSuv(image)) : choice.preset.rule;
    const name = choice === "initial" ? "" : choice.preset.name;
    return { window: resolveWindow(rule, image.attributes, imageStatistics(loaded)), name };
  }

  /** Cornerstone keeps one window and one inversion per stack; ours may differ from image to image, so they are set for each. */
  function present(): void {
    const { shown } = store.get();
    const loaded = viewport.getCornerstoneImage();
    if (!shown || !loaded) return;
    const { window, name } = windowFor(shown, loaded);
    const inverted = isInverted(shown);
    viewport.setProperties(
      {
        voiRange: rangeOfWindow(window),
        VOILUTFunction: cornerstoneFunctions[window.function] as Enums.VOILUTFunctionType,
        invert: inverted,
      },
      true,
    );
    viewport.render();
    store.update({ window, windowName: name, inverted });
  }

  /** Before Cornerstone loads an image: we fetch it, and look whether it was drawn, as Cornerstone keeps silent when drawing fails. */
  function onImageWanted(event: Event): void {
    const { imageId } = (event as CustomEvent<{ imageId: string }>).detail;
    const check = () => {
      const { imageIds, index, shownIndex, error } = store.get();
      if (disposed || imageIds[index] !== imageId || shownIndex === index || error !== "") return;
      store.update({ error: "The image was received but cannot be drawn." });
    };
    fetchImage(imageId).then(
      () => setTimeout(check, 500),
      () => {
        // The event IMAGE_LOAD_ERROR tells why.
      },
    );
  }

  function onNewImage(event: Event): void {
    const { imageIdIndex } = (event as CustomEvent<{ imageIdIndex: number }>).detail;
    const { images } = store.get();
    store.update({ shown: images[imageIdIndex], shownIndex: imageIdIndex, error: "" });
    present();
    onCamera();
  }

  function onScroll(event: Event): void {
    const { newImageIdIndex } = (event as CustomEvent<{ newImageIdIndex: number }>).detail;
    store.update({ index: newImageIdIndex, error: "" });
  }

  function onLoadError(event: Event): void {
    const { imageId, error } = (event as CustomEvent<{ imageId: string; error: unknown }>).detail;
    const { imageIds, index } = store.get();
    if (imageIds[index] !== imageId) return;
    const reason = error instanceof Error ? error : (error as { error?: unknown } | undefined)?.error;
    store.update({ error: reason instanceof Error ? reason.message : "The image cannot be shown." });
  }

  function onWindow(event: Event): void {
    if (!dragging) return;
    const { range } = (event as CustomEvent<{ range: { lower: number; upper: number } }>).detail;
    const current = store.get().window;
    const window = windowOfRange(range.lower, range.upper, current?.function ?? "LINEAR");
    choice = { window };
    store.update({ window, windowName: "" });
  }

  function onCamera(): void {
    const { shown } = store.get();
    if (!shown || disposed) return;
    const origin = viewport.canvasToWorld([0, 0]);
    const right = towards(origin, viewport.canvasToWorld([100, 0]));
    const down = towards(origin, viewport.canvasToWorld([0, 100]));
    const loaded = viewport.getCornerstoneImage();
    const millimetresPerPixel = Math.hypot(...right) / 100;
    const { flipHorizontal = false, flipVertical = false } = viewport.getCamera();
    store.update({
      zoom: loaded ? loaded.columnPixelSpacing / millimetresPerPixel : 1,
      rotation: Math.round(viewport.getRotation()) % 360,
      flippedHorizontally: flipHorizontal,
      flippedVertically: flipVertical,
      letters: edgeLetters(shown.attributes, right, down),
    });
  }

  const down = () => {
    dragging = true;
  };
  const up = () => {
    dragging = false;
  };
  const listeners: [EventTarget, string, (event: Event) => void][] = [
    [element, Enums.Events.PRE_STACK_NEW_IMAGE, onImageWanted],
    [element, Enums.Events.STACK_NEW_IMAGE, onNewImage],
    [element, Enums.Events.STACK_VIEWPORT_SCROLL, onScroll],
    [element, Enums.Events.VOI_MODIFIED, onWindow],
    [element, Enums.Events.CAMERA_MODIFIED, onCamera],
    [element, "pointerdown", down],
    [globalThis.window, "pointerup", up],
    [globalThis.window, "pointercancel", up],
    [eventTarget as unknown as EventTarget, Enums.Events.IMAGE_LOAD_ERROR, onLoadError],
  ];
  for (const [target, name, listener] of listeners)
    target.addEventListener(name, listener, name === "pointerdown");

  function stop(): void {
    clearInterval(cine);
    cine = undefined;
    store.update({ playing: false });
  }

  function start(): void {
    clearInterval(cine);
    const { framesPerSecond } = store.get();
    cine = setInterval(() => {
      const { imageIds, index } = store.get();
      const next = (index + 1) % imageIds.length;
      // A film waits for a picture that is not here yet.
      if (cache.isLoaded(imageIds[next] ?? "")) controller.goTo(next);
    }, 1000 / framesPerSecond);
    store.update({ playing: true });
  }

  const controller: ViewportController = {
    id,
    state: store,
    showSeries(seriesInstanceUid, images, imageIds, index = 0) {
      stop();
      choice = "initial";
      toggledInversion = false;
      const framesPerSecond = images[0] ? frameRateOf(images[0].attributes) : 10;
      store.set({ ...empty, seriesInstanceUid, images, imageIds, index, framesPerSecond });
      viewport.setStack([...imageIds], index).then(
        () => {
          if (!disposed && store.get().imageIds === imageIds) controller.reset();
        },
        () => {
          // The event IMAGE_LOAD_ERROR has told why.
        },
      );
    },
    clear() {
      stop();
      store.set(empty);
    },
    goTo(index) {
      const { imageIds } = store.get();
      const wanted = Math.max(0, Math.min(imageIds.length - 1, index));
      if (imageIds.length > 0) viewport.scroll(wanted - viewport.getTargetImageIdIndex(), true);
    },
    retry() {
      const { imageIds, index } = store.get();
      const imageId = imageIds[index];
      if (imageId === undefined) return;
      store.update({ error: "" });
      void fetchImage(imageId).catch(() => {
        // The event IMAGE_LOAD_ERROR tells why.
      });
      void viewport.loadImages([imageId], viewport);
    },
    presets() {
      const { shown, images } = store.get();
      const image = shown ?? images[0];
      return image ? presetsFor(image.attributes, hasSuv(image)) : [];
    },
    choosePreset(preset) {
      choice = { preset };
      present();
    },
    setWindow(center, width) {
      choice = {
        window: { center, width: Math.max(width, 0.001), function: store.get().window?.function ?? "LINEAR" },
      };
      present();
    },
    invert() {
      toggledInversion = !toggledInversion;
      present();
    },
    rotate() {
      const rotation = (Math.round(viewport.getRotation()) + 90) % 360;
      viewport.setViewPresentation({ ...viewport.getViewPresentation(), rotation });
      viewport.render();
      onCamera();
    },
    flip(direction) {
      const { flipHorizontal = false, flipVertical = false } = viewport.getCamera();
      viewport.setCamera(
        direction === "horizontal" ? { flipHorizontal: !flipHorizontal } : { flipVertical: !flipVertical },
      );
      viewport.render();
      onCamera();
    },
    zoomBy(factor) {
      viewport.setZoom(Math.min(50, Math.max(0.1, viewport.getZoom() * factor)));
      viewport.render();
      onCamera();
    },
    fit() {
      viewport.setZoom(1);
      viewport.setPan([0, 0]);
      viewport.render();
      onCamera();
    },
    reset() {
      if (!store.get().shown) return;
      choice = "initial";
      toggledInversion = false;
      viewport.resetCamera();
      present();
      onCamera();
    },
    play(on) {
      if (on && store.get().imageIds.length > 1) start();
      else stop();
    },
    setFramesPerSecond(framesPerSecond) {
      store.update({ framesPerSecond: Math.min(60, Math.max(1, framesPerSecond)) });
      if (store.get().playing) start();
    },
    beforeResize() {
      const [x, y] = viewport.getPan();
      const fitted = Math.abs(viewport.getZoom() - 1) < 1e-3 && Math.hypot(x, y) < 1;
      return () => (fitted ? controller.fit() : onCamera());
    },
    dispose() {
      disposed = true;
      clearInterval(cine);
      for (const [target, name, listener] of listeners)
        target.removeEventListener(name, listener, name === "pointerdown");
      engine.disableElement(id);
    },
  };
  return controller;
}

const cornerstoneFunctions = { LINEAR: "LINEAR", LINEAR_EXACT: "LINEAR_EXACT", SIGMOID: "SIGMOID" };

function towards(from: Types.Point3, to: Types.Point3): Vector {
  return [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
}

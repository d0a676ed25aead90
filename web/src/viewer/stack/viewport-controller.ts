import { cache, Enums, type RenderingEngine, type StackViewport } from "@cornerstonejs/core";
import { isSeenIn } from "../marks/annotations.ts";
import type { Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { playbackIn } from "../model/playback.ts";
import type { WindowPreset } from "../model/windows.ts";
import { fetchImage } from "../pixels/image-source.ts";
import { type Camera, createCamera } from "./camera.ts";
import { createCine } from "./cine.ts";
import { frameRateOf } from "./frame-rate.ts";
import { followViewport } from "./image-events.ts";
import { createPresentation, type PresentedOf } from "./presentation.ts";
import { screenPitch } from "./screen-pitch.ts";
import { createStore, type Store } from "./store.ts";
import { emptyViewport, type ViewportState } from "./viewport-state.ts";

export interface ShowOptions {
  /** The image to begin with, from 0. */
  index?: number;
  /** The key of the window to begin with. */
  window?: string;
  /** Keeps window, zoom and place: the same picture in another form, such as a thicker slab; or zoom and place alone. */
  keep?: boolean | "place";
}

/** One viewport of the screen: a stack of images, and everything that can be done with it. */
export interface ViewportController {
  readonly id: string;
  /** What lies over the picture and under the measurements is put in here. */
  readonly layers: HTMLElement;
  readonly state: Store<ViewportState>;
  showSeries(
    seriesInstanceUid: string,
    images: readonly StackImage[],
    imageIds: readonly string[],
    options?: ShowOptions,
  ): void;
  /** The window of a hanging that comes after its pictures. */
  openWith(window: string): void;
  clear(): void;
  /** Beyond the ends it goes to the end. */
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
  fittedScale: Camera["fittedScale"];
  place: Camera["place"];
  reset(): void;
  /** Shows images as a presentation state says, or no longer. */
  present(of: PresentedOf | undefined): void;
  play(on: boolean): void;
  setFramesPerSecond(framesPerSecond: number): void;
  /** Where a point of the patient stands in the viewport, and the other way round; in pixels of the page from its upper left corner. */
  canvasOf(place: Vector): [x: number, y: number];
  placeAt(x: number, y: number): Vector;
  /** Whether the element is seen and has another size than the picture is drawn in. */
  isOfOtherSize(): boolean;
  /** Before the size of the element changes: answers what to do after it. */
  beforeResize(): () => void;
  dispose(): void;
}

export function createViewportController(
  engine: RenderingEngine,
  element: HTMLDivElement,
  id: string,
): ViewportController {
  const defaultOptions = { background: [0, 0, 0] as [number, number, number] };
  engine.enableElement({ viewportId: id, type: Enums.ViewportType.STACK, element, defaultOptions });
  const viewport = engine.getViewport(id) as StackViewport;
  const store = createStore<ViewportState>(emptyViewport);
  let presentedOf: PresentedOf | undefined;
  /** The instance whose rate is that of the film. */
  let rated: string | undefined;
  seeFromElsewhere(viewport, store);
  const presentation = createPresentation(viewport, store);
  const camera = createCamera(viewport, store);

  function goTo(index: number): void {
    const last = store.get().imageIds.length - 1;
    if (last >= 0)
      viewport.scroll(Math.max(0, Math.min(last, index)) - viewport.getTargetImageIdIndex(), true);
  }
  /** As the presentation state that is chosen has it, else as the image. */
  const playbackOf = (image: StackImage) => presentedOf?.(image)?.playback ?? playbackIn(image.attributes);
  const rateOf = (image: StackImage) =>
    frameRateOf(image.attributes, presentedOf?.(image)?.playback?.framesPerSecond);
  const cine = createCine(store, goTo, (imageId) => cache.isLoaded(imageId), playbackOf);
  const stopFollowing = followViewport(element, store, {
    onShown() {
      presentation.apply();
      if (presentedOf) place(false);
      camera.read();
    },
    onCamera: camera.read,
    onWindowDragged: presentation.dragged,
  });

  let placed = "";
  // What has its true size has another one as soon as somebody has measured the screen.
  const stopPitch = screenPitch.subscribe(() => {
    const { shown } = store.get();
    if (shown && presentedOf?.(shown)?.area?.trueSpacing) place(true);
  });

  /** Puts the picture where its presentation state has it; of images that it has alike, one stays where the last one was. */
  function place(anew: boolean): void {
    const { shown } = store.get();
    if (!shown) return;
    const { rotation = 0, flipped = false, area } = presentedOf?.(shown) ?? {};
    const wanted = JSON.stringify([rotation, flipped, area]);
    if (!anew && wanted === placed) return;
    placed = wanted;
    camera.present({ rotation, flipped, area });
  }

  /** The key of the window that the series opens with; it may come before its first picture, and after it. */
  let opensWith: string | undefined;

  /** As it opened. */
  function reset(): void {
    presentation.forget();
    camera.reset();
    if (presentedOf) place(true);
    presentation.apply();
    if (!presentedOf) presentation.openWith(opensWith);
  }

  return {
    id,
    layers: element.querySelector<HTMLElement>(".viewport-element") ?? element,
    state: store,
    showSeries(seriesInstanceUid, images, imageIds, { index = 0, window, keep = false } = {}) {
      cine.play(false);
      opensWith = window;
      if (keep !== true) presentation.forget();
      rated = images[index]?.sopInstanceUid;
      const framesPerSecond = images[index] ? rateOf(images[index]) : emptyViewport.framesPerSecond;
      const { windowChoices } = store.get();
      const before = keep ? store.get() : emptyViewport;
      store.set({
        ...before,
        windowChoices,
        shownIndex: -1,
        error: "",
        seriesInstanceUid,
        images,
        imageIds,
        index,
        framesPerSecond,
      });
      // What fails to load is told by an event; the promise is kept in any case.
      void viewport.setStack([...imageIds], index).then(() => {
        if (store.get().imageIds !== imageIds) return;
        if (store.get().shown && keep) {
          presentation.apply();
          camera.read();
        } else if (store.get().shown) reset();
      });
    },
    openWith(window) {
      opensWith = window;
      presentation.openWith(window);
    },
    clear() {
      cine.play(false);
      store.set(emptyViewport);
    },
    goTo,
    retry() {
      const { imageIds, index } = store.get();
      const imageId = imageIds[index];
      if (imageId === undefined) return;
      store.update({ error: "" });
      fetchImage(imageId).catch(() => {
        // IMAGE_LOAD_ERROR tells why.
      });
      void viewport.loadImages([imageId], viewport);
    },
    presets: presentation.presets,
    choosePreset: presentation.choosePreset,
    setWindow: presentation.setWindow,
    invert: presentation.invert,
    rotate: camera.rotate,
    flip: camera.flip,
    zoomBy: camera.zoomBy,
    fit: camera.fit,
    fittedScale: camera.fittedScale,
    place: camera.place,
    reset,
    present(of) {
      if (of === presentedOf) return;
      presentedOf = of;
      const { shown } = store.get();
      if (shown) cine.setFramesPerSecond(rateOf(shown));
      presentation.present(of);
      presentation.apply();
      place(true);
    },
    play(on) {
      // Each film at its own rate, unless somebody has chosen one for it.
      const { shown } = store.get();
      if (on && shown && shown.sopInstanceUid !== rated) {
        rated = shown.sopInstanceUid;
        store.update({ framesPerSecond: rateOf(shown) });
      }
      cine.play(on);
    },
    setFramesPerSecond: cine.setFramesPerSecond,
    canvasOf: (place) => [...viewport.worldToCanvas([...place])] as [number, number],
    placeAt: (x, y) => viewport.canvasToWorld([x, y]),
    isOfOtherSize() {
      const { canvas } = viewport;
      const { width, height } = canvas.getBoundingClientRect();
      const pixels = (length: number) => Math.round(length * (globalThis.devicePixelRatio || 1));
      if (width === 0 || height === 0) return false;
      return pixels(width) !== canvas.width || pixels(height) !== canvas.height;
    },
    beforeResize() {
      const wasFitted = camera.isFitted();
      return () => {
        if (presentedOf) place(true);
        else if (wasFitted) camera.fit();
        else camera.read();
      };
    },
    dispose() {
      stopFollowing();
      stopPitch();
      cine.play(false);
      engine.disableElement(id);
    },
  };
}

/** Cornerstone draws what was drawn on the image itself; here also what was drawn on other pictures of the same place. */
function seeFromElsewhere(viewport: StackViewport, store: Store<ViewportState>): void {
  const isOnImage = viewport.isReferenceViewable.bind(viewport);
  viewport.isReferenceViewable = (reference, options) => {
    if (isOnImage(reference, options)) return true;
    const { images } = store.get();
    const image = images[viewport.getCurrentImageIdIndex()];
    return image !== undefined && isSeenIn(reference, image, images);
  };
}

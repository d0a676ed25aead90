import { Enums, eventTarget } from "@cornerstonejs/core";
import { t } from "../../words/words.ts";
import { DicomwebError } from "../dicomweb.ts";
import { fetchImage } from "../pixels/image-source.ts";
import type { WritableStore } from "./store.ts";
import type { ViewportState } from "./viewport-state.ts";

/** Drawing follows at once on the pixels; what is not drawn after this time will not be. */
const drawingTimeMs = 500;

interface Handlers {
  /** Another image stands on the screen. */
  onShown(): void;
  onCamera(): void;
  onWindowDragged(range: { lower: number; upper: number }): void;
}

/** Keeps the state in step with what Cornerstone says of the viewport; answers how to stop. */
export function followViewport(
  element: HTMLElement,
  store: WritableStore<ViewportState>,
  handlers: Handlers,
): () => void {
  let stopped = false;
  let pointerIsDown = false;

  /** Cornerstone keeps silent when drawing fails, and the picture before would stay under the new image's name. */
  function expectDrawing(imageId: string): void {
    setTimeout(() => {
      const { imageIds, index, shownIndex, error } = store.get();
      if (stopped || imageIds[index] !== imageId || shownIndex === index || error !== "") return;
      store.update({ error: t("The image was received but cannot be drawn."), mayPass: false });
    }, drawingTimeMs);
  }

  function onWanted({ imageId }: { imageId: string }): void {
    fetchImage(imageId).then(
      () => expectDrawing(imageId),
      () => {
        // IMAGE_LOAD_ERROR tells why.
      },
    );
  }

  function onNewImage({ imageIdIndex }: { imageIdIndex: number }): void {
    store.update({ shown: store.get().images[imageIdIndex], shownIndex: imageIdIndex, error: "" });
    handlers.onShown();
  }

  function onLoadError({ imageId, error }: { imageId: string; error: unknown }): void {
    const { imageIds, index } = store.get();
    if (imageIds[index] !== imageId) return;
    const reason = error instanceof Error ? error : (error as { error?: unknown } | undefined)?.error;
    store.update({
      error: reason instanceof Error ? reason.message : t("The image cannot be shown."),
      mayPass: reason instanceof DicomwebError && reason.mayPass,
    });
  }

  const follow = <T>(target: EventTarget, name: string, handle: (detail: T) => void) => {
    const listener = (event: Event) => handle((event as CustomEvent<T>).detail);
    target.addEventListener(name, listener, true);
    return () => target.removeEventListener(name, listener, true);
  };
  const { Events } = Enums;
  const all = eventTarget as unknown as EventTarget;
  const stops = [
    follow(element, Events.PRE_STACK_NEW_IMAGE, onWanted),
    follow(element, Events.STACK_NEW_IMAGE, onNewImage),
    follow<{ newImageIdIndex: number }>(element, Events.STACK_VIEWPORT_SCROLL, ({ newImageIdIndex }) =>
      store.update({ index: newImageIdIndex, error: "" }),
    ),
    follow<{ range: { lower: number; upper: number } }>(element, Events.VOI_MODIFIED, ({ range }) => {
      if (pointerIsDown) handlers.onWindowDragged(range);
    }),
    follow(element, Events.CAMERA_MODIFIED, () => handlers.onCamera()),
    follow(element, "pointerdown", () => {
      pointerIsDown = true;
    }),
    ...["pointerup", "pointercancel"].map((name) =>
      follow(globalThis.window, name, () => {
        pointerIsDown = false;
      }),
    ),
    follow(all, Events.IMAGE_LOAD_ERROR, onLoadError),
  ];
  return () => {
    stopped = true;
    for (const stop of stops) stop();
  };
}

import type { StackImage } from "../model/image.ts";
import { nextInFilm, type Playback } from "../model/playback.ts";
import type { WritableStore } from "./store.ts";
import type { ViewportState } from "./viewport-state.ts";

export interface Cine {
  play(on: boolean): void;
  /** Between 1 and 60. */
  setFramesPerSecond(framesPerSecond: number): void;
}

/** Shows a stack as a film, as it is to be played. A film waits for a picture that is not here yet. */
export function createCine(
  store: WritableStore<ViewportState>,
  goTo: (index: number) => void,
  isLoaded: (imageId: string) => boolean,
  playbackOf: (image: StackImage) => Playback | undefined,
): Cine {
  let direction = 1;
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick(): void {
    const { images, imageIds, index, shownIndex } = store.get();
    const image = images[index];
    const playback = image && playbackOf(image);
    const next = nextInFilm({ images, index, count: imageIds.length }, playback, direction);
    if (shownIndex !== index || !isLoaded(imageIds[next.index] ?? "")) return;
    direction = next.direction;
    if (next.index !== index) goTo(next.index);
  }

  function play(on: boolean): void {
    clearInterval(timer);
    timer = undefined;
    const { imageIds, framesPerSecond } = store.get();
    direction = 1;
    const playing = on && imageIds.length > 1;
    if (playing) timer = setInterval(tick, 1000 / framesPerSecond);
    store.update({ playing });
  }

  return {
    play,
    setFramesPerSecond(framesPerSecond) {
      store.update({ framesPerSecond: Math.min(60, Math.max(1, framesPerSecond)) });
      if (store.get().playing) play(true);
    },
  };
}

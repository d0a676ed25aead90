import type { WritableStore } from "./store.ts";
import type { ViewportState } from "./viewport-state.ts";

export interface Cine {
  play(on: boolean): void;
  /** Between 1 and 60. */
  setFramesPerSecond(framesPerSecond: number): void;
}

/** Shows a stack as a film, round and round. A film waits for a picture that is not here yet. */
export function createCine(
  store: WritableStore<ViewportState>,
  goTo: (index: number) => void,
  isLoaded: (imageId: string) => boolean,
): Cine {
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick(): void {
    const { imageIds, index, shownIndex } = store.get();
    const next = (index + 1) % imageIds.length;
    if (shownIndex === index && isLoaded(imageIds[next] ?? "")) goTo(next);
  }

  function play(on: boolean): void {
    clearInterval(timer);
    timer = undefined;
    const { imageIds, framesPerSecond } = store.get();
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

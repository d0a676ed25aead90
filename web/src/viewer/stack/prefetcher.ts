import { cache, Enums, eventTarget } from "@cornerstonejs/core";
import { DicomwebError } from "../dicomweb.ts";
import { fetchImage } from "../pixels/image-source.ts";
import { nextToFetch, type Wanted } from "./prefetch-order.ts";
import { createStore, type Store } from "./store.ts";

/** Fewer than the six connections that browsers open to one server over HTTP/1.1: one stays free for what is asked for now. */
const concurrency = 4;
/** Above this part of the cache only the neighbourhood is fetched, so that images do not push each other out. */
const fullCache = 0.75;
const neighbourhood = 16;

export interface Prefetcher {
  /** Changes whenever an image came or went. */
  version: Store<number>;
  isLoaded(imageId: string): boolean;
  hasFailed(imageId: string): boolean;
  /** Says what to have at hand, the most urgent stack first. */
  want(wanted: readonly Wanted[]): void;
  /** Lets a failed image be fetched again. */
  forgive(imageId: string): void;
  dispose(): void;
}

/** Of the line or the archive, and not of an image: out of reach, signed out, busy. */
const passing: ReadonlySet<number> = new Set([0, 401, 429, 502, 503, 504]);
const isPassing = (error: unknown): boolean => error instanceof DicomwebError && passing.has(error.status);
const pausesMs = [2000, 5000, 15_000, 30_000];

export function createPrefetcher(): Prefetcher {
  const version = createStore(0);
  const failed = new Set<string>();
  const underWay = new Set<string>();
  let wanted: readonly Wanted[] = [];
  let disposed = false;
  let announced = 0;
  let pauses = 0;
  let pause: ReturnType<typeof setTimeout> | undefined;

  const announce = () => {
    // One announcement per drawn picture of the page, however many images come in.
    announced ||= requestAnimationFrame(() => {
      announced = 0;
      version.set(version.get() + 1);
    });
  };

  const isMissing = (imageId: string) =>
    !failed.has(imageId) && !underWay.has(imageId) && !cache.getImageLoadObject(imageId);

  function goOn(): void {
    clearTimeout(pause);
    pause = undefined;
    pump();
  }

  /** What passes is waited for, longer each time; all else would fail again. */
  function failedToCome(imageId: string, error: unknown): void {
    if (!isPassing(error)) failed.add(imageId);
    else if (pause === undefined && !disposed) {
      pause = setTimeout(goOn, pausesMs[Math.min(pauses, pausesMs.length - 1)]);
      pauses += 1;
    }
  }

  function pump(): void {
    while (!disposed && pause === undefined && underWay.size < concurrency) {
      const reach = cache.getCacheSize() > cache.getMaxCacheSize() * fullCache ? neighbourhood : undefined;
      const imageId = nextToFetch(wanted, isMissing, reach);
      if (imageId === undefined) return;
      underWay.add(imageId);
      fetchImage(imageId)
        .then(
          () => {
            pauses = 0;
          },
          (error: unknown) => failedToCome(imageId, error),
        )
        .finally(() => {
          underWay.delete(imageId);
          announce();
          pump();
        });
    }
  }

  const changed = () => announce();
  globalThis.addEventListener("online", goOn);
  eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_ADDED, changed);
  eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_REMOVED, changed);
  return {
    version,
    isLoaded: (imageId) => cache.isLoaded(imageId),
    hasFailed: (imageId) => failed.has(imageId),
    want(next) {
      wanted = next;
      pump();
    },
    forgive(imageId) {
      failed.delete(imageId);
    },
    dispose() {
      disposed = true;
      clearTimeout(pause);
      globalThis.removeEventListener("online", goOn);
      cancelAnimationFrame(announced);
      eventTarget.removeEventListener(Enums.Events.IMAGE_CACHE_IMAGE_ADDED, changed);
      eventTarget.removeEventListener(Enums.Events.IMAGE_CACHE_IMAGE_REMOVED, changed);
    },
  };
}

import { type PointerEvent, useEffect, useMemo, useRef } from "react";
import { t } from "../../words/words.ts";
import type { Hung } from "../hanging/hang.ts";
import type { StackImage } from "../model/image.ts";
import type { PresentationState } from "../model/presentation-states.ts";
import { headingOf, type SeriesEntry } from "../model/study.ts";
import type { ImageSource } from "../pixels/image-source.ts";
import { maskIn, subtractedImages } from "../pixels/subtracted.ts";
import type { Room } from "../room.ts";
import { nearestSlice } from "../space/slice-plane.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { Turn } from "../volume/oblique.ts";
import { isVolume, type Volume } from "../volume/volumes.ts";
import { ageOf } from "./age.ts";
import { Icon } from "./icons.tsx";
import { useStore } from "./use-store.ts";

interface HungImages {
  images: readonly StackImage[];
  /** Why there is no plane, or "". */
  refusal: string;
  /** What the images are cut from. */
  volume: Volume | undefined;
}

const nothing: readonly StackImage[] = [];

/** The images of a viewport: the series as it was acquired, or planes cut from it. */
export function useHungImages(
  room: Room,
  series: SeriesEntry | undefined,
  hung: Hung | undefined,
  presentation: PresentationState | undefined,
): HungImages {
  const { volumes, source } = room;
  const { plane, slab, turn, mask } = hung ?? {};
  return useMemo(() => {
    if (!series || series.images.length === 0) return { images: nothing, refusal: "", volume: undefined };
    if (!plane) {
      const subtraction = maskIn(mask, series.images, presentation);
      const images = subtraction ? subtractedImages(series.images, source, subtraction) : series.images;
      return { images, refusal: "", volume: undefined };
    }
    const volume = volumes.of(series);
    if (!isVolume(volume)) return { images: nothing, refusal: volume.reason, volume: undefined };
    return { images: volume.planes(plane, slab, turn), refusal: "", volume };
  }, [volumes, source, series, plane, slab, turn, mask, presentation]);
}

interface Showing {
  images: readonly StackImage[];
  hung: Hung | undefined;
  seriesInstanceUid: string | undefined;
}

/** Hands the images to the viewport. Planes begin in the middle; a slab that gets thicker stays where it is. */
export function useShowing(
  controller: ViewportController | undefined,
  source: ImageSource,
  { images, hung, seriesInstanceUid = "" }: Showing,
): void {
  const before = useRef("");
  const turnBefore = useRef<{ seriesInstanceUid: string; turn: Turn | undefined }>(undefined);
  const latest = useRef(hung);
  latest.current = hung;
  const plane = hung?.plane ?? "";
  useEffect(() => {
    if (!controller) return;
    if (images.length === 0) {
      before.current = "";
      controller.clear();
      return;
    }
    const what = `${controller.id} ${seriesInstanceUid} ${plane}`;
    const { turn } = latest.current ?? {};
    const was = turnBefore.current;
    turnBefore.current = { seriesInstanceUid, turn };
    // The point that a plane was turned about stays where it is.
    const centre = (turn ?? was?.turn)?.centre;
    if (centre && was && was.seriesInstanceUid === seriesInstanceUid && was.turn !== turn) {
      before.current = what;
      const ids = source.register(images);
      const index = nearestSlice(images, centre)?.index ?? images.length >> 1;
      controller.showSeries(seriesInstanceUid, images, ids, { index, keep: true });
      return turn && (() => source.release(ids));
    }
    const same = before.current === what && controller.state.get().images.length === images.length;
    // The same frames, as sent or less a mask: windows differ, all else stays.
    const isFilm = same && !plane && images[0]!.numberOfFrames > 1;
    before.current = what;
    const { index = plane ? images.length >> 1 : 0, window } = latest.current ?? {};
    controller.showSeries(seriesInstanceUid, images, source.register(images), {
      index: same && (plane || isFilm) ? controller.state.get().index : Math.min(index, images.length - 1),
      keep: isFilm ? "place" : same && plane !== "",
      ...(window ? { window } : {}),
    });
  }, [controller, source, images, seriesInstanceUid, plane]);
  // The first viewport shows its pictures before it is known how the study hangs.
  const window = hung?.window;
  useEffect(() => {
    if (window) controller?.openWith(window);
  }, [controller, window]);
}

/** How old the prior is that a series belongs to; undefined for a series of the open study. */
export function usePriorAge(room: Room, series: SeriesEntry | undefined): string | undefined {
  const { current, priors } = useStore(room.studies);
  const prior = priors.find(({ studyInstanceUid }) => studyInstanceUid === series?.studyInstanceUid);
  return prior && ageOf(prior.date, headingOf(current.series)?.date ?? "");
}

export function PriorTag({ age }: { age: string }) {
  return (
    <span className="vw-prior-tag">
      <Icon name="clock" size={12} />
      {t("Prior {age}", { age })}
    </span>
  );
}

interface VolumeProgressProps {
  volume: Volume;
  /** A series that is laid over a picture: no planes are cut from it. */
  over?: boolean;
}

/** How far the slices of a volume have come. */
export function VolumeProgress({ volume, over = false }: VolumeProgressProps) {
  const loaded = useStore(volume.loaded);
  const total = volume.geometry.size[2];
  if (loaded >= total) return null;
  return (
    <span className="vw-building" role="status">
      {over
        ? t("Loading what lies over it, {loaded} of {total}", { loaded, total })
        : t("Building planes, {loaded} of {total}", { loaded, total })}
      <progress max={total} value={loaded} aria-label={t("Slices loaded")} />
    </span>
  );
}

/** The handlers of a viewport in which the left button places the crosshair. */
export function pointing(onPoint: ((x: number, y: number) => void) | undefined) {
  if (!onPoint) return {};
  const point = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.querySelector(".vw-canvas")?.getBoundingClientRect();
    if (box) onPoint(event.clientX - box.left, event.clientY - box.top);
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button === 0) point(event);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (event.buttons === 1) point(event);
    },
  };
}

import { textOf } from "@isocenter/presentation";
import { useMemo } from "react";
import { t } from "../../words/words.ts";
import { type Over, overByHand, overByState } from "../layers/over.ts";
import type { Blending } from "../model/blending.ts";
import type { StackImage } from "../model/image.ts";
import type { PresentationState } from "../model/presentation-states.ts";
import type { SeriesEntry } from "../model/study.ts";
import { tags } from "../model/tags.ts";
import type { Room } from "../room.ts";
import { motionBetween, volumeMoved } from "../volume/registered.ts";
import { isVolume, type Volumes } from "../volume/volumes.ts";

/** What lies over the picture of a viewport, or why what should cannot; both are undefined where nothing should. */
export interface Overlaid {
  over: Over | undefined;
  refusal: string;
}

const nothing: Overlaid = { over: undefined, refusal: "" };

interface OverOptions {
  room: Room;
  /** All series that are open. */
  series: readonly SeriesEntry[];
  /** The images of the viewport's series, as they were acquired. */
  images: readonly StackImage[];
  /** The series that a person laid over it. */
  fused: SeriesEntry | undefined;
  presentation: PresentationState | undefined;
}

/** A presentation state that blends goes before what a person laid over a picture. */
export function useOver({ room, series, images, fused, presentation }: OverOptions): Overlaid {
  const { volumes } = room;
  const byHand = useMemo<Overlaid>(() => {
    const volume = fused && volumes.of(fused);
    return volume && isVolume(volume) ? { over: overByHand(volume), refusal: "" } : nothing;
  }, [volumes, fused]);
  const byState = useMemo(
    () => blended(volumes, series, images, presentation),
    [volumes, series, images, presentation],
  );
  return byState ?? byHand;
}

const frameOf = ({ attributes }: StackImage): string | undefined =>
  textOf(attributes, tags.FrameOfReferenceUID);

function blended(
  volumes: Volumes,
  series: readonly SeriesEntry[],
  images: readonly StackImage[],
  presentation: PresentationState | undefined,
): Overlaid | undefined {
  const beneath = presentation && images.find(presentation.isAbout);
  const blending = presentation?.blending;
  if (!beneath || !blending) return undefined;
  const refuse = (refusal: string): Overlaid => ({ over: undefined, refusal });
  const above = imagesOver(blending, series);
  const [first] = above;
  if (!first) return refuse(t("its images are not among those that are open"));
  const volume = volumes.over(above);
  if (!isVolume(volume)) return refuse(volume.reason);
  const [from, to] = [frameOf(first), frameOf(beneath)];
  if (from === undefined || to === undefined) return refuse(t("its images do not say where they lie"));
  if (from === to) return { over: overByState(volume, blending), refusal: "" };
  const motion = series
    .flatMap(({ instances }) => instances)
    .filter((instance) => blending.registrations.includes(textOf(instance, tags.SOPInstanceUID) ?? ""))
    .map((registration) => motionBetween(registration, from, to))
    .find((found) => found !== undefined);
  if (!motion)
    return refuse(
      t("its images lie in another frame of reference, and no registration by turn and move is open"),
    );
  const registered = { ...volume, geometry: volumeMoved(volume.geometry, motion) };
  return { over: overByState(registered, blending), refusal: "" };
}

/** The list of a series itself where all of it lies over, so that its volume is one with that of its planes. */
function imagesOver(blending: Blending, series: readonly SeriesEntry[]): readonly StackImage[] {
  const found = series.flatMap((entry) => {
    const images = entry.images.filter(blending.isOver);
    return images.length === 0 ? [] : [images.length === entry.images.length ? entry.images : images];
  });
  return found.length === 1 ? found[0]! : found.flat();
}

import { itemsOf, type JsonDataSet, numberOf, numbersOf, textOf } from "@isocenter/presentation";
import type { StackImage } from "./image.ts";
import { tags } from "./tags.ts";

/** How a film is to be played, as an image or a presentation state says (PS3.3 C.7.6.5, C.8.19.7, C.11.21). */
export interface Playback {
  /** Whether it goes back and forth, and not round and round. */
  sweeps: boolean;
  /** The frames that are not played, from 1: ranges, both ends among them. */
  skipped: readonly (readonly [first: number, last: number])[];
  /** Pictures per second; undefined where it is not said. */
  framesPerSecond: number | undefined;
}

const end = Number.MAX_SAFE_INTEGER;
const rangeOf = (item: JsonDataSet): [number, number] => [
  numberOf(item, tags.StartTrim) ?? 1,
  numberOf(item, tags.StopTrim) ?? end,
];

/** What a data set, or the item of a state for an image, says of playing; undefined where it says nothing. */
export function playbackIn(said: JsonDataSet): Playback | undefined {
  const ranges = itemsOf(said, tags.FrameDisplaySequence).slice(0, 256);
  const [first, last] = rangeOf(said);
  const skipped = [
    ...(first > 1 ? [[1, first - 1] as const] : []),
    ...(last < end ? [[last + 1, end] as const] : []),
    ...ranges.filter((item) => textOf(item, tags.SkipFrameRangeFlag) === "SKIP").map(rangeOf),
  ];
  const sweeps = numberOf(said, tags.PreferredPlaybackSequencing) === 1;
  const framesPerSecond = [said, ...ranges]
    .flatMap((one) => [
      numberOf(one, tags.RecommendedDisplayFrameRateInFloat),
      numberOf(one, tags.RecommendedDisplayFrameRate),
    ])
    .find((rate) => rate !== undefined && rate > 0);
  return sweeps || skipped.length > 0 || framesPerSecond !== undefined
    ? { sweeps, skipped, framesPerSecond }
    : undefined;
}

/** The frames of one instance that follow each other in a stack and lie at one place: what is played round and round; else the whole stack. */
export function filmAt(
  images: readonly StackImage[],
  index: number,
  count: number,
): readonly [first: number, last: number] {
  const whole = [0, count - 1] as const;
  const image = images[index];
  if (!image || image.numberOfFrames < 2) return whole;
  const isOfIt = (at: number) => images[at]?.sopInstanceUid === image.sopInstanceUid;
  let [first, last] = [index, index];
  while (isOfIt(first - 1)) first--;
  while (isOfIt(last + 1)) last++;
  const place = (at: number) => numbersOf(images[at]!.attributes, tags.ImagePositionPatient).join();
  return last - first + 1 === image.numberOfFrames && place(first) === place(last) ? [first, last] : whole;
}

/** Which of the images of a film are played, as places in the stack. */
function playedIn(
  images: readonly StackImage[],
  [first, last]: readonly [first: number, last: number],
  playback: Playback | undefined,
): number[] {
  const all = Array.from({ length: last - first + 1 }, (_, nth) => first + nth);
  return all.filter((at) => {
    const frame = images[at]?.frameNumber ?? at + 1;
    return !playback?.skipped.some(([from, to]) => frame >= from && frame <= to);
  });
}

/** What somebody would not think who sees the film: that frames are left out of it, or that it goes back and forth. */
export function filmSaid(
  images: readonly StackImage[],
  index: number,
  playback: Playback | undefined,
): { played: number; total: number; sweeps: boolean } | undefined {
  const ends = filmAt(images, index, images.length);
  const total = ends[1] - ends[0] + 1;
  const played = playedIn(images, ends, playback).length;
  const sweeps = playback?.sweeps ?? false;
  return played > 0 && (sweeps || played < total) ? { played, total, sweeps } : undefined;
}

/**
 * Which image comes next in a film, and which way it goes then. A playback that skips all of its frames is not followed.
 * @param direction 1 or -1
 */
export function nextInFilm(
  { images, index, count }: { images: readonly StackImage[]; index: number; count: number },
  playback: Playback | undefined,
  direction: number,
): { index: number; direction: number } {
  const ends = filmAt(images, index, count);
  const [first, last] = ends;
  const played = playedIn(images, ends, playback);
  if (played.length === 0) return { index: index === last ? first : index + 1, direction: 1 };
  const ahead = (way: number) =>
    way > 0 ? played.find((at) => at > index) : played.findLast((at) => at < index);
  const next = ahead(direction);
  if (next !== undefined) return { index: next, direction };
  if (!playback?.sweeps) return { index: played[0]!, direction: 1 };
  return { index: ahead(-direction) ?? played[0]!, direction: -direction };
}

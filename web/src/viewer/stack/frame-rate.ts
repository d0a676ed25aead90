import { type JsonDataSet, numberOf, numbersOf } from "@isocenter/presentation";
import { playbackIn } from "../model/playback.ts";
import { tags } from "../model/tags.ts";

/**
 * The pictures per second at which a film is to be shown (PS3.3 C.7.6.5), between 1 and 60; ten where neither a state nor the image says.
 * @param said what a presentation state says
 */
export function frameRateOf(attributes: JsonDataSet, said?: number): number {
  const times = numbersOf(attributes, tags.FrameTimeVector).slice(1);
  const mean = times.length > 0 ? times.reduce((sum, time) => sum + time, 0) / times.length : 0;
  const frameTime = numberOf(attributes, tags.FrameTime) ?? 0;
  const candidates = [
    said,
    playbackIn(attributes)?.framesPerSecond,
    numberOf(attributes, tags.CineRate),
    frameTime > 0 ? 1000 / frameTime : undefined,
    mean > 0 ? 1000 / mean : undefined,
  ];
  const rate = candidates.find((candidate) => candidate !== undefined && candidate > 0) ?? 10;
  return Math.min(60, Math.max(1, Math.round(rate)));
}

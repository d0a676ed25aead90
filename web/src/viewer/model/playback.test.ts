import { expect, test } from "vitest";
import { dataSet } from "./data-set.fixture.ts";
import { imagesOfInstance, type StackImage } from "./image.ts";
import { filmSaid, nextInFilm, type Playback, playbackIn } from "./playback.ts";
import { presentationStateOf } from "./presentation-states.ts";

const film = (SOPInstanceUID: string, NumberOfFrames: number): StackImage[] =>
  imagesOfInstance(dataSet({ SOPInstanceUID, NumberOfFrames, Rows: 1, Columns: 1, Modality: "XA" }));

/** The frames that are seen, from 1, as a stack goes on from an image. */
function played(images: readonly StackImage[], from: number, playback: Playback | undefined, steps: number) {
  const seen: number[] = [];
  for (let at = { index: from, direction: 1 }, n = 0; n < steps; n++) {
    at = nextInFilm({ images, index: at.index, count: images.length }, playback, at.direction);
    seen.push(at.index + 1);
  }
  return seen;
}

test("a film goes round, or back and forth where it says so", () => {
  expect(played(film("1", 3), 0, undefined, 5)).toEqual([2, 3, 1, 2, 3]);
  const sweeping = playbackIn(dataSet({ PreferredPlaybackSequencing: 1 }));
  expect(played(film("1", 3), 0, sweeping, 6)).toEqual([2, 3, 2, 1, 2, 3]);
  expect(playbackIn(dataSet({ PreferredPlaybackSequencing: 0 }))).toBeUndefined();
});

test("frames that are trimmed or skipped are not played", () => {
  const trimmed = playbackIn(dataSet({ StartTrim: 2, StopTrim: 4 }));
  expect(played(film("1", 6), 0, trimmed, 5)).toEqual([2, 3, 4, 2, 3]);
  const range = (StartTrim: number, StopTrim: number, SkipFrameRangeFlag: string) =>
    dataSet({ StartTrim, StopTrim, SkipFrameRangeFlag });
  const ranges = [range(1, 2, "SKIP"), range(3, 3, "DISPLAY"), range(4, 5, "SKIP"), range(6, 6, "DISPLAY")];
  const skipping = playbackIn(dataSet({ FrameDisplaySequence: ranges, PreferredPlaybackSequencing: 1 }));
  expect(played(film("1", 6), 4, skipping, 4)).toEqual([6, 3, 6, 3]);
  // Nothing would be left to be seen.
  const nothing = playbackIn(dataSet({ FrameDisplaySequence: [range(1, 6, "SKIP")] }));
  expect(played(film("1", 3), 1, nothing, 3)).toEqual([3, 1, 2]);
});

test("of several films in a series the one that is seen is played, and a volume from end to end", () => {
  const series = [...film("1", 3), ...film("2", 2), ...film("3", 1)];
  expect(played(series, 3, undefined, 3)).toEqual([5, 4, 5]);
  expect(played(series, 5, undefined, 2)).toEqual([1, 2]);
  const group = (z: number) => ({
    "00209113": { vr: "SQ", Value: [dataSet({ ImagePositionPatient: [0, 0, z] })] },
  });
  const volume = imagesOfInstance(
    dataSet({
      SOPInstanceUID: "4",
      NumberOfFrames: 2,
      Rows: 1,
      Columns: 1,
      PerFrameFunctionalGroupsSequence: [group(1), group(2)],
    }),
  );
  expect(played([...volume, ...film("5", 2)], 1, undefined, 3)).toEqual([3, 4, 3]);
});

test("what is left out of a film, and that it goes back and forth, is said", () => {
  const images = [...film("1", 9), ...film("2", 4)];
  const skipped = [[7, 9]] as const;
  const playback = { sweeps: false, skipped, framesPerSecond: 25 };
  expect(filmSaid(images, 2, playback)).toEqual({ played: 6, total: 9, sweeps: false });
  expect(filmSaid(images, 10, { ...playback, sweeps: true })).toEqual({ played: 4, total: 4, sweeps: true });
  expect(filmSaid(images, 10, playback)).toBeUndefined();
  expect(filmSaid(images, 0, undefined)).toBeUndefined();
  // Such a playback is not followed.
  expect(filmSaid(images, 0, { ...playback, skipped: [[1, 9]] })).toBeUndefined();
});

test("a presentation state says how the films that it is about are played", () => {
  const [image] = film("1", 9);
  const reference = { "00081155": { vr: "UI", Value: ["1"] } };
  const images = { "00081140": { vr: "SQ", Value: [reference] } };
  const state = presentationStateOf({
    "00081115": { vr: "SQ", Value: [images] },
    ...dataSet({
      MultiFramePresentationSequence: [
        dataSet({
          PreferredPlaybackSequencing: 1,
          FrameDisplaySequence: [
            dataSet({ StartTrim: 4, StopTrim: 9, SkipFrameRangeFlag: "SKIP" }),
            dataSet({ StartTrim: 1, StopTrim: 3, RecommendedDisplayFrameRateInFloat: 12.5 }),
          ],
        }),
      ],
    }),
  });
  expect(state.of(image!)?.playback).toEqual({ sweeps: true, skipped: [[4, 9]], framesPerSecond: 12.5 });
});

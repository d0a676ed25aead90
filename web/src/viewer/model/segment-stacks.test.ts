import { expect, test } from "vitest";
import { gridOver } from "../layers/sample.ts";
import { frameAt, sampleStack, stacksOf } from "./segment-stacks.ts";
import { paintLabels, segmentationOf } from "./segments.ts";

const element = (...Value: unknown[]) => ({ vr: typeof Value[0] === "object" ? "SQ" : "UN", Value });
const common = {
  "00280010": element(4),
  "00280011": element(4),
  "00200052": element("1.2"),
  "00280004": element("PALETTE COLOR"),
  "00620002": element(
    { "00620004": element(1), "00620005": element("Liver") },
    { "00620004": element(2), "00620005": element("Lesion") },
  ),
  "52009229": element({
    "00209116": element({ "00200037": element(1, 0, 0, 0, 1, 0) }),
    "00289110": element({ "00280030": element(2, 2), "00180050": element(5) }),
  }),
};
const frame = (place: number, segment?: number) => ({
  "00209113": element({ "00200032": element(1, 1, place) }),
  ...(segment === undefined ? {} : { "0062000A": element({ "0062000B": element(segment) }) }),
});
const labels = segmentationOf({
  ...common,
  "00080016": element("1.2.840.10008.5.1.4.1.1.66.7"),
  "00280008": element(3),
  "52009230": element(frame(10), frame(0), frame(5)),
});

test("the frames of a segment lie one behind the other, those of a label map all together", () => {
  const binary = segmentationOf({
    ...common,
    "00620001": element("BINARY"),
    "00280008": element(4),
    "52009230": element(frame(10, 1), frame(0, 1), frame(5, 1), frame(5, 2)),
  });
  const stacks = stacksOf(binary);
  expect(stacks.map(({ segment, places, reach }) => [segment, places, Math.round(reach * 10)])).toEqual([
    [1, [0, 5, 10], 25],
    [2, [5], 25],
  ]);
  expect(stacksOf(labels).map(({ segment, frames }) => [segment, frames.length])).toEqual([[0, 3]]);
  // Numbers, not the colours of its palette.
  expect(labels.frames[0]!.attributes["00280004"]?.Value).toEqual(["MONOCHROME2"]);
});

test("each place belongs to the nearest frame that reaches it", () => {
  const stack = { places: [0, 5, 20], reach: 2.5 };
  expect([-3, -2, 2, 3, 7.4, 12, 18, 22, 23].map((along) => frameAt(stack, along))).toEqual([
    -1, 0, 0, 1, 1, -1, 2, 2, -1,
  ]);
});

test("a plane across has the number of each place, and nothing outside", () => {
  const [stack] = stacksOf(labels);
  // Frame n: its left half is segment 1, and in the last one segment 2.
  const slices = [1, 1, 2].map((value) => Int16Array.from({ length: 16 }, (_, n) => (n % 4 < 2 ? value : 0)));
  // Coronal, from 2 mm left of the frames and 4 mm above the last.
  const plane = {
    origin: [-1, 3, 14] as const,
    row: [1, 0, 0] as const,
    column: [0, 0, -1] as const,
    columnSpacing: 2,
    rowSpacing: 4,
  };
  const values = sampleStack(stack!, slices, { plane, extent: [5, 5], size: [5, 5] });
  const rows = [0, 1, 2, 3, 4].map((row) => [...values.subarray(row * 5, row * 5 + 5)]);
  expect(rows).toEqual([
    [0, 0, 0, 0, 0],
    [0, 2, 2, 0, 0],
    [0, 1, 1, 0, 0],
    [0, 1, 1, 0, 0],
    [0, 1, 1, 0, 0],
  ]);
  expect(gridOver(plane, 5, 5, 448).size).toEqual([3, 5]);
});

test("labels have the colours of their segments, and none that is not named", () => {
  const colors = new Map([[2, [9, 8, 7] as const]]);
  expect([...paintLabels([0, 2, 3], colors)]).toEqual([0, 0, 0, 0, 9, 8, 7, 115, 0, 0, 0, 0]);
});

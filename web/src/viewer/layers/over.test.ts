import type { JsonDataSet } from "@isocenter/presentation";
import { expect, test } from "vitest";
import { blendingOf } from "../model/blending.ts";
import { dataSet } from "../model/data-set.fixture.ts";
import { imagesOfInstance, type StackImage } from "../model/image.ts";
import { presentationStateOf } from "../model/presentation-states.ts";
import { layerOf, type VolumeGeometry, volumeOf } from "../volume/geometry.ts";
import type { Volume } from "../volume/volumes.ts";
import { initialLook, overlaysFor, uptakeFor } from "./fusion.ts";
import { overByHand, overByState } from "./over.ts";
import { gridOver, sampleVolume } from "./sample.ts";

const sq = (...Value: JsonDataSet[]) => ({ vr: "SQ", Value });
const slice = (n: number, more: Parameters<typeof dataSet>[0] = {}): StackImage =>
  imagesOfInstance(
    dataSet({
      SOPInstanceUID: `1.5.${n}`,
      SeriesInstanceUID: "1.5",
      Modality: "MR",
      Rows: 2,
      Columns: 2,
      PixelSpacing: [1, 1],
      ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
      ImagePositionPatient: [0, 0, 2 * n],
      SliceThickness: 2,
      FrameOfReferenceUID: "1.7",
      ...more,
    }),
  )[0]!;
const volumeOfImages = (images: readonly StackImage[]) =>
  ({ geometry: volumeOf(images) as VolumeGeometry }) as unknown as Volume;

const reference = (...uids: string[]) =>
  sq({
    "00081140": sq(...uids.map((uid) => ({ "00081155": { vr: "UI", Value: [uid] } }))),
    "0020000E": { vr: "UI", Value: ["1.4"] },
  });
const table = (...Value: number[]) => ({ vr: "OW", Value: Value as never });
const state = (over: Parameters<typeof dataSet>[0] = {}): JsonDataSet => ({
  ...dataSet({ SOPInstanceUID: "1.9", SOPClassUID: "1.2.840.10008.5.1.4.1.1.11.4" }),
  "00700403": { vr: "FL", Value: [0.4] },
  // Red grows, blue falls.
  "00281101": { vr: "US", Value: [2, 0, 16] },
  "00281102": { vr: "US", Value: [2, 0, 16] },
  "00281103": { vr: "US", Value: [2, 0, 16] },
  "00281201": table(0, 65535),
  "00281202": table(0, 0),
  "00281203": table(65535, 0),
  "00700402": sq(
    {
      "00700405": { vr: "CS", Value: ["SUPERIMPOSED"] },
      "00081115": reference("1.5.0", "1.5.1", "1.5.2"),
      "00283110": sq(dataSet({ WindowCenter: 50, WindowWidth: 100, VOILUTFunction: "LINEAR_EXACT" })),
      ...dataSet(over),
    },
    {
      "00700405": { vr: "CS", Value: ["UNDERLYING"] },
      "00081115": reference("1.4.0"),
      "00283110": sq(dataSet({ WindowCenter: 40, WindowWidth: 400 })),
    },
  ),
});

test("a blending state is about what lies beneath, and says what lies over it", () => {
  const made = presentationStateOf(state());
  const beneath = { ...slice(0), sopInstanceUid: "1.4.0", seriesInstanceUid: "1.4" };
  expect(made.of(beneath)).toMatchObject({
    window: { center: 40, width: 400 },
    shading: undefined,
    inverse: false,
  });
  expect(made.of(slice(0))).toBeUndefined();
  expect([slice(0), slice(3)].map((image) => made.blending?.isOver(image))).toEqual([true, false]);
  // Planes that are cut from what lies beneath have its window, and nothing that lies on images.
  const plane = {
    ...beneath,
    sopInstanceUid: "",
    reformat: {
      key: "",
      slab: { mode: "average" as const, thickness: 0 },
      pixels: async () => new Int16Array(),
    },
  };
  expect(made.of(plane)).toMatchObject({ window: { center: 40, width: 400 }, graphics: [] });
  expect(made.of({ ...plane, seriesInstanceUid: "1.6" })).toBeUndefined();
  expect(made.first).toEqual({ sopInstanceUid: "1.4.0", frame: 1 });
});

test("a state that does not say both sets is about nothing", () => {
  const { "00700402": _sets, ...rest } = state();
  const made = presentationStateOf(rest);
  expect([made.blending, made.of(slice(0))]).toEqual([undefined, undefined]);
});

test("values go through the state's window and palette, by its share everywhere in the volume", () => {
  const over = overByState(volumeOfImages([0, 1, 2].map((n) => slice(n))), blendingOf(state())!);
  const { painter } = over.prepare([0, 1, 2].map(() => new Int16Array(4)));
  const { paint, scale } = painter(initialLook);
  expect([...paint([-5, 0, 50, 100, Number.NaN])]).toEqual([
    0, 0, 255, 102, 0, 0, 255, 102,
    // The second half of a palette of two entries.
    255, 0, 0, 102, 255, 0, 0, 102, 0, 0, 0, 0,
  ]);
  expect([scale.lower, scale.upper, scale.table.length]).toEqual([0, 100, 768]);
});

test("slices that are each rescaled in their own way are brought to one, in which the state's window is", () => {
  const images = [
    slice(0, { RescaleSlope: 2 }),
    slice(1, { RescaleSlope: 4 }),
    slice(2, { RescaleSlope: 4, RescaleIntercept: 8 }),
  ];
  const over = overByState(volumeOfImages(images), blendingOf(state())!);
  // Stored as 10 in each.
  const { slices } = over.prepare([Float32Array.of(20), Float32Array.of(40), Float32Array.of(48)]);
  expect(slices.map((one) => one[0])).toEqual([40, 40, 40]);
});

test("a single slice lies over pictures within its thickness", () => {
  const geometry = layerOf([slice(1)]) as VolumeGeometry;
  const at = (z: number) => {
    const plane = {
      origin: [0, 0, z] as const,
      row: [1, 0, 0] as const,
      column: [0, 1, 0] as const,
      columnSpacing: 1,
      rowSpacing: 1,
    };
    const pixels = Int16Array.of(1, 2, 3, 4);
    return [...sampleVolume(geometry, [pixels, pixels], gridOver(plane, 2, 2, 2))];
  };
  expect([1.1, 2, 2.9].map(at)).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ]);
  expect([0.9, 3.1].map((z) => at(z).every(Number.isNaN))).toEqual([true, true]);
  expect(layerOf([])).toHaveProperty("reason");
});

test("other pictures than uptake lie over one in the window that they open with", () => {
  const images = [0, 1, 2].map((n) =>
    slice(n, { WindowCenter: 100, WindowWidth: 40, VOILUTFunction: "LINEAR_EXACT" }),
  );
  const { painter } = overByHand(volumeOfImages(images)).prepare([0, 1, 2].map(() => new Int16Array(4)));
  const { paint, scale } = painter({ ...initialLook, colorMap: "grey", blend: 1 });
  expect([scale.lower, scale.upper]).toEqual([80, 120]);
  expect([...paint([80, 100, 130])]).toEqual([0, 0, 0, 0, 128, 128, 128, 255, 255, 255, 255, 255]);
});

test("what may lie over a series is of the same examination and place, and of another kind; uptake comes first", () => {
  const series = (uid: string, modality: string, more: Parameters<typeof dataSet>[0] = {}) => ({
    seriesInstanceUid: uid,
    studyInstanceUid: "1",
    modality,
    images: [slice(0, { Modality: modality, ...more })],
  });
  const all = [
    series("ct", "CT"),
    series("ct2", "CT"),
    series("mr", "MR"),
    series("far", "PT", { FrameOfReferenceUID: "1.8" }),
    series("nac", "PT"),
    series("ac", "PT", { CorrectedImage: ["ATTN"] }),
    { ...series("old", "PT"), studyInstanceUid: "2" },
  ] as unknown as Parameters<typeof overlaysFor>[1];
  const over = (uid: string) =>
    overlaysFor(
      all.find(({ seriesInstanceUid }) => seriesInstanceUid === uid),
      all,
      () => true,
    ).map(({ seriesInstanceUid }) => seriesInstanceUid);
  expect(over("ct")).toEqual(["ac", "nac", "mr"]);
  expect(over("mr")).toEqual(["ac", "nac", "ct", "ct2"]);
  expect(over("ac")).toEqual([]);
  expect(uptakeFor(all[0], all, () => true)?.seriesInstanceUid).toBe("ac");
  expect(uptakeFor(all[0], all.slice(0, 3), () => true)).toBeUndefined();
});

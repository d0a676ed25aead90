import { describe, expect, it } from "vitest";
import { dataSet } from "./data-set.fixture.ts";
import { imagesOfInstance } from "./image.ts";
import { compareSeries, sortImages } from "./sorting.ts";

function slice(instanceNumber: number, z: number, orientation = [1, 0, 0, 0, 1, 0]) {
  return imagesOfInstance(
    dataSet({
      Rows: 2,
      Columns: 2,
      SOPInstanceUID: `1.${instanceNumber}`,
      InstanceNumber: instanceNumber,
      ImageOrientationPatient: orientation,
      ImagePositionPatient: [0, 0, z],
    }),
  )[0]!;
}

const numbers = (images: ReturnType<typeof sortImages>) => images.map((image) => image.instanceNumber);

describe("sorting of images", () => {
  it("follows places, and begins at the end with the lowest numbers", () => {
    expect(numbers(sortImages([slice(2, 5), slice(3, 10), slice(1, 0)]))).toEqual([1, 2, 3]);
    expect(numbers(sortImages([slice(2, -5), slice(3, -10), slice(1, 0)]))).toEqual([1, 2, 3]);
  });

  it("follows places where the numbers are out of order, from the head down", () => {
    expect(numbers(sortImages([slice(1, 0), slice(2, 10), slice(3, 5)]))).toEqual([2, 3, 1]);
  });

  it("follows numbers where two images share a place or a plane differs", () => {
    expect(numbers(sortImages([slice(3, 0), slice(1, 10), slice(2, 10)]))).toEqual([1, 2, 3]);
    expect(numbers(sortImages([slice(3, 0), slice(1, 10, [1, 0, 0, 0, 0, -1]), slice(2, 5)]))).toEqual([
      1, 2, 3,
    ]);
  });

  it("puts images without a number last, and frames in their order", () => {
    const film = imagesOfInstance(dataSet({ Rows: 2, Columns: 2, NumberOfFrames: 3, InstanceNumber: 1 }));
    expect(sortImages([...film].reverse()).map((image) => image.frameNumber)).toEqual([1, 2, 3]);
    const without = imagesOfInstance(dataSet({ Rows: 2, Columns: 2 }))[0]!;
    expect(sortImages([without, ...film])[3]).toBe(without);
  });

  it("orders the frames of an enhanced image by the places in their functional groups", () => {
    const group = (z: number) => ({
      "00209113": { vr: "SQ", Value: [dataSet({ ImagePositionPatient: [0, 0, z] })] },
    });
    const enhanced = dataSet({ Rows: 2, Columns: 2, NumberOfFrames: 3 });
    enhanced["52009229"] = {
      vr: "SQ",
      Value: [
        { "00209116": { vr: "SQ", Value: [dataSet({ ImageOrientationPatient: [1, 0, 0, 0, 1, 0] })] } },
      ],
    };
    enhanced["52009230"] = { vr: "SQ", Value: [group(0), group(20), group(10)] };
    // Neither order follows the frames, so it goes from the head down.
    expect(sortImages(imagesOfInstance(enhanced)).map((image) => image.frameNumber)).toEqual([2, 3, 1]);
  });
});

describe("sorting of series", () => {
  it("follows the number; without one last", () => {
    const series = [
      { seriesNumber: undefined, seriesInstanceUid: "a" },
      { seriesNumber: 10, seriesInstanceUid: "b" },
      { seriesNumber: 2, seriesInstanceUid: "d" },
      { seriesNumber: 2, seriesInstanceUid: "c" },
    ];
    expect(series.sort(compareSeries).map((one) => one.seriesInstanceUid)).toEqual(["c", "d", "b", "a"]);
  });
});

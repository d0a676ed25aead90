import type { JsonDataSet } from "@isocenter/presentation";
import { expect, test } from "vitest";
import { dataSet } from "./data-set.fixture.ts";
import { imagesOfInstance } from "./image.ts";
import { maskingOf } from "./mask.ts";
import { presentationStateOf } from "./presentation-states.ts";
import { tags } from "./tags.ts";

const film = (SOPInstanceUID: string) =>
  imagesOfInstance(
    dataSet({
      SOPInstanceUID,
      Modality: "XA",
      Rows: 4,
      Columns: 4,
      NumberOfFrames: 5,
      BitsStored: 8,
      RescaleIntercept: -10,
      // The film's own mask, which a state stands in for.
      MaskSubtractionSequence: [dataSet({ MaskOperation: "AVG_SUB", MaskFrameNumbers: [5] })],
    }),
  );
const images = film("1.5");
const reference = (uid: string, frames?: number[]): JsonDataSet => ({
  "00081155": { vr: "UI", Value: [uid] },
  ...(frames ? { "00081160": { vr: "IS", Value: frames } } : {}),
});
const about = (...items: JsonDataSet[]) => ({ "00081140": { vr: "SQ", Value: items } });
const state = (values: Parameters<typeof dataSet>[0], of = [reference("1.5")]) =>
  presentationStateOf({
    ...dataSet({ SOPInstanceUID: "1.9", SOPClassUID: "1.2.840.10008.5.1.4.1.1.11.5", ...values }),
    "00081115": { vr: "SQ", Value: [about(...of)] },
  });
const item = (values: Parameters<typeof dataSet>[0], more: JsonDataSet = {}) => ({
  ...dataSet(values),
  ...more,
});
const averaged = (...MaskFrameNumbers: number[]) => ({ MaskOperation: "AVG_SUB", MaskFrameNumbers });

test("a state's masks stand in for the film's, by its frames and ranges; without any it shows the film as it is", () => {
  const own = state({
    MaskSubtractionSequence: [
      item({ ...averaged(1, 2), ApplicableFrameRange: [3, 4] }),
      item({ MaskOperation: "REV_TID", TIDOffset: 1, ApplicableFrameRange: [5, 5] }),
    ],
  });
  expect(images.map((image) => maskingOf(image, {}, own.maskingOf)?.mask)).toEqual([
    undefined,
    undefined,
    [1, 2],
    [1, 2],
    [4],
  ]);
  expect(images.map(state({}).maskingOf)).toEqual(images.map(() => undefined));
  expect(film("1.6").map(own.maskingOf)).toEqual(images.map(() => undefined));
  // One of greys alone names frames instead of ranges (PS3.3 C.11.13).
  const greys = state({ MaskSubtractionSequence: [item(averaged(1))] }, [reference("1.5", [2])]);
  expect(images.map((image) => greys.maskingOf(image)?.mask)).toEqual([
    undefined,
    [1],
    undefined,
    undefined,
    undefined,
  ]);
});

test("of two films each has the masks that are said of it", () => {
  const both = state(
    {
      MaskSubtractionSequence: [
        item(averaged(1), about(reference("1.5"))),
        item(averaged(2), about(reference("1.6"))),
      ],
    },
    [reference("1.5"), reference("1.6")],
  );
  expect([images[3]!, film("1.6")[3]!].map((image) => both.maskingOf(image)?.mask)).toEqual([[1], [2]]);
});

test("masks are moved by regions, stay seen by a part, and are left out where the state wants it", () => {
  const display = (StartTrim: number, StopTrim: number, more: Parameters<typeof dataSet>[0]) =>
    dataSet({ StartTrim, StopTrim, ...more });
  const { maskingOf: of } = state({
    MaskSubtractionSequence: [
      item({
        ...averaged(1),
        PixelShiftSequence: [
          dataSet({
            PixelShiftFrameRange: [3, 4],
            RegionPixelShiftSequence: [
              dataSet({ MaskSubPixelShift: [0.5, 1] }),
              dataSet({ MaskSubPixelShift: [1, 0], VerticesOfTheRegion: [1, 3, 1, 4, 4, 4, 4, 3] }),
            ],
          }),
        ],
      }),
    ],
    MultiFramePresentationSequence: [
      dataSet({
        FrameDisplaySequence: [
          display(1, 2, { RecommendedViewingMode: "NAT" }),
          display(3, 5, { RecommendedViewingMode: "SUB", MaskVisibilityPercentage: 20 }),
        ],
      }),
    ],
  });
  expect([of(images[0]!), of(images[1]!)]).toEqual([undefined, undefined]);
  expect(of(images[2]!)).toEqual({
    mask: [1],
    contrast: [3],
    shift: [0, 0],
    visible: 0.2,
    regions: [
      { shift: [0.5, 1], corners: undefined },
      // Rows and columns of pixels, both ends included: columns 3 and 4 of all rows.
      {
        shift: [1, 0],
        corners: [
          [2, 0],
          [4, 0],
          [4, 4],
          [2, 4],
        ],
      },
    ],
  });
  expect(of(images[4]!)).not.toHaveProperty("regions");
});

test("frames have tables to logarithms of their own", () => {
  const table = (LUTFrameRange: number[], entry: number) =>
    item(
      { LUTFunction: "TO_LOG", LUTFrameRange },
      {
        [tags.LUTDescriptor]: { vr: "US", Value: [2, 0, 8] },
        [tags.LUTData]: { vr: "OW", Value: [0, entry] as never },
      },
    );
  const masking = state({
    MaskSubtractionSequence: [
      item({ ...averaged(1), PixelIntensityRelationshipLUTSequence: [table([1, 1], 50), table([2, 5], 60)] }),
    ],
  }).maskingOf(images[2]!);
  expect([1, 3].map((frame) => masking?.toLogarithm?.(frame)?.values[1])).toEqual([50, 60]);
});

test("a state's window is that of differences, which have no intercept, and of none when the mask is taken away", () => {
  const windows = { "00283110": { vr: "SQ", Value: [dataSet({ WindowCenter: 0, WindowWidth: 40 })] } };
  const made = presentationStateOf({
    ...state({ MaskSubtractionSequence: [item(averaged(1))] }).dataSet,
    ...windows,
  });
  expect(made.of(images[3]!)?.window).toBeUndefined();
  const subtracted = {
    name: "a",
    masking: made.maskingOf(images[3]!)!,
    pixels: async () => new Int16Array(),
  };
  expect(made.of({ ...images[3]!, subtracted })?.window).toEqual({
    center: 0,
    width: 40,
    function: "LINEAR",
  });
});

test("what a state wants besides and is not done is said", () => {
  const sharp = state({
    MultiFramePresentationSequence: [
      dataSet({
        FrameDisplaySequence: [dataSet({ StartTrim: 1, StopTrim: 2, DisplayFilterPercentage: 40 })],
      }),
    ],
  });
  expect(images.map((image) => sharp.of(image)?.omitted.length)).toEqual([1, 1, 0, 0, 0]);
});

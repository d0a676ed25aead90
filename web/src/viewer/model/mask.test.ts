import { expect, test } from "vitest";
import { dataSet } from "./data-set.fixture.ts";
import { imagesOfInstance, type StackImage } from "./image.ts";
import {
  averageOf,
  canBeMasked,
  isMeantMasked,
  maskingOf,
  scaleOf,
  shifted,
  shiftedBy,
  subtract,
} from "./mask.ts";

const film = (more: Parameters<typeof dataSet>[0] = {}): StackImage[] =>
  imagesOfInstance(
    dataSet({ Modality: "XA", Rows: 2, Columns: 3, NumberOfFrames: 5, BitsStored: 8, ...more }),
  );
const saying = (...items: Parameters<typeof dataSet>[0][]) =>
  film({ RecommendedViewingMode: "SUB", MaskSubtractionSequence: items.map(dataSet) });
const maskings = (images: readonly StackImage[], choice = {}) =>
  images.map((image) => maskingOf(image, choice));

test("films of X-rays can be subtracted, single pictures and films in colours cannot", () => {
  expect(canBeMasked(film()[0])).toBe(true);
  expect(canBeMasked(film({ NumberOfFrames: 1 })[0])).toBe(false);
  expect(canBeMasked(film({ Modality: "US" })[0])).toBe(false);
  expect(canBeMasked(film({ SamplesPerPixel: 3 })[0])).toBe(false);
  expect(canBeMasked(undefined)).toBe(false);
});

test("a film opens subtracted only where it wants that and says how", () => {
  expect(isMeantMasked(saying({ MaskOperation: "AVG_SUB", MaskFrameNumbers: [1] })[0])).toBe(true);
  expect(isMeantMasked(film({ RecommendedViewingMode: "SUB" })[0])).toBe(false);
  expect(isMeantMasked(film({ RecommendedViewingMode: "NAT" })[0])).toBe(false);
});

test("masks are averaged, moved and kept to their frames, as the picture says", () => {
  const images = saying({
    MaskOperation: "AVG_SUB",
    ApplicableFrameRange: [3, 4],
    MaskFrameNumbers: [1, 2, 9],
    ContrastFrameAveraging: 2,
    MaskSubPixelShift: [0.5, -1],
  });
  expect(maskings(images)).toEqual([
    undefined,
    undefined,
    { mask: [1, 2], contrast: [3, 4], shift: [0.5, -1] },
    { mask: [1, 2], contrast: [4, 5], shift: [0.5, -1] },
    undefined,
  ]);
});

test("time interval differences take the frame so many before", () => {
  const masks = (images: StackImage[]) => maskings(images).map((masking) => masking?.mask[0]);
  expect(masks(saying({ MaskOperation: "TID", TIDOffset: 2 }))).toEqual([undefined, undefined, 1, 2, 3]);
  expect(masks(saying({ MaskOperation: "TID" }))).toEqual([undefined, 1, 2, 3, 4]);
});

test("a person's mask goes before the picture's, and where that does not say how it is the first frame", () => {
  const said = saying({ MaskOperation: "AVG_SUB", MaskFrameNumbers: [2] })[3]!;
  expect(maskingOf(said, { frame: 3 })).toEqual({ mask: [3], contrast: [4], shift: [0, 0] });
  expect(maskingOf(said, { shift: [1, 0] })).toEqual({ mask: [2], contrast: [4], shift: [1, 0] });
  const first = { mask: [1], contrast: [4], shift: [0, 0] };
  expect(maskingOf(film()[3]!, {})).toEqual(first);
  expect(maskingOf(saying({ MaskOperation: "NONE", MaskFrameNumbers: [0] })[3]!, {})).toEqual(first);
});

test("reversed in time, masks go back as frames go on, from the first frame that is meant", () => {
  const images = saying({ MaskOperation: "REV_TID", TIDOffset: 1, ApplicableFrameRange: [4, 5] });
  expect(isMeantMasked(images[0])).toBe(true);
  // PS3.3 C.7.6.10.1.1: 4 less 3, 5 less 2.
  expect(maskings(images).map((masking) => masking?.mask)).toEqual([
    undefined,
    undefined,
    undefined,
    [3],
    [2],
  ]);
  // Frames that were never made are no masks.
  const early = saying({ MaskOperation: "REV_TID", TIDOffset: 2, ApplicableFrameRange: [3, 5] });
  expect(maskings(early).map((masking) => masking?.mask)).toEqual([
    undefined,
    undefined,
    [1],
    undefined,
    undefined,
  ]);
  // And of negative offsets, as the standard's example has it.
  const ahead = saying({ MaskOperation: "REV_TID", TIDOffset: -2, ApplicableFrameRange: [2, 3] });
  expect(maskings(ahead).map((masking) => masking?.mask)).toEqual([
    undefined,
    [4],
    [3],
    undefined,
    undefined,
  ]);
});

test("a film may say of some frames that they are seen as they are, and by how much each mask is moved", () => {
  const image = (RecommendedViewingMode: string, StartTrim: number, StopTrim: number) =>
    dataSet({ RecommendedViewingMode, StartTrim, StopTrim });
  const images = film({
    FrameDisplaySequence: [image("NAT", 1, 3), image("SUB", 4, 5)],
    MaskSubtractionSequence: [
      dataSet({ MaskOperation: "AVG_SUB", MaskFrameNumbers: [1], SubtractionItemID: 7 }),
    ],
    PerFrameFunctionalGroupsSequence: [1, 2, 3, 4, 5].map((frame) =>
      dataSet({
        FramePixelShiftSequence: [
          dataSet({ SubtractionItemID: 6, MaskSubPixelShift: [9, 9] }),
          dataSet({ SubtractionItemID: 7, MaskSubPixelShift: [frame, -1] }),
        ],
      }),
    ),
  });
  expect(isMeantMasked(images[0])).toBe(true);
  expect(maskings(images).map((masking) => masking?.shift)).toEqual([
    undefined,
    undefined,
    undefined,
    [4, -1],
    [5, -1],
  ]);
});

test("parts of a picture have masks of their own shift, the last of those that overlap", () => {
  const frame = [1, 2, 3, 4, 5, 6];
  const right = [
    [2, 0],
    [3, 0],
    [3, 2],
    [2, 2],
  ] as const;
  const moved = (regions: Parameters<typeof shiftedBy>[2]["regions"]) => [
    ...(shiftedBy(frame, 3, { shift: [0, 0], ...(regions ? { regions } : {}) }) as Float32Array),
  ];
  expect(moved([{ corners: right, shift: [1, 0] }])).toEqual([1, 2, 3, 4, 5, 3]);
  expect(
    moved([
      { corners: right, shift: [1, 0] },
      { corners: undefined, shift: [0, 1] },
    ]),
  ).toEqual([2, 3, 3, 5, 6, 6]);
  expect(moved([])).toEqual(frame);
});

test("a mask moves down and to the left, by parts of pixels too", () => {
  const frame = [1, 2, 3, 4, 5, 6];
  expect([...(shifted(frame, 3, [1, 0]) as Float32Array)]).toEqual([1, 2, 3, 1, 2, 3]);
  expect([...(shifted(frame, 3, [0, 1]) as Float32Array)]).toEqual([2, 3, 3, 5, 6, 6]);
  expect([...(shifted(frame, 3, [0, 0.5]) as Float32Array)]).toEqual([1.5, 2.5, 3, 4.5, 5.5, 6]);
  expect([...(shifted(frame, 3, [0.5, 0]) as Float32Array)]).toEqual([1, 2, 3, 2.5, 3.5, 4.5]);
  expect(shifted(frame, 3, [0, 0])).toBe(frame);
});

test("values are subtracted, and of counted rays their logarithms", () => {
  expect([...subtract([10, 200, 0], [20, 200, 255], { logarithmic: false, levels: 256 })]).toEqual([
    -10, 0, -255,
  ]);
  // Of a mask that is seen by a quarter three quarters are taken away.
  expect([...subtract([10, 200, 0], [20, 200, 255], { logarithmic: false, levels: 256 }, 0.25)]).toEqual([
    -5, 50, -191,
  ]);
  const linear = film({ PixelIntensityRelationship: "LIN", BitsStored: 10 })[0]!;
  expect(scaleOf(linear)).toEqual({ logarithmic: true, levels: 1024 });
  expect(scaleOf(film({ PixelIntensityRelationship: "LOG" })[0]!).logarithmic).toBe(false);
  // Half of the rays is the same step, however many there were.
  const [bright, dark] = subtract([999, 99], [1999, 199], scaleOf(linear));
  expect(bright).toBe(Math.round((-1024 * Math.log(2)) / Math.log(1024)));
  expect(dark).toBe(bright);
  expect(averageOf([new Uint8Array([1, 2]), new Uint8Array([3, 5])])).toEqual(new Float32Array([2, 3.5]));
});

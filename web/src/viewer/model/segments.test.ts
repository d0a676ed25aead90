import type { JsonDataSet } from "@isocenter/presentation";
import { expect, test } from "vitest";
import { imagesOfInstance } from "./image.ts";
import { framesOver, paintSegment, segmentationOf, segmentNumberOf } from "./segments.ts";

const element = (...Value: unknown[]) => ({ vr: typeof Value[0] === "object" ? "SQ" : "UN", Value });
const geometry = (place: number): JsonDataSet => ({
  "00200032": element(0, 0, place),
  "00200037": element(1, 0, 0, 0, 1, 0),
  "00280030": element(1, 1),
});
const size = { "00280010": element(2), "00280011": element(2), "00200052": element("1.2") };

const segmentation = segmentationOf({
  ...size,
  "00280008": element(3),
  "00620001": element("BINARY"),
  "00620002": element(
    // Pure red, as a colour of the screen, in the scaled CIELab of DICOM.
    { "00620004": element(1), "00620005": element("Liver"), "0062000D": element(35567, 53653, 50838) },
    { "00620004": element(2), "00620005": element("Lesion") },
  ),
  "52009229": element({ "00209116": element(geometry(0)) }),
  "52009230": element(
    ...[
      [1, 0],
      [1, 5],
      [2, 5],
    ].map(([number, place]) => ({
      "0062000A": element({ "0062000B": element(number) }),
      "00209113": element({ "00200032": element(0, 0, place) }),
    })),
  ),
});

test("regions lie on the images of their own place, by segment", () => {
  const over = (place: number, thickness?: number) => {
    const more = thickness === undefined ? {} : { "00180050": element(thickness) };
    const [image] = imagesOfInstance({ ...size, ...geometry(place), ...more });
    return framesOver(image!, segmentation).map(segmentNumberOf);
  };
  expect(over(0)).toEqual([1]);
  expect(over(5)).toEqual([1, 2]);
  expect(over(3)).toEqual([]);
  expect(over(3.5, 4)).toEqual([1, 2]);
});

test("a segment has the colour that it recommends, and lets the picture through", () => {
  const { color, label } = segmentation.segments.get(1)!;
  expect(label).toBe("Liver");
  for (const [n, value] of [255, 0, 0].entries()) expect(Math.abs(color[n]! - value)).toBeLessThan(6);
  expect([...paintSegment([0, 1], 1, [9, 8, 7])]).toEqual([0, 0, 0, 0, 9, 8, 7, 115]);
});

import { dataSetOf } from "@isocenter/dicom";
import sharp from "sharp";
import { expect, test } from "vitest";
import { greyFrame } from "../test/encoders.ts";
import { presentationOf } from "./presentation.ts";
import { renderFrame } from "./render.ts";

const side = 8;

/** Which pixels of a white frame are seen, row by row. */
async function seen(values: Record<string, unknown>): Promise<string[]> {
  const set = dataSetOf({
    PhotometricInterpretation: "MONOCHROME2",
    BitsAllocated: 8,
    ...values,
  } as Parameters<typeof dataSetOf>[0]);
  const description = greyFrame({ rows: side, columns: side, bitsAllocated: 8, bitsStored: 8, highBit: 7 });
  const white = new Uint8Array(side * side).fill(255);
  const png = await renderFrame(description, presentationOf(set), white, { format: "png" });
  const grey = await sharp(png).toColourspace("b-w").raw().toBuffer();
  return Array.from({ length: side }, (_, row) =>
    Array.from(grey.subarray(row * side, (row + 1) * side), (level) =>
      level === 255 ? "#" : level === 0 ? "." : "+",
    ).join(""),
  );
}

const rectangle = {
  ShutterShape: "RECTANGULAR",
  ShutterLeftVerticalEdge: 3,
  ShutterRightVerticalEdge: 6,
  ShutterUpperHorizontalEdge: 2,
  ShutterLowerHorizontalEdge: 4,
};

test("a rectangle leaves what is between its edges, both included, and the value covers the rest", async () => {
  const empty = "........";
  expect(await seen(rectangle)).toEqual([empty, ...Array(3).fill("..####.."), ...Array(4).fill(empty)]);
  const [top] = await seen({ ...rectangle, ShutterPresentationValue: 32_768 });
  expect(top).toBe("++++++++");
});

test("a circle and a polygon leave what is inside, and of two shapes what is inside of both", async () => {
  const circle = { ShutterShape: "CIRCULAR", CenterOfCircularShutter: [4, 4], RadiusOfCircularShutter: 2 };
  expect(await seen(circle)).toEqual([
    "........",
    "...#....",
    "..###...",
    ".#####..",
    "..###...",
    "...#....",
    "........",
    "........",
  ]);
  const polygon = { ShutterShape: "POLYGONAL", VerticesOfThePolygonalShutter: [1, 1, 8, 8, 8, 1] };
  expect(await seen(polygon)).toEqual([
    "#.......",
    "##......",
    "###.....",
    "####....",
    "#####...",
    "######..",
    "#######.",
    "........",
  ]);
  expect(await seen({ ...rectangle, ...circle, ShutterShape: ["RECTANGULAR", "CIRCULAR"] })).toEqual([
    "........",
    "...#....",
    "..###...",
    "..####..",
    ...Array(4).fill("........"),
  ]);
});

test("a shutter that says too little covers nothing", async () => {
  const all = Array(side).fill("########");
  expect(await seen({ ShutterShape: "RECTANGULAR", ShutterLeftVerticalEdge: 3 })).toEqual(all);
  expect(await seen({ ShutterShape: "POLYGONAL", VerticesOfThePolygonalShutter: [1, 1, 2, 2] })).toEqual(all);
  expect(await seen({ ShutterShape: "BITMAP" })).toEqual(all);
});

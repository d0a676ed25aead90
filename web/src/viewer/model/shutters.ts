import { type JsonDataSet, numberOf, numbersOf, textsOf } from "./dicom-json.ts";
import type { PixelPoint } from "./pixel-space.ts";

/** What of an image is left to be seen, in its pixels; the rest is covered. */
export type Shutter = { grey: number } & (
  | { shape: "polygon"; points: readonly PixelPoint[] }
  | { shape: "circle"; centre: PixelPoint; radius: number }
);

/** The shutters of a presentation state or an image (PS3.3 C.7.6.11): rectangular, circular and polygonal, each covers what is outside of it. */
export function shuttersOf(dataSet: JsonDataSet): Shutter[] {
  const grey = Math.round(((numberOf(dataSet, "00181622") ?? 0) / 65535) * 255);
  const shutters: Shutter[] = [];
  for (const shape of textsOf(dataSet, "00181600")) {
    if (shape === "RECTANGULAR") {
      const [left, right, top, bottom] = ["00181602", "00181604", "00181606", "00181608"].map((tag) =>
        numberOf(dataSet, tag),
      );
      if (left === undefined || right === undefined || top === undefined || bottom === undefined) continue;
      const points: PixelPoint[] = [
        [left - 1, top - 1],
        [right, top - 1],
        [right, bottom],
        [left - 1, bottom],
      ];
      shutters.push({ grey, shape: "polygon", points });
    } else if (shape === "CIRCULAR") {
      const [row, column] = numbersOf(dataSet, "00181610");
      const radius = numberOf(dataSet, "00181612");
      if (row === undefined || column === undefined || radius === undefined) continue;
      shutters.push({ grey, shape: "circle", centre: [column - 0.5, row - 0.5], radius });
    } else if (shape === "POLYGONAL") {
      const values = numbersOf(dataSet, "00181620");
      const points: PixelPoint[] = [];
      for (let i = 0; i + 1 < values.length; i += 2) points.push([values[i + 1]! - 0.5, values[i]! - 0.5]);
      if (points.length > 2) shutters.push({ grey, shape: "polygon", points });
    }
  }
  return shutters;
}

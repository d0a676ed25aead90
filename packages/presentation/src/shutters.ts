import { type Rgb, rgbOfLab } from "@isocenter/dicom";
import { type JsonDataSet, numberOf, numbersOf, textsOf } from "./dicom-json.ts";
import { type OverlayPlane, overlayPlaneIn } from "./overlay-planes.ts";
import type { PixelPoint } from "./points.ts";

/** What of an image is left to be seen, in its pixels; the rest is covered. */
export type Shutter = { color: Rgb } & (
  | { shape: "polygon"; points: readonly PixelPoint[] }
  | { shape: "circle"; centre: PixelPoint; radius: number }
);

/** Of what is covered: a P-Value, or a colour (PS3.3 C.7.6.11, C.7.6.15); black where nothing is said. */
function colorOf(dataSet: JsonDataSet): Rgb {
  const grey = Math.round(((numberOf(dataSet, "00181622") ?? 0) / 65535) * 255);
  return rgbOfLab(numbersOf(dataSet, "00181624")) ?? [grey, grey, grey];
}

/** The overlay whose set bits cover the image (PS3.3 C.7.6.15), and in which colour. */
export function bitmapShutterOf(dataSet: JsonDataSet): { plane: OverlayPlane; color: Rgb } | undefined {
  const group = numberOf(dataSet, "00181623");
  if (group === undefined || !textsOf(dataSet, "00181600").includes("BITMAP")) return undefined;
  const plane = overlayPlaneIn(dataSet, group.toString(16).toUpperCase().padStart(4, "0"), 1);
  return plane && { plane, color: colorOf(dataSet) };
}

/** The shutters of a presentation state or an image (PS3.3 C.7.6.11): rectangular, circular and polygonal, each covers what is outside of it. */
export function shuttersOf(dataSet: JsonDataSet): Shutter[] {
  const color = colorOf(dataSet);
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
      shutters.push({ color, shape: "polygon", points });
    } else if (shape === "CIRCULAR") {
      const [row, column] = numbersOf(dataSet, "00181610");
      const radius = numberOf(dataSet, "00181612");
      if (row === undefined || column === undefined || radius === undefined) continue;
      shutters.push({ color, shape: "circle", centre: [column - 0.5, row - 0.5], radius });
    } else if (shape === "POLYGONAL") {
      const values = numbersOf(dataSet, "00181620");
      const points: PixelPoint[] = [];
      for (let i = 0; i + 1 < values.length; i += 2) points.push([values[i + 1]! - 0.5, values[i]! - 0.5]);
      if (points.length > 2) shutters.push({ color, shape: "polygon", points });
    }
  }
  return shutters;
}

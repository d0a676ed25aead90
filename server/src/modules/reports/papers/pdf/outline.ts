import type { Font } from "fontkit";

type Path = ReturnType<Font["getGlyph"]>["path"];

interface Point {
  x: number;
  y: number;
  on: boolean;
}

/** The closed contours of a path of lines and quadratic curves. */
function contoursOf(path: Path): Point[][] {
  const contours: Point[][] = [];
  for (const { command, args } of path.commands) {
    const point = (at: number, on: boolean): Point => ({
      x: Math.round(args[at]!),
      y: Math.round(args[at + 1]!),
      on,
    });
    const current = contours.at(-1);
    if (command === "moveTo") contours.push([point(0, true)]);
    else if (command === "lineTo") current?.push(point(0, true));
    else if (command === "quadraticCurveTo") current?.push(point(0, false), point(2, true));
    else if (command === "bezierCurveTo") throw new Error("outlines of TrueType have no cubic curves");
  }
  for (const contour of contours) {
    const [first, last] = [contour[0]!, contour.at(-1)!];
    // The way back to where it began is not said.
    if (contour.length > 1 && last.on && first.x === last.x && first.y === last.y) contour.pop();
  }
  return contours;
}

/**
 * A glyph as an entry of the table `glyf` (OpenType, "glyf": simple glyph description), without instructions, padded to four bytes; nothing for a glyph
 * without an outline.
 * @returns also its left edge
 */
export function encodeOutline(path: Path): { bytes: Uint8Array; left: number } {
  const contours = contoursOf(path);
  const points = contours.flat();
  if (points.length === 0) return { bytes: new Uint8Array(0), left: 0 };
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const edges = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const length = 10 + 2 * contours.length + 2 + points.length * 5;
  const bytes = new Uint8Array(Math.ceil(length / 4) * 4);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const int16 = (value: number) => {
    view.setInt16(at, value);
    at += 2;
  };
  int16(contours.length);
  for (const edge of edges) int16(edge);
  let end = -1;
  for (const contour of contours) {
    end += contour.length;
    int16(end);
  }
  int16(0);
  // ON_CURVE_POINT alone: every coordinate is a difference of two bytes.
  for (const { on } of points) bytes[at++] = on ? 1 : 0;
  for (const values of [xs, ys])
    for (const [index, value] of values.entries()) int16(value - (values[index - 1] ?? 0));
  return { bytes, left: edges[0]! };
}

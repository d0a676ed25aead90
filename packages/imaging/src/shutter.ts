import { type DataSet, number, numbers, Tags, texts } from "@isocenter/dicom";

/** What of a frame is left to be seen, in its pixels from 0; the rest is covered. */
type Shutter =
  /** First and last column and row that are seen. */
  | { shape: "rectangle"; left: number; right: number; top: number; bottom: number }
  | { shape: "circle"; column: number; row: number; radius: number }
  /** Corners, column and row each. */
  | { shape: "polygon"; points: readonly (readonly [column: number, row: number])[] };

export interface Shutters {
  shapes: readonly Shutter[];
  /** 0 to 255: what covers the rest. Of a grey picture the first counts. */
  color: readonly [red: number, green: number, blue: number];
}

/** The display shutter of an image (PS3.3 C.7.6.11): rectangular, circular and polygonal, each covers what is outside of it; null without a usable one. */
export function shuttersOf(ds: DataSet): Shutters | null {
  const shapes = texts(ds, Tags.ShutterShape).flatMap((shape) => {
    const made =
      shape === "RECTANGULAR" ? rectangle(ds) : shape === "CIRCULAR" ? circle(ds) : polygon(ds, shape);
    return made ?? [];
  });
  if (shapes.length === 0) return null;
  const value = number(ds, Tags.ShutterPresentationValue) ?? 0;
  const grey = Math.round((Math.min(Math.max(value, 0), 65_535) / 65_535) * 255);
  return { shapes, color: [grey, grey, grey] };
}

function rectangle(ds: DataSet): Shutter | null {
  const [left, right, top, bottom] = [
    Tags.ShutterLeftVerticalEdge,
    Tags.ShutterRightVerticalEdge,
    Tags.ShutterUpperHorizontalEdge,
    Tags.ShutterLowerHorizontalEdge,
  ].map((tag) => number(ds, tag));
  const edges = [left, right, top, bottom];
  if (!edges.every((edge) => edge !== undefined && Number.isFinite(edge))) return null;
  return { shape: "rectangle", left: left! - 1, right: right! - 1, top: top! - 1, bottom: bottom! - 1 };
}

function circle(ds: DataSet): Shutter | null {
  const [row, column] = numbers(ds, Tags.CenterOfCircularShutter);
  const radius = number(ds, Tags.RadiusOfCircularShutter);
  if (row === undefined || column === undefined || radius === undefined) return null;
  if (![row, column, radius].every(Number.isFinite)) return null;
  return { shape: "circle", row: row - 1, column: column - 1, radius };
}

const maxCorners = 10_000;

function polygon(ds: DataSet, shape: string): Shutter | null {
  if (shape !== "POLYGONAL") return null;
  const values = numbers(ds, Tags.VerticesOfThePolygonalShutter).slice(0, 2 * maxCorners);
  if (values.length < 6 || !values.every(Number.isFinite)) return null;
  const points: [number, number][] = [];
  for (let at = 0; at + 1 < values.length; at += 2) points.push([values[at + 1]! - 1, values[at]! - 1]);
  return { shape: "polygon", points };
}

/** The columns of a row that are seen, from and to, both included. */
type Span = readonly [from: number, to: number];

/** Where a row is inside of the shape. */
function spansOf(shutter: Shutter, row: number): Span[] {
  if (shutter.shape === "rectangle")
    return row < shutter.top || row > shutter.bottom ? [] : [[shutter.left, shutter.right]];
  if (shutter.shape === "circle") {
    const half = shutter.radius ** 2 - (row - shutter.row) ** 2;
    return half < 0 ? [] : [[shutter.column - Math.sqrt(half), shutter.column + Math.sqrt(half)]];
  }
  // Even-odd: where the outline crosses the row, inside and outside change. On a corner it is crossed once.
  const { points } = shutter;
  const crossings: number[] = [];
  points.forEach(([column, y], at) => {
    const [nextColumn, nextY] = points[(at + 1) % points.length]!;
    if (y <= row !== nextY <= row) crossings.push(column + ((row - y) / (nextY - y)) * (nextColumn - column));
  });
  crossings.sort((a, b) => a - b);
  const spans: Span[] = [];
  for (let at = 0; at + 1 < crossings.length; at += 2) spans.push([crossings[at]!, crossings[at + 1]!]);
  return spans;
}

/** Covers, in a picture of one or three bytes a pixel, what is outside of any of the shapes. */
export function cover(
  { shapes, color }: Shutters,
  picture: { pixels: Uint8Array; rows: number; columns: number; channels: 1 | 3 },
): void {
  const { pixels, rows, columns, channels } = picture;
  for (const shape of shapes)
    for (let row = 0; row < rows; row++) {
      let covered = 0;
      const fill = (to: number) => {
        const end = Math.min(Math.max(to, covered), columns);
        const from = row * columns + covered;
        if (channels === 1) pixels.fill(color[0], from, row * columns + end);
        else for (let at = from; at < row * columns + end; at++) pixels.set(color, 3 * at);
      };
      for (const [from, to] of spansOf(shape, row)) {
        fill(Math.ceil(from - 1e-6));
        covered = Math.min(Math.max(Math.floor(to + 1e-6) + 1, covered), columns);
      }
      fill(columns);
    }
}

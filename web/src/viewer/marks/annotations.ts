import { cache } from "@cornerstonejs/core";
import * as tools from "@cornerstonejs/tools";
import type { Measurement, MeasurementKind, PlaneMeasurement } from "@isocenter/contract";
import { type PixelPoint, textOf } from "@isocenter/presentation";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf, pixelOf, placeOf } from "../model/pixel-space.ts";
import { tags } from "../model/tags.ts";
import { registeredImage } from "../pixels/image-source.ts";
import { plainImageId } from "../pixels/subtracted.ts";
import { hasSize, isClosed, type Measured, measure } from "./measure.ts";
import { inPatient, inPicture, isInPlane, isSeenAlsoOn, measuredPlane } from "./planes.ts";
import type { Pixels } from "./region.ts";

/** Cornerstone's tools by what they measure. */
export const toolNames: Readonly<Record<MeasurementKind, string>> = {
  length: tools.LengthTool.toolName,
  angle: tools.AngleTool.toolName,
  cobb: tools.CobbAngleTool.toolName,
  ellipse: tools.EllipticalROITool.toolName,
  rectangle: tools.RectangleROITool.toolName,
  arrow: tools.ArrowAnnotateTool.toolName,
  probe: tools.ProbeTool.toolName,
  freehand: tools.PlanarFreehandROITool.toolName,
};
export const kinds = Object.keys(toolNames) as MeasurementKind[];
const kindOfTool = new Map(kinds.map((kind) => [toolNames[kind], kind]));

type World = [number, number, number];

/** What is used of Cornerstone's annotations. */
export interface DrawnData {
  label?: string;
  handles: { points: World[]; activeHandleIndex: number | null; textBox?: object };
  contour?: { polyline: World[]; closed: boolean };
  cachedStats: Record<string, unknown>;
  /** What was measured before in the plane that this lies on, and where it was drawn: as long as nobody has moved it, that is what it is. */
  kept?: { measurement: PlaneMeasurement; drawing: string };
}
export interface Drawn {
  annotationUID: string;
  invalidated: boolean;
  highlighted: boolean;
  isVisible?: boolean;
  metadata: { toolName: string; FrameOfReferenceUID: string; referencedImageId?: string } & Record<
    string,
    unknown
  >;
  data: DrawnData;
}

/** Cornerstone keeps a name of one blank where there is none: without a text it takes an arrow away. */
export const namelessLabel = " ";

const most = 1000;

/** Every n-th point of a line that has more than are kept; its ends stay. */
function thinned(points: readonly PixelPoint[]): readonly PixelPoint[] {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, i) => points[Math.round((i * (points.length - 1)) / (most - 1))]!);
}

const lengthOf = (one: PixelPoint, other: PixelPoint) => Math.hypot(other[0] - one[0], other[1] - one[1]);

/** From Cornerstone's order of handles to that of measurements: corners go round, the longer axis comes first. */
function ordered(kind: MeasurementKind, points: readonly PixelPoint[]): readonly PixelPoint[] {
  const [a, b, c, d] = points;
  if (!a || !b || !c || !d) return points;
  if (kind === "rectangle") return [a, b, d, c];
  if (kind === "ellipse") return lengthOf(a, b) >= lengthOf(c, d) ? [a, b, c, d] : [c, d, a, b];
  return points;
}

/** The other way; Cornerstone's ellipse names its lowest, highest, leftmost and rightmost point. */
function handlesOf(kind: MeasurementKind, points: readonly PixelPoint[]): readonly PixelPoint[] {
  const [a, b, c, d] = points;
  if (!a || !b || !c || !d) return points;
  if (kind === "rectangle") return [a, b, d, c];
  if (kind !== "ellipse") return points;
  const steep = Math.abs(b[1] - a[1]) >= Math.abs(d[1] - c[1]);
  const [up, flat] = steep ? [[a, b] as const, [c, d] as const] : [[c, d] as const, [a, b] as const];
  return [...[...up].sort((p, q) => q[1] - p[1]), ...[...flat].sort((p, q) => p[0] - q[0])];
}

const counts: Readonly<Partial<Record<MeasurementKind, number>>> = {
  length: 2,
  angle: 3,
  arrow: 2,
  probe: 1,
};

/** The points of a drawing in its image, inside of it; undefined while it is not whole. */
export function pointsOf(
  kind: MeasurementKind,
  data: DrawnData,
  image: StackImage,
): PixelPoint[] | undefined {
  const plane = drawnPlaneOf(image);
  const world = kind === "freehand" ? (data.contour?.polyline ?? []) : data.handles.points;
  if (kind === "freehand" ? world.length < 2 : world.length !== (counts[kind] ?? 4)) return undefined;
  const { columns = 0, rows = 0 } = sizeOf(image);
  const inside = (value: number, end: number) => Number(Math.min(end, Math.max(0, value)).toFixed(3));
  const points = world.map((place): PixelPoint => {
    const [column, row] = pixelOf(plane, place);
    return [inside(column, columns), inside(row, rows)];
  });
  if (kind === "freehand" && data.contour?.closed && !isClosed(points)) points.push(points[0]!);
  return [...ordered(kind, thinned(points))];
}

function sizeOf({ attributes }: StackImage) {
  const value = (tag: string) => Number(attributes[tag]?.Value?.[0] ?? 0);
  return { columns: value(tags.Columns), rows: value(tags.Rows) };
}

/** The grey values of an image that is at hand. */
function pixelsOf(imageId: string): Pixels | undefined {
  const image = cache.getImage(imageId);
  if (!image || image.numberOfComponents === 3) return undefined;
  return { values: image.getPixelData(), columns: image.columns, rows: image.rows };
}

const drawingOf = ({ handles, contour }: Pick<DrawnData, "handles" | "contour">) =>
  JSON.stringify([handles.points, contour?.polyline]);

/** The measurement in a plane that a drawing stands for still. */
const keptBy = (data: DrawnData): PlaneMeasurement | undefined =>
  data.kept?.drawing === drawingOf(data) ? data.kept.measurement : undefined;

/** What a drawing is worth where it is drawn. */
export function measuredOn(kind: MeasurementKind, data: DrawnData, drawnOn: string): Measured | undefined {
  const kept = keptBy(data);
  if (kept) {
    const { values, statistics } = kept;
    return { values, ...(statistics ? { statistics } : {}), source: "patient" };
  }
  const imageId = plainImageId(drawnOn);
  const image = registeredImage(imageId);
  const points = image && pointsOf(kind, data, image);
  return points && measure(kind, points, image, pixelsOf(imageId));
}

export interface Marked {
  measurement: Measurement;
  /** What it is drawn on; of one in a plane only while that is shown, else "". */
  imageId: string;
  /** How its lengths are known. */
  source: Measured["source"];
}

/** A drawing as a measurement; undefined while it is not whole, or is of no image of ours. */
export function markOf(drawn: Drawn): Marked | undefined {
  const kind = kindOfTool.get(drawn.metadata.toolName);
  // Figures and places are those of the picture as it was sent.
  const imageId = plainImageId(drawn.metadata.referencedImageId ?? "");
  const name = (drawn.data.label ?? "").trim().slice(0, 64);
  const label = name ? { label: name } : {};
  const kept = keptBy(drawn.data);
  if (kept) {
    const { label: _before, ...measurement } = kept;
    return { imageId, source: "patient", measurement: { ...measurement, ...label } };
  }
  const image = registeredImage(imageId);
  const points = kind && image && pointsOf(kind, drawn.data, image);
  if (!points) return undefined;
  const { values, statistics, source } = measure(kind, points, image, pixelsOf(imageId));
  const measured = {
    id: drawn.annotationUID,
    kind,
    ...label,
    values,
    ...(statistics ? { statistics } : {}),
  };
  const plane = measuredPlane(image);
  return {
    imageId,
    source,
    measurement: plane
      ? { ...measured, plane, points: inPatient(points, image) }
      : {
          ...measured,
          sopInstanceUid: image.sopInstanceUid,
          ...(image.numberOfFrames > 1 ? { frame: image.frameNumber } : {}),
          points: points.map(([column, row]) => [column, row]),
        },
  };
}

/** Whether a drawing that somebody has ended is nothing: broken off before it was whole, or without a size. */
export function isNothing({ data, metadata }: Drawn): boolean {
  const kind = kindOfTool.get(metadata.toolName);
  const image = registeredImage(plainImageId(metadata.referencedImageId ?? ""));
  if (!kind || !image || keptBy(data)) return false;
  const points = pointsOf(kind, data, image);
  return !points || !hasSize(kind, points);
}

/** Whether a drawing lies in a plane that was cut, as far as can be said without measuring it. */
export function isOnPlane({ data, metadata }: Drawn): boolean {
  const image = registeredImage(plainImageId(metadata.referencedImageId ?? ""));
  return data.kept !== undefined || image?.reformat !== undefined;
}

/** Draws a measurement; the image that it lies on must be registered. */
export function drawMark({ measurement, imageId }: Pick<Marked, "measurement" | "imageId">): void {
  const image = registeredImage(imageId);
  if (!image) return;
  const plane = drawnPlaneOf(image);
  const { kind, id, label } = measurement;
  const given = isInPlane(measurement)
    ? inPicture(measurement.points, image)
    : measurement.points.map(([column = 0, row = 0]): PixelPoint => [column, row]);
  const closed = kind === "freehand" && isClosed(given);
  const points = handlesOf(kind, closed ? given.slice(0, -1) : given).map((point) => placeOf(plane, point));
  const drawn: Drawn = {
    annotationUID: id,
    invalidated: true,
    highlighted: false,
    isVisible: true,
    metadata: {
      toolName: toolNames[kind],
      FrameOfReferenceUID: textOf(image.attributes, tags.FrameOfReferenceUID) ?? image.seriesInstanceUid,
      referencedImageId: imageId,
      viewPlaneNormal: cross(plane.row, plane.column),
      viewUp: [-plane.column[0], -plane.column[1], -plane.column[2]],
    },
    data: {
      label: label ?? (kind === "arrow" ? namelessLabel : ""),
      handles: {
        points: kind === "freehand" ? (closed ? [] : [points[0]!, points.at(-1)!]) : points,
        activeHandleIndex: null,
        textBox: {
          hasMoved: false,
          worldPosition: [0, 0, 0],
          worldBoundingBox: {
            topLeft: [0, 0, 0],
            topRight: [0, 0, 0],
            bottomLeft: [0, 0, 0],
            bottomRight: [0, 0, 0],
          },
        },
        ...(kind === "arrow" ? { arrowFirst: true } : {}),
      },
      ...(kind === "freehand" ? { contour: { polyline: points, closed } } : {}),
      cachedStats: {},
    },
  };
  if (isInPlane(measurement)) drawn.data.kept = { measurement, drawing: drawingOf(drawn.data) };
  tools.annotation.state.addAnnotation(drawn as never, drawn.metadata.FrameOfReferenceUID);
}

function cross(a: readonly number[], b: readonly number[]): World {
  const [ax = 0, ay = 0, az = 0] = a;
  const [bx = 0, by = 0, bz = 0] = b;
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

const byMetadata = new WeakMap<object, Drawn>();

/** Whether a drawing, known by its metadata, is to be seen on a picture of a stack besides the image that it was drawn on. */
export function isSeenIn(metadata: object, image: StackImage, images: readonly StackImage[]): boolean {
  const drawn = byMetadata.get(metadata) ?? allDrawn().find((one) => one.metadata === metadata);
  if (!drawn) return false;
  byMetadata.set(metadata, drawn);
  const kind = kindOfTool.get(drawn.metadata.toolName);
  const on = registeredImage(plainImageId(drawn.metadata.referencedImageId ?? ""));
  if (!kind || !on || !(on.reformat || image.reformat)) return false;
  const points = pointsOf(kind, drawn.data, on);
  return points !== undefined && isSeenAlsoOn({ kind, points, on }, image, images);
}

/** Everything that is drawn. */
export const allDrawn = (): Drawn[] => tools.annotation.state.getAllAnnotations() as unknown as Drawn[];

import { useMemo } from "react";
import { createPortal } from "react-dom";
import { numberOf } from "../model/dicom-json.ts";
import type { Graphic, Texted, Units } from "../model/graphics.ts";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf, type PixelPoint, placeOf } from "../model/pixel-space.ts";
import type { DisplayedArea, Presented } from "../model/presentation-states.ts";
import { type Shutter, shuttersOf } from "../model/shutters.ts";
import { tags } from "../model/tags.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import { BitmapLayers } from "./OverlayPlanes.tsx";

interface PresentationLayerProps {
  presented: Presented;
  image: StackImage;
  controller: ViewportController;
}

type Point = readonly [x: number, y: number];
type Seen = (units: Units, point: PixelPoint) => Point;

/** What a presentation state draws over an image: what it covers, its lines and its texts. */
export function PresentationLayer({ presented, image, controller }: PresentationLayerProps) {
  const plane = drawnPlaneOf(image);
  const pixel = (point: PixelPoint): Point => controller.canvasOf(placeOf(plane, point));
  const area = presented.area ?? wholeOf(image);
  const corners = [pixel([area.left, area.top]), pixel([area.right, area.bottom])] as const;
  const seen: Seen = (units, point) => (units === "PIXEL" ? pixel(point) : within(corners, point));
  return (
    <>
      <BitmapLayers bitmaps={presented.bitmaps} image={image} controller={controller} />
      {createPortal(
        <svg className="vw-drawn" aria-hidden="true" data-graphics={presented.graphics.length}>
          <ShutterPaths shutters={presented.shutters} pixel={pixel} />
          {presented.graphics.map((graphic, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <Drawn key={n} graphic={graphic} seen={seen} />
          ))}
          {presented.texts.map((text, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <Text key={n} text={text} seen={seen} />
          ))}
        </svg>,
        controller.layers,
      )}
    </>
  );
}

interface ShutterPathsProps {
  shutters: readonly Shutter[];
  pixel: (point: PixelPoint) => Point;
}

function ShutterPaths({ shutters, pixel }: ShutterPathsProps) {
  return shutters.map((shutter, n) => (
    <path
      // biome-ignore lint/suspicious/noArrayIndexKey: they have no other name, and their order stays.
      key={n}
      fill={`rgb(${shutter.color.join(" ")})`}
      fillRule="evenodd"
      d={`M-9999-9999H19999V19999H-9999Z${outline(shutter, pixel)}`}
    />
  ));
}

/** What an image says itself that is to be covered: what lies outside of the collimator's leaves (PS3.3 C.7.6.11). */
export function ImageShutters({ image, controller }: Pick<PresentationLayerProps, "image" | "controller">) {
  const shutters = useMemo(() => (image.reformat ? [] : shuttersOf(image.attributes)), [image]);
  if (shutters.length === 0) return null;
  const plane = drawnPlaneOf(image);
  return createPortal(
    <svg className="vw-drawn" aria-hidden="true" data-shutters={shutters.length}>
      <ShutterPaths shutters={shutters} pixel={(point) => controller.canvasOf(placeOf(plane, point))} />
    </svg>,
    controller.layers,
  );
}

function wholeOf({ attributes }: StackImage): Pick<DisplayedArea, "left" | "top" | "right" | "bottom"> {
  return {
    left: 0,
    top: 0,
    right: numberOf(attributes, tags.Columns) ?? 0,
    bottom: numberOf(attributes, tags.Rows) ?? 0,
  };
}

/** A point by its parts of the area as it stands on the screen, turned and flipped. */
function within([a, b]: readonly [Point, Point], [x, y]: PixelPoint): Point {
  const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
  const [top, bottom] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
  return [left + x * (right - left), top + y * (bottom - top)];
}

const said = (points: readonly Point[]) => points.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`);

function outline(shutter: Shutter, pixel: (point: PixelPoint) => Point): string {
  const points =
    shutter.shape === "polygon"
      ? shutter.points
      : around(shutter.centre, [shutter.radius, 0], [0, shutter.radius]);
  return `M${said(points.map(pixel)).join("L")}Z`;
}

const roundPoints = 72;

/** Points round an ellipse of such half axes. */
const around = (centre: PixelPoint, long: Point, short: Point): PixelPoint[] =>
  Array.from({ length: roundPoints }, (_, n) => {
    const angle = (2 * Math.PI * n) / roundPoints;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return [centre[0] + cos * long[0] + sin * short[0], centre[1] + cos * long[1] + sin * short[1]];
  });

/** The points that a graphic is drawn through. */
function alongOf({ kind, points, curved }: Graphic): readonly PixelPoint[] {
  const [a, b, c, d] = points as readonly [PixelPoint, PixelPoint, PixelPoint, PixelPoint];
  if (kind === "circle") {
    const radius = Math.hypot(b[0] - a[0], b[1] - a[1]);
    return around(a, [radius, 0], [0, radius]);
  }
  if (kind === "ellipse")
    return around(
      [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
      [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2],
      [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2],
    );
  return curved ? smooth(points) : points;
}

const perSpan = 8;

/** A curve through all points (Catmull-Rom). */
function smooth(points: readonly PixelPoint[]): PixelPoint[] {
  const at = (n: number) => points[Math.min(points.length - 1, Math.max(0, n))]!;
  const curve: PixelPoint[] = [];
  for (let n = 0; n < points.length - 1; n++)
    for (let step = 0; step < perSpan; step++) {
      const part = step / perSpan;
      const mix = (axis: 0 | 1) => {
        const [a, b, c, d] = [at(n - 1)[axis], at(n)[axis], at(n + 1)[axis], at(n + 2)[axis]];
        return b + (part * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a)))) / 2;
      };
      curve.push([mix(0), mix(1)]);
    }
  curve.push(at(points.length - 1));
  return curve;
}

function Drawn({ graphic, seen }: { graphic: Graphic; seen: Seen }) {
  const points = alongOf(graphic).map((point) => seen(graphic.units, point));
  const { kind, filled, color } = graphic;
  if (kind === "point") {
    const [x, y] = points[0]!;
    return (
      <path className="vw-drawn-line" fill="none" stroke={color} d={`M${x - 6} ${y}h12M${x} ${y - 6}v12`} />
    );
  }
  const closed = kind !== "line" || filled ? "Z" : "";
  return (
    <path
      className="vw-drawn-line"
      stroke={color}
      fill={filled ? color : "none"}
      fillOpacity={0.35}
      d={`M${said(points).join("L")}${closed}`}
    />
  );
}

const inside = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
/** As the style sheets, in shares of the root's text. */
const lineHeight = 17 / 16;

function Text({ text: { text, box, anchor, color }, seen }: { text: Texted; seen: Seen }) {
  const lines = text.split(/\r\n|\r|\n/);
  const point = anchor && seen(anchor.units, anchor.point);
  const [from, to] = box ? [seen(box.units, box.from), seen(box.units, box.to)] : [point, point];
  if (!from || !to) return null;
  const [left, right] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
  const top = Math.min(from[1], to[1]);
  const align = box?.align ?? "start";
  const x = align === "start" ? left : align === "end" ? right : (left + right) / 2;
  const y = box ? top + 13 : top - 6;
  return (
    <g>
      {box && point && anchor?.isSeen && (
        <path
          className="vw-drawn-line vw-drawn-leader"
          fill="none"
          stroke={color}
          d={`M${inside(point[0], left, right)} ${inside(point[1], top, Math.max(from[1], to[1]))}L${point.join(" ")}`}
        />
      )}
      {lines.map((line, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place.
        <text key={n} x={x} y={y} dy={`${n * lineHeight}rem`} fill={color} textAnchor={align}>
          {line}
        </text>
      ))}
    </g>
  );
}

import {
  alongOf,
  type DisplayedArea,
  type Graphic,
  isClosed,
  numberOf,
  outlineOf,
  type PixelPoint,
  placeOfText,
  type Shutter,
  shuttersOf,
  type Texted,
  type Units,
} from "@isocenter/presentation";
import { useMemo } from "react";
import { createPortal } from "react-dom";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf, placeOf } from "../model/pixel-space.ts";
import type { Presented } from "../model/presentation-states.ts";
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

const outline = (shutter: Shutter, pixel: (point: PixelPoint) => Point): string =>
  `M${said(outlineOf(shutter).map(pixel)).join("L")}Z`;

function Drawn({ graphic, seen }: { graphic: Graphic; seen: Seen }) {
  const points = alongOf(graphic).map((point) => seen(graphic.units, point));
  const { kind, filled, color } = graphic;
  if (kind === "point") {
    const [x, y] = points[0]!;
    return (
      <path className="vw-drawn-line" fill="none" stroke={color} d={`M${x - 6} ${y}h12M${x} ${y - 6}v12`} />
    );
  }
  const closed = isClosed(graphic) ? "Z" : "";
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

/** As the style sheets, in shares of the root's text. */
const lineHeight = 17 / 16;

function Text({ text, seen }: { text: Texted; seen: Seen }) {
  const place = placeOfText(text, seen);
  if (!place) return null;
  const { left, right, top, align, isBoxed, leader } = place;
  const x = align === "start" ? left : align === "end" ? right : (left + right) / 2;
  const y = isBoxed ? top + 13 : top - 6;
  return (
    <g>
      {leader && (
        <path
          className="vw-drawn-line vw-drawn-leader"
          fill="none"
          stroke={text.color}
          d={`M${leader[0].join(" ")}L${leader[1].join(" ")}`}
        />
      )}
      {text.text.split(/\r\n|\r|\n/).map((line, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place.
        <text key={n} x={x} y={y} dy={`${n * lineHeight}rem`} fill={text.color} textAnchor={align}>
          {line}
        </text>
      ))}
    </g>
  );
}

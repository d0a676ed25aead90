import {
  alongOf,
  isClosed,
  type PixelPoint,
  type PlainPresented,
  placeOfText,
  type Texted,
  type Units,
} from "@isocenter/presentation";
import { ImagingError } from "../errors.ts";
import { lineHeight, lineOfGlyphs, widthOfLine } from "./glyphs.ts";
import type { Placed } from "./place.ts";

/** More than anybody draws by hand, and little enough to be drawn at once. */
const most = { graphics: 2000, points: 100_000, texts: 500, letters: 20_000 };

/** @throws ImagingError `too-large` for a state that draws more than a picture takes */
export function requireDrawable({ graphics, texts }: Pick<PlainPresented, "graphics" | "texts">): void {
  const points = graphics.reduce((sum, graphic) => sum + graphic.points.length, 0);
  const letters = texts.reduce((sum, { text }) => sum + text.length, 0);
  if (
    graphics.length > most.graphics ||
    points > most.points ||
    texts.length > most.texts ||
    letters > most.letters
  )
    throw new ImagingError(
      "too-large",
      `The presentation state draws more than ${most.graphics} graphics of ${most.points} points and ${most.texts} texts of ${most.letters} letters.`,
    );
}

type Point = readonly [x: number, y: number];
type Seen = (units: Units, point: PixelPoint) => Point;

const decimal = (value: number) => value.toFixed(2);
const pathOf = (points: readonly Point[], closed: boolean) =>
  `M${points.map(([x, y]) => `${decimal(x)} ${decimal(y)}`).join("L")}${closed ? "Z" : ""}`;

/**
 * What a state draws, as SVG of the picture's size; null where it draws nothing. Lines are as thick on a small picture as on a large one seen as a whole, and have a
 * dark edge, so that they are seen over what is light.
 */
export function drawingOf(
  { graphics, texts }: Pick<PlainPresented, "graphics" | "texts">,
  placed: Placed,
): string | null {
  if (graphics.length === 0 && texts.length === 0) return null;
  const { width, height } = placed;
  const thickness = Math.max(1.5, Math.max(width, height) / 700);
  const seen: Seen = (units, point) =>
    units === "PIXEL" ? placed.at(point) : [point[0] * width, point[1] * height];
  const drawn = [
    ...graphics.map((graphic) => {
      const points = alongOf(graphic).map((point) => seen(graphic.units, point));
      const fill = graphic.filled ? `fill="${graphic.color}" fill-opacity=".35"` : "";
      return stroke(
        graphic.kind === "point" ? cross(points[0]!, 4 * thickness) : pathOf(points, isClosed(graphic)),
        graphic.color,
        thickness,
        fill,
      );
    }),
    ...texts.map((text) => written(text, seen, placed, thickness)),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<g fill="none" stroke-linecap="round" stroke-linejoin="round">${drawn.join("")}</g></svg>`
  );
}

const cross = ([x, y]: Point, reach: number): string =>
  pathOf(
    [
      [x - reach, y],
      [x + reach, y],
    ],
    false,
  ) +
  pathOf(
    [
      [x, y - reach],
      [x, y + reach],
    ],
    false,
  );

const stroke = (path: string, color: string, thickness: number, more = ""): string =>
  `<path d="${path}" stroke="#000" stroke-opacity=".6" stroke-width="${decimal(thickness + 1.5)}"/>` +
  `<path d="${path}" stroke="${color}" stroke-width="${decimal(thickness)}" ${more}/>`;

/** Of capital letters, in pixels of the picture; a box that is too small for its text makes it smaller. */
const capitals = { least: 6, usual: (side: number) => Math.min(40, Math.max(8, side / 48)) };

function written(text: Texted, seen: Seen, { width, height }: Placed, thickness: number): string {
  const place = placeOfText(text, seen);
  if (!place) return "";
  const lines = text.text.split(/\r\n|\r|\n/);
  const [wide, high] = [Math.max(...lines.map(widthOfLine), 1), lines.length * lineHeight];
  const usual = capitals.usual(Math.min(width, height)) / 6;
  const fitting = place.isBoxed
    ? Math.min((place.right - place.left) / wide, (place.bottom - place.top) / high)
    : usual;
  const scale = Math.max(capitals.least / 6, Math.min(usual, fitting));
  const top = place.isBoxed ? place.top + 2 * scale : place.top - high * scale;
  const middle = (place.left + place.right) / 2;
  const drawn = lines.map((line, n) => {
    const long = widthOfLine(line) * scale;
    const left =
      place.align === "start" ? place.left : place.align === "end" ? place.right - long : middle - long / 2;
    const at = `translate(${decimal(left)} ${decimal(top + n * lineHeight * scale)}) scale(${scale.toFixed(4)})`;
    return `<g transform="${at}">${lineOfGlyphs(line)}</g>`;
  });
  const letters = drawn.join("");
  const leader = place.leader ? stroke(pathOf(place.leader, false), text.color, thickness) : "";
  const strokes = Math.max(0.7, 1.1 / scale);
  return (
    `${leader}<g stroke="#000" stroke-opacity=".75" stroke-width="${decimal(strokes + 2 / scale)}">${letters}</g>` +
    `<g stroke="${text.color}" stroke-width="${decimal(strokes)}">${letters}</g>`
  );
}

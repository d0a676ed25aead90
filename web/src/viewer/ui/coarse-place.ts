import { numberOf } from "@isocenter/presentation";
import { type EdgeLetters, edgeLetters, spacingOf } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import type { Presented } from "../model/presentation-states.ts";
import { tags } from "../model/tags.ts";
import { pitchOrNominal } from "../stack/screen-pitch.ts";

/** How projections that are compared are to lie; see use-scale.ts. */
export interface ScaleWish {
  /** For a pixel of the page. */
  millimetres: number;
  /** The side of the viewport at which the chest wall stands. */
  wall: "left" | "right" | undefined;
}

interface Size {
  width: number;
  height: number;
}

/** An image's width and height in millimetres, or in units of which only the ratio counts. */
export function extentOf({ attributes }: StackImage): Size {
  const spacing = spacingOf(attributes);
  return {
    width: (numberOf(attributes, tags.Columns) ?? 1) * spacing.column,
    height: (numberOf(attributes, tags.Rows) ?? 1) * spacing.row,
  };
}

/** Units of the image for a pixel of the page where all of it is in the viewport. */
export function fittedUnits(image: StackImage, viewport: Size): number {
  const { width, height } = extentOf(image);
  return Math.max(width / viewport.width, height / viewport.height);
}

/** Whether a breast lies the wrong way round on the screen, as its letters say. */
export const liesWrong = (wall: "left" | "right", letters: EdgeLetters): boolean =>
  letters[wall].startsWith("A");

/**
 * Where a picture of an image lies that nobody has drawn yet, as the image itself will: whole in the middle of its viewport, or as a presentation state or the
 * scale of projections says.
 * @returns from parts of the picture's width and height, 0 to 1, to pixels of the viewport: a, b, c, d, e, f as CSS counts them
 */
export function placeInViewport(
  image: StackImage,
  viewport: Size,
  presented: Pick<Presented, "rotation" | "flipped" | "area"> | undefined,
  scale: ScaleWish | undefined,
): [number, number, number, number, number, number] {
  const spacing = spacingOf(image.attributes);
  const { width, height } = extentOf(image);
  const wall = presented ? undefined : scale?.wall;
  const isMirrored =
    presented?.flipped ??
    (wall !== undefined && liesWrong(wall, edgeLetters(image.attributes, [1, 0, 0], [0, 1, 0])));
  const turns = (presented?.rotation ?? 0) / 90;
  const [cos, sin] = [[1, 0, -1, 0][turns]!, [0, 1, 0, -1][turns]!];
  const mirror = isMirrored ? -1 : 1;
  // Clockwise first, then mirrored.
  const turned = (x: number, y: number) => [mirror * (cos * x - sin * y), sin * x + cos * y] as const;
  const area = presented?.area;
  const [left, top] = [(area?.left ?? 0) * spacing.column, (area?.top ?? 0) * spacing.row];
  const right = area ? area.right * spacing.column : width;
  const bottom = area ? area.bottom * spacing.row : height;
  const [across, down] = turned(right - left, bottom - top).map(Math.abs) as [number, number];
  const magnification = area?.trueSpacing ? area.trueSpacing / pitchOrNominal() : area?.magnification;
  const zoom = magnification
    ? magnification / spacing.column
    : scale && !presented
      ? 1 / scale.millimetres
      : Math.min(viewport.width / across, viewport.height / down);
  const [x, y] = turned((left + right) / 2, (top + bottom) / 2);
  const [a, b] = turned(width * zoom, 0);
  const [c, d] = turned(0, height * zoom);
  const middle = viewport.width / 2;
  const half = (width * zoom) / 2;
  const aside = wall === "left" ? half - middle : wall === "right" ? middle - half : 0;
  return [a, b, c, d, middle - x * zoom + aside, viewport.height / 2 - y * zoom].map(
    (part) => part + 0,
  ) as ReturnType<typeof placeInViewport>;
}

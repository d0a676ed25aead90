import type { PlaneMeasurement } from "@isocenter/contract";
import type { PlaneName } from "../hanging/protocols.ts";
import { middleOf, normalOf, sideOf } from "../marks/planes.ts";
import { cross, dot, type Vector } from "../model/geometry.ts";
import { turnedAbout } from "../space/rotate.ts";
import { cutFor, type VolumeGeometry } from "./geometry.ts";
import type { Turn } from "./oblique.ts";

/** Where the right and the bottom of a plane's picture, and the next plane, point to. */
export type Frame = Pick<Turn, "right" | "down" | "next">;

export const planeNames: readonly PlaneName[] = ["axial", "coronal", "sagittal"];

function straightFrame(volume: VolumeGeometry, plane: PlaneName): Frame {
  const { right, down, through, signs } = cutFor(volume, plane);
  const along = (axis: 0 | 1 | 2) => volume.axes[axis].map((part) => part * signs[axis]) as unknown as Vector;
  return { right: along(right), down: along(down), next: along(through) };
}

/** The plane of a volume, as it lies of itself, that comes nearest to one across a normal. */
function nearestPlane(volume: VolumeGeometry, normal: Vector): { plane: PlaneName; straight: Frame } {
  const [first, ...others] = planeNames.map((plane) => ({ plane, straight: straightFrame(volume, plane) }));
  const isNearer = (a: Frame, b: Frame) => Math.abs(dot(a.next, normal)) > Math.abs(dot(b.next, normal));
  return others.reduce((best, other) => (isNearer(other.straight, best.straight) ? other : best), first!);
}

/** By how many degrees a plane across a normal is turned from the nearest of the volume's own. */
export function turnedBy(volume: VolumeGeometry, normal: Vector): number {
  const { straight } = nearestPlane(volume, normal);
  return Math.round((Math.acos(Math.min(1, Math.abs(dot(straight.next, normal)))) * 180) / Math.PI);
}

/** Which planes of a volume can show a measurement, and how they are turned to do so. */
export function planeThrough(
  volume: VolumeGeometry,
  measurement: PlaneMeasurement,
): { plane: PlaneName; turn: Turn } {
  const { plane, straight } = nearestPlane(volume, normalOf(measurement.plane));
  return { plane, turn: { ...frameFor(measurement, straight), centre: middleOf(measurement) } };
}

/** A frame turned by as little as it takes to lie in the plane of a measurement, and on in the plane until a side runs along its rows or columns. */
function frameFor(measurement: PlaneMeasurement, straight: Frame): Frame {
  const kept = normalOf(measurement.plane);
  const next: Vector = dot(kept, straight.next) < 0 ? [-kept[0], -kept[1], -kept[2]] : kept;
  const across = cross(straight.next, next);
  const sine = Math.hypot(...across);
  const axis: Vector = [across[0] / sine, across[1] / sine, across[2] / sine];
  const angle = Math.atan2(sine, dot(straight.next, next));
  const tilted = (direction: Vector) => (sine < 1e-9 ? direction : turnedAbout(axis, angle, direction));
  const [right, down] = [tilted(straight.right), tilted(straight.down)];
  const side = sideOf(measurement);
  if (!side) return { right, down, next };
  const quarter = Math.PI / 2;
  const toSide = Math.atan2(dot(side, down), dot(side, right));
  const least = toSide - quarter * Math.round(toSide / quarter);
  // Right turns towards down about the axis across both.
  const turned = (direction: Vector) => turnedAbout(cross(right, down), least, direction);
  return { right: turned(right), down: turned(down), next };
}

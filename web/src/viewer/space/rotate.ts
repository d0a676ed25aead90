import { cross, dot, type Vector } from "../model/geometry.ts";
import { distanceTo, type SlicePlane } from "./slice-plane.ts";

/** A direction turned about an axis of length one, by an angle in radians (Rodrigues). */
export function turnedAbout(axis: Vector, angle: number, direction: Vector): Vector {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const aside = cross(axis, direction);
  const along = dot(axis, direction) * (1 - cos);
  const part = (n: 0 | 1 | 2) => direction[n] * cos + aside[n] * sin + axis[n] * along;
  return [part(0), part(1), part(2)];
}

/** The angle from one direction to another about an axis, in radians; both lie across the axis. */
export const angleAbout = (axis: Vector, from: Vector, to: Vector): number =>
  Math.atan2(dot(axis, cross(from, to)), dot(from, to));

/** The point in which three planes meet; undefined where they meet in no single one. */
export function meetingOf(a: SlicePlane, b: SlicePlane, c: SlicePlane): Vector | undefined {
  const base = dot(a.normal, cross(b.normal, c.normal));
  if (Math.abs(base) < 1e-3) return undefined;
  // From the middle of the first.
  const [, onB, onC] = [0, -distanceTo(b, a.centre), -distanceTo(c, a.centre)];
  const [forB, forC] = [cross(c.normal, a.normal), cross(a.normal, b.normal)];
  const part = (n: 0 | 1 | 2) => a.centre[n] + (onB * forB[n] + onC * forC[n]) / base;
  return [part(0), part(1), part(2)];
}

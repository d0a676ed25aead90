import { acquiredPlane } from "../hanging/hang.ts";
import type { PlaneName } from "../hanging/protocols.ts";
import { dot, orientationOf, subtract, type Vector } from "../model/geometry.ts";
import { meetingOf, turnedAbout } from "../space/rotate.ts";
import { areParallel, type SlicePlane, slicePlaneOf } from "../space/slice-plane.ts";
import type { Turn } from "../volume/oblique.ts";
import type { Hanging } from "./use-hanging.ts";

/** A plane of the same volume that another viewport shows. */
export interface OtherPlane {
  slot: number;
  name: PlaneName;
  seen: SlicePlane;
  frame: Pick<Turn, "right" | "down" | "next">;
}

/** The planes that cut what a viewport shows and can be turned about it: those of the same series in other viewports. */
export function otherPlanes(hanging: Hanging, slot: number): OtherPlane[] {
  const series = hanging.seriesIn(slot);
  const own = shownPlane(hanging, slot);
  if (!series || !own || hanging.hungIn(slot)?.solid) return [];
  return hanging.visible.flatMap((other): OtherPlane[] => {
    const hung = hanging.hungIn(other);
    const seen = shownPlane(hanging, other);
    const name = hung?.plane ?? acquiredPlane(series);
    if (other === slot || !hung || hung.solid || !seen || !name) return [];
    if (hung.seriesInstanceUid !== series.seriesInstanceUid || areParallel(own, seen)) return [];
    const frame = hung.turn ?? frameOf(hanging, other);
    return frame ? [{ slot: other, name, seen, frame }] : [];
  });
}

function shownPlane(hanging: Hanging, slot: number): SlicePlane | undefined {
  const shown = hanging.controllers[slot]?.state.get().shown;
  return shown && slicePlaneOf(shown);
}

/** Where the picture of a viewport and the next one of its stack point to. */
function frameOf(hanging: Hanging, slot: number): OtherPlane["frame"] | undefined {
  const { images = [], shown } = hanging.controllers[slot]?.state.get() ?? {};
  const orientation = shown && orientationOf(shown.attributes);
  const [first, last] = [images[0], images.at(-1)].map((image) => image && slicePlaneOf(image));
  if (!orientation || !first || !last) return undefined;
  const { row, column, normal } = orientation;
  const isAgainst = dot(subtract(last.centre, first.centre), normal) < 0;
  const next: Vector = isAgainst ? [-normal[0], -normal[1], -normal[2]] : normal;
  return { right: row, down: column, next };
}

/** The point in which a viewport's plane meets those that cut it; with one alone, the middle of where it does. */
export function pivotOf(own: SlicePlane, others: readonly OtherPlane[]): Vector | undefined {
  const [first] = others;
  const second = others.find(({ seen }) => first && !areParallel(seen, first.seen));
  return first && second && meetingOf(own, first.seen, second.seen);
}

/** Turns other planes about the one of a viewport, by an angle in radians from where they were. */
export function turn(
  hanging: Hanging,
  slot: number,
  from: { others: readonly OtherPlane[]; pivot: Vector; axis: Vector },
  angle: number,
  draft: boolean,
): void {
  for (const { slot: other, name, frame } of from.others) {
    const hung = hanging.hungIn(other);
    if (!hung || other === slot) continue;
    const turned = (direction: Vector) => turnedAbout(from.axis, angle, direction);
    hanging.put(other, {
      ...hung,
      plane: name,
      turn: {
        right: turned(frame.right),
        down: turned(frame.down),
        next: turned(frame.next),
        centre: from.pivot,
        ...(draft ? { draft } : {}),
      },
    });
  }
}

/** The same by a key: a step of some degrees at once. */
export function turnBy(hanging: Hanging, degrees: number): void {
  const slot = hanging.active;
  const axis = shownPlane(hanging, slot);
  const others = otherPlanes(hanging, slot);
  const pivot = axis && pivotOf(axis, others);
  if (axis && pivot)
    turn(hanging, slot, { others, pivot, axis: axis.normal }, (degrees * Math.PI) / 180, false);
}

export const isTurned = (hanging: Hanging): boolean =>
  hanging.visible.some((slot) => hanging.hungIn(slot)?.turn !== undefined);

/** All planes along the volume's own axes again. */
export function straighten(hanging: Hanging): void {
  for (const slot of hanging.visible) {
    const hung = hanging.hungIn(slot);
    const series = hanging.seriesIn(slot);
    if (!hung?.turn || !series) continue;
    const { turn: _turn, plane, slab, ...rest } = hung;
    const isAcquired = plane === acquiredPlane(series);
    hanging.put(slot, isAcquired || !plane ? rest : { ...rest, plane, ...(slab ? { slab } : {}) });
  }
}

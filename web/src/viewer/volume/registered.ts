import { itemsOf, type JsonDataSet, numbersOf, textOf } from "@isocenter/presentation";
import type { Vector } from "../model/geometry.ts";
import { tags } from "../model/tags.ts";
import type { VolumeGeometry } from "./geometry.ts";

/** A turn and then a move, from one frame of reference into another, in millimetres. */
export interface Motion {
  /** Rows of the turn. */
  turn: readonly [Vector, Vector, Vector];
  move: Vector;
}

const tag = { items: "00700308", matrices: "00700309", sequence: "0070030A", matrix: "300600C6" };

const still: Motion = {
  turn: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  move: [0, 0, 0],
};

const product = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const each = (make: (axis: 0 | 1 | 2) => number): Vector => [make(0), make(1), make(2)];

const turned = ({ turn }: Motion, v: Vector): Vector => each((row) => product(turn[row], v));
const moved = (motion: Motion, v: Vector): Vector => {
  const [x, y, z] = turned(motion, v);
  return [x + motion.move[0], y + motion.move[1], z + motion.move[2]];
};

/** The way back. */
function inverse({ turn, move }: Motion): Motion {
  const back: Motion["turn"] = [
    each((row) => turn[row][0]),
    each((row) => turn[row][1]),
    each((row) => turn[row][2]),
  ];
  return { turn: back, move: each((row) => -product(back[row], move)) };
}

/** The first, and then the second. */
function after(first: Motion, second: Motion): Motion {
  const columns = inverse(first).turn;
  const turn = second.turn.map((row) =>
    each((column) => product(row, columns[column])),
  ) as unknown as Motion["turn"];
  return { turn, move: moved(second, first.move) };
}

/** A matrix of 4 × 4, rows first, where it turns and moves and does nothing else. */
function motionOf(numbers: readonly number[]): Motion | undefined {
  if (numbers.length !== 16) return undefined;
  const row = (n: number): Vector => [numbers[4 * n]!, numbers[4 * n + 1]!, numbers[4 * n + 2]!];
  const turn = [row(0), row(1), row(2)] as const;
  for (let a = 0; a < 3; a++)
    for (let b = a; b < 3; b++)
      if (Math.abs(product(turn[a]!, turn[b]!) - (a === b ? 1 : 0)) > 1e-3) return undefined;
  const [x, y, z] = turn;
  const hand = product(x, [y[1] * z[2] - y[2] * z[1], y[2] * z[0] - y[0] * z[2], y[0] * z[1] - y[1] * z[0]]);
  // A mirror image is of nobody.
  return hand > 0 ? { turn, move: [numbers[3]!, numbers[7]!, numbers[11]!] } : undefined;
}

/**
 * How a spatial registration (PS3.3 C.20.2) brings one frame of reference into another; undefined where it does not, or by more than a turn and a move.
 */
export function motionBetween(registration: JsonDataSet, from: string, to: string): Motion | undefined {
  const registered = textOf(registration, tags.FrameOfReferenceUID);
  const intoRegistered = (frame: string): Motion | undefined => {
    const item = itemsOf(registration, tag.items).find(
      (one) => textOf(one, tags.FrameOfReferenceUID) === frame,
    );
    if (!item) return frame === registered ? still : undefined;
    const matrices = itemsOf(item, tag.matrices).flatMap((one) => itemsOf(one, tag.sequence));
    return matrices.reduce<Motion | undefined>((sofar, one) => {
      const next = motionOf(numbersOf(one, tag.matrix));
      return sofar && next && after(sofar, next);
    }, still);
  };
  const [there, back] = [intoRegistered(from), intoRegistered(to)];
  return there && back && after(there, inverse(back));
}

/** A volume where a registration brings it. */
export const volumeMoved = (geometry: VolumeGeometry, motion: Motion): VolumeGeometry => ({
  ...geometry,
  origin: moved(motion, geometry.origin),
  axes: [
    turned(motion, geometry.axes[0]),
    turned(motion, geometry.axes[1]),
    turned(motion, geometry.axes[2]),
  ],
});

import type { Random } from "./random.ts";

/** Lengths and counts at which code breaks. */
const edges = [
  0, 1, 2, 3, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
  0xfffffffe, 0xffffffff,
];
type Mutation = (bytes: Buffer, random: Random, context: MutationContext) => Buffer;

export interface MutationContext {
  /** Pieces of the format that mean something. */
  tokens: readonly Uint8Array[];
  /** Other inputs, to splice with. */
  seeds: readonly Uint8Array[];
  maxBytes: number;
}

const place = (bytes: Buffer, random: Random): number => random.below(bytes.length + 1);

/** Headers are where the meaning is: half of the places lie in the first part. */
const early = (bytes: Buffer, random: Random): number =>
  random.chance(0.5) ? random.below(Math.min(bytes.length, 600) + 1) : place(bytes, random);

const splice = (bytes: Buffer, at: number, remove: number, insert: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    if (bytes.length > 0) bytes[Math.min(early(bytes, random), bytes.length - 1)]! ^= 1 << random.below(8);
    return bytes;
  },
  function setByte(bytes, random) {
    if (bytes.length > 0) bytes[Math.min(early(bytes, random), bytes.length - 1)] = random.below(256);
    return bytes;
  },
  function setNumber(bytes, random) {
    const width = random.pick([2, 4]);
    if (bytes.length < width) return bytes;
    const at = Math.min(early(bytes, random), bytes.length - width);
    const value = random.pick(edges) % 2 ** (width * 8);
    if (random.chance(0.5)) bytes.writeUIntLE(value, at, width);
    else bytes.writeUIntBE(value, at, width);
    return bytes;
  },
  function nudgeNumber(bytes, random) {
    if (bytes.length < 2) return bytes;
    const at = Math.min(early(bytes, random), bytes.length - 2);
    bytes.writeUInt16LE((bytes.readUInt16LE(at) + random.below(17) - 8) & 0xffff, at);
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, place(bytes, random)),
  (bytes, random) => splice(bytes, early(bytes, random), random.below(64), Buffer.alloc(0)),
  (bytes, random, { tokens }) => splice(bytes, early(bytes, random), 0, random.pick(tokens)),
  function overwriteWithToken(bytes, random, { tokens }) {
    const token = random.pick(tokens);
    return splice(bytes, early(bytes, random), token.length, token);
  },
  function repeatPiece(bytes, random) {
    const at = early(bytes, random);
    const piece = bytes.subarray(at, at + 1 + random.below(128));
    const times = 1 + random.below(random.chance(0.1) ? 200 : 4);
    return splice(bytes, at, 0, Buffer.concat(Array.from({ length: times }, () => piece)));
  },
  function cross(bytes, random, { seeds }) {
    const other = Buffer.from(random.pick(seeds));
    const from = early(other, random);
    return splice(
      bytes,
      early(bytes, random),
      random.below(256),
      other.subarray(from, from + random.below(512)),
    );
  },
  (bytes, random) =>
    splice(bytes, early(bytes, random), 0, Buffer.alloc(random.below(64), random.below(256))),
];

/** One to six changes to a copy of the input. */
export function mutate(seed: Uint8Array, random: Random, context: MutationContext): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  for (let left = 1 + random.below(random.chance(0.8) ? 3 : 6); left > 0; left -= 1)
    bytes = random.pick(mutations)(bytes, random, context);
  return bytes.length > context.maxBytes ? bytes.subarray(0, context.maxBytes) : bytes;
}

import { randomBytes, randomFillSync } from "node:crypto";
import type { Clock } from "./clock.ts";

const pool = Buffer.alloc(10 * 256);
let used = pool.length;
/** The last id of each clock: one that goes its own way, as a rehearsal's does, may not begin the other's count anew. */
const lastOf = new WeakMap<Clock, { ms: number; sequence: number }>();

/**
 * A new UUID, version 7 (RFC 9562 5.7). Those made by one process of one clock ascend: after the time come 12 bits that count within the
 * millisecond (RFC 9562 6.2, method 1), then 62 random bits.
 */
export function newId(clock: Clock): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + 10);
  used += 10;
  const now = clock.now().getTime();
  let last = lastOf.get(clock);
  if (!last || now > last.ms || now < last.ms - 1000) {
    last = { ms: now, sequence: random.readUInt16BE(8) & 0x3ff };
    lastOf.set(clock, last);
  } else {
    last.sequence += 1;
    if (last.sequence > 0xfff) {
      last.ms += 1;
      last.sequence = 0;
    }
  }
  const time = last.ms.toString(16).padStart(12, "0");
  const counter = last.sequence.toString(16).padStart(3, "0");
  const variant = ((random[0]! & 0x3f) | 0x80).toString(16);
  const tail = random.toString("hex", 1, 8);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${tail.slice(0, 2)}-${tail.slice(2)}`;
}

const inOneFolder = 512;
let ending = "";
let left = 0;

/**
 * A name for an object: an id whose last two digits are those of the one before, for a while. The file store has a folder for each of them, so it
 * syncs one for several objects at once, and the disk has fewer places to write to.
 */
export function newObjectName(clock: Clock): string {
  if (left === 0) {
    left = inOneFolder;
    ending = randomBytes(1).toString("hex");
  }
  left -= 1;
  return newId(clock).slice(0, -2) + ending;
}

import type { FastifyReply } from "fastify";
import { createLentMemory } from "../../platform/index.ts";

/** What is read whole for an answer is at most as long. */
export const smallBytes = 1 << 20;
/** For all answers of this process together. */
export const memory = createLentMemory(smallBytes, 64);

/**
 * Reads into memory that serves again when the answer has left, or was broken off, and the reading has ended: before both it is nobody else's.
 * @param read without memory where all of it is lent, or nobody waits for the answer any more
 */
export function readForAnswer<T>({ raw }: FastifyReply, read: (memory?: Buffer) => Promise<T>): Promise<T> {
  const piece = raw.destroyed ? null : memory.take();
  if (!piece) return read();
  const closed = new Promise<void>((resolve) => raw.once("close", resolve));
  const reading = read(piece);
  void Promise.allSettled([reading, closed]).then(() => memory.giveBack(piece));
  return reading;
}

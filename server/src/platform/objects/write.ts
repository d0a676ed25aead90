import * as callbacks from "node:fs";
import { promisify } from "node:util";
import type { PutOptions } from "./objects.ts";

const writev = promisify(callbacks.writev) as (
  descriptor: number,
  chunks: readonly Uint8Array[],
) => Promise<{ bytesWritten: number }>;
const writeOne = promisify(callbacks.write) as (
  descriptor: number,
  chunk: Uint8Array,
  offset: number,
) => Promise<{ bytesWritten: number }>;

/** Chunks are gathered to this size before a write, so that small chunks cost few system calls. */
const writeBytes = 1 << 18;
/** At most so much waits for the write before it. */
const mostGathered = 1 << 20;
/** So much is written, or read, on the spot: the system only copies it. */
export const smallBytes = 1 << 16;

/** Runs a call that is nearly always over at once, and looks how long it takes. */
export type Timed = <T>(call: () => T) => T;

export interface Spot {
  /** False for a while after a call was slow. */
  use(): boolean;
  timed: Timed;
}

/** A call on the spot that took longer than this held everybody up: the next ones go to threads, for a while. */
const slowMs = 10;
const avoidedMs = 1000;

/**
 * Where files are opened and small ones written: on the spot, because handing over to a sleeping thread and back costs more than the call does; by a
 * thread where the disk was seen to be slow. What waits for the disk by its nature (fsync) is always handed over.
 */
export function createSpot(now: () => number = () => performance.now()): Spot {
  let avoidedUntil = Number.NEGATIVE_INFINITY;
  return {
    use: () => now() >= avoidedUntil,
    timed(call) {
      const began = now();
      try {
        return call();
      } finally {
        const ended = now();
        if (ended - began > slowMs) avoidedUntil = ended + avoidedMs;
      }
    },
  };
}

/**
 * Writes what comes while more comes: one write is under way, the next gathers, and the source waits when that is full.
 * @param onTheSpot left out: a small object is written by a thread as well
 * @returns how many bytes
 * @throws what the source throws, the signal's reason, and what the disk says
 */
export async function writeAll(
  descriptor: number,
  bytes: AsyncIterable<Uint8Array>,
  { signal, taken }: PutOptions = {},
  onTheSpot?: Timed,
): Promise<number> {
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let size = 0;
  let writing: Promise<void> | null = null;
  let failure: unknown;
  const write = () => {
    const chunks = gathered;
    const total = gatheredBytes;
    gathered = [];
    gatheredBytes = 0;
    writing = writeChunks(writev(descriptor, chunks), descriptor, chunks, total, taken)
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => {
        writing = null;
      });
  };
  try {
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      if (failure) throw failure;
      gathered.push(chunk);
      gatheredBytes += chunk.length;
      size += chunk.length;
      if (writing && (gatheredBytes >= mostGathered || gathered.length >= 512)) await writing;
      if (!writing && gatheredBytes >= writeBytes) write();
    }
    signal?.throwIfAborted();
  } finally {
    await writing;
  }
  if (failure) throw failure;
  if (gatheredBytes > 0) {
    const written =
      onTheSpot && gatheredBytes <= smallBytes
        ? { bytesWritten: onTheSpot(() => callbacks.writevSync(descriptor, gathered)) }
        : writev(descriptor, gathered);
    await writeChunks(written, descriptor, gathered, gatheredBytes, taken);
  }
  return size;
}

type Written = { bytesWritten: number };

/** What is to be done when a writev is over. */
async function writeChunks(
  written: Written | Promise<Written>,
  descriptor: number,
  chunks: readonly Uint8Array[],
  total: number,
  taken: PutOptions["taken"],
): Promise<void> {
  const { bytesWritten } = await written;
  if (bytesWritten < total) await writeRest(descriptor, chunks, bytesWritten);
  if (taken) for (const chunk of chunks) taken(chunk);
}

/** A writev may stop short, for instance when the disk is nearly full; what is left is written chunk by chunk. */
async function writeRest(descriptor: number, chunks: readonly Uint8Array[], written: number): Promise<void> {
  let skip = written;
  for (const chunk of chunks) {
    if (skip >= chunk.length) {
      skip -= chunk.length;
      continue;
    }
    for (let offset = skip; offset < chunk.length; ) {
      const { bytesWritten } = await writeOne(descriptor, chunk, offset);
      offset += bytesWritten;
    }
    skip = 0;
  }
}

import { readDataSet, Tags, TransferSyntaxes, text } from "@isocenter/dicom";
import type { Archive, IngestAnswer } from "../../../modules/archive/index.ts";
import {
  asRefusal,
  freeReceived,
  type Part,
  parseMediaType,
  Refusal,
  type Viewer,
} from "../../../platform/index.ts";

/** The UIDs that a refused part says it has, as far as its file meta information can be read. */
export interface ClaimedUids {
  sopClassUid: string;
  sopInstanceUid: string;
}

/** `place` tells people which of what was sent is meant: "part 3". */
export type PartResult =
  | { kind: "answered"; place: string; answer: IngestAnswer }
  | { kind: "refused"; place: string; refusal: Refusal; uids: ClaimedUids | null };

export interface StoreRun {
  results: PartResult[];
  /** Why the body could not be read to its end; null where it was. */
  broken: unknown;
  /** What was passed over, for people. */
  notes: string[];
}

/** Parts whose bytes are here and whose commit is waited for: enough for commits to be shared, few enough for flat memory. */
const maxWaiting = 12;
/** Enough for the file meta information of any object. */
const headBytes = 4096;

/** Passes the bytes on and remembers the first of them. */
function remembering(body: AsyncIterable<Uint8Array>): {
  chunks: AsyncIterable<Uint8Array>;
  head(): Uint8Array;
} {
  const head = new Uint8Array(headBytes);
  let filled = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      if (filled < headBytes) {
        const piece = chunk.subarray(0, headBytes - filled);
        head.set(piece, filled);
        filled += piece.length;
      }
      yield chunk;
    }
  }
  return { chunks: chunks(), head: () => head.subarray(0, filled) };
}

/** Media Storage SOP Class and Instance UID from the start of a Part 10 file (PS3.10 7.1); null where they cannot be read. */
function claimedUids(head: Uint8Array): ClaimedUids | null {
  try {
    if (Buffer.from(head.buffer, head.byteOffset, head.length).toString("latin1", 128, 132) !== "DICM")
      return null;
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    // (0002,0000) UL: its value is the length of what follows it.
    const length = view.getUint32(140, true);
    const meta = readDataSet(head.subarray(144, 144 + length), TransferSyntaxes.ExplicitVRLittleEndian);
    const sopClassUid = text(meta, Tags.MediaStorageSOPClassUID) ?? "";
    const sopInstanceUid = text(meta, Tags.MediaStorageSOPInstanceUID) ?? "";
    const sane = /^[0-9.]{1,64}$/;
    return sane.test(sopClassUid) && sane.test(sopInstanceUid) ? { sopClassUid, sopInstanceUid } : null;
  } catch {
    return null;
  }
}

/** @throws Refusal where the part is not a DICOM object as it stands */
function checkHeaders(part: Part): void {
  const type = part.headers.get("content-type");
  if (type !== undefined && parseMediaType(type)?.type !== "application/dicom")
    throw new Refusal("unsupported-type", "stow.part-type", "The part is not of the type application/dicom.");
  const encoding = part.headers.get("content-transfer-encoding")?.toLowerCase() ?? "binary";
  if (encoding !== "binary" && encoding !== "8bit" && encoding !== "7bit")
    throw new Refusal(
      "unsupported-type",
      "stow.part-encoding",
      "The part's transfer encoding is not binary.",
    );
}

export interface StoreContext {
  archive: Pick<Archive, "ingest">;
  viewer: Viewer;
  /** Where the request named a study: only its objects are taken. */
  studyInstanceUid: string | undefined;
  /** An error that is a bug, for the log. */
  onError(error: unknown): void;
}

/** Takes one object in. `uids`: asked for where it is refused; `release`: told of chunks that are needed no more. Never throws. */
export async function storeOne(
  context: StoreContext,
  place: string,
  open: () => AsyncIterable<Uint8Array>,
  uids: () => ClaimedUids | null,
  release?: (chunk: Uint8Array) => void,
): Promise<PartResult> {
  try {
    const answer = await context.archive.ingest(context.viewer, {
      chunks: open(),
      door: "stow-rs",
      ...(release ? { release } : {}),
      ...(context.studyInstanceUid === undefined ? {} : { studyInstanceUid: context.studyInstanceUid }),
    });
    return { kind: "answered", place, answer };
  } catch (error) {
    const known = asRefusal(error);
    if (!known) context.onError(error);
    const refusal = known ?? new Refusal("unavailable", "stow.failed", "The object could not be processed.");
    return { kind: "refused", place, refusal, uids: uids() };
  }
}

function storePart(context: StoreContext, part: Part): Promise<PartResult> {
  const { chunks, head } = remembering(part.body);
  const open = () => {
    checkHeaders(part);
    return chunks;
  };
  return storeOne(context, `part ${part.number}`, open, () => claimedUids(head()), freeReceived);
}

/**
 * Stores the parts one after another as they come in. The next part is read while commits of those before it are still waited for, so
 * that they share one; no part is held in memory. A part that is refused fails alone. Never throws.
 */
export async function storeParts(context: StoreContext, parts: AsyncIterable<Part>): Promise<StoreRun> {
  const all: Promise<PartResult>[] = [];
  const waiting = new Set<Promise<PartResult>>();
  let broken: unknown = null;
  try {
    for await (const part of parts) {
      const stored = storePart(context, part);
      all.push(stored);
      waiting.add(stored);
      stored.then(() => waiting.delete(stored));
      await Promise.race([part.consumed, stored]);
      while (waiting.size >= maxWaiting) await Promise.race(waiting);
    }
  } catch (error) {
    broken = error;
  }
  return { results: await Promise.all(all), broken, notes: [] };
}

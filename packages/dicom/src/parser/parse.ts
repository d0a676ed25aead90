import { DicomError } from "../errors.ts";
import { framesOf } from "../frames.ts";
import { defaultLimits, type Limits } from "../limits.ts";
import type { DataSet, ParsedObject } from "../model.ts";
import { TransferSyntaxes } from "../uids.ts";
import { useItemsReader } from "../values.ts";
import { ParserCore } from "./core.ts";
import { DataSetInflater } from "./inflate.ts";

const limitsOf = (limits: Partial<Limits> | undefined): Limits => ({ ...defaultLimits, ...limits });

function resultOf(core: ParserCore, totalLength: number): ParsedObject {
  const root = core.root!;
  const pixels = core.pixelElement;
  return {
    meta: core.meta,
    transferSyntaxUID: core.transferSyntaxUID,
    dataSet: root,
    dataSetOffset: core.rootOffset,
    pixelData: pixels && {
      tag: pixels.tag,
      vr: pixels.vr,
      offset: pixels.offset,
      length: pixels.length,
      encapsulated: pixels.fragments !== null,
      frames: framesOf(root, pixels, core.heads, core.limits.maxFrames),
    },
    totalLength,
    deflated: core.deflated,
  };
}

function inflateWhole(bytes: Uint8Array, limits: Limits, offset: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const inflater = new DataSetInflater(limits, offset, (part) => {
    parts.push(part);
    length += part.length;
  });
  inflater.push(bytes);
  inflater.end();
  const inflated = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    inflated.set(part, at);
    at += part.length;
  }
  return inflated;
}

function readWhole(bytes: Uint8Array, limits: Limits, bareSyntax?: string): ParsedObject {
  const core = new ParserCore(limits, true, bareSyntax);
  const used = core.feed(bytes);
  if (core.wantsInflated) {
    const inflated = inflateWhole(bytes.subarray(used), limits, core.position);
    core.beginInflated();
    core.feed(inflated);
  }
  core.finish();
  return resultOf(core, bytes.length);
}

/**
 * Reads a DICOM file (PS3.10). A missing preamble, missing or odd file meta information and a wrong group length are tolerated where
 * the data set can be read. Values are views of `bytes`. Throws `DicomError`.
 */
export function readPart10(bytes: Uint8Array, limits?: Partial<Limits>): ParsedObject {
  return readWhole(bytes, limitsOf(limits));
}

/** Reads a bare data set, as DIMSE carries it. Values are views of `bytes`. Throws `DicomError`. */
export function readDataSet(bytes: Uint8Array, transferSyntaxUID: string, limits?: Partial<Limits>): DataSet {
  return readWhole(bytes, limitsOf(limits), transferSyntaxUID).dataSet;
}

export interface StreamParser {
  /** Takes the next bytes; they may be reused afterwards. Throws `DicomError`, and again at every later call. */
  push(chunk: Uint8Array): void;
  /** Where the data set starts in the source; null until it has begun. */
  readonly dataSetOffset: number | null;
  /** Says that the source ends. Throws `DicomError`. */
  end(): ParsedObject;
}

/**
 * A parser of one object that comes in chunks of any size. It keeps the header (values up to `maxValueBytes`, the rest is
 * `deferred`), walks over Pixel Data, and holds no chunk. With `transferSyntaxUID` the source is a bare data set, as DIMSE carries it.
 */
export function createStreamParser(
  options: { transferSyntaxUID?: string; limits?: Partial<Limits> } = {},
): StreamParser {
  const limits = limitsOf(options.limits);
  const core = new ParserCore(limits, false, options.transferSyntaxUID);
  let inflater: DataSetInflater | null = null;
  let totalLength = 0;
  let failure: unknown = null;
  let ended = false;

  const take = (chunk: Uint8Array) => {
    totalLength += chunk.length;
    let rest = chunk;
    if (inflater === null) {
      rest = chunk.subarray(core.feed(chunk));
      if (!core.wantsInflated) return;
      const carried = core.takeCarry();
      inflater = new DataSetInflater(limits, core.position, (part) => void core.feed(part));
      core.beginInflated();
      inflater.push(carried);
    }
    inflater.push(rest);
  };
  const guarded = <T>(work: () => T): T => {
    if (failure !== null) throw failure;
    if (ended) throw new DicomError("bad-structure", "the parser has ended");
    try {
      return work();
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  return {
    push: (chunk) => guarded(() => take(chunk)),
    get dataSetOffset() {
      return core.root !== null || core.wantsInflated ? core.rootOffset : null;
    },
    end: () =>
      guarded(() => {
        inflater?.end();
        core.finish();
        const result = resultOf(core, totalLength);
        ended = true;
        return result;
      }),
  };
}

useItemsReader((bytes, set) => {
  // The bytes of the items become the value of a sequence in a data set made around them
  const header = new Uint8Array([0x08, 0x00, 0x40, 0x11, 0, 0, 0, 0]);
  new DataView(header.buffer).setUint32(4, bytes.length, true);
  const around = new Uint8Array(8 + bytes.length);
  around.set(header);
  around.set(bytes, 8);
  try {
    const read = readDataSet(around, TransferSyntaxes.ImplicitVRLittleEndian);
    const found = read.elements.get(0x00081140)?.items ?? null;
    for (const item of found ?? [])
      if (item.characterSets.length === 0) item.characterSets = set.characterSets;
    return found;
  } catch (error) {
    if (error instanceof DicomError) return null;
    throw error;
  }
});

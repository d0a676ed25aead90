import { createHash } from "node:crypto";
import { createStreamParser, DicomError, fileMeta, type ParsedObject, Tags, text } from "@isocenter/dicom";
import { type DiskReserve, type Platform, Refusal } from "../../../platform/index.ts";
import type { IngestSource } from "../types.ts";
import type { Received } from "./incoming.ts";

/** Instances live under this word of the store. */
export const instancePrefix = "instances";

const toBuffer = (chunk: Uint8Array): Buffer =>
  Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);

/** The bytes came whole and were read; `durable` says when the store has them for good, and rejects with a Refusal where it does not take them. */
export interface Taken extends Received {
  durable: Promise<void>;
}

/**
 * One pass over the bytes: bounded, hashed, the header kept, and written once under its final key. Memory stays flat. On any error nothing is left in the store. What comes without preamble or file meta information is
 * written once more with them, so that every object is a whole Part 10 file.
 * @throws Refusal `unprocessable` (`dicom.*`), `too-large` (`upload.too-large`); and whatever the source throws
 */
export async function receive(
  platform: Platform,
  source: IngestSource,
  reserve: DiskReserve,
): Promise<Taken> {
  const received = await receiveAsIs(platform, source, reserve);
  if (received.isPart10) return received;
  const { parsed, objectKey } = received;
  await received.durable;
  try {
    return await receiveAsIs(
      platform,
      {
        ...source,
        chunks: await platform.objects.get(objectKey, { start: parsed.dataSetOffset }),
        bareDataSet: {
          transferSyntaxUID: parsed.transferSyntaxUID,
          sopClassUid: text(parsed.dataSet, Tags.SOPClassUID) ?? "",
          sopInstanceUid: text(parsed.dataSet, Tags.SOPInstanceUID) ?? "",
        },
      },
      reserve,
    );
  } finally {
    await platform.objects.delete(objectKey);
  }
}

async function receiveAsIs(
  platform: Platform,
  source: IngestSource,
  reserve: DiskReserve,
): Promise<Taken & { isPart10: boolean }> {
  const pass = onePass(source, platform.config.maxUploadBytes, reserve);
  const objectKey = platform.objects.nextKey(instancePrefix);
  const durable = platform.objects
    .put(objectKey, pass.bytes(), {
      ...(source.signal ? { signal: source.signal } : {}),
      ...(source.release ? { taken: source.release } : {}),
    })
    .then(
      () => {},
      (error: unknown) => {
        if (!pass.failed()) throw storeRefusal(error);
        const refusal = refusalOf(error);
        if (refusal instanceof Refusal) beginnings.set(refusal, pass.beginning());
        throw refusal;
      },
    );
  await Promise.race([pass.whole, durable]);
  return { objectKey, durable, ...pass.result() };
}

/** So much is kept of what is refused. */
export const beginningBytes = 64 << 10;
const beginnings = new WeakMap<Refusal, Buffer>();

/** Taken again for the next object: memory that is left to the garbage collector costs a walk over the whole heap now and then. */
const spareBeginnings: Buffer[] = [];
const mostSpare = 64;

/** What came first of the object that was refused; all of it where it is small. */
export const beginningOf = (refusal: Refusal): Buffer | undefined => beginnings.get(refusal);

function onePass(source: IngestSource, maxBytes: number, reserve: DiskReserve) {
  const { bareDataSet } = source;
  const objectHash = createHash("sha256");
  const parser = createStreamParser(bareDataSet ? { transferSyntaxUID: bareDataSet.transferSyntaxUID } : {});
  const meta = bareDataSet
    ? toBuffer(
        fileMeta({
          sopClassUID: bareDataSet.sopClassUid,
          sopInstanceUID: bareDataSet.sopInstanceUid,
          transferSyntaxUID: bareDataSet.transferSyntaxUID,
          ...(bareDataSet.sourceApplicationEntityTitle
            ? { sourceApplicationEntityTitle: bareDataSet.sourceApplicationEntityTitle }
            : {}),
        }),
      )
    : null;
  let parsed: ParsedObject | undefined;
  const whole = Promise.withResolvers<void>();
  let total = 0;
  const beginning = spareBeginnings.pop() ?? Buffer.allocUnsafeSlow(beginningBytes);
  let kept = 0;

  /** Copied, because the memory may be given back. */
  function keepBeginning(chunk: Buffer): void {
    if (kept < beginningBytes) kept += chunk.copy(beginning, kept);
  }

  let failed = false;

  async function* bytes(): AsyncIterable<Uint8Array> {
    try {
      yield* tapped();
    } catch (error) {
      failed = true;
      throw error;
    }
  }

  async function* tapped(): AsyncIterable<Uint8Array> {
    if (meta) {
      objectHash.update(meta);
      yield meta;
    }
    for await (const piece of source.chunks) {
      source.signal?.throwIfAborted();
      const chunk = toBuffer(piece);
      total += chunk.length;
      if (total > maxBytes)
        throw new Refusal(
          "too-large",
          "upload.too-large",
          `At most ${maxBytes} bytes are taken for one object.`,
        );
      const looking = reserve.took(chunk.length);
      if (looking) await looking;
      keepBeginning(chunk);
      parser.push(chunk);
      objectHash.update(chunk);
      yield chunk;
    }
    source.signal?.throwIfAborted();
    parsed = parser.end();
    requireSyntax(parsed);
    whole.resolve();
  }

  return {
    bytes,
    /** Resolves when the source has ended and what it gave can be read. */
    whole: whole.promise,
    /** The source or the object was at fault, not the store. */
    failed: () => failed,
    beginning: () => Buffer.from(beginning.subarray(0, kept)),
    result() {
      if (!parsed) throw new Error("the store answered before it had read the object");
      if (spareBeginnings.length < mostSpare) spareBeginnings.push(beginning);
      return {
        size: total + (meta?.length ?? 0),
        sha256: objectHash.digest(),
        parsed,
        shift: meta?.length ?? 0,
        isPart10:
          meta !== null ||
          (parsed.meta !== null && kept >= 132 && beginning.toString("latin1", 128, 132) === "DICM"),
      };
    },
  };
}

function requireSyntax({ transferSyntaxUID }: ParsedObject): void {
  if (transferSyntaxUID === "") {
    throw new Refusal(
      "unprocessable",
      "dicom.unknown-transfer-syntax",
      "The object does not say how it is encoded, and its bytes do not tell.",
    );
  }
}

const reasons: Readonly<Partial<Record<DicomError["code"], string>>> = {
  "not-dicom": "This is not a DICOM object",
  truncated: "The object ends before it is complete",
  "lying-length": "An element says a length that cannot be",
  "bad-structure": "The object's elements do not fit together",
  "invalid-vr": "An element has a value representation that does not exist",
  "too-deep": "Sequences are nested too deeply",
  "too-many": "There are too many elements",
  "too-long": "An element is too long",
  "bad-deflate": "The object was not deflated as it says",
};

function refusalOf(error: unknown): unknown {
  if (!(error instanceof DicomError)) return error;
  const reason = reasons[error.code] ?? "The object cannot be read as DICOM";
  // Where it is no DICOM at all, no byte of it is more to blame than another.
  const place = error.code === "not-dicom" || error.offset < 0 ? "" : ` (at byte ${error.offset})`;
  return new Refusal("unprocessable", `dicom.${error.code}`, `${reason}${place}.`, { cause: error });
}

function storeRefusal(error: unknown): unknown {
  if (error instanceof Refusal || (error as Error | null)?.name === "AbortError") return error;
  const code = (error as { code?: unknown } | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new Refusal("out-of-space", "store.full", "The store is full.", { cause: error });
  return new Refusal("unavailable", "store.unavailable", "The store does not take objects now.", {
    cause: error,
    retryAfter: 10,
  });
}

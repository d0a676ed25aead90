import { deflateRawSync, inflateRawSync, inflateSync } from "node:zlib";
import {
  createStreamParser,
  type DataSet,
  type DataSetValues,
  DicomError,
  type ParsedObject,
  patched,
  readPart10,
  type Segment,
  transferSyntax,
} from "@isocenter/dicom";
import { type Platform, Refusal } from "../../../platform/index.ts";
import type { StoredInstance } from "../stored-instance.ts";
import { changesOf, fingerprintOf, type Overlay } from "./overlay.ts";

/** A header up to this size is read at once; of a longer one long values are left where they are. */
export const headerAtOnceBytes = 1 << 20;
/** What a deflated data set may become. */
const maxInflatedBytes = 1 << 30;
/** Forms that are remembered, by the bytes that are new in them. */
const maxKeptBytes = 16 << 20;
/** What remembering one costs beside its new bytes. */
const keptOverhead = 300;
const headersAtOnce = 8;

/** What an overlay makes of one object; null: nothing, it is sent as it was received. */
interface Form {
  header: readonly Segment[] | null;
  headerLength: number;
  size: number;
  changes: DataSetValues;
}

const lengthOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, segment) => sum + segment.length, 0);

const isDeflated = (instance: StoredInstance): boolean =>
  transferSyntax(instance.transferSyntaxUID)?.deflated ?? false;

const cannot = (cause: unknown): Refusal =>
  new Refusal(
    "unprocessable",
    "image.not-correctable",
    "The corrected attributes cannot be written into this object.",
    { cause },
  );

/** Finds what is to be sent in place of what was received, and remembers it: neither overlays nor objects change under their name. */
export function createCurrentForms(platform: Pick<Platform, "objects">) {
  const kept = new Map<string, { form: Form | null; bytes: number }>();
  let keptBytes = 0;

  async function parse(instance: StoredInstance): Promise<ParsedObject> {
    const { objects } = platform;
    if (instance.headerLength <= headerAtOnceBytes || isDeflated(instance))
      return readPart10(await objects.read(instance.objectKey, { start: 0, end: instance.headerLength }));
    const parser = createStreamParser();
    for await (const chunk of await objects.get(instance.objectKey)) parser.push(chunk as Buffer);
    return parser.end();
  }

  async function make(instance: StoredInstance, overlay: Overlay): Promise<Form | null> {
    try {
      const parsed = withoutPixels(await parse(instance), instance);
      const changes = changesOf(parsed.dataSet, overlay);
      if (changes === null) return null;
      if (isDeflated(instance)) {
        const { length } = await deflatedAnew(platform, instance, changes);
        return { header: null, headerLength: length, size: length, changes };
      }
      const { segments } = patched(parsed, instance.headerLength, changes);
      const header = [{ offset: 0, length: parsed.dataSetOffset }, ...segments];
      const headerLength = lengthOf(header);
      return { header, headerLength, size: instance.size - instance.headerLength + headerLength, changes };
    } catch (error) {
      if (error instanceof DicomError) throw cannot(error);
      throw error;
    }
  }

  async function formOf(instance: StoredInstance, overlay: Overlay): Promise<Form | null> {
    const key = `${instance.id} ${overlay.fingerprint}`;
    const known = kept.get(key);
    if (known) {
      kept.delete(key);
      kept.set(key, known);
      return known.form;
    }
    const form = await make(instance, overlay);
    const fresh = (form?.header ?? []).filter((segment) => segment instanceof Uint8Array);
    const bytes = keptOverhead + lengthOf(fresh);
    kept.set(key, { form, bytes });
    keptBytes += bytes;
    for (const [oldest, { bytes: less }] of kept) {
      if (keptBytes <= maxKeptBytes) break;
      kept.delete(oldest);
      keptBytes -= less;
    }
    return form;
  }

  /** The instance as it is to be sent: sizes and places are those of the current form. */
  async function current(instance: StoredInstance, overlay: Overlay | null): Promise<StoredInstance> {
    const form = overlay && (await formOf(instance, overlay));
    if (!overlay || !form) return instance;
    const { size, sha256, headerLength, trailerOffset, pixels } = instance;
    const by = form.headerLength - headerLength;
    return {
      ...instance,
      size: form.size,
      sha256: fingerprintOf([sha256, overlay.fingerprint]),
      headerLength: form.headerLength,
      trailerOffset: trailerOffset === null ? null : trailerOffset + by,
      pixels: pixels && !isDeflated(instance) ? { ...pixels, offset: pixels.offset + by } : pixels,
      rewritten: {
        received: { size, sha256, headerLength, trailerOffset, pixels },
        changes: form.changes,
        header: form.header,
      },
    };
  }

  return {
    /** The same for many, a few at a time, in their order. */
    async currents(
      found: readonly { instance: StoredInstance; overlay: Overlay | null }[],
    ): Promise<StoredInstance[]> {
      if (found.every(({ overlay }) => overlay === null)) return found.map(({ instance }) => instance);
      const all: StoredInstance[] = [];
      for (let from = 0; from < found.length; from += headersAtOnce)
        all.push(
          ...(await Promise.all(
            found
              .slice(from, from + headersAtOnce)
              .map(({ instance, overlay }) => current(instance, overlay)),
          )),
        );
      return all;
    },
  };
}

/** The instance as it was received: for who has to see the very bytes. */
export function asReceived(instance: StoredInstance): StoredInstance {
  const { rewritten, ...rest } = instance;
  return rewritten ? { ...rest, ...rewritten.received } : instance;
}

export type CurrentForms = ReturnType<typeof createCurrentForms>;

/** What lies before the pixels: they stay, and what follows them. */
function withoutPixels(parsed: ParsedObject, instance: StoredInstance): ParsedObject {
  const { pixels } = instance;
  if (!pixels || isDeflated(instance)) return parsed;
  const dataSet: DataSet = {
    ...parsed.dataSet,
    elements: new Map([...parsed.dataSet.elements].filter(([tag]) => tag < pixels.tag)),
  };
  return { ...parsed, dataSet };
}

/** The data set inflated (PS3.5 A.5); a zlib header, which some write, is tolerated. */
export function inflateDataSet(deflated: Uint8Array): Buffer {
  const limit = { maxOutputLength: maxInflatedBytes };
  try {
    return inflateRawSync(deflated, limit);
  } catch (error) {
    if ((error as { code?: string }).code !== "Z_DATA_ERROR") throw error;
    return inflateSync(deflated, limit);
  }
}

/** A deflated object with the changes, whole. */
export async function deflatedAnew(
  platform: Pick<Platform, "objects">,
  { objectKey, dataSetOffset }: StoredInstance,
  changes: DataSetValues,
): Promise<Buffer> {
  const object = await platform.objects.read(objectKey);
  const inflated = inflateDataSet(object.subarray(dataSetOffset));
  const { segments } = patched(readPart10(object), dataSetOffset + inflated.length, changes);
  const dataSet = segments.map((segment) =>
    segment instanceof Uint8Array
      ? segment
      : inflated.subarray(segment.offset - dataSetOffset, segment.offset - dataSetOffset + segment.length),
  );
  const deflated = deflateRawSync(Buffer.concat(dataSet));
  // An odd stream is followed by a zero (PS3.5 A.5).
  return Buffer.concat([object.subarray(0, dataSetOffset), deflated, Buffer.alloc(deflated.length % 2)]);
}

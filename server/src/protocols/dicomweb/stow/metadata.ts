import type { Archive } from "../../../modules/archive/index.ts";
import { type Part, parseMediaType, Refusal } from "../../../platform/index.ts";
import { readNativeXml } from "../native-xml-read.ts";
import { XmlError } from "../xml-reader.ts";
import { assemble, type BulkPart } from "./assemble.ts";
import { type ClaimedUids, type PartResult, type StoreContext, type StoreRun, storeOne } from "./parts.ts";

export interface MetadataContext extends StoreContext {
  archive: Pick<Archive, "ingest" | "setAside">;
}

const maxMetadataBytes = 32 * 1024 * 1024;
const maxInstances = 10_000;
const atOnce = 4;
/** How each type of metadata is read: one instance or several. */
const metadataTypes: ReadonlyMap<string, (bytes: Buffer) => unknown> = new Map([
  ["application/dicom+json", readJson],
  ["application/json", readJson],
  ["application/dicom+xml", readXmlModel],
]);

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new Refusal("invalid", "stow.metadata", "The metadata is not JSON.", { cause: error });
  }
}

function readXmlModel(bytes: Buffer): unknown {
  try {
    return readNativeXml(bytes);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const detail = `The metadata is not in the Native DICOM Model of XML: ${error.message}.`;
    throw new Refusal("invalid", "stow.metadata", detail, { cause: error });
  }
}

/** URIs are compared as what they name: relative ones beside each other, `cid:` by Content-ID (RFC 2557, RFC 2392). */
function uriName(text: string): string {
  try {
    return new URL(text.trim(), "thismessage:/").href;
  } catch {
    return text.trim();
  }
}

/** The names that a part answers to. */
function namesOf(part: Part): string[] {
  const location = part.headers.get("content-location");
  const id = part.headers.get("content-id")?.trim().replace(/^<|>$/g, "");
  return [...(location === undefined ? [] : [uriName(location)]), ...(id ? [uriName(`cid:${id}`)] : [])];
}

async function readMetadata(part: Part): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of part.body) {
    length += chunk.length;
    if (length > maxMetadataBytes)
      throw new Refusal(
        "too-large",
        "stow.metadata-too-large",
        `The metadata has more than ${maxMetadataBytes} bytes.`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What came of the request: instances, and the values that they refer to. */
class Received {
  readonly instances: unknown[] = [];
  private readonly parts: BulkPart[] = [];
  private readonly byName = new Map<string, BulkPart[]>();
  private readonly used = new Set<string>();

  async take(part: Part, archive: MetadataContext["archive"]): Promise<void> {
    const type = parseMediaType(part.headers.get("content-type") ?? "application/octet-stream");
    if (!type) throw new Refusal("invalid", "stow.part-type", `Part ${part.number} has no media type.`);
    const read = metadataTypes.get(type.type);
    if (read) {
      for (const instance of [read(await readMetadata(part))].flat()) this.instances.push(instance);
      if (this.instances.length > maxInstances)
        throw new Refusal(
          "too-large",
          "stow.too-many",
          `More than ${maxInstances} instances in one request.`,
        );
      return;
    }
    const names = namesOf(part);
    if (names.length === 0)
      throw new Refusal(
        "invalid",
        "stow.no-location",
        `Part ${part.number} has neither Content-Location nor Content-ID.`,
      );
    const bulk = { type, file: await archive.setAside(part.body) };
    this.parts.push(bulk);
    for (const name of names) {
      const known = this.byName.get(name);
      if (known) known.push(bulk);
      else this.byName.set(name, [bulk]);
    }
  }

  bulk = (uri: string): readonly BulkPart[] => {
    const name = uriName(uri);
    this.used.add(name);
    return this.byName.get(name) ?? [];
  };

  /** What nobody referred to, so that it was not stored. */
  unused(): string[] {
    const used = new Set([...this.used].flatMap((name) => this.byName.get(name) ?? []));
    const left = this.parts.filter((bulk) => !used.has(bulk)).length;
    return left === 0 ? [] : [`${left} parts of bulk data that no instance refers to were not stored.`];
  }

  async remove(): Promise<void> {
    for (const { file } of this.parts) await file.remove();
  }
}

/** SOP Class and Instance UID of an instance of the DICOM JSON model, as far as it says them. */
function uidsIn(json: unknown): ClaimedUids | null {
  const uid = (tag: string): string => {
    const value = (json as Record<string, { Value?: unknown[] }> | null)?.[tag]?.Value?.[0];
    return typeof value === "string" && /^[0-9.]{1,64}$/.test(value) ? value : "";
  };
  const [sopClassUid, sopInstanceUid] = [uid("00080016"), uid("00080018")];
  return sopClassUid !== "" && sopInstanceUid !== "" ? { sopClassUid, sopInstanceUid } : null;
}

async function storeAll(context: MetadataContext, received: Received): Promise<PartResult[]> {
  const results: Promise<PartResult>[] = [];
  const running = new Set<Promise<PartResult>>();
  for (const [index, json] of received.instances.entries()) {
    const stored = storeOne(
      context,
      `instance ${index + 1}`,
      () => assemble(json, received.bulk),
      () => uidsIn(json),
    );
    results.push(stored);
    running.add(stored);
    stored.then(() => running.delete(stored));
    while (running.size >= atOnce) await Promise.race(running);
  }
  return Promise.all(results);
}

/**
 * Stores instances whose attributes came as DICOM JSON or in the Native DICOM Model of XML and whose bulk data as parts beside them (PS3.18 10.5.2). Parts wait on disk, because the metadata may refer
 * to any of them; an instance that is refused fails alone. A body that breaks off stores nothing.
 */
export async function storeMetadata(context: MetadataContext, parts: AsyncIterable<Part>): Promise<StoreRun> {
  const received = new Received();
  try {
    for await (const part of parts) await received.take(part, context.archive);
    if (received.instances.length === 0)
      throw new Refusal(
        "invalid",
        "stow.no-metadata",
        "The body has no part of the type application/dicom+json or application/dicom+xml.",
      );
    const results = await storeAll(context, received);
    return { results, broken: null, notes: received.unused() };
  } catch (error) {
    return { results: [], broken: error, notes: [] };
  } finally {
    await received.remove();
  }
}

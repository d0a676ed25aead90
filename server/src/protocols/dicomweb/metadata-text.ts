import { promisify } from "node:util";
import { constants, gunzip, gzip } from "node:zlib";
import type { DicomJson, SeriesMetadata } from "../../modules/archive/index.ts";

const gunzipAsync = promisify(gunzip);
const gzipAsync = promisify(gzip);

/** More than any series has; a bound against what cannot be. */
const maxTextBytes = 1 << 30;
const relative = Buffer.from('"BulkDataURI":"instances/', "latin1");

/**
 * The text with its bulk data URIs made absolute below the series' URL. The pattern stands for nothing else: within a JSON string its
 * quotation marks would be escaped.
 */
function withAbsoluteUris(text: Buffer, seriesUrl: string): Buffer {
  const pieces: Buffer[] = [];
  const absolute = Buffer.from(`"BulkDataURI":"${seriesUrl}/instances/`, "latin1");
  let from = 0;
  for (let at = text.indexOf(relative); at !== -1; at = text.indexOf(relative, from)) {
    pieces.push(text.subarray(from, at), absolute);
    from = at + relative.length;
  }
  if (from === 0) return text;
  pieces.push(text.subarray(from));
  return Buffer.concat(pieces);
}

/** The series' metadata as text, bulk data URIs absolute. */
export async function metadataText(metadata: SeriesMetadata, seriesUrl: string): Promise<Buffer> {
  return withAbsoluteUris(await gunzipAsync(metadata.gzipped, { maxOutputLength: maxTextBytes }), seriesUrl);
}

/** The array's items, without its brackets. */
export function arrayItems(text: Buffer): Buffer {
  const open = text.indexOf("[");
  const close = text.lastIndexOf("]");
  return text.subarray(open + 1, close);
}

/** The same for one instance, as an object. */
export function instanceWithAbsoluteUris(json: DicomJson, seriesUrl: string): Buffer {
  return withAbsoluteUris(Buffer.from(JSON.stringify(json)), seriesUrl);
}

/** Series metadata with absolute URIs, compressed, for series that are asked for again: bounded in bytes, the longest unused goes first. */
export function createMetadataCache(maxBytes: number) {
  const entries = new Map<string, Buffer>();
  let total = 0;
  return {
    async compressed(metadata: SeriesMetadata, seriesUrl: string): Promise<Buffer> {
      // The last bytes of a gzip stream are checksum and length of its content (RFC 1952 2.3.1).
      const content = Buffer.from(metadata.gzipped.subarray(-8)).toString("hex");
      const key = `${seriesUrl}\n${metadata.revision}\n${content}`;
      let entry = entries.get(key);
      if (entry) entries.delete(key);
      else {
        entry = await gzipAsync(await metadataText(metadata, seriesUrl), { level: constants.Z_BEST_SPEED });
        if (entry.length > maxBytes / 4) return entry;
        total += entries.has(key) ? 0 : entry.length;
      }
      entries.set(key, entry);
      for (const [oldest, bytes] of entries) {
        if (total <= maxBytes) break;
        entries.delete(oldest);
        total -= bytes.length;
      }
      return entry;
    },
  };
}
export type MetadataCache = ReturnType<typeof createMetadataCache>;

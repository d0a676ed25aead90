import { Readable } from "node:stream";
import { promisify } from "node:util";
import { constants, crc32, createDeflateRaw, deflateRaw } from "node:zlib";

/** One file of an archive on its way out. */
export interface ZipEntry {
  /** Parted by slashes, relative: never absolute, never upwards. */
  name: string;
  modified: Date;
  /** In bytes where it is known: an entry of unknown size, or of 4 GiB and more, is written with Zip64 sizes. */
  size: number | null;
  /** Bytes that are at hand, or what is read when its turn comes. */
  body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Left as it is, not deflated. */
  stored?: boolean;
}

const deflateAsync = promisify(deflateRaw);
const level = constants.Z_BEST_SPEED;
const chunkBytes = 1 << 18;
const full32 = 0xff_ff_ff_ff;
const full16 = 0xff_ff;
/** Deflating what cannot be made smaller adds a little. */
const largestPlainSize = 0xff_00_00_00;
const deflated = 8;
/** Names are UTF-8; and sizes follow the data. */
const utf8Flag = 0x0800;
const descriptorFlag = 0x0008;

interface Written {
  name: Buffer;
  flags: number;
  method: number;
  stamp: number;
  crc: number;
  size: number;
  compressedSize: number;
  offset: number;
}

/** @throws Error where the name could lead out of the folder that the archive is unpacked to: whoever makes names sees to that */
function nameOf({ name }: ZipEntry): Buffer {
  const words = name.split("/");
  if (words.some((word) => word === "" || word === "." || word === "..") || /[\\\0]|^[A-Za-z]:/.test(name))
    throw new Error("a name in a ZIP archive must be a relative path");
  return Buffer.from(name, "utf8");
}

/** Date and time of MS-DOS (APPNOTE 4.4.6), in UTC: the time in the low word. */
function stampOf(date: Date): number {
  const year = Math.min(Math.max(date.getUTCFullYear() - 1980, 0), 127);
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 0x10000 + time;
}

/** Numbers of 2, 4 or 8 bytes, in little endian. */
function fields(...values: readonly (readonly [width: 2 | 4 | 8, value: number])[]): Buffer {
  const bytes = Buffer.alloc(values.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of values) {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUIntLE(value, at, width);
    at += width;
  }
  return bytes;
}

const capped = (value: number): number => Math.min(value, full32);

function localHeader(entry: Written, zip64: boolean): Buffer {
  const extra = zip64 ? fields([2, 1], [2, 16], [8, 0], [8, 0]) : Buffer.alloc(0);
  const head = fields(
    [4, 0x04034b50],
    [2, zip64 ? 45 : 20],
    [2, entry.flags],
    [2, entry.method],
    [4, entry.stamp],
    [4, entry.crc],
    [4, zip64 ? full32 : entry.compressedSize],
    [4, zip64 ? full32 : entry.size],
    [2, entry.name.length],
    [2, extra.length],
  );
  return Buffer.concat([head, entry.name, extra]);
}

function directoryRecord(entry: Written): Buffer {
  // Only what does not fit its field, in this order (APPNOTE 4.5.3).
  const large = [entry.size, entry.compressedSize, entry.offset].filter((value) => value >= full32);
  const extra =
    large.length === 0
      ? Buffer.alloc(0)
      : fields([2, 1], [2, large.length * 8], ...large.map((value) => [8, value] as const));
  const unixRegularFile = 0o100644 * 0x10000;
  const head = fields(
    [4, 0x02014b50],
    [2, 0x032d],
    [2, large.length > 0 ? 45 : 20],
    [2, entry.flags],
    [2, entry.method],
    [4, entry.stamp],
    [4, entry.crc],
    [4, capped(entry.compressedSize)],
    [4, capped(entry.size)],
    [2, entry.name.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, unixRegularFile],
    [4, capped(entry.offset)],
  );
  return Buffer.concat([head, entry.name, extra]);
}

function endOfDirectory(count: number, start: number, size: number): Buffer {
  const shortCount = Math.min(count, full16);
  const end = fields(
    [4, 0x06054b50],
    [4, 0],
    [2, shortCount],
    [2, shortCount],
    [4, capped(size)],
    [4, capped(start)],
    [2, 0],
  );
  if (count < full16 && size < full32 && start < full32) return end;
  const zip64 = fields(
    [4, 0x06064b50],
    [8, 44],
    [2, 45],
    [2, 45],
    [8, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, start],
  );
  return Buffer.concat([zip64, fields([4, 0x07064b50], [4, 0], [8, start + size], [4, 1]), end]);
}

/** Writes an entry whose bytes are here: its header says everything. */
async function* wholeEntry(entry: Written, body: Uint8Array): AsyncGenerator<Uint8Array> {
  const data = entry.method === deflated ? await deflateAsync(body, { level }) : body;
  entry.crc = crc32(body);
  entry.size = body.length;
  entry.compressedSize = data.length;
  yield localHeader(entry, false);
  yield data;
}

/** Writes an entry as its bytes come; checksum and sizes follow them. */
async function* streamedEntry(
  entry: Written,
  body: AsyncIterable<Uint8Array>,
  size: number | null,
): AsyncGenerator<Uint8Array> {
  const zip64 = size === null || size > largestPlainSize;
  entry.flags |= descriptorFlag;
  yield localHeader(entry, zip64);
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      entry.crc = crc32(chunk, entry.crc);
      entry.size += chunk.length;
      yield chunk;
    }
  }
  const data: AsyncIterable<Uint8Array> = entry.method === deflated ? deflating(counted()) : counted();
  for await (const chunk of data) {
    entry.compressedSize += chunk.length;
    yield chunk;
  }
  if (size !== null && entry.size !== size)
    throw new Error("a file for a ZIP archive has not the size it was said to have");
  const width = zip64 ? 8 : 4;
  yield fields([4, 0x08074b50], [4, entry.crc], [width, entry.compressedSize], [width, entry.size]);
}

/** Deflates with back-pressure: what fails or ends early takes the source with it. */
async function* deflating(source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source, { objectMode: false });
  const output = createDeflateRaw({ level });
  input.on("error", (error) => output.destroy(error));
  input.pipe(output);
  try {
    yield* output;
  } finally {
    input.destroy();
    output.destroy();
  }
}

/**
 * A ZIP archive as it is read, one entry after another, of any number and size (Zip64 where it is needed). Nothing is held but what is being passed
 * on and the directory that stands at the end. An error of an entry is an error of the stream, so that nobody takes the archive for whole;
 * destroying the stream ends the entries at once.
 */
export function zipArchive(entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>): Readable {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const records: Buffer[] = [];
    let at = 0;
    for await (const entry of entries) {
      const written: Written = {
        name: nameOf(entry),
        flags: utf8Flag,
        method: entry.stored ? 0 : deflated,
        stamp: stampOf(entry.modified),
        crc: 0,
        size: 0,
        compressedSize: 0,
        offset: at,
      };
      const pieces =
        entry.body instanceof Uint8Array
          ? wholeEntry(written, entry.body)
          : streamedEntry(written, entry.body, entry.size);
      for await (const piece of pieces) {
        at += piece.length;
        yield piece;
      }
      records.push(directoryRecord(written));
    }
    const directory = Buffer.concat(records);
    yield directory;
    yield endOfDirectory(records.length, at, directory.length);
  }
  return Readable.from(bytes(), { objectMode: false, highWaterMark: chunkBytes });
}

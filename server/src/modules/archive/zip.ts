import type { Readable } from "node:stream";
import { type Entry, fromFd, type ZipFile } from "yauzl";
import { Refusal } from "../../platform/index.ts";

export interface ZipLimits {
  maxEntries: number;
  /** Of all entries together, inflated. */
  maxTotalBytes: number;
  /** Inflated over deflated size of an entry, looked at where it is over 64 MiB: an empty picture shrinks a thousandfold. */
  maxRatio: number;
}

export const defaultZipLimits = { maxEntries: 50_000, maxRatio: 200 } as const;
const ratioFromBytes = 64 * 1024 * 1024;

/** One file of the archive, or why it is not taken. */
export type ZipItem =
  | { kind: "file"; name: string; size: number; open(): Promise<Readable> }
  | { kind: "refused"; name: string; refusal: Refusal };

const refuse = (code: string, detail: string): Refusal => new Refusal("unprocessable", `zip.${code}`, detail);

/** Names that systems put into archives and that are no images. */
const passedOver = /(^|\/)(DICOMDIR|\.DS_Store|Thumbs\.db|desktop\.ini)$|^__MACOSX\//i;

/** The name for a person: never used as a path here, and still not one that could be. */
function checkName(name: string): Refusal | null {
  const plain = name.replaceAll("\\", "/");
  const climbs =
    plain.split("/").includes("..") ||
    plain.startsWith("/") ||
    /^[A-Za-z]:/.test(plain) ||
    plain.includes("\0");
  return climbs ? refuse("path", "Its name leads out of the archive.") : null;
}

function checkEntry(entry: Entry, total: number, limits: ZipLimits): Refusal | null {
  if (entry.isEncrypted()) return refuse("encrypted", "It is encrypted.");
  if (!entry.canDecodeFileData()) return refuse("method", "It is compressed in a way that is not read.");
  if (total + entry.uncompressedSize > limits.maxTotalBytes)
    return new Refusal(
      "too-large",
      "zip.too-large",
      `The archive holds more than ${limits.maxTotalBytes} bytes.`,
    );
  if (
    entry.uncompressedSize > ratioFromBytes &&
    entry.uncompressedSize > entry.compressedSize * limits.maxRatio
  )
    return refuse("ratio", "It claims to become far larger than images do.");
  return null;
}

function openZip(fd: number): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Sizes are checked while inflating: an entry that gives more than it says fails.
    fromFd(
      fd,
      {
        lazyEntries: true,
        autoClose: false,
        strictFileNames: false,
        validateEntrySizes: true,
        decodeStrings: false,
      },
      (error, zip) =>
        error ? reject(refuse("unreadable", "The ZIP archive cannot be read.")) : resolve(zip),
    );
  });
}

function nextEntry(zip: ZipFile): Promise<Entry | null> {
  return new Promise((resolve, reject) => {
    const done = () => {
      zip.removeListener("entry", onEntry);
      zip.removeListener("end", onEnd);
      zip.removeListener("error", onError);
    };
    const onEntry = (entry: Entry) => {
      done();
      resolve(entry);
    };
    const onEnd = () => {
      done();
      resolve(null);
    };
    const onError = () => {
      done();
      reject(refuse("unreadable", "The directory of the ZIP archive cannot be read to its end."));
    };
    zip.on("entry", onEntry).on("end", onEnd).on("error", onError);
    zip.readEntry();
  });
}

const openEntry = (zip: ZipFile, entry: Entry): Promise<Readable> =>
  new Promise((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) =>
      error
        ? reject(refuse("unreadable", "It cannot be read from the archive."))
        : resolve(stream as Readable),
    ),
  );

/**
 * The files of a ZIP archive one after another; directories, DICOMDIR and what systems add are passed over. The file must be at hand as a whole,
 * because the directory stands at its end.
 * @throws Refusal `unprocessable` (`zip.unreadable`, `zip.too-many`)
 */
export async function* readZip(fd: number, limits: ZipLimits): AsyncGenerator<ZipItem, void, void> {
  const zip = await openZip(fd);
  // Between two reads of the directory nobody listens.
  zip.on("error", () => {});
  if (zip.entryCount > limits.maxEntries)
    throw refuse("too-many", `The archive has more than ${limits.maxEntries} entries.`);
  let total = 0;
  for (let entry = await nextEntry(zip); entry; entry = await nextEntry(zip)) {
    const current = entry;
    const name = (current.fileName as unknown as Buffer).toString("utf8");
    if (name.endsWith("/") || passedOver.test(name)) continue;
    const refusal = checkName(name) ?? checkEntry(current, total, limits);
    if (refusal) {
      yield { kind: "refused", name, refusal };
      continue;
    }
    total += current.uncompressedSize;
    yield { kind: "file", name, size: current.uncompressedSize, open: () => openEntry(zip, current) };
  }
}

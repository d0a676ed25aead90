import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type Entry, fromBuffer, type ZipFile } from "yauzl";

/** A ZIP archive as a library reads that is not the one that wrote it, checksums and sizes checked. */
export const openZip = (bytes: Buffer): Promise<ZipFile> =>
  new Promise((resolve, reject) =>
    fromBuffer(bytes, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );

/** Its files, by their paths. */
export async function unzipped(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await openZip(bytes);
  const files = new Map<string, Buffer>();
  const read = async (entry: Entry) => {
    const stream = await new Promise<Readable>((resolve, reject) =>
      zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened as Readable))),
    );
    files.set(entry.fileName, await buffer(stream));
    zip.readEntry();
  };
  await new Promise((resolve, reject) => {
    zip.on("entry", (entry: Entry) => read(entry).catch(reject));
    zip.once("end", resolve).once("error", reject);
    zip.readEntry();
  });
  return files;
}

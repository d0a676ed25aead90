import fs from "node:fs/promises";
import type { Readable } from "node:stream";
import { asRefusal, type Part, type Platform, Refusal, type Viewer } from "../../platform/index.ts";
import type { Archive, IngestAnswer, SpooledFile } from "./types.ts";
import { peek, type Spool } from "./upload-files.ts";
import { formPart, readField, type UploadFields } from "./upload-form.ts";
import type { PictureArchiver, PictureBatch } from "./upload-pictures.ts";
import { defaultZipLimits, readZip, type ZipItem } from "./zip.ts";

/** What became of one file. */
export type FileOutcome =
  | { kind: "answered"; filename: string; answer: IngestAnswer }
  | { kind: "refused"; filename: string; refusal: Refusal };

export interface UploadOutcome {
  /** In the order of the request; of a ZIP in the order of its directory. */
  files: FileOutcome[];
  /** One file that is no ZIP: it is answered as itself. */
  single: boolean;
}

export interface UploadDeps {
  platform: Pick<Platform, "config" | "log">;
  archive: Pick<Archive, "ingest">;
  spool: Spool;
  pictures: PictureArchiver;
}

/** Files whose bytes are here and whose commit is waited for. */
const maxWaiting = 12;
const zipAtOnce = 4;
const maxFiles = 10_000;

/** A file that waits for the fields after it. */
interface Deferred {
  filename: string;
  kind: "zip" | "png" | "jpeg";
  file: SpooledFile;
}

class Upload {
  readonly slots: (Promise<FileOutcome> | Deferred)[] = [];
  readonly fields: UploadFields = {};
  private readonly waiting = new Set<Promise<FileOutcome>>();
  private readonly deps: UploadDeps;
  private readonly viewer: Viewer;
  private readonly pictures: PictureBatch;

  constructor(deps: UploadDeps, viewer: Viewer) {
    this.deps = deps;
    this.viewer = viewer;
    this.pictures = deps.pictures(viewer);
  }

  /** Never rejects. */
  async attempt(filename: string, work: () => Promise<IngestAnswer>): Promise<FileOutcome> {
    try {
      const answer = await work();
      if (answer.outcome !== "quarantined") return { kind: "answered", filename, answer };
      const detail =
        "An image with its SOP Instance UID is here with other data, or was deleted: what came waits for a decision.";
      return { kind: "refused", filename, refusal: new Refusal("conflict", "image.quarantined", detail) };
    } catch (error) {
      const refusal = asRefusal(error);
      if (!refusal) this.deps.platform.log.error({ err: error }, "taking an uploaded file in failed");
      const failed = new Refusal("unavailable", "upload.failed", "The file could not be processed.");
      return { kind: "refused", filename, refusal: refusal ?? failed };
    }
  }

  ingest(filename: string, chunks: AsyncIterable<Uint8Array>): Promise<FileOutcome> {
    return this.attempt(filename, () => this.deps.archive.ingest(this.viewer, { chunks, door: "upload" }));
  }

  /** Takes one part; DICOM goes straight into the archive, and the next part is read while its commit is waited for. */
  async take(part: Part): Promise<void> {
    const form = formPart(part);
    if (form.kind === "field") return readField(form.name, part.body, this.fields);
    if (this.slots.length >= maxFiles)
      throw new Refusal(
        "too-large",
        "upload.too-many",
        `More than ${maxFiles} files; send a ZIP or several requests.`,
      );
    const { filename } = form;
    const { kind, chunks } = await peek(part.body);
    if (kind === "empty") {
      this.slots.push(this.attempt(filename, () => Promise.reject(emptyFile())));
      return;
    }
    if (kind !== "dicom") {
      this.slots.push({ filename, kind, file: await this.deps.spool.put(chunks) });
      return;
    }
    const stored = this.ingest(filename, chunks);
    this.slots.push(stored);
    this.waiting.add(stored);
    stored.then(() => this.waiting.delete(stored));
    await Promise.race([part.consumed, stored]);
    while (this.waiting.size >= maxWaiting) await Promise.race(this.waiting);
  }

  /** @param read gives the picture's bytes, once its size is known to be bearable */
  private picture(
    filename: string,
    kind: "png" | "jpeg",
    size: number,
    read: () => Promise<Uint8Array>,
  ): Promise<FileOutcome> {
    return this.attempt(filename, async () => {
      this.pictures.checkSize(size);
      return this.pictures.archive(kind, await read(), this.fields);
    });
  }

  private async zipItem(item: ZipItem): Promise<FileOutcome> {
    if (item.kind === "refused") return { kind: "refused", filename: item.name, refusal: item.refusal };
    const filename = item.name;
    let stream: Readable | null = null;
    try {
      stream = await item.open();
      const { kind, chunks } = await peek(unzipped(stream));
      if (kind === "dicom") return await this.ingest(filename, chunks);
      if (kind === "zip")
        return await this.attempt(filename, () =>
          Promise.reject(refuse("zip.nested", "A ZIP within a ZIP is not read.")),
        );
      if (kind === "empty") return await this.attempt(filename, () => Promise.reject(emptyFile()));
      return await this.picture(filename, kind, item.size, () => readAll(chunks));
    } catch (error) {
      return this.attempt(filename, () => Promise.reject(error));
    } finally {
      stream?.destroy();
    }
  }

  private async zip({ filename, file }: Deferred): Promise<FileOutcome[]> {
    const handle = await fs.open(file.path, "r");
    const outcomes: Promise<FileOutcome>[] = [];
    const running = new Set<Promise<FileOutcome>>();
    const limits = { ...defaultZipLimits, maxTotalBytes: this.deps.platform.config.maxUploadBytes };
    try {
      for await (const item of readZip(handle.fd, limits)) {
        const outcome = this.zipItem(item);
        outcomes.push(outcome);
        running.add(outcome);
        outcome.then(() => running.delete(outcome));
        while (running.size >= zipAtOnce) await Promise.race(running);
      }
      if (outcomes.length === 0) throw refuse("zip.empty", "The ZIP archive has no files.");
    } catch (error) {
      outcomes.push(this.attempt(filename, () => Promise.reject(error)));
    }
    const all = await Promise.all(outcomes);
    await handle.close();
    return all;
  }

  /** What was set aside, now that all fields are known. */
  async finish(): Promise<UploadOutcome> {
    const files: FileOutcome[] = [];
    for (const slot of this.slots) {
      if (slot instanceof Promise) files.push(await slot);
      else if (slot.kind === "zip") files.push(...(await this.zip(slot)));
      else {
        const { kind, file, filename } = slot;
        files.push(await this.picture(filename, kind, file.size, () => fs.readFile(file.path)));
      }
    }
    const [only] = this.slots;
    const single = this.slots.length === 1 && (only instanceof Promise || only?.kind !== "zip");
    return { files, single };
  }

  /** Waits for what is under way, and removes what was set aside. @returns how many images are stored */
  async settle(): Promise<number> {
    let stored = 0;
    for (const slot of this.slots) {
      if (!(slot instanceof Promise)) await slot.file.remove();
      else if ((await slot).kind === "answered") stored += 1;
    }
    return stored;
  }
}

const refuse = (code: string, detail: string): Refusal => new Refusal("unprocessable", code, detail);
const emptyFile = (): Refusal => refuse("upload.empty", "The file is empty.");

/** An entry that cannot be inflated is the file's fault. */
async function* unzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw new Refusal("unprocessable", "zip.corrupt", "It cannot be read from the archive.", {
      cause: error,
    });
  }
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/**
 * Takes an upload in, part by part as it comes. DICOM names its own patient and study; pictures wait on disk for the fields, and become Secondary
 * Captures of the patient given; ZIPs wait for their end, where their directory is.
 * @throws Refusal `invalid` (`upload.invalid`, `multipart.*`), `too-large`; says how many images had been stored before
 */
export async function receiveUpload(
  deps: UploadDeps,
  viewer: Viewer,
  parts: AsyncIterable<Part>,
): Promise<UploadOutcome> {
  const upload = new Upload(deps, viewer);
  try {
    for await (const part of parts) await upload.take(part);
    return await upload.finish();
  } catch (error) {
    const stored = await upload.settle();
    const known = asRefusal(error);
    if (stored === 0 || !known) throw error;
    const { kind, code, message, errors } = known;
    const before =
      stored === 1 ? "One image before it was stored." : `${stored} images before it were stored.`;
    throw new Refusal(kind, code, `${message} ${before}`, { errors, cause: error });
  } finally {
    await upload.settle();
  }
}

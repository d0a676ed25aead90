import { createReadStream } from "node:fs";
import fs from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type ApiClient, problemOf, ServerAway } from "./api-client.ts";
import type { ImportLine } from "./import-journal.ts";
import type { FoundFile } from "./walk.ts";

/** Nothing more will be taken: the import ends with this sentence. */
export class ImportStopped extends Error {
  override readonly name = "ImportStopped";
}

/** Answers to an upload that say nothing of the files. */
const stopping = new Set([401, 403, 507]);
const passing = new Set([429, 502, 503, 504]);
const attempts = 6;
const smallBytes = 8 * 1024 * 1024;
const boundary = "isocenter-import-7d1c2f";

/** Bytes of a file that is small enough, or a way to read it. Null where it cannot be read. */
type Loaded = { file: FoundFile; bytes: Buffer | null };

async function load(file: FoundFile): Promise<Loaded | ImportLine> {
  try {
    if (file.size <= smallBytes) return { file, bytes: await fs.readFile(file.path) };
    await fs.access(file.path, fs.constants.R_OK);
    return { file, bytes: null };
  } catch (error) {
    const reason = `The file cannot be read (${(error as NodeJS.ErrnoException).code}).`;
    return lineOf(file, "refused", { code: "import.unreadable", reason });
  }
}

const lineOf = (
  { name, size, modified }: FoundFile,
  outcome: ImportLine["outcome"],
  more: Partial<ImportLine> = {},
): ImportLine => ({ file: name, size, modified, outcome, ...more });

/** Files go under their number: the server says of which it speaks, and learns no path of ours. */
async function* formOf(files: readonly Loaded[]): AsyncGenerator<Uint8Array> {
  for (const [i, { file, bytes }] of files.entries()) {
    yield Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${i}"\r\ncontent-type: application/dicom\r\n\r\n`,
    );
    if (bytes) yield bytes;
    else yield* createReadStream(file.path, { highWaterMark: 1 << 18 });
    yield Buffer.from("\r\n");
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}

async function post(
  client: ApiClient,
  files: readonly Loaded[],
  note: (line: string) => void,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const wait = Math.min(30_000, 500 * 2 ** attempt);
    try {
      const response = await client.request("/images/upload?answer=files", {
        method: "POST",
        headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
        body: ReadableStream.from(formOf(files)),
        duplex: "half",
      });
      if (!passing.has(response.status) || attempt === attempts) return response;
      const after = Number(response.headers.get("retry-after")) * 1000;
      await response.body?.cancel();
      await pause(after > 0 ? Math.min(after, 60_000) : wait);
    } catch (error) {
      if (!(error instanceof ServerAway)) throw error;
      if (attempt === attempts) throw new ImportStopped(error.message);
      if (attempt === 1) note(`${error.message} It is tried again for half a minute.`);
      await pause(wait);
    }
  }
}

/**
 * Sends files in one request and says what became of each; a ZIP archive has to go alone. A server that does not answer is noted, and tried again.
 * @throws ImportStopped where the server takes nothing more: no right, no room, no answer
 */
export async function sendFiles(
  client: ApiClient,
  files: readonly FoundFile[],
  note: (line: string) => void,
): Promise<ImportLine[]> {
  const lines: ImportLine[] = [];
  const loaded: Loaded[] = [];
  for (const file of files) {
    const one = await load(file);
    if ("outcome" in one) lines.push(one);
    else loaded.push(one);
  }
  if (loaded.length === 0) return lines;
  const response = await post(client, loaded, note);
  if (stopping.has(response.status) || passing.has(response.status))
    throw new ImportStopped((await problemOf(response)).detail);
  if (response.ok) lines.push(...taken(loaded, (await response.json()) as Taken));
  else if (loaded.length === 1) {
    const { code, detail } = await problemOf(response);
    lines.push(lineOf(loaded[0]!.file, "refused", { code, reason: detail }));
  } else {
    // What hindered them all may be one of them: each is tried alone
    await response.body?.cancel();
    for (const { file } of loaded) lines.push(...(await sendFiles(client, [file], note)));
  }
  return lines;
}

interface Taken {
  files: { filename: string; status: string; code: string | null; reason: string | null }[];
}

function taken(sent: readonly Loaded[], { files }: Taken): ImportLine[] {
  const [only] = sent;
  const refusalOf = ({ code, reason }: Taken["files"][number]) => ({
    code: code ?? "",
    reason: reason ?? "",
  });
  // Of a ZIP archive: one line for it, and one for each file in it that was refused
  if (only && sent.length === 1 && (files.length !== 1 || files[0]?.filename !== "0")) {
    const refused = files.filter((file) => file.status === "REFUSED");
    return [
      ...refused.map((file) => ({
        ...lineOf(only.file, "refused", refusalOf(file)),
        file: `${only.file.name}!/${file.filename}`,
      })),
      lineOf(only.file, "stored", { files: files.length - refused.length }),
    ];
  }
  return files.flatMap((file) => {
    const found = sent[Number(file.filename)]?.file;
    if (!found) return [];
    if (file.status === "REFUSED") return [lineOf(found, "refused", refusalOf(file))];
    return [lineOf(found, file.status === "STORED" ? "stored" : "already-stored")];
  });
}

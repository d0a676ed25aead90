import { createWriteStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { type Entry, open, type ZipFile } from "yauzl";
import { makeFolder } from "../platform/index.ts";
import { type ApiClient, apiClient, problemOf, serverHelp, serverOptions } from "./api-client.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { wrongOption } from "./options.ts";

const help = `isocenter export STUDY... --to FOLDER|FILE.zip [options]

Takes studies out of a running server. STUDY is the id of a study, its Study Instance UID or an accession number.

  --to TARGET          a folder, or the name of a ZIP archive
  --dicomdir           as a medium with DICOMDIR, to be written on a CD or a USB stick
  --deidentify LIST    without identity: basic, or basic and options after commas (docs/deidentification.md)
  --set NAME           exports that name the same set get the same pseudonyms, UIDs and dates
${serverHelp}

Ends with 0 when everything is there, 1 when it did not work, 2 when used wrongly.`;

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...serverOptions,
        to: { type: "string" },
        dicomdir: { type: "boolean" },
        deidentify: { type: "string" },
        set: { type: "string" },
      },
    });
  } catch (error) {
    throw wrongOption(error, help);
  }
}

/** The ids of what a word names. @throws Error where it names nothing */
async function studiesOf(client: ApiClient, word: string): Promise<string[]> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word)) return [word.toLowerCase()];
  const isUid = /^\d+(\.\d+)+$/.test(word);
  const response = await client.request(
    isUid
      ? `/studies?studyInstanceUid=${encodeURIComponent(word)}`
      : `/studies/accession/${encodeURIComponent(word)}`,
  );
  if (!response.ok) throw new Error(`${word}: ${(await problemOf(response)).detail}`);
  const { data } = (await response.json()) as { data: { id: string }[] };
  if (data.length === 0) throw new Error(`${word}: there is no such study.`);
  return data.map(({ id }) => id);
}

const openZip = (file: string): Promise<ZipFile> =>
  new Promise((resolve, reject) =>
    open(file, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    ),
  );

const streamOf = (zip: ZipFile, entry: Entry): Promise<Readable> =>
  new Promise((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream as Readable))),
  );

/** Unpacks the archive; a name that leads out of the folder ends it, although our server makes none. */
async function unpack(file: string, folder: string): Promise<number> {
  const zip = await openZip(file);
  let count = 0;
  try {
    const entries = new Promise<void>((resolve, reject) => {
      zip.on("entry", async (entry: Entry) => {
        try {
          const target = path.resolve(folder, entry.fileName);
          if (!target.startsWith(`${path.resolve(folder)}${path.sep}`))
            throw new Error("a name leads out of the folder");
          await fs.mkdir(path.dirname(target), { recursive: true });
          await pipeline(await streamOf(zip, entry), createWriteStream(target, { flags: "wx" }));
          count += 1;
          zip.readEntry();
        } catch (error) {
          reject(error);
        }
      });
      zip.on("end", resolve).on("error", reject);
    });
    zip.readEntry();
    await entries;
    return count;
  } finally {
    zip.close();
  }
}

async function run(args: readonly string[], { say }: CommandContext): Promise<number> {
  if (args.includes("--help")) {
    say(help);
    return 0;
  }
  const { values, positionals } = parsed(args);
  const { to } = values;
  if (positionals.length === 0 || to === undefined) throw new UsageError(help);
  const isArchive = /\.zip$/i.test(to);
  const present = await fs
    .readdir(to)
    .catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? [] : [to]));
  if (present.length > 0) throw new UsageError(`${to} is there already and not empty.`);
  const client = apiClient(values);
  const studyIds: string[] = [];
  for (const word of positionals) studyIds.push(...(await studiesOf(client, word)));
  const response = await client.request("/exports", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      studyIds: [...new Set(studyIds)],
      format: values.dicomdir ? "dicomdir" : "zip",
      ...(values.deidentify === undefined ? {} : { deidentify: values.deidentify }),
      ...(values.set === undefined ? {} : { set: values.set }),
    }),
  });
  if (!response.ok || !response.body) throw new Error((await problemOf(response)).detail);
  const archive = isArchive ? to : path.join(to, ".isocenter-export.zip");
  makeFolder(path.dirname(archive), 0o777);
  const part = `${archive}.part`;
  try {
    await pipeline(
      Readable.fromWeb(response.body as import("node:stream/web").ReadableStream),
      createWriteStream(part),
    );
    if (isArchive) {
      await fs.rename(part, archive);
      say(`${to} holds ${positionals.length === 1 ? "the study" : "the studies"}.`);
      return 0;
    }
    say(`${to} holds ${await unpack(part, to)} files.`);
    return 0;
  } finally {
    await fs.rm(part, { force: true });
  }
}

export const exportCommand: Command = {
  summary:
    "take studies out of a running server: as files, ZIP or a medium with DICOMDIR, also de-identified",
  async run(args, context) {
    return run(args, context).catch((error: unknown) => {
      if (error instanceof UsageError) throw error;
      context.complain(error instanceof Error ? error.message : String(error));
      return 1;
    });
  },
};

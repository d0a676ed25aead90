import fs from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { type ProgressBar, progressBar } from "../operations/progress-bar.ts";
import { type ApiClient, apiClient, serverHelp, serverOptions } from "./api-client.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { type ImportJournal, type ImportLine, openJournal } from "./import-journal.ts";
import { ImportStopped, sendFiles } from "./import-send.ts";
import { wrongOption } from "./options.ts";
import { type FoundFile, filesBelow } from "./walk.ts";

const help = `isocenter import FOLDER [options]

Brings every DICOM file below a folder into a running server, ZIP archives too; DICOMDIR and what systems leave behind are
passed over. What is there already is found and not stored twice. An import that broke off goes on where it was when
it is started again.

  --journal FILE       where it notes what became of each file, a line of JSON each; when left out
                       isocenter-import-FOLDER.jsonl in the folder you are in
  --again              tries again what was refused
  --parallel N         requests at once, 3 when left out, at most 16
${serverHelp}

Ctrl-C ends it after the files that are on their way; a second one ends it at once. Nothing is lost by either.
Ends with 0 when everything is in, 1 when something was refused (also earlier) or it stopped before the end, 2 when used wrongly.`;

/** A request holds at most so many files and bytes: few enough to be repeated, enough for commits to be shared. */
const filesAtOnce = 40;
const bytesAtOnce = 16 * 1024 * 1024;

interface Order {
  folder: string;
  journal: string;
  again: boolean;
  parallel: number;
  client: ApiClient;
}

function orderOf(args: readonly string[]): Order {
  let given: ReturnType<typeof parsed>;
  try {
    given = parsed(args);
  } catch (error) {
    throw wrongOption(error, help);
  }
  const { values, positionals } = given;
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError(help);
  const parallel = Number(values.parallel ?? 3);
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 16)
    throw new UsageError("--parallel takes a number from 1 to 16.");
  const base = path.basename(path.resolve(folder)).replace(/[^\w.-]/g, "_") || "root";
  return {
    folder,
    journal: values.journal ?? `isocenter-import-${base}.jsonl`,
    again: values.again ?? false,
    parallel,
    client: apiClient(values),
  };
}

const parsed = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...serverOptions,
      journal: { type: "string" },
      again: { type: "boolean" },
      parallel: { type: "string" },
    },
  });

/** What was counted, and of each reason how many and the first files. */
class Tally {
  stored = 0;
  already = 0;
  refused = 0;
  earlier = 0;
  earlierRefused = 0;
  readonly reasons = new Map<string, { count: number; files: string[] }>();

  add(line: ImportLine): void {
    if (line.outcome === "stored") this.stored += line.files ?? 1;
    else if (line.outcome === "already-stored") this.already += 1;
    else {
      this.refused += 1;
      const reason = line.reason ?? line.code ?? "refused";
      const known = this.reasons.get(reason) ?? { count: 0, files: [] };
      known.count += 1;
      if (known.files.length < 3) known.files.push(line.file);
      this.reasons.set(reason, known);
    }
  }

  say(say: (text: string) => void, journal: string): void {
    const before = this.earlierRefused > 0 ? `, ${this.earlierRefused} of them refused` : "";
    const earlier = this.earlier > 0 ? ` ${this.earlier} files were done before${before}.` : "";
    say(`${this.stored} stored, ${this.already} were there already, ${this.refused} refused.${earlier}`);
    for (const [reason, { count, files }] of [...this.reasons].sort((a, b) => b[1].count - a[1].count))
      say(`  ${count} × ${reason} (${files.join(", ")}${count > files.length ? ", …" : ""})`);
    if (this.refused + this.earlierRefused > 0)
      say(`  Each is named in ${journal}; --again tries them again.`);
  }
}

const isZip = async ({ path: file, size }: FoundFile): Promise<boolean> => {
  if (size < 4) return false;
  const handle = await fs.open(file).catch(() => null);
  if (!handle) return false;
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0).finally(() => handle.close());
  return buffer.readUInt32BE() === 0x504b0304;
};

/** Files in batches for a request each; large ones and archives alone. */
async function* batchesOf(files: readonly FoundFile[]): AsyncGenerator<FoundFile[]> {
  let batch: FoundFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (file.size > bytesAtOnce / 2 || (await isZip(file))) {
      yield [file];
      continue;
    }
    if (batch.length >= filesAtOnce || bytes + file.size > bytesAtOnce) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.size;
  }
  if (batch.length > 0) yield batch;
}

/** Sends the batches, several at once. The first that stops the import lets those under way come to their end. */
async function sendAll(
  { client, parallel }: Order,
  files: readonly FoundFile[],
  journal: ImportJournal,
  tally: Tally,
  bar: ProgressBar,
  told: AbortSignal,
): Promise<Error | null> {
  const batches = batchesOf(files);
  let stopped: Error | null = null;
  let done = 0;
  // What several find at once is said once.
  const noted = new Set<string>();
  const note = (line: string) => {
    if (!noted.has(line)) bar.note(line);
    noted.add(line);
  };
  const worker = async () => {
    for (
      let next = await batches.next();
      !next.done && !stopped && !told.aborted;
      next = await batches.next()
    ) {
      const batch = next.value;
      try {
        const lines = await sendFiles(client, batch, note);
        noted.clear();
        await journal.append(lines);
        for (const line of lines) tally.add(line);
        done += batch.length;
        bar.update(done, tally.refused > 0 ? `${tally.refused} refused` : "");
      } catch (error) {
        stopped ??= error as Error;
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return stopped ?? (told.aborted ? new ImportStopped("You ended it.") : null);
}

async function run(args: readonly string[], { say, complain }: CommandContext): Promise<number> {
  if (args.includes("--help")) {
    say(help);
    return 0;
  }
  const order = orderOf(args);
  await fs.access(order.folder).catch(() => {
    throw new UsageError(`There is no ${order.folder}.`);
  });
  const journal = await openJournal(order.journal);
  const tally = new Tally();
  const refuse = (file: string, reason: string) =>
    tally.add({ file, size: 0, modified: 0, outcome: "refused", reason });
  const files: FoundFile[] = [];
  for await (const file of filesBelow(order.folder, refuse)) {
    if (path.resolve(file.path) === path.resolve(order.journal)) continue;
    const line = journal.done(file);
    if (line && !(order.again && line.outcome === "refused")) {
      tally.earlier += 1;
      if (line.outcome === "refused") tally.earlierRefused += 1;
    } else files.push(file);
  }
  const bar = progressBar(process.stderr, files.length);
  const told = new AbortController();
  process.once("SIGINT", () => told.abort());
  const stopped = await sendAll(order, files, journal, tally, bar, told.signal).finally(() =>
    journal.close(),
  );
  bar.end();
  tally.say(say, order.journal);
  if (stopped && !(stopped instanceof ImportStopped)) throw stopped;
  if (stopped) complain(`The import stopped: ${stopped.message} Start it again to go on.`);
  return stopped || tally.refused + tally.earlierRefused > 0 ? 1 : 0;
}

export const importCommand: Command = {
  summary: "bring a folder of DICOM files into a running server; goes on where it broke off",
  run,
};

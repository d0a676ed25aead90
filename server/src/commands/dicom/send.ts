import fs from "node:fs/promises";
import { sopClass, TransferSyntaxes } from "@isocenter/dicom";
import { type ClientAssociation, DimseError, openAssociation, Status, StatusError } from "@isocenter/dimse";
import { progressBar } from "../../operations/progress-bar.ts";
import type { CommandContext } from "../command.ts";
import { type FoundFile, filesBelow } from "../walk.ts";
import { type DicomFile, dataSetOfFile, inspect, type Scratch } from "./file.ts";
import { type Connection, interruption, problemOf, readArguments, wrongly } from "./options.ts";

/** Presentation contexts of an association (PS3.8 §9.3.2.2). */
const maxContexts = 128;
/** Files that are ready at a time: one is answered, one is read, one waits. */
const inFlight = 3;

/** What became of the files. */
interface Outcome {
  sent: number;
  warned: number;
  refused: number;
}

/** C-STORE of files, pipelined on one association for as long as its contexts serve. */
export async function send(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, connection, rest, verbose } = readArguments(args, { halt: { type: "boolean" } });
  if (rest.length === 0) throw wrongly("Say what to send: files or folders.");
  const outcome: Outcome = { sent: 0, warned: 0, refused: 0 };
  const refuse = (name: string, reason: string) => {
    outcome.refused += 1;
    context.complain(`${name}: ${reason}`);
  };
  const files = await found(rest, refuse);
  const signal = interruption();
  const bar = progressBar(process.stderr, files.length);
  const begun = performance.now();
  let bytes = 0;
  let ended: string | null = null;
  const stop = () => signal.aborted || (values.halt === true && outcome.refused > 0);
  try {
    for await (const group of groups(files, refuse, stop)) {
      await sendGroup(connection, group, stop, (file, problem, warning) => {
        if (problem !== null) refuse(file.path, problem);
        else {
          outcome.sent += 1;
          bytes += file.size;
          if (warning !== null) {
            outcome.warned += 1;
            context.complain(`${file.path}: taken with ${warning}`);
          } else if (verbose) context.say(file.path);
        }
        bar.update(outcome.sent + outcome.refused, outcome.refused > 0 ? `${outcome.refused} refused` : "");
      });
      if (stop()) break;
    }
  } catch (error) {
    ended = problemOf(error);
    if (ended === null) throw error;
  } finally {
    bar.end();
  }
  if (ended !== null) context.complain(ended);
  const seconds = (performance.now() - begun) / 1000;
  const rate = `${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s`;
  const left = files.length - outcome.sent - outcome.refused;
  const parts = [`${outcome.sent} sent (${rate})`];
  if (outcome.warned > 0) parts.push(`${outcome.warned} of them with a warning`);
  if (outcome.refused > 0) parts.push(`${outcome.refused} not sent`);
  if (left > 0) parts.push(`${left} not tried`);
  context.complain(`${parts.join(", ")}.`);
  return outcome.sent === files.length && outcome.refused === 0 ? 0 : 1;
}

async function found(
  places: readonly string[],
  refuse: (name: string, reason: string) => void,
): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  for (const place of places) {
    await fs.access(place).catch(() => {
      throw wrongly(`There is no ${place}.`);
    });
    for await (const file of filesBelow(place, refuse)) files.push(file);
  }
  if (files.length === 0) throw wrongly("There are no files.");
  return files;
}

const kindOf = ({ sopClassUid, transferSyntax }: DicomFile): string => `${sopClassUid} ${transferSyntax}`;

/** At most so many files are looked at before they are sent. */
const groupSize = 2000;

const lookedAtOnce = 16;

/** What each file is, in their order; a few are looked at together. */
async function* inspected(
  files: readonly FoundFile[],
  stop: () => boolean,
): AsyncGenerator<[name: string, file: DicomFile | string]> {
  for (let from = 0; from < files.length && !stop(); from += lookedAtOnce) {
    const some = files.slice(from, from + lookedAtOnce);
    const looked = await Promise.all(some.map(({ path, size }) => inspect(path, size)));
    for (const [index, { name }] of some.entries()) yield [name, looked[index]!];
  }
}

/** Files in their order, in groups whose kinds fit on one association. */
async function* groups(
  files: readonly FoundFile[],
  refuse: (name: string, reason: string) => void,
  stop: () => boolean,
): AsyncGenerator<DicomFile[]> {
  let group: DicomFile[] = [];
  const kinds = new Set<string>();
  for await (const [name, file] of inspected(files, stop)) {
    if (typeof file === "string") {
      refuse(name, file);
      continue;
    }
    if (group.length === groupSize || (!kinds.has(kindOf(file)) && kinds.size === maxContexts)) {
      yield group;
      group = [];
      kinds.clear();
    }
    group.push(file);
    kinds.add(kindOf(file));
  }
  if (group.length > 0) yield group;
}

/** @param report null twice: taken */
async function sendGroup(
  connection: Connection,
  files: readonly DicomFile[],
  stop: () => boolean,
  report: (file: DicomFile, problem: string | null, warning: string | null) => void,
): Promise<void> {
  const kinds = new Map(files.map((file) => [kindOf(file), file]));
  const association = await openAssociation({
    ...connection,
    // A context for each syntax, so that the peer says of each whether it takes it.
    contexts: [...kinds.values()].map(({ sopClassUid, transferSyntax }) => ({
      abstractSyntax: sopClassUid,
      transferSyntaxes: [transferSyntax],
    })),
  });
  let at = 0;
  let lost: unknown = null;
  async function lane(): Promise<void> {
    const scratch: Scratch = { buffer: Buffer.alloc(0) };
    while (at < files.length && lost === null && !stop()) {
      const file = files[at]!;
      at += 1;
      try {
        report(file, null, await sendOne(association, file, scratch));
      } catch (error) {
        if (error instanceof DimseError && error.code !== "context-not-accepted") lost ??= error;
        else if (error instanceof DimseError) report(file, `The peer does not take ${nameOf(file)}.`, null);
        else if (error instanceof StatusError) report(file, `The peer answered with ${error.message}.`, null);
        else report(file, `It cannot be read (${(error as NodeJS.ErrnoException).code ?? "?"}).`, null);
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane));
  await association.release().catch(() => {});
  if (lost !== null) throw lost;
}

/** @returns what a warning says, or null */
async function sendOne(
  association: ClientAssociation,
  file: DicomFile,
  scratch: Scratch,
): Promise<string | null> {
  const { sopClassUid, sopInstanceUid, transferSyntax, size, dataSetOffset } = file;
  const { status, errorComment } = await association.store({
    sopClassUid,
    sopInstanceUid,
    transferSyntax,
    size: size - dataSetOffset,
    chunks: () => dataSetOfFile(file, scratch),
  });
  if (status === Status.Success) return null;
  return `${status.toString(16).toUpperCase().padStart(4, "0")}H${errorComment ? ` ${errorComment}` : ""}`;
}

function nameOf({ sopClassUid, transferSyntax }: DicomFile): string {
  const syntax = Object.entries(TransferSyntaxes).find(([, uid]) => uid === transferSyntax)?.[0];
  return `${sopClass(sopClassUid)?.name ?? sopClassUid} in ${syntax ?? transferSyntax}`;
}

import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import {
  createDeidentifier,
  type Deidentifier,
  DicomError,
  deidentificationOptions,
  type Pseudonym,
  type Region,
  readDeidentification,
  Tags,
  text,
} from "@isocenter/dicom";
import { progressBar } from "../operations/progress-bar.ts";
import { makeFolder, processEnvironment } from "../platform/index.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { withNativePixels } from "./native-pixels.ts";
import { type FoundFile, filesBelow } from "./walk.ts";

const help = `isocenter deidentify IN OUT [options]

Takes what identifies out of DICOM files (PS3.15 E, Basic Profile). IN is a file or a folder; OUT is a folder that
is made, in which the files get names of their own. No server is needed, and IN is only read.

  --options LIST       options of the profile after commas:
                       ${deidentificationOptions.slice(0, 4).join(", ")},
                       ${deidentificationOptions.slice(4, 7).join(", ")},
                       ${deidentificationOptions.slice(7).join(", ")}
  --secret-file FILE   the secret of the set, at least 16 characters: the same secret gives the same pseudonyms, UIDs and
                       dates another time (or ISOCENTER_DEIDENTIFY_SECRET). Left out: made for this run and thrown away
  --patients FILE      names of your own: lines of PatientID, new PatientID, new PatientName, parted by tabs
  --black-box X,Y,W,H  a rectangle to blacken in every frame, for clean-pixel-data; may be given several times.
                       Compressed pixels are decoded for it, and stay so
  --report FILE        what became of each file, as lines of JSON

Ends with 0 when every DICOM file was written, 1 when some were not, 2 when used wrongly.
See docs/deidentification.md for what each option does and what no program can do.`;

interface Order {
  /** Names given so far: two files of one UID do not overwrite each other. */
  taken: Set<string>;
  input: string;
  output: string;
  deidentifier: Deidentifier;
  /** Rectangles of the pixels are to be changed. */
  blackens: boolean;
  report: string | undefined;
}

async function orderOf(args: readonly string[]): Promise<Order> {
  const { values, positionals } = parsed(args);
  const [input, output, ...more] = positionals;
  if (input === undefined || output === undefined || more.length > 0) throw new UsageError(help);
  await fs.access(input).catch(() => {
    throw new UsageError(`There is no ${input}.`);
  });
  if (path.resolve(output).startsWith(`${path.resolve(input)}${path.sep}`))
    throw new UsageError("OUT stands within IN: it would be taken in again.");
  const patients = values.patients ? await readPatients(values.patients) : null;
  const regions = (values["black-box"] ?? []).map(regionOf);
  try {
    const options = readDeidentification(`basic,${values.options ?? ""}`);
    const deidentifier = createDeidentifier({
      options,
      secret: await secretOf(values["secret-file"]),
      ...(patients === null ? {} : { patient: ({ id }) => patients.get(id) }),
      regions,
    });
    if (regions.length > 0 && !options.includes("clean-pixel-data"))
      throw new UsageError("--black-box is for the option clean-pixel-data.");
    return {
      taken: new Set(),
      blackens: regions.length > 0,
      input,
      output,
      deidentifier,
      report: values.report,
    };
  } catch (error) {
    if (error instanceof DicomError || error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        options: { type: "string" },
        "secret-file": { type: "string" },
        patients: { type: "string" },
        "black-box": { type: "string", multiple: true },
        report: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${help}`);
  }
}

async function secretOf(file: string | undefined): Promise<Uint8Array> {
  const given = file ? await fs.readFile(file, "utf8") : processEnvironment().ISOCENTER_DEIDENTIFY_SECRET;
  return given === undefined ? randomBytes(32) : Buffer.from(given.trim(), "utf8");
}

function regionOf(value: string): Region {
  const numbers = value.split(",").map(Number);
  if (numbers.length !== 4 || !numbers.every((number) => Number.isInteger(number) && number >= 0))
    throw new UsageError(`--black-box ${value}: four whole numbers are needed, X,Y,WIDTH,HEIGHT.`);
  const [x, y, width, height] = numbers as [number, number, number, number];
  return { x, y, width, height };
}

async function readPatients(file: string): Promise<Map<string, Pseudonym>> {
  const lines = (await fs.readFile(file, "utf8")).split(/\r?\n/).filter((line) => line.trim() !== "");
  return new Map(
    lines.map((line, i) => {
      const [id, newId, name] = line.split("\t").map((word) => word.trim());
      // What is written has to fit every character set
      if (!id || !newId || !name || !/^[\x20-\x7e]{1,64}$/.test(newId) || !/^[\x20-\x7e]{1,64}$/.test(name))
        throw new UsageError(
          `${file}, line ${i + 1}: PatientID, new PatientID and new PatientName are needed, parted by tabs, the new ones in ASCII.`,
        );
      return [id, { id: newId, name }] as const;
    }),
  );
}

type Outcome =
  | { file: string; outcome: "written"; to: string; warnings: string[] }
  | { file: string; outcome: "refused"; reason: string };

/** One file; what cannot be read or cleaned is an outcome, a full disk is an error. */
async function one({ deidentifier, output, taken, blackens }: Order, file: FoundFile): Promise<Outcome> {
  try {
    // Compressed pixels are decoded only where they are to be changed
    const native = blackens ? await withNativePixels(file.path) : null;
    const object = await deidentifier.object(() =>
      native
        ? Readable.from([native], { objectMode: true })
        : createReadStream(file.path, { highWaterMark: 1 << 18 }),
    );
    const name = (tag: number) => text(object.dataSet, tag)?.replace(/[^0-9.]/g, "") || "unknown";
    const folder = path.join(name(Tags.StudyInstanceUID), name(Tags.SeriesInstanceUID));
    let to = path.join(folder, `${name(Tags.SOPInstanceUID)}.dcm`);
    for (let copy = 2; taken.has(to); copy += 1)
      to = path.join(folder, `${name(Tags.SOPInstanceUID)}-${copy}.dcm`);
    taken.add(to);
    const target = path.join(output, to);
    await fs.mkdir(path.dirname(target), { recursive: true });
    await pipeline(Readable.from(object.bytes(), { objectMode: false }), createWriteStream(`${target}.part`));
    await fs.rename(`${target}.part`, target);
    return {
      file: file.name,
      outcome: "written",
      to: to.split(path.sep).join("/"),
      warnings: object.warnings.map((warning) => warning.text),
    };
  } catch (error) {
    if (error instanceof DicomError) return { file: file.name, outcome: "refused", reason: error.message };
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "ENOENT")
      return { file: file.name, outcome: "refused", reason: `The file cannot be read (${code}).` };
    throw error;
  }
}

async function run(args: readonly string[], { say }: CommandContext): Promise<number> {
  if (args.includes("--help")) {
    say(help);
    return 0;
  }
  const order = await orderOf(args);
  const files: FoundFile[] = [];
  const outcomes: Outcome[] = [];
  const refuse = (file: string, reason: string) => outcomes.push({ file, outcome: "refused", reason });
  for await (const file of filesBelow(order.input, refuse)) files.push(file);
  makeFolder(order.output, 0o777);
  const bar = progressBar(process.stderr, files.length);
  for (const [i, file] of files.entries()) {
    outcomes.push(await one(order, file));
    bar.update(i + 1, "");
  }
  bar.end();
  if (order.report)
    await fs.writeFile(order.report, outcomes.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return summary(outcomes, say);
}

function summary(outcomes: readonly Outcome[], say: (text: string) => void): number {
  const written = outcomes.filter((outcome) => outcome.outcome === "written");
  const refused = outcomes.filter((outcome) => outcome.outcome === "refused");
  say(`${written.length} files were de-identified, ${refused.length} were not.`);
  const warnings = new Map<string, number>();
  for (const outcome of written)
    for (const warning of outcome.warnings) warnings.set(warning, (warnings.get(warning) ?? 0) + 1);
  for (const [warning, count] of warnings) say(`  To be looked at, ${count} files: ${warning}`);
  for (const { file, reason } of refused.slice(0, 20)) say(`  ${file}: ${reason}`);
  if (refused.length > 20) say(`  and ${refused.length - 20} more; --report names them all`);
  return refused.length === 0 ? 0 : 1;
}

export const deidentify: Command = {
  summary: "take what identifies out of DICOM files; needs no server",
  run,
};

import { createWriteStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  createStreamParser,
  type DataSet,
  DicomError,
  fileMeta,
  isTolerableUid,
  Tags,
  TransferSyntaxes,
  text,
} from "@isocenter/dicom";
import {
  type ClientAssociation,
  openAssociation,
  Status,
  StatusError,
  type StoreContext,
} from "@isocenter/dimse";
import { progressBar } from "../../operations/progress-bar.ts";
import { makeFolder } from "../../platform/index.ts";
import {
  getContexts,
  getRoles,
  type RetrieveProgress,
  type RetrieveQuestion,
  retrieveFrom,
  retrieveModelOf,
} from "../../protocols/dimse/index.ts";
import type { CommandContext } from "../command.ts";
import { interruption, problemOf, readArguments, wrongly } from "./options.ts";

const what = {
  patient: { type: "string" },
  study: { type: "string" },
  series: { type: "string" },
  instance: { type: "string" },
} as const;

function questionOf(values: Partial<Record<keyof typeof what, string | undefined>>): RetrieveQuestion {
  const uids = (name: "study" | "series" | "instance") => {
    const list = values[name]?.split(/[,\\]/);
    const wrong = list?.find((uid) => !isTolerableUid(uid));
    if (wrong !== undefined) throw wrongly(`--${name}: ${wrong} is no UID.`);
    return list;
  };
  const [study, series, instance] = [uids("study"), uids("series"), uids("instance")];
  if (!study && (series || instance)) throw wrongly("--series and --instance want --study as well.");
  if (instance && !series) throw wrongly("--instance wants --series as well.");
  if (!study && values.patient === undefined) throw wrongly("Say what: --patient ID or --study UID.");
  return {
    ...(values.patient === undefined ? {} : { patientId: values.patient }),
    ...(study ? { studyInstanceUid: study } : {}),
    ...(series ? { seriesInstanceUid: series } : {}),
    ...(instance ? { sopInstanceUid: instance } : {}),
  };
}

const transferSyntaxes = [TransferSyntaxes.ExplicitVRLittleEndian, TransferSyntaxes.ImplicitVRLittleEndian];

/** Follows the responses to the end. @returns the exit code */
async function follow(
  association: ClientAssociation,
  responses: AsyncGenerator<RetrieveProgress, void, undefined>,
  { complain }: CommandContext,
  verb: string,
): Promise<number> {
  let last: RetrieveProgress | undefined;
  let bar: ReturnType<typeof progressBar> | undefined;
  try {
    for await (const progress of responses) {
      last = progress;
      const done = progress.completed + progress.failed + progress.warning;
      if (progress.remaining !== null) bar ??= progressBar(process.stderr, done + progress.remaining);
      bar?.update(done, progress.failed > 0 ? `${progress.failed} failed` : "");
    }
  } finally {
    bar?.end();
    await association.release().catch(() => {});
  }
  const { completed = 0, failed = 0, warning = 0, status = 0 } = last ?? {};
  const parts = [`${completed + warning} ${verb}`];
  if (warning > 0) parts.push(`${warning} of them with a warning`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (status === Status.Cancel) parts.push("cancelled");
  complain(`${parts.join(", ")}.`);
  return failed > 0 || status === Status.Cancel ? 1 : 0;
}

async function sayingProblems(context: CommandContext, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const problem = problemOf(error);
    if (problem === null) throw error;
    context.complain(problem);
    return 1;
  }
}

/** C-MOVE. */
export async function move(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, connection, rest } = readArguments(args, { ...what, to: { type: "string" } });
  if (rest.length > 0) throw wrongly(`What is ${rest[0]}?`);
  const question = questionOf(values);
  const destination = values.to;
  if (destination === undefined) throw wrongly("Say where to: --to AE.");
  return sayingProblems(context, async () => {
    const abstractSyntax = retrieveModelOf("move", question);
    const association = await openAssociation({
      ...connection,
      contexts: [{ abstractSyntax, transferSyntaxes }],
    });
    const responses = retrieveFrom(association, question, { destination }, interruption());
    return follow(association, responses, context, `sent to ${destination}`);
  });
}

/** C-GET into a folder. */
export async function get(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, connection, rest, verbose } = readArguments(args, { ...what, out: { type: "string" } });
  if (rest.length > 0) throw wrongly(`What is ${rest[0]}?`);
  const question = questionOf(values);
  const folder = values.out;
  if (folder === undefined) throw wrongly("Say where to: --out FOLDER.");
  makeFolder(folder, 0o777);
  return sayingProblems(context, async () => {
    const association = await openAssociation({
      ...connection,
      contexts: [{ abstractSyntax: retrieveModelOf("get", question), transferSyntaxes }, ...getContexts],
      roles: getRoles,
    });
    const store = async (received: StoreContext<undefined>, chunks: AsyncIterable<Uint8Array>) => {
      const file = await keep(folder, received, chunks);
      if (verbose) context.say(file);
      return { status: Status.Success };
    };
    const responses = retrieveFrom(association, question, { store }, interruption());
    return follow(association, responses, context, "fetched");
  });
}

/** Writes one object as a file: complete under its name, or not at all. @returns the file */
async function keep(
  folder: string,
  { command, presentationContext }: StoreContext<undefined>,
  chunks: AsyncIterable<Uint8Array>,
): Promise<string> {
  const { affectedSopInstanceUid: sopInstanceUID, affectedSopClassUid: sopClassUID } = command;
  const transferSyntaxUID = presentationContext.transferSyntax;
  const parser = createStreamParser({ transferSyntaxUID });
  const partial = path.join(folder, `.${sopInstanceUID}.part`);
  async function* bytes() {
    yield fileMeta({ sopClassUID, sopInstanceUID, transferSyntaxUID });
    for await (const chunk of chunks) {
      parser.push(chunk);
      yield chunk;
    }
  }
  try {
    await pipeline(Readable.from(bytes(), { objectMode: false }), createWriteStream(partial));
    const place = path.join(folder, ...placeOf(parser.end().dataSet));
    const file = path.join(place, `${sopInstanceUID}.dcm`);
    await fs.mkdir(place, { recursive: true });
    await fs.rename(partial, file);
    return file;
  } catch (error) {
    await fs.rm(partial, { force: true });
    if (error instanceof DicomError) throw new StatusError(Status.StoreCannotUnderstand, error.message);
    if ((error as NodeJS.ErrnoException).code === "ENOSPC")
      throw new StatusError(Status.StoreOutOfResources, "no space left");
    throw error;
  }
}

/** Study and series UID as the object has them: UIDs alone become names of folders. */
function placeOf(set: DataSet): string[] {
  const uids = [Tags.StudyInstanceUID, Tags.SeriesInstanceUID].map((tag) => text(set, tag) ?? "");
  return uids.every((uid) => isTolerableUid(uid)) ? uids : [];
}

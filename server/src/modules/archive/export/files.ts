import { Readable } from "node:stream";
import {
  createStreamParser,
  type DataSet,
  type DeidentificationWarning,
  type Deidentifier,
  DicomError,
  Tags,
  text,
  transferSyntax,
} from "@isocenter/dicom";
import type { ZipEntry } from "../../../platform/index.ts";
import type { StoredInstance } from "../stored-instance.ts";
import type { Archive } from "../types.ts";

/** One instance as it leaves. */
export interface ExportedFile {
  /** Its attributes: long values are `deferred`. */
  dataSet: DataSet;
  transferSyntaxUID: string;
  warnings: readonly DeidentificationWarning[];
  body: ZipEntry["body"];
  size: number | null;
  compressed: boolean;
  modified: Date;
}

export type ExportSource = Pick<Archive, "openObject" | "readObject" | "readAttributes">;

export type FileOutcome =
  | { kind: "file"; file: ExportedFile }
  /** Its pixels cannot be cleaned as asked, or it cannot be read. */
  | { kind: "refused"; reason: string };

/** Objects up to this size are read whole. */
const smallBytes = 8 * 1024 * 1024;

/** The instance as it is archived, or without identity. */
export async function exportedFile(
  archive: ExportSource,
  instance: StoredInstance,
  deidentifier: Deidentifier | null,
): Promise<FileOutcome> {
  try {
    const file = deidentifier
      ? await deidentified(archive, instance, deidentifier)
      : await asArchived(archive, instance);
    return { kind: "file", file };
  } catch (error) {
    if (error instanceof DicomError) return { kind: "refused", reason: error.message };
    throw error;
  }
}

async function asArchived(archive: ExportSource, instance: StoredInstance): Promise<ExportedFile> {
  const small = instance.size <= smallBytes ? await archive.readObject(instance) : null;
  return {
    dataSet: small ? attributesOf(small) : await archive.readAttributes(instance),
    transferSyntaxUID: instance.transferSyntaxUID,
    warnings: [],
    body: small ?? opened(archive, instance),
    size: instance.size,
    compressed: isCompressed(instance.transferSyntaxUID),
    modified: instance.createdAt,
  };
}

function attributesOf(bytes: Uint8Array): DataSet {
  const parser = createStreamParser();
  parser.push(bytes);
  return parser.end().dataSet;
}

/** Opened when its turn comes: an archive that ends early leaves nothing open. */
async function* opened(archive: ExportSource, instance: StoredInstance): AsyncGenerator<Uint8Array> {
  yield* await archive.openObject(instance);
}

async function deidentified(
  archive: ExportSource,
  instance: StoredInstance,
  deidentifier: Deidentifier,
): Promise<ExportedFile> {
  const object = await deidentifier.object(async () =>
    instance.size <= smallBytes
      ? Readable.from([await archive.readObject(instance)], { objectMode: true })
      : archive.openObject(instance),
  );
  return {
    dataSet: object.dataSet,
    transferSyntaxUID: object.transferSyntaxUID,
    warnings: object.warnings,
    body: instance.size <= smallBytes ? await whole(object.bytes()) : object.bytes(),
    size: null,
    compressed: isCompressed(object.transferSyntaxUID),
    modified: instance.createdAt,
  };
}

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const isCompressed = (uid: string): boolean => {
  const syntax = transferSyntax(uid);
  return syntax !== undefined && (syntax.encapsulated || syntax.deflated);
};

/** Modality as part of a file name. */
export const modalityWord = (dataSet: DataSet): string =>
  (text(dataSet, Tags.Modality) ?? "")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "")
    .slice(0, 8) || "OT";

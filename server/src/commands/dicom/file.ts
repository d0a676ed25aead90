import { createReadStream } from "node:fs";
import fs from "node:fs/promises";
import {
  DicomError,
  isTolerableUid,
  isUid,
  readDataSet,
  readPart10,
  Tags,
  TransferSyntaxes,
  text,
} from "@isocenter/dicom";

/** A DICOM file as it is sent: what it is, and where its data set begins. */
export interface DicomFile {
  path: string;
  size: number;
  sopClassUid: string;
  sopInstanceUid: string;
  transferSyntax: string;
  dataSetOffset: number;
}

/** File meta information is short; one that is longer is not worth reading twice. */
const headBytes = 16 * 1024;
/** Files without a regular head are read as a whole, up to this size. */
const maxWholeBytes = 256 * 1024 * 1024;
/** Smaller ones are read at once when they are sent. */
const smallBytes = 4 * 1024 * 1024;
const metaStart = 132;

/** @returns the file, or why it is none that can be sent */
export async function inspect(path: string, size: number): Promise<DicomFile | string> {
  const handle = await fs.open(path).catch((error: NodeJS.ErrnoException) => error);
  if (handle instanceof Error) return `It cannot be read (${handle.code}).`;
  try {
    const head = Buffer.alloc(Math.min(headBytes, size));
    await handle.read(head, 0, head.length, 0);
    return checked({ path, size, ...(fromMeta(head) ?? (await fromWhole(path, size))) });
  } catch (error) {
    if (error instanceof DicomError) return "It is no DICOM file.";
    throw error;
  } finally {
    await handle.close();
  }
}

function checked(file: DicomFile): DicomFile | string {
  if (!isTolerableUid(file.sopClassUid) || !isTolerableUid(file.sopInstanceUid))
    return "It does not say which SOP instance it is.";
  return isUid(file.transferSyntax) ? file : "It does not say its transfer syntax.";
}

type Head = Omit<DicomFile, "path" | "size">;

/** From the file meta information alone (PS3.10 7.1); null where it is not regular. */
function fromMeta(head: Buffer): Head | null {
  if (head.length < metaStart + 12 || head.toString("latin1", 128, metaStart) !== "DICM") return null;
  // (0002,0000) UL 4
  if (head.readUInt32LE(metaStart) !== 0x00000002 || head.toString("latin1", 136, 138) !== "UL") return null;
  const dataSetOffset = metaStart + 12 + head.readUInt32LE(140);
  if (dataSetOffset > head.length) return null;
  const meta = readDataSet(head.subarray(metaStart, dataSetOffset), TransferSyntaxes.ExplicitVRLittleEndian);
  const value = (tag: number) => text(meta, tag) ?? "";
  const found = {
    sopClassUid: value(Tags.MediaStorageSOPClassUID),
    sopInstanceUid: value(Tags.MediaStorageSOPInstanceUID),
    transferSyntax: value(Tags.TransferSyntaxUID),
    dataSetOffset,
  };
  return Object.values(found).includes("") ? null : found;
}

async function fromWhole(path: string, size: number): Promise<Head> {
  if (size > maxWholeBytes) throw new DicomError("not-dicom", "no file meta information");
  const parsed = readPart10(await fs.readFile(path));
  return {
    sopClassUid: text(parsed.dataSet, Tags.SOPClassUID) ?? "",
    sopInstanceUid: text(parsed.dataSet, Tags.SOPInstanceUID) ?? "",
    transferSyntax: parsed.transferSyntaxUID,
    dataSetOffset: parsed.dataSetOffset,
  };
}

/** Room for one file at a time, used again for the next one: memory that comes and goes costs more than sending. */
export interface Scratch {
  buffer: Buffer;
}

/** The data set without file meta information. @param scratch holds it until the next call, where the file is small */
export async function dataSetOfFile(
  { path, size, dataSetOffset }: DicomFile,
  scratch: Scratch,
): Promise<AsyncIterable<Uint8Array>> {
  if (size > smallBytes) return createReadStream(path, { start: dataSetOffset, highWaterMark: 1 << 18 });
  if (scratch.buffer.length < size) scratch.buffer = Buffer.allocUnsafeSlow(size);
  const handle = await fs.open(path);
  try {
    const { bytesRead } = await handle.read(scratch.buffer, 0, size - dataSetOffset, dataSetOffset);
    const bytes = scratch.buffer.subarray(0, bytesRead);
    return (async function* () {
      yield bytes;
    })();
  } finally {
    await handle.close();
  }
}

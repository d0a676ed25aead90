import { latin1 } from "../latin1.ts";
import type { DataSet } from "../model.ts";
import { implementationClassUid, implementationVersionName, isTolerableUid } from "../uids.ts";
import { text } from "../values.ts";
import { dataSetOf } from "./build.ts";
import { ByteWriter } from "./byte-writer.ts";
import { writeDataSet } from "./write.ts";

export interface FileMeta {
  sopClassUID: string;
  sopInstanceUID: string;
  transferSyntaxUID: string;
  /** AE title that the object came from (PS3.10 7.1). */
  sourceApplicationEntityTitle?: string;
}

const explicitLittle = "1.2.840.10008.1.2.1";

/** What stands before the data sets of objects of one kind and sender, and where the instance's UID is in it. */
interface Template {
  bytes: Uint8Array;
  at: number;
}

const templates = new Map<string, Template>();
const mostTemplates = 100;

/** Preamble, "DICM" and file meta information (PS3.10 7.1): what stands before the data set in a file. */
export function fileMeta(options: FileMeta): Uint8Array {
  const { sopClassUID, sopInstanceUID, transferSyntaxUID, sourceApplicationEntityTitle = "" } = options;
  if (!isTolerableUid(sopInstanceUID)) return writeFileMeta(options);
  const { length } = sopInstanceUID;
  const key = JSON.stringify([sopClassUID, transferSyntaxUID, length, sourceApplicationEntityTitle]);
  const known = templates.get(key);
  if (known) {
    const bytes = known.bytes.slice();
    for (let n = 0; n < length; n++) bytes[known.at + n] = sopInstanceUID.charCodeAt(n);
    return bytes;
  }
  const bytes = writeFileMeta(options);
  if (templates.size >= mostTemplates) templates.clear();
  // (0002,0000), (0002,0001) and (0002,0002) come before, then the header of (0002,0003).
  const at = 144 + 14 + 8 + sopClassUID.length + (sopClassUID.length % 2) + 8;
  if (latin1(bytes, at, at + length) === sopInstanceUID) templates.set(key, { bytes: bytes.slice(), at });
  return bytes;
}

function writeFileMeta(options: FileMeta): Uint8Array {
  const elements = writeDataSet(
    dataSetOf({
      FileMetaInformationVersion: new Uint8Array([0, 1]),
      MediaStorageSOPClassUID: options.sopClassUID,
      MediaStorageSOPInstanceUID: options.sopInstanceUID,
      TransferSyntaxUID: options.transferSyntaxUID,
      ImplementationClassUID: implementationClassUid,
      ImplementationVersionName: implementationVersionName,
      SourceApplicationEntityTitle: options.sourceApplicationEntityTitle,
    }),
    explicitLittle,
  );
  const writer = new ByteWriter(true, 144 + elements.length);
  writer.put(new Uint8Array(128));
  writer.put(new Uint8Array([0x44, 0x49, 0x43, 0x4d]));
  // (0002,0000) UL 4
  writer.put(new Uint8Array([0x02, 0, 0, 0, 0x55, 0x4c, 4, 0]));
  writer.u32(elements.length);
  writer.put(elements);
  return writer.done();
}

/** A DICOM file of a data set; the UIDs come from it. */
export function writePart10(options: {
  dataSet: DataSet;
  transferSyntaxUID: string;
  sourceApplicationEntityTitle?: string;
}): Uint8Array {
  const { dataSet, transferSyntaxUID, sourceApplicationEntityTitle } = options;
  const meta = fileMeta({
    sopClassUID: text(dataSet, 0x00080016) ?? "",
    sopInstanceUID: text(dataSet, 0x00080018) ?? "",
    transferSyntaxUID,
    ...(sourceApplicationEntityTitle === undefined ? {} : { sourceApplicationEntityTitle }),
  });
  const elements = writeDataSet(dataSet, transferSyntaxUID);
  const file = new Uint8Array(meta.length + elements.length);
  file.set(meta);
  file.set(elements, meta.length);
  return file;
}

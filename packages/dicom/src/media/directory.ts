import { dictionaryEntry, type Keyword, Tags } from "../dictionary.ts";
import { DicomError } from "../errors.ts";
import type { DataSet } from "../model.ts";
import { TransferSyntaxes } from "../uids.ts";
import { items, readingVr, text, texts } from "../values.ts";
import { vrFacts } from "../vr.ts";
import { type DataSetValues, dataSetOf } from "../write/build.ts";
import { ByteWriter } from "../write/byte-writer.ts";
import { fileMeta } from "../write/file.ts";
import { writeDataSet } from "../write/write.ts";
import {
  patientKeys,
  type RecordKey,
  recordKeys,
  recordTypeOf,
  seriesKeys,
  studyKeys,
} from "./record-type.ts";
import { recordValue } from "./record-value.ts";

/** An instance that a directory is to list. */
export interface DirectoryEntry {
  readonly dataSet: DataSet;
  readonly transferSyntaxUID: string;
}

/** The directory of a set of files (PS3.10 8.6), made while its files are written. */
export interface DirectoryWriter {
  /** Lists an instance; the components of the path it has to be written to, such as DICOM, PA000001, ST000001, SE000001, IM000001. */
  add(entry: DirectoryEntry): readonly string[];
  /** What it lists, for a page that people read. */
  readonly patients: readonly DirectoryNode[];
  /** DICOMDIR as a Part 10 file. */
  bytes(fileSetInstanceUid: string): Uint8Array;
}

/** A record, and those below it. */
export interface DirectoryNode {
  readonly type: string;
  readonly values: DataSetValues;
  readonly path: readonly string[];
  readonly children: DirectoryNode[];
}

interface Node extends DirectoryNode {
  readonly byKey: Map<string, Node>;
  readonly children: Node[];
}

/** Stand for what a record needs and the instance does not have. */
const invented: Partial<Record<Keyword, DataSetValues[Keyword]>> = {
  PatientID: "UNKNOWN",
  Modality: "OT",
  ContentLabel: "UNLABELLED",
  CompletionFlag: "PARTIAL",
  VerificationFlag: "UNVERIFIED",
  DoseSummationType: "PLAN",
  StructureSetLabel: "UNLABELLED",
  RTPlanLabel: "UNLABELLED",
  MIMETypeOfEncapsulatedDocument: "application/octet-stream",
  ImageType: ["ORIGINAL", "PRIMARY"],
  ConceptNameCodeSequence: [
    { CodeValue: "121144", CodingSchemeDesignator: "DCM", CodeMeaning: "Document Title" },
  ],
};

const maxPerFolder = 999_999;

/** Room for one record: the UIDs and names of an instance are bounded, and so is the directory in memory. */
const maxRecords = 500_000;

const letters = { PATIENT: "PA", STUDY: "ST", SERIES: "SE" } as const;

/** @throws DicomError "too-many" for more than 500,000 records */
export function createDirectory(fileSetId: string): DirectoryWriter {
  const root = node("ROOT", {}, ["DICOM"]);
  let records = 0;

  const child = (
    parent: Node,
    key: string,
    type: string,
    prefix: string,
    values: (n: number) => DataSetValues,
  ): Node => {
    const known = parent.byKey.get(key);
    if (known) return known;
    const number = parent.children.length + 1;
    if (++records > maxRecords || number > maxPerFolder)
      throw new DicomError("too-many", "more instances than one directory may list");
    const made = node(type, values(number), [...parent.path, prefix + String(number).padStart(6, "0")]);
    parent.children.push(made);
    parent.byKey.set(key, made);
    return made;
  };

  return {
    patients: root.children,
    add({ dataSet, transferSyntaxUID }) {
      const of = (tag: number) => text(dataSet, tag) ?? "";
      const level = (keys: readonly RecordKey[]) => (number: number) => valuesOf(dataSet, keys, number);
      const patientKey = `${of(Tags.PatientID) || of(Tags.PatientName)}\0${of(Tags.IssuerOfPatientID)}`;
      const patient = child(root, patientKey, "PATIENT", letters.PATIENT, level(patientKeys));
      const study = child(patient, of(Tags.StudyInstanceUID), "STUDY", letters.STUDY, level(studyKeys));
      const series = child(study, of(Tags.SeriesInstanceUID), "SERIES", letters.SERIES, level(seriesKeys));
      const type = recordTypeOf(of(Tags.SOPClassUID));
      const instance = child(series, of(Tags.SOPInstanceUID), type, "IM", (number) => ({
        ...valuesOf(dataSet, recordKeys[type], number),
        ReferencedFileID: [...series.path, `IM${String(number).padStart(6, "0")}`],
        ReferencedSOPClassUIDInFile: of(Tags.SOPClassUID),
        ReferencedSOPInstanceUIDInFile: of(Tags.SOPInstanceUID),
        ReferencedTransferSyntaxUIDInFile: transferSyntaxUID,
        // Nothing registers it: that it is private is all that is said
        PrivateRecordUID: type === "PRIVATE" ? of(Tags.SOPClassUID) : undefined,
      }));
      return instance.path;
    },
    bytes: (fileSetInstanceUid) => written(root, fileSetId, fileSetInstanceUid),
  };
}

function node(type: string, values: DataSetValues, path: readonly string[]): Node {
  return { type, values, path, children: [], byKey: new Map() };
}

/**
 * The keys of a record with the values of the instance, as far as they are valid: a directory that repeats what is wrong in an instance makes readers
 * refuse the whole medium. What has to be there and is not gets a value that says little.
 */
function valuesOf(set: DataSet, keys: readonly RecordKey[], number: number): DataSetValues {
  const values: Record<string, unknown> = {};
  for (const { keyword, type } of keys) {
    const found = keyword === "VerificationDateTime" ? lastVerified(set) : validOf(set, keyword);
    if (found.length > 0) values[keyword] = found;
    else if (type !== 3) values[keyword] = type === 2 ? null : inventedFor(keyword, number);
  }
  return values as DataSetValues;
}

function validOf(set: DataSet, keyword: Keyword): readonly unknown[] {
  const tag = Tags[keyword];
  const element = set.elements.get(tag);
  if (!element || element.deferred) return [];
  const { vr, vm } = dictionaryEntry(tag)!;
  if (vr === "SQ") {
    if (readingVr(element) !== "SQ") return [];
    const found = keyword === "ContentSequence" ? modifiers(set) : items(set, tag).map(plain);
    // A title without a code, or without words, is none (PS3.3 8.8)
    return keyword === "ConceptNameCodeSequence" ? found.filter(isCoded).slice(0, 1) : found;
  }
  return validTexts(texts(set, tag), keyword, vr, vm);
}

/** Of the most recent verifying observer, which stands first (PS3.3 C.17.2). */
function lastVerified(set: DataSet): readonly unknown[] {
  const [observer] = items(set, Tags.VerifyingObserverSequence);
  const verified = text(set, Tags.VerificationFlag)?.toUpperCase() === "VERIFIED";
  const found = observer ? validOf(observer, "VerificationDateTime") : [];
  // Where it is verified it has to be said (PS3.3 F.5.21): the document's own date is the earliest it can be.
  if (!verified || found.length > 0) return found;
  const day = validOf(set, "ContentDate")[0] ?? "19000101";
  return [`${day}${validOf(set, "ContentTime")[0] ?? ""}`];
}

/** In a VM of more than one each value has its place: one that is not valid takes the others with it. */
function validTexts(
  given: readonly string[],
  keyword: string,
  vr: string,
  vm: string,
): readonly (string | number)[] {
  const all = vm === "1" ? given.slice(0, 1) : given;
  const isNumber = vrFacts(vr).kind === "number";
  const valid = all.map((value) =>
    isNumber
      ? numberOf(value, vr)
      : value.trim() === "" && all.length > 1
        ? ""
        : recordValue(keyword, vr, value),
  );
  const usable = valid.every((value) => value !== null) && valid.some((value) => value !== "");
  return usable ? (valid as (string | number)[]) : [];
}

const mostOf: Readonly<Record<string, number>> = { US: 0xffff, UL: 0xffffffff };

function numberOf(text: string, vr: string): number | null {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) return null;
  const most = mostOf[vr];
  return most === undefined || (Number.isInteger(value) && value >= 0 && value <= most) ? value : null;
}

const isCoded = (item: DataSetValues): boolean => {
  const has = (keyword: Keyword) => {
    const said = (item as Record<string, { value: readonly unknown[] }>)[tagKey(Tags[keyword])];
    return said !== undefined && said.value.length > 0;
  };
  return (
    has("CodeMeaning") &&
    (has("URNCodeValue") || ((has("CodeValue") || has("LongCodeValue")) && has("CodingSchemeDesignator")))
  );
};

const tagKey = (tag: number): string => tag.toString(16).padStart(8, "0");

function inventedFor(keyword: Keyword, number: number): unknown {
  if (keyword.endsWith("Date")) return "19000101";
  if (keyword.endsWith("Time")) return "000000";
  return invented[keyword] ?? number;
}

/** Items of HAS CONCEPT MOD: what makes the title of a document precise (PS3.3 F.5.21). */
const modifiers = (set: DataSet): DataSetValues[] =>
  items(set, Tags.ContentSequence)
    .filter((item) => text(item, Tags.RelationshipType) === "HAS CONCEPT MOD")
    .map(plain);

/** An item as values, so that it is written in the directory's own syntax and character set; without what is not valid, as in the record itself. */
function plain(set: DataSet): DataSetValues {
  const values: Record<string, unknown> = {};
  for (const element of set.elements.values()) {
    if ((element.tag & 0x10000) !== 0 || element.tag === Tags.SpecificCharacterSet) continue;
    const entry = dictionaryEntry(element.tag);
    const vr = readingVr(element);
    const { kind } = vrFacts(vr);
    const key = tagKey(element.tag);
    if (vr === "SQ") values[key] = { vr, value: items(set, element.tag).map(plain) };
    else if ((kind === "text" || kind === "number") && !element.deferred) {
      const given = texts(set, element.tag);
      const value = validTexts(given, entry?.keyword ?? "", vr, entry?.vm ?? "1-n");
      // Type 2 stays empty; what was wrong is as if it were not there.
      if (value.length > 0 || given.length === 0) values[key] = { vr, value };
    }
  }
  return values as DataSetValues;
}

interface Placed {
  readonly node: Node;
  readonly bytes: Uint8Array;
  /** Of its item, from the first byte of the file. */
  offset: number;
}

const itemHeader = 8;
/** From the beginning of an item to the values of its first and third attribute, which say where the next and the lower one are. */
const nextAt = itemHeader + 8;
const lowerAt = itemHeader + 12 + 10 + 8;

function written(root: Node, fileSetId: string, fileSetInstanceUid: string): Uint8Array {
  const placed = new Map<Node, Placed>();
  const visit = (nodes: readonly Node[]) => {
    for (const one of nodes) {
      placed.set(one, { node: one, bytes: recordBytes(one), offset: 0 });
      visit(one.children);
    }
  };
  visit(root.children);
  const meta = fileMeta({
    sopClassUID: "1.2.840.10008.1.3.10",
    sopInstanceUID: fileSetInstanceUid,
    transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian,
  });
  const head = (first: number, last: number) =>
    writeDataSet(
      dataSetOf({
        FileSetID: fileSetId,
        OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity: first,
        OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity: last,
        FileSetConsistencyFlag: 0,
      }),
      TransferSyntaxes.ExplicitVRLittleEndian,
    );
  const sequenceHeader = 12;
  let at = meta.length + head(0, 0).length + sequenceHeader;
  const start = at;
  for (const record of placed.values()) {
    record.offset = at;
    at += record.bytes.length;
  }
  const offsetOf = (one: Node | undefined) => (one ? placed.get(one)!.offset : 0);
  const link = (nodes: readonly Node[]) => {
    nodes.forEach((one, i) => {
      const { bytes } = placed.get(one)!;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      view.setUint32(nextAt, offsetOf(nodes[i + 1]), true);
      view.setUint32(lowerAt, offsetOf(one.children[0]), true);
      link(one.children);
    });
  };
  link(root.children);
  if (at > 0xfffffffe) throw new DicomError("too-long", "the directory is too long");
  const writer = new ByteWriter(true, at);
  writer.put(meta);
  writer.put(head(offsetOf(root.children[0]), offsetOf(root.children.at(-1))));
  // (0004,1220) SQ
  writer.put(new Uint8Array([0x04, 0x00, 0x20, 0x12, 0x53, 0x51, 0, 0]));
  writer.u32(at - start);
  for (const { bytes } of placed.values()) writer.put(bytes);
  return writer.done();
}

/** A directory record as an item, with its offsets still nought. */
function recordBytes({ type, values }: Node): Uint8Array {
  const body = writeDataSet(
    dataSetOf({
      OffsetOfTheNextDirectoryRecord: 0,
      RecordInUseFlag: 0xffff,
      OffsetOfReferencedLowerLevelDirectoryEntity: 0,
      DirectoryRecordType: type,
      ...values,
    }),
    TransferSyntaxes.ExplicitVRLittleEndian,
  );
  const writer = new ByteWriter(true, body.length + itemHeader);
  writer.u16(0xfffe);
  writer.u16(0xe000);
  writer.u32(body.length);
  writer.put(body);
  return writer.done().slice();
}

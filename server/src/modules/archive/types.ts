import type { Readable } from "node:stream";
import type { Image, ImageFormat, Series, Study, StudyListQuery } from "@isocenter/contract";
import type { DataSet, DicomJson, JsonElement, Tag } from "@isocenter/dicom";
import type { ByteRange, Reader, Viewer } from "../../platform/index.ts";
import type { MergeFollower } from "../patients/index.ts";
import type { RoutedStudy } from "../peers/index.ts";
import type { StoredInstance } from "./stored-instance.ts";

export type { DicomJson, JsonElement as DicomJsonElement, Tag };

/** Which way the image came, for the journal and for the person who asks later. */
export type IngestDoor = "c-store" | "stow-rs" | "upload" | "import" | "system";

/** What the association says of a data set that comes without file meta information (PS3.7 9.1.1). */
export interface BareDataSet {
  transferSyntaxUID: string;
  /** Affected SOP class and instance: the data set must say the same. */
  sopClassUid: string;
  sopInstanceUid: string;
  /** AE title of the sender; written to the file meta information. */
  sourceApplicationEntityTitle?: string;
}

/** One object on its way in. */
export interface IngestSource {
  /** A Part 10 file; or, with `bareDataSet`, the data set alone as DIMSE carries it. Read once, with back-pressure. */
  chunks: AsyncIterable<Uint8Array>;
  bareDataSet?: BareDataSet;
  door: IngestDoor;
  /** Where it belongs; one of the viewer's facilities, the viewer's home facility when left out. */
  facilityId?: string;
  /** The issuer of patient identifiers that is configured for the sender; the facility's when left out. */
  patientIdIssuer?: string;
  /** The study it was sent to: an object of another one is refused (`dicom.study-mismatch`). */
  studyInstanceUid?: string;
  /** The known patient it was uploaded for: used instead of matching by identity. */
  patientId?: string;
  /** The picture that this Secondary Capture was made from; kept, so that its content gives the very bytes uploaded. */
  original?: { format: Exclude<ImageFormat, "DICOM">; bytes: Uint8Array };
  /** Breaks off; nothing is left behind. */
  signal?: AbortSignal;
  /** Told of each chunk whose bytes are not needed any more. */
  release?: (chunk: Uint8Array) => void;
}

/**
 * `stored`: durable, object and row. `already-stored`: the same data set was here. `quarantined`: the UID was here with other data;
 * this object is kept for a person to decide, and is not the archived instance; or the instance was deleted and came again, which waits under reconciliation.
 */
export type IngestOutcome = "stored" | "already-stored" | "quarantined";

export interface IngestAnswer {
  outcome: IngestOutcome;
  /** Of the archived instance that has the UID, also when this object was quarantined. */
  imageId: string;
  studyId: string;
  seriesId: string;
  patientId: string;
  facilityId: string;
  StudyInstanceUID: string;
  SeriesInstanceUID: string;
  SOPInstanceUID: string;
  SOPClassUID: string;
  /** PatientID as the object has it, "" when empty. */
  PatientID: string;
  modality: string;
  /** `YYYY-MM-DD`: acquisition, else content, series, study date. */
  acquisitionDate: string | null;
  /** Of the object that came, in bytes. */
  size: number;
  sha256: string;
  /** Of the entry in quarantine, or of the item of reconciliation of one that came again after it was deleted. */
  quarantineId: string | null;
}

/**
 * Takes one object in; answers when it is durable.
 * @throws Refusal `unprocessable` (`dicom.not-dicom`, `dicom.truncated`, `dicom.invalid-uid`, `dicom.uid-mismatch`, ...), `too-large`
 *   (`upload.too-large`), `out-of-space` (`store.disk-reserve`), `forbidden`, `unavailable` (database or store do not answer); nothing is kept then
 */
export type Ingest = (viewer: Viewer, source: IngestSource) => Promise<IngestAnswer>;

export type QueryLevel = "PATIENT" | "STUDY" | "SERIES" | "INSTANCE";

/** What an attribute is to match (PS3.4 C.2.2.2). Names and text fold case and accents where the standard lets them. */
export type Match =
  /** Matches everything: the attribute is asked for. */
  | { kind: "universal" }
  /** `*` and `?` are wildcards. Case-sensitive for codes and identifiers, as PS3.4 says; folded for LO, SH, ST, LT, UT descriptions. */
  | { kind: "text"; pattern: string }
  /** Person name, by components, without case and accents; `fuzzy`: sounds alike, each word a prefix. */
  | { kind: "name"; pattern: string; fuzzy?: boolean }
  /** `YYYY-MM-DD`; null is open. */
  | { kind: "date"; from: string | null; to: string | null }
  /** `HH:MM:SS[.ffffff]`; null is open. */
  | { kind: "time"; from: string | null; to: string | null }
  /** `YYYY-MM-DDTHH:MM:SS[.ffffff]`, local to the facility; null is open. */
  | { kind: "dateTime"; from: string | null; to: string | null }
  /** Any of these. */
  | { kind: "uids"; values: readonly string[] }
  /** Any of these code strings, each with wildcards. */
  | { kind: "codes"; values: readonly string[] }
  | { kind: "number"; value: number };

export interface AttributeMatch {
  tag: Tag;
  /** The sequence that the attribute stands in, such as RequestAttributesSequence. */
  within?: Tag;
  match: Match;
}

/**
 * A search at one level; keys of higher levels are allowed. Parsed by the protocol from QIDO-RS, C-FIND or the REST lists;
 * a tag that is not in `supportedKeys(level)` is refused (`query.unsupported-key`), so the protocol asks there first.
 */
export interface ArchiveQuery {
  level: QueryLevel;
  matches: readonly AttributeMatch[];
  /** Beside the level's default set and the matched attributes. */
  include: readonly Tag[] | "all";
  /** Study date and time are one point in time (PS3.4 C.2.2.2.5.4) rather than two ranges. */
  combineDateTime?: boolean;
  /** Everything when left out: streamed. */
  limit?: number;
  offset?: number;
  /** The `key` of the last item of the page before: pages that stay in place while images come in. */
  after?: string;
  /** The newest study first when left out; at series and instance level by number. */
  sort?: { tag: Tag; descending?: boolean };
  /** The first page says how many there are in all, where it is full: the same statement counts them. */
  counted?: boolean;
}

export interface Found {
  /** As the archive knows it: identity and descriptions are the current ones. Without RetrieveURL, which is the protocol's. */
  attributes: DicomJson;
  /** For `after`. */
  key: string;
  /** Ours, of whose it is. */
  patientId?: string;
  /** Of a query that is `counted`, on a full first page: as `Count` says. */
  total?: number;
}

/** Totals are counted to 10,000. */
export interface Count {
  total: number;
  totalIsExact: boolean;
}

export interface SupportedKey {
  tag: Tag;
  within?: Tag;
  vr: string;
  level: QueryLevel;
  /** Kinds of matching it takes beside universal; empty: it is only returned. */
  matching: readonly Exclude<Match["kind"], "universal">[];
  /** Returned without being asked for. */
  byDefault: boolean;
}

/** One page of a REST list. `next` is the key for `after`, null on the last page. */
export interface Page<T> {
  data: T[];
  total: number;
  totalIsExact: boolean;
  next: string | null;
}

/** A file set aside until the whole request is known. */
export interface SpooledFile {
  path: string;
  size: number;
  remove(): Promise<void>;
}

export interface InstanceSelection {
  /** Ours, where it is one patient's study that is meant: others may have one of the same UID. */
  patientId?: string;
  StudyInstanceUID: string;
  SeriesInstanceUID?: string;
  SOPInstanceUID?: string;
}

/** Why instances are looked up: what the journal says of it. `none`: nothing of the patient is given away. */
export type AccessPurpose = "retrieve" | "metadata" | "frames" | "rendered" | "export" | "none";

/** The metadata of a series as one compressed DICOM JSON array. */
export interface SeriesMetadata {
  /** Changes with every change of the series; serves as ETag. */
  revision: string;
  /**
   * gzip of a DICOM JSON array (PS3.18 F.2), instances in order of instance number. BulkDataURI is relative to the series:
   * `instances/{SOPInstanceUID}/bulkdata/{tag path}`, always written as `"BulkDataURI":"instances/...`.
   */
  gzipped: Uint8Array;
  numberOfInstances: number;
}

/** What is to be sent, by id or UID. */
export interface SelectionNames {
  studies?: readonly string[];
  series?: readonly string[];
  instances?: readonly string[];
}

/** One thing that was named, as it is found. */
export interface NamedSelection {
  selection: InstanceSelection;
  studyId: string;
  patientId: string;
  facilityId: string;
  /** How many it holds. */
  instances: number;
}

/** One instance that somebody asks us to answer for. */
export interface CommitmentReference {
  SOPClassUID: string;
  SOPInstanceUID: string;
}

export interface Commitment extends CommitmentReference {
  /**
   * `ok`: durable, and the only one of its UID. `unknown`: it is not here. `class-conflict`: it is here as another class. `in-doubt`: the same UID came
   * with other data and waits in quarantine, or it was deleted: whoever sent it should keep it.
   */
  outcome: "ok" | "unknown" | "class-conflict" | "in-doubt";
}

/**
 * The archive's door. Whoever asks sees what the viewer may see: rights and facilities are part of the SQL. Needs the permission `images.read`
 * (ingest: `images.upload`); reads are written to the journal here, once per call.
 */
export interface Archive {
  ingest: Ingest;
  /** Keeps bytes on disk, within the disk reserve, until the request that they belong to is known. @throws Refusal `out-of-space` (`store.disk-reserve`) */
  setAside(chunks: AsyncIterable<Uint8Array>): Promise<SpooledFile>;

  /** One SQL statement; streamed. @throws Refusal `invalid` (`query.unsupported-key`, `query.unsupported-match`, `query.invalid-after`) */
  find(viewer: Viewer, query: ArchiveQuery, reader?: Reader): AsyncIterable<Found>;
  count(viewer: Viewer, query: ArchiveQuery, reader?: Reader): Promise<Count>;

  listStudies(viewer: Viewer, query: StudyListQuery): Promise<Page<Study>>;
  /** @throws Refusal `not-found` (`study.not-found`) */
  getStudy(viewer: Viewer, studyId: string): Promise<Study>;
  /** All studies of the number, oldest first. */
  studiesByAccession(viewer: Viewer, accessionNumber: string): Promise<Study[]>;
  listSeries(viewer: Viewer, studyId: string): Promise<Series[]>;
  listImages(viewer: Viewer, query: ImageQuery): Promise<Page<Image>>;
  /** @throws Refusal `not-found` (`image.not-found`) */
  getImage(viewer: Viewer, imageId: string): Promise<Image>;

  /** By series number, then instance number; empty where nothing is visible. */
  locate(viewer: Viewer, selection: InstanceSelection, purpose: AccessPurpose): Promise<StoredInstance[]>;
  /** The same for studies of any size, a batch at a time. */
  locateEach(
    viewer: Viewer,
    selection: InstanceSelection,
    purpose: AccessPurpose,
  ): AsyncIterable<StoredInstance[]>;
  /** By SOP Instance UID alone, as WADO-URI and the hosted shape name it; one for each facility that has it. */
  locateBySopInstanceUid(
    viewer: Viewer,
    sopInstanceUid: string,
    purpose: AccessPurpose,
  ): Promise<StoredInstance[]>;
  /** By the identifier that Orthanc gives the same object, as the hosted shape names it; one for each facility that has it. */
  locateByOrthancId(
    viewer: Viewer,
    orthancInstanceId: string,
    purpose: AccessPurpose,
  ): Promise<StoredInstance[]>;
  /** @throws Refusal `not-found` (`image.not-found`) */
  locateById(viewer: Viewer, imageId: string, purpose: AccessPurpose): Promise<StoredInstance>;

  /** The current bytes of the instance as a Part 10 file. */
  openObject(instance: StoredInstance, range?: ByteRange): Promise<Readable>;
  /** The same at once, for what is known to be small. @param memory where the store may read it to */
  readObject(instance: StoredInstance, memory?: Buffer): Promise<Uint8Array>;
  /** The current data set alone, without preamble and file meta information, in the syntax it is kept in: what C-STORE sends. */
  openDataSet(instance: StoredInstance): Promise<Readable>;
  /** The picture that was uploaded. */
  openOriginal(instance: StoredInstance): Promise<Readable>;
  /**
   * One frame, numbered from 1, as it is encoded: native frames in the byte order of the transfer syntax, inflated where the data set is deflated, each
   * beginning at a byte of its own also where a pixel is one bit.
   * @param memory where the store may read it to, if it has room there
   * @throws Refusal `not-found` (`frame.not-found`), also where the frames cannot be told apart
   */
  readFrame(instance: StoredInstance, frameNumber: number, memory?: Buffer): Promise<Uint8Array>;
  /** The Part 10 bytes up to the Pixel Data element (all of them where there is none), for `readPart10`. */
  readHeader(instance: StoredInstance): Promise<Uint8Array>;
  /** The attributes up to Pixel Data; where there is none, or they come to more than 32 MiB, all of them, and of a large object the long values are `deferred`. */
  readAttributes(instance: StoredInstance): Promise<DataSet>;

  /** Brings studies to the survivor when patients are merged, and back when that is undone; for the merge routes. */
  followMerge: MergeFollower;

  /** What storage commitment asks, in the order of the references; at most a few thousand at once. */
  commitment(viewer: Viewer, references: readonly CommitmentReference[]): Promise<Commitment[]>;
  /** For sending; each study counts as exported. @throws Refusal `not-found` (`selection.not-found`) */
  selections(viewer: Viewer, names: SelectionNames): Promise<NamedSelection[]>;
  /** What routing rules look at; for the system, which decides for no viewer. */
  routedStudy(
    reader: Reader,
    studyId: string,
  ): Promise<{ facilityId: string; patientId: string; study: RoutedStudy } | null>;

  /** @throws Refusal `not-found` (`series.not-found`) */
  seriesMetadata(
    viewer: Viewer,
    selection: { StudyInstanceUID: string; SeriesInstanceUID: string },
  ): Promise<SeriesMetadata>;
  /** As in `seriesMetadata`, for one. */
  instanceMetadata(instance: StoredInstance): Promise<DicomJson>;
}

/** Filters of the image lists of the REST contract. */
export interface ImageQuery {
  patientId?: string;
  studyId?: string;
  seriesInstanceUid?: string;
  modality?: string;
  format?: ImageFormat;
  createdFrom?: Date;
  createdTo?: Date;
  /** The newest or the oldest first, or (within a study) by series and instance number, upwards or downwards. */
  order: "newest" | "oldest" | "number" | "-number";
  limit: number;
  offset?: number;
  after?: string;
}

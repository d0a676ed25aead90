import type { KeyImage, Measurement } from "@isocenter/contract";

/** What is kept on the server, and the version that a change starts from. */
export interface Kept<T> {
  version: number;
  items: readonly T[];
}

/** Somebody else has changed it since: read it again, and put one's own change upon it. */
export class KeptConflict extends Error {
  constructor() {
    super("version conflict");
    this.name = "KeptConflict";
  }
}

/** A list on the server with one writer at a time. Rejects with an Error whose message a person can read. */
export interface KeptList<T> {
  read(): Promise<Kept<T>>;
  /** @throws KeptConflict where `expectedVersion` is no longer the newest */
  write(items: readonly T[], expectedVersion: number): Promise<Kept<T>>;
}

export interface MeasurementsOfOthers {
  name: string;
  measurements: readonly Measurement[];
}

/** The marks of one study. */
export interface StudyMarks {
  measurements: KeptList<Measurement>;
  others(): Promise<readonly MeasurementsOfOthers[]>;
  /** Puts what is kept into the study as a structured report now, not only when the report is signed. */
  archiveMeasurements(): Promise<void>;
  keyImages: KeptList<KeyImage>;
}

/** Another study of the same patient. */
export interface OtherStudy {
  studyInstanceUid: string;
  /** yyyy-mm-dd, or "" */
  date: string;
  description: string;
  modalities: readonly string[];
  bodyPart: string;
}

/** How a person wants a modality and a region of the body to hang. */
export interface KeptHanging {
  rows: number;
  columns: number;
  linked: boolean;
}

/** A link that lets somebody look at a study without signing in. */
export interface SharedLink {
  id: string;
  madeBy: string;
  expiresAt: string;
  note: string;
  /** How often. */
  opened: number;
}

export interface Sharing {
  share(wish: { hours: number; report: boolean; note: string }): Promise<{ url: string; expiresAt: string }>;
  /** Those that are open still. */
  links(): Promise<readonly SharedLink[]>;
  revoke(id: string): Promise<void>;
}

/** What the viewer asks of the department around it. All of it may be missing: then nothing is kept. */
export interface Desk {
  /** Whether the person may keep measurements and key images. */
  mayMark: boolean;
  marksOf(studyInstanceUid: string): StudyMarks;
  /** Absent where the person may not share. */
  sharingOf?: (studyInstanceUid: string) => Sharing;
  /** Saves the study as a ZIP of DICOM files; absent where the person may not. */
  download?: (studyInstanceUid: string) => Promise<void>;
  /** Gives the person a file to keep. */
  saveFile(blob: Blob, name: string): void;
  /** The patient's studies before this one, the newest first. */
  priorsOf(studyInstanceUid: string): Promise<readonly OtherStudy[]>;
  readHangings(): Promise<Readonly<Record<string, KeptHanging>>>;
  keepHanging(key: string, hanging: KeptHanging): Promise<void>;
}

import type { ImageFormat } from "@isocenter/contract";
import type { DataSetValues, Segment, Tag } from "@isocenter/dicom";

/** Where the pixels lie; offsets from the start of the object. */
export interface PixelLocation {
  tag: Tag;
  vr: string;
  offset: number;
  /** Bytes, or -1 where the length is undefined. */
  length: number;
  encapsulated: boolean;
}

/** One archived instance, with what is needed to send it or any frame of it without parsing. */
export interface StoredInstance {
  id: string;
  studyId: string;
  seriesId: string;
  patientId: string;
  facilityId: string;
  StudyInstanceUID: string;
  SeriesInstanceUID: string;
  SOPInstanceUID: string;
  SOPClassUID: string;
  transferSyntaxUID: string;
  modality: string;
  seriesNumber: number | null;
  instanceNumber: number | null;
  rows: number | null;
  columns: number | null;
  bitsAllocated: number | null;
  samplesPerPixel: number | null;
  /** 0 where there are no pixels. */
  numberOfFrames: number;
  /** Of what is sent: preamble, file meta information and data set. */
  size: number;
  /** Of the object, hexadecimal; where what is sent is not what was received, another name of the same form for the current bytes. */
  sha256: string;
  /** Where the data set begins: what lies before is preamble and file meta information. */
  dataSetOffset: number;
  /** Where the header ends: the first byte of the Pixel Data element, or the size. */
  headerLength: number;
  /** Where what follows the pixels begins; null where nothing does. */
  trailerOffset: number | null;
  pixels: PixelLocation | null;
  objectKey: string;
  /**
   * How what is sent is made of what was received, where identity or attributes are others now: the archive's own business. Sizes and places above
   * are those of what is sent.
   */
  rewritten?: CurrentForm;
  /** Who sent it by C-STORE; null where it came another way. */
  sourceAeTitle: string | null;
  /** A picture that this instance was made from. */
  original: { format: ImageFormat; objectKey: string; size: number; sha256: string } | null;
  createdAt: Date;
}

/** Where the bytes of an instance lie, before anything is written over them. */
export type ReceivedForm = Pick<
  StoredInstance,
  "size" | "sha256" | "headerLength" | "trailerOffset" | "pixels"
>;

/** How what is sent is made of what was received. */
export interface CurrentForm {
  received: ReceivedForm;
  changes: DataSetValues;
  /** From the first byte to where the received header ends; null where the data set is deflated, which is made anew as a whole. */
  header: readonly Segment[] | null;
}

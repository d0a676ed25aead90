import type { Tag } from "./tags.ts";

/** A run of bytes in the source: the whole file, or the data set where it came bare. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
}

/** Per frame the pieces that make it up, in order. */
export type FrameIndex = ReadonlyArray<ReadonlyArray<Piece>>;

const none = new Uint8Array(0);

/**
 * One data element. `value` is the value field as it came (a view, no copy), in the byte order of its data set; empty for
 * one that is `deferred`. Items of a sequence are in `items`; encapsulated values have `fragments`.
 */
export class Element {
  readonly tag: Tag;
  /** Two letters; "UN" where neither the bytes nor the dictionary tell. */
  readonly vr: string;
  /** Of the value field in the source; -1 for an element that was made, not read. */
  readonly offset: number;
  /** Of the value field as received; -1 where it was undefined. */
  readonly length: number;
  items: DataSet[] | null = null;
  /** The fragments of an encapsulated value without its basic offset table. */
  fragments: Piece[] | null = null;
  /** The basic offset table of an encapsulated value, empty where it is empty. */
  offsetTable: Uint8Array | null = null;
  /** The value was too long for the stream parser to keep: only offset and length are known. */
  deferred = false;
  /** Where the bytes of an element that came from JSON by reference are. */
  bulkDataUri: string | null = null;
  /** Bytes that `value` is a view of. */
  source: Uint8Array = none;
  start = 0;
  size = 0;

  constructor(tag: Tag, vr: string, offset: number, length: number) {
    this.tag = tag;
    this.vr = vr;
    this.offset = offset;
    this.length = length;
  }

  get value(): Uint8Array {
    return this.size === 0 ? none : this.source.subarray(this.start, this.start + this.size);
  }
}

/** A data set or an item of a sequence. */
export interface DataSet {
  /** In ascending order of tags. */
  elements: Map<Tag, Element>;
  littleEndian: boolean;
  explicitVR: boolean;
  /** Defined terms of Specific Character Set, its own or the enclosing data set's; empty for the default repertoire. */
  characterSets: string[];
  /** For an item: it came with undefined length and has to be written so. */
  undefinedLength: boolean;
}

export const dataSet = (
  littleEndian: boolean,
  explicitVR: boolean,
  characterSets: string[] = [],
): DataSet => ({
  elements: new Map(),
  littleEndian,
  explicitVR,
  characterSets,
  undefinedLength: false,
});

/** Pixel Data, Float Pixel Data or Double Float Pixel Data of a data set, and where its frames lie. */
export interface PixelData {
  readonly tag: Tag;
  readonly vr: string;
  /** Of the value field in the source. */
  readonly offset: number;
  /** Of the value field; -1 where it was undefined. */
  readonly length: number;
  readonly encapsulated: boolean;
  /**
   * Empty where the frames cannot be told apart. Frames of single bit pixels may start within a byte: a piece then covers
   * every byte that has a bit of its frame, and frame n starts at bit (n × bits of a frame) mod 8.
   */
  readonly frames: FrameIndex;
}

/** What parsing a file or a bare data set gives. */
export interface ParsedObject {
  /** File meta information; null where there was none. */
  readonly meta: DataSet | null;
  /** As declared where the bytes agree, else as the bytes are; empty where nothing tells. */
  readonly transferSyntaxUID: string;
  readonly dataSet: DataSet;
  /** Where the data set starts in the source. */
  readonly dataSetOffset: number;
  readonly pixelData: PixelData | null;
  /** Bytes of the source. */
  readonly totalLength: number;
  /**
   * The data set was deflated: offsets in it count as if the inflated data set followed the file meta information, so frames cannot be read
   * from the stored bytes without inflating.
   */
  readonly deflated: boolean;
}

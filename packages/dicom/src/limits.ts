/** Bounds of a parse. Every one ends in a `DicomError` ("too-many", "too-deep", "too-long"). */
export interface Limits {
  /** Elements of all data sets together. */
  maxElements: number;
  /** Items of all sequences together. */
  maxItems: number;
  /** Sequences within sequences. */
  maxDepth: number;
  /** Fragments of encapsulated values together, offset tables not counted. */
  maxFragments: number;
  /** Frames that the frame index may name. */
  maxFrames: number;
  /** Streams only: a longer value is not kept (`deferred`), bytes. Offset tables are kept up to `maxFrames` entries. */
  maxValueBytes: number;
  /** Streams only: kept values together, bytes. */
  maxHeaderBytes: number;
  /** File meta information, bytes. */
  maxMetaBytes: number;
  /** What a deflated data set may become, bytes. */
  maxInflatedBytes: number;
  /** Inflated over deflated size, looked at from 64 MiB of inflated bytes on. */
  maxInflationRatio: number;
}

export const defaultLimits: Readonly<Limits> = Object.freeze({
  maxElements: 1_000_000,
  maxItems: 500_000,
  maxDepth: 128,
  maxFragments: 1_000_000,
  maxFrames: 1_000_000,
  maxValueBytes: 64 * 1024,
  maxHeaderBytes: 64 * 1024 * 1024,
  maxMetaBytes: 1024 * 1024,
  maxInflatedBytes: 1024 * 1024 * 1024,
  maxInflationRatio: 200,
});

/** What was wrong with the bytes or the value. */
export type DicomErrorCode =
  | "not-dicom"
  | "truncated"
  | "lying-length"
  | "bad-structure"
  | "invalid-vr"
  | "too-deep"
  | "too-many"
  | "too-long"
  | "bad-deflate"
  | "bad-offset-table"
  | "invalid-value"
  | "invalid-json"
  | "not-encodable"
  | "unknown-transfer-syntax"
  | "missing-value";

/**
 * The only error this package throws for bad input. `offset` is the position in the source where it was noticed, in
 * bytes (for a deflated data set: in the file as if it were not deflated), or -1 where there is none.
 */
export class DicomError extends Error {
  readonly code: DicomErrorCode;
  readonly offset: number;

  constructor(code: DicomErrorCode, message: string, offset = -1) {
    super(offset < 0 ? message : `${message} (at byte ${offset})`);
    this.name = "DicomError";
    this.code = code;
    this.offset = offset;
  }
}

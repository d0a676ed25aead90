export type ImagingErrorCode =
  | "invalid" // the attributes that describe the pixels are missing or contradict each other
  | "option" // what was asked of a picture makes no sense
  | "mismatch" // the code stream says another size or depth than the attributes
  | "corrupt" // the pixel data end too early or their decoder refused them
  | "unsupported" // a well-formed thing that no decoder here reads
  | "too-large" // over the bound of a frame or a picture
  | "no-pixels" // the object has no picture
  | "timeout" // the job took longer than its time; its worker was replaced
  | "crashed" // the worker died; it was replaced
  | "busy" // the queue of the pool is full
  | "aborted" // whoever asked went away
  | "closed"; // the pool was closed

/** What this package throws on purpose: the pixels, not the program, are at fault (`busy`, `timeout`, `closed` apart). */
export class ImagingError extends Error {
  readonly code: ImagingErrorCode;

  constructor(code: ImagingErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ImagingError";
    this.code = code;
  }
}

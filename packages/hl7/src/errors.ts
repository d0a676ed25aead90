/** What is wrong with a message; codes are stable. */
export type Hl7ErrorCode =
  | "not-hl7" // it does not begin with MSH
  | "bad-delimiters" // MSH-1 and MSH-2 do not name separators
  | "bad-segment" // a line that is no segment
  | "unknown-characters" // MSH-18 names a character set that is not read
  | "too-many" // over a limit of ours
  | "not-encodable"; // what cannot be written

/** The only error this package throws for bad input. The message holds nothing of the message's content. */
export class Hl7Error extends Error {
  readonly code: Hl7ErrorCode;
  /** 1 is the first line; null where it is about the whole. */
  readonly line: number | null;

  constructor(code: Hl7ErrorCode, message: string, line: number | null = null) {
    super(line === null ? message : `${message} (line ${line})`);
    this.name = "Hl7Error";
    this.code = code;
    this.line = line;
  }
}

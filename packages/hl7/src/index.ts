/** HL7 v2.3 to 2.7 messages, their times, acknowledgements and MLLP framing: pure functions, no I/O. */

export {
  type AcknowledgementCode,
  type AcknowledgementError,
  type AcknowledgementOptions,
  acknowledgement,
  answersWanted,
  type ReadAcknowledgement,
  readAcknowledgement,
} from "./acknowledge.ts";
export { decodeCharacters, encodeCharacters, isCharacterSet } from "./characters.ts";
export { type Delimiters, usualDelimiters } from "./delimiters.ts";
export { Hl7Error, type Hl7ErrorCode } from "./errors.ts";
export { escapeText, unescapeText } from "./escape.ts";
export { type Header, headerOf, readHeader } from "./header.ts";
export {
  type Component,
  componentOf,
  deleted,
  type Field,
  fieldValue,
  type Message,
  type Repetition,
  repetitionsOf,
  type Segment,
  type Stated,
  segmentOf,
  segmentsOf,
  stated,
} from "./message.ts";
export { createFrameReader, type FrameEvent, type FrameReader, frameOf } from "./mllp.ts";
export { decodeMessage, type ParseOptions, parseMessage } from "./parse.ts";
export { dateOf, formatDate, formatTime, momentOf, parseTime, type Time } from "./time.ts";
export { type FieldInput, type RepetitionInput, segment, writeMessage } from "./write.ts";

import { isCharacterSet } from "./characters.ts";
import type { Header } from "./header.ts";
import { fieldValue, type Message, type Segment, segmentOf, segmentsOf } from "./message.ts";
import { formatTime } from "./time.ts";
import { segment } from "./write.ts";

/** Of the original mode (A.) and of the enhanced one: accepted for keeping (C.), table 0008. */
export type AcknowledgementCode = "AA" | "AE" | "AR" | "CA" | "CE" | "CR";

/** Table 0357. */
const conditionCodes = {
  "100": "Segment sequence error",
  "101": "Required field missing",
  "102": "Data type error",
  "103": "Table value not found",
  "200": "Unsupported message type",
  "201": "Unsupported event code",
  "202": "Unsupported processing id",
  "203": "Unsupported version id",
  "204": "Unknown key identifier",
  "205": "Duplicate key identifier",
  "206": "Application record locked",
  "207": "Application internal error",
} as const;

export interface AcknowledgementError {
  /** Where it is: the segment, which of its name (from 1), and the field; none: the message as a whole. */
  segment?: string | undefined;
  sequence?: number | undefined;
  field?: number | undefined;
  component?: number | undefined;
  condition: keyof typeof conditionCodes;
  /** Our own code of the reason. */
  code?: string | undefined;
  /** A sentence for a person. */
  text: string;
}

export interface AcknowledgementOptions {
  code: AcknowledgementCode;
  /** MSH-10 of the answer. */
  controlId: string;
  at: Date;
  /** Who answers, where the message does not say whom it is for. */
  application: string;
  errors?: readonly AcknowledgementError[];
}

/** `2.3.1` as a number to compare: 231; what cannot be read counts as 2.3.1. */
function versionNumber(version: string): number {
  const match = /^2\.(\d)(?:\.(\d))?/.exec(version);
  return match ? 200 + Number(match[1]) * 10 + Number(match[2] ?? 0) : 231;
}

/** MSH, MSA and ERR that answer a message, in its own version. @param header null: not even MSH could be read */
export function acknowledgement(header: Header | null, options: AcknowledgementOptions): Segment[] {
  const { code, errors = [] } = options;
  const version = header?.version || "2.3.1";
  const number = versionNumber(version);
  const event = header?.event ?? "";
  const type = number < 231 || event === "" ? "ACK" : number < 240 ? ["ACK", event] : ["ACK", event, "ACK"];
  const { receiver, sender } = header ?? {};
  const characterSets = (header?.characterSets ?? []).every(isCharacterSet)
    ? (header?.characterSets ?? [])
    : [];
  const msh = segment("MSH", {
    7: formatTime(options.at),
    9: type,
    10: options.controlId,
    11: header?.processingId || "P",
    12: version,
    ...(characterSets.length > 0 ? { 18: { repetitions: characterSets } } : {}),
  });
  const fields = [...msh.fields];
  fields[2] = receiver && receiver.application.length > 0 ? receiver.application : [[[options.application]]];
  fields[3] = receiver?.facility ?? [];
  fields[4] = sender?.application ?? [];
  fields[5] = sender?.facility ?? [];
  const text = errors[0]?.text;
  // MSA-3 was withdrawn with v2.7; ERR says it.
  const msa = segment("MSA", {
    1: code,
    2: header?.controlId ?? "",
    ...(text && number < 270 ? { 3: text.slice(0, 80) } : {}),
  });
  return [{ name: "MSH", fields }, msa, ...(number < 250 ? olderErrors(errors) : errors.map(errorSegment))];
}

/** Before v2.5: one segment, its first field repeats: segment, sequence, field, and the code with its text. */
function olderErrors(errors: readonly AcknowledgementError[]): Segment[] {
  if (errors.length === 0) return [];
  const repetitions = errors.map((error) => [
    error.segment,
    error.segment === undefined ? undefined : (error.sequence ?? 1),
    error.field,
    [error.condition, error.text, "HL70357"],
  ]);
  return [segment("ERR", { 1: { repetitions } })];
}

const errorSegment = (error: AcknowledgementError): Segment =>
  segment("ERR", {
    2:
      error.segment === undefined
        ? undefined
        : [error.segment, error.sequence ?? 1, error.field, error.field && 1, error.component],
    3: [error.condition, conditionCodes[error.condition], "HL70357"],
    4: "E",
    5: error.code,
    8: error.text,
  });

/**
 * Which answers a message asks for (MSH-15 and MSH-16, table 0155): in the original mode, where both are empty, the application's; in the enhanced
 * one each under its condition.
 */
export function answersWanted(
  header: Header | null,
  isAccepted: boolean,
): { accept: boolean; application: boolean } {
  const { acceptCondition = "", applicationCondition = "" } = header ?? {};
  if (acceptCondition === "" && applicationCondition === "") return { accept: false, application: true };
  const wants = (condition: string): boolean =>
    condition === "AL" || condition === (isAccepted ? "SU" : "ER");
  return { accept: wants(acceptCondition), application: wants(applicationCondition) };
}

export interface ReadAcknowledgement {
  code: AcknowledgementCode;
  /** MSA-2: the control id of what it answers. */
  controlId: string;
  /** What it says for a person: MSA-3 and ERR; empty where nothing. */
  text: string;
}

const codes: readonly string[] = ["AA", "AE", "AR", "CA", "CE", "CR"];

/** Null where the message is no answer. */
export function readAcknowledgement(message: Message): ReadAcknowledgement | null {
  const msa = segmentOf(message, "MSA");
  const code = fieldValue(msa, 1).trim().toUpperCase();
  if (!codes.includes(code)) return null;
  const errors = segmentsOf(message, "ERR").flatMap((err) => [
    fieldValue(err, 8) || fieldValue(err, 7) || fieldValue(err, 3, 2),
    ...(err.fields[0] ?? []).map((location) => location[3]?.[1] ?? ""),
  ]);
  const texts = [fieldValue(msa, 3), ...errors].map((text) => text.trim()).filter((text) => text !== "");
  const text = texts
    .filter(
      (one, index) =>
        texts.indexOf(one) === index && !texts.some((other) => other !== one && other.startsWith(one)),
    )
    .join(" ");
  return { code: code as AcknowledgementCode, controlId: fieldValue(msa, 2).trim(), text };
}

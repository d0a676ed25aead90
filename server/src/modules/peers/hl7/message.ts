import {
  type Hl7Direction,
  type Hl7InStatus,
  type Hl7MessageDetail,
  type Hl7MessageItem,
  type Hl7MessageStatus,
  type Hl7OutStatus,
  hl7InTransitions,
  hl7OutTransitions,
} from "@isocenter/contract";
import {
  decodeCharacters,
  decodeMessage,
  escapeText,
  type Message,
  parseMessage,
  type Segment,
} from "@isocenter/hl7";
import { Refusal } from "../../../platform/index.ts";

/** Without its text. */
export interface Hl7MessageRow {
  id: string;
  direction: Hl7Direction;
  system_id: string | null;
  facility_id: string | null;
  control_id: string;
  message_type: string;
  status: Hl7MessageStatus;
  patient_id: string | null;
  subject: string | null;
  characters: string | null;
  reason: string | null;
  attempts: number;
  next_attempt_at: Date | null;
  happened_at: Date;
  finished_at: Date | null;
  dismissed_by: string | null;
  dismissed_at: Date | null;
  dismissed_reason: string | null;
  sending_application: string | null;
  sending_facility: string | null;
  address: string | null;
  certificate_sha256: string | null;
  version: number;
}

/** As the list selects it. */
export interface ListedMessageRow extends Hl7MessageRow {
  system_name: string | null;
  dismisser: string | null;
  size: number;
}

export interface WholeMessageRow extends ListedMessageRow {
  text: Buffer;
  acknowledgement: string | null;
}

/** The states that may follow. */
const mayBecome = (row: Pick<Hl7MessageRow, "direction" | "status">): readonly Hl7MessageStatus[] =>
  row.direction === "IN"
    ? hl7InTransitions[row.status as Hl7InStatus]
    : hl7OutTransitions[row.status as Hl7OutStatus];

/** @throws Refusal `conflict` (`hl7-message.illegal-transition`) that names what may follow */
export function requireMove(row: Pick<Hl7MessageRow, "direction" | "status">, to: Hl7MessageStatus): void {
  const may = mayBecome(row);
  if (may.includes(to)) return;
  throw new Refusal(
    "conflict",
    "hl7-message.illegal-transition",
    `The message is ${row.status} and cannot become ${to}; ${may.length === 0 ? "nothing may follow" : `what may follow is ${may.join(", ")}`}.`,
  );
}

function actionsOf(row: Pick<Hl7MessageRow, "direction" | "status" | "system_id">): string[] {
  const may = mayBecome(row);
  // What was for a system that is gone has nowhere to go.
  const isRetried =
    row.direction === "IN" ? may.includes("ACCEPTED") : may.includes("QUEUED") && row.system_id !== null;
  return [...(isRetried ? ["retry"] : []), ...(may.includes("DISMISSED") ? ["dismiss"] : [])];
}

export const messageItemOf = (row: ListedMessageRow): Hl7MessageItem => ({
  id: row.id,
  direction: row.direction,
  systemId: row.system_id,
  systemName: row.system_name,
  facilityId: row.facility_id,
  controlId: row.control_id,
  messageType: row.message_type,
  status: row.status,
  patientId: row.patient_id,
  subject: row.subject,
  reason: row.reason,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
  happenedAt: row.happened_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
  dismissedAt: row.dismissed_at?.toISOString() ?? null,
  dismissedBy: row.dismisser,
  dismissedReason: row.dismissed_reason,
  sender:
    row.direction === "OUT"
      ? null
      : {
          application: row.sending_application ?? "",
          facility: row.sending_facility ?? "",
          address: row.address ?? "",
          certificateSha256: row.certificate_sha256,
        },
  characterSet: row.characters,
  size: row.size,
  version: row.version,
  actions: actionsOf(row),
});

export function messageDetailOf(row: WholeMessageRow): Hl7MessageDetail {
  const characterSet = row.characters;
  const lines = (text: string) => text.replace(/\r\n?/g, "\n").trimEnd();
  let text: string;
  let segments: Hl7MessageDetail["segments"] = [];
  try {
    text = decodeMessage(row.text, { characterSet }).text;
    segments = apart(parseMessage(row.text, { characterSet }));
  } catch {
    text = decodeCharacters(row.text, characterSet === null ? [] : [characterSet]).text;
  }
  return {
    ...messageItemOf(row),
    // What is not to be shown in a line of JSON, such as the bytes of another protocol.
    text: lines(text).replace(/[^\P{Cc}\n\t]/gu, "\ufffd"),
    segments,
    acknowledgement: row.acknowledgement === null ? null : lines(row.acknowledgement),
  };
}

function apart({ segments, delimiters }: Message): Hl7MessageDetail["segments"] {
  const value = (field: Segment["fields"][number]): string =>
    field
      .map((repetition) =>
        repetition
          .map((component) =>
            component
              .map((part) =>
                component.length > 1 || repetition.length > 1 ? escapeText(part, delimiters) : part,
              )
              .join(delimiters.subcomponent),
          )
          .join(delimiters.component),
      )
      .join(delimiters.repetition);
  return segments.map(({ name, fields }) => ({
    name,
    fields: fields.flatMap((field, index) => {
      const text = value(field);
      return text === "" ? [] : [{ number: index + 1, value: text }];
    }),
  }));
}

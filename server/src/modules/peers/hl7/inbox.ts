import type { Hl7MessageStatus, Hl7Receives } from "@isocenter/contract";
import { type Clock, newId, type Reader, type Tx, type Viewer } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { createHostCheck, isThisMachine, plainAddress, type Resolve, resolveByDns } from "../address.ts";
import { peerViewer } from "../peer-viewer.ts";
import type { Hl7SystemRow } from "./system.ts";

/** Who sends: what MSH says, and what the connection shows. */
export interface Hl7Sender {
  application: string;
  facility: string;
  address: string;
  /** SHA-256 of the certificate that it proved to have, in lower case hexadecimal; null without one. */
  certificateSha256: string | null;
}

export type RecognizeSystem = (
  reader: Reader,
  sender: Hl7Sender,
) => Promise<{ system: Hl7SystemRow } | Unrecognized>;

/** A sender that is not let in. */
export interface Unrecognized {
  problem: string;
  /** Of the system that it says it is: who looks after that one sees what came. */
  facilityId: string | null;
}

/** Finds the system that a sender is: by its names, and its address or certificate. */
export function createSystemRecognition(clock: Clock, resolve: Resolve = resolveByDns): RecognizeSystem {
  const hasAddress = createHostCheck(clock, resolve);

  async function isItself(row: Hl7SystemRow, sender: Hl7Sender): Promise<boolean> {
    if (row.certificate_sha256 !== null) return row.certificate_sha256 === sender.certificateSha256;
    if (row.address !== null) return await hasAddress(row.address, sender.address);
    return isThisMachine(sender.address);
  }

  return async (reader, sender) => {
    const names = [sender.application, sender.facility].filter((name) => name !== "").join(" at ");
    // One that names its facility before one that may be of any.
    const rows = await reader<Hl7SystemRow[]>`
      select * from hl7_systems where lower(application) = lower(${sender.application})
        and (sending_facility is null or lower(sending_facility) = lower(${sender.facility}))
      order by sending_facility nulls last limit 2`;
    for (const row of rows) {
      if (!(await isItself(row, sender))) continue;
      if (row.enabled) return { system: row };
      return { problem: `The system ${row.name} is switched off here.`, facilityId: row.facility_id };
    }
    const [known] = rows;
    if (!known)
      return {
        problem: `Nobody knows ${names || "a sender without a name"} here (MSH-3, MSH-4).`,
        facilityId: null,
      };
    return {
      facilityId: known.facility_id,
      problem: known.certificate_sha256
        ? `${known.name} must show the certificate that was put down for it.`
        : `${known.name} is put down with another address than ${plainAddress(sender.address)}.`,
    };
  };
}

/** What we take from it, as permissions of its viewer: its facility bounds them. */
const grantsOf = {
  ADT: ["patients.read", "patients.write"],
  ORDERS: ["patients.read", "patients.write", "orders.read", "orders.write"],
} as const;

/** The system as who acts here. */
export const systemAsViewer = (row: Hl7SystemRow, requestId: string, address: string): Viewer =>
  peerViewer({
    aeTitle: row.application,
    name: row.name,
    facilityId: row.facility_id,
    requestId,
    address: plainAddress(address),
    grants: row.receives.flatMap((what: Hl7Receives) => grantsOf[what]),
  });

/** A message of the same control id that came before. */
export interface EarlierMessage {
  id: string;
  status: Hl7MessageStatus;
  acknowledgement: string | null;
  content_sha256: Buffer | null;
  happened_at: Date;
}

/** The newest one; until the transaction ends no other of this control id is looked for. */
export async function earlierMessage(
  tx: Tx,
  systemId: string,
  controlId: string,
): Promise<EarlierMessage | null> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${JSON.stringify(["hl7", systemId, controlId])}, 0))`;
  const [row] = await tx<EarlierMessage[]>`
    select id, status, acknowledgement, content_sha256, happened_at from hl7_messages
    where control_id = ${controlId} and system_id = ${systemId} and direction = 'IN' order by happened_at desc, id desc limit 1`;
  return row ?? null;
}

/** What is put down of a message that came. */
export interface ReceivedMessage {
  system: Hl7SystemRow | null;
  facilityId: string | null;
  sender: Hl7Sender;
  controlId: string;
  /** `ADT^A08` */
  messageType: string;
  text: Buffer;
  characters: string | null;
  contentSha256: Buffer | null;
  status: "ACCEPTED" | "REFUSED" | "REJECTED";
  reason: string | null;
  acknowledgement: string | null;
  patientId: string | null;
  subject: string | null;
}

export interface InboxDeps {
  clock: Clock;
  journal: Journal;
}

/** Of senders that nobody knows, the newest are kept. */
const maxUnknown = 200;
const recordAgainMs = 3_600_000;
const bounded = (text: string, length: number) => text.slice(0, length);

/**
 * Puts down a message that came, or what became of one that was put down before, with the fact. Of a stranger who repeats itself one an hour is a fact.
 * @returns its id
 */
export async function putDown(
  { clock, journal }: InboxDeps,
  tx: Tx,
  viewer: Viewer,
  message: ReceivedMessage,
  before: string | null,
  fact: "hl7-message.received" | "hl7-message.retried" = "hl7-message.received",
): Promise<string> {
  const now = clock.now();
  const { system, sender } = message;
  const outcome = {
    system_id: system?.id ?? null,
    facility_id: message.facilityId,
    status: message.status,
    patient_id: message.patientId,
    subject: message.subject,
    reason: message.reason === null ? null : bounded(message.reason, 2000),
    acknowledgement: message.acknowledgement,
    finished_at: message.status === "ACCEPTED" ? now : null,
  };
  const id = before ?? newId(clock);
  let isFact = true;
  if (before !== null)
    await tx`
      update hl7_messages set ${tx(outcome)}, attempts = attempts + 1, version = version + 1 where id = ${before}`;
  else {
    const names = {
      sending_application: bounded(sender.application, 180),
      sending_facility: bounded(sender.facility, 180),
      address: plainAddress(sender.address),
    };
    if (system === null) isFact = !(await wasHere(tx, names, new Date(now.getTime() - recordAgainMs)));
    await tx`insert into hl7_messages ${tx({
      id,
      direction: "IN",
      control_id: bounded(message.controlId, 199),
      message_type: bounded(message.messageType, 32),
      text: message.text,
      characters: message.characters,
      content_sha256: message.contentSha256,
      attempts: 1,
      happened_at: now,
      certificate_sha256: sender.certificateSha256,
      ...names,
      ...outcome,
    })}`;
    if (system === null)
      await tx`
        delete from hl7_messages where id in (
          select id from hl7_messages where system_id is null and direction = 'IN' and status = 'REJECTED' order by happened_at desc, id desc offset ${maxUnknown})`;
  }
  if (isFact)
    await journal.record(tx, viewer, {
      type: fact,
      subject: { type: "hl7-message", id },
      facilityId: message.facilityId,
      patientId: message.patientId,
      outcome: message.status === "ACCEPTED" ? "success" : "refused",
      data: {
        messageType: bounded(message.messageType, 32),
        status: message.status,
        systemId: system?.id ?? null,
      },
    });
  return id;
}

async function wasHere(
  tx: Tx,
  names: { sending_application: string; sending_facility: string; address: string },
  since: Date,
): Promise<boolean> {
  const [row] = await tx`
    select 1 from hl7_messages where system_id is null and direction = 'IN' and happened_at > ${since} and address = ${names.address}
      and sending_application = ${names.sending_application} and sending_facility = ${names.sending_facility} limit 1`;
  return row !== undefined;
}

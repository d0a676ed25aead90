import type { Hl7Sends, Hl7Version } from "@isocenter/contract";
import { newId, type Tx } from "../../../platform/index.ts";
import type { PeersDeps } from "../deps.ts";

/** At most so many wait for one system; a message too many is not sent, and says why. */
export const maxQueued = 100_000;

/** A system as its messages need it. */
export interface OutSystem {
  id: string;
  name: string;
  facility_id: string;
  facility_name: string;
  time_zone: string;
  application: string;
  sending_facility: string | null;
  host: string | null;
  port: number | null;
  tls: boolean;
  certificate_sha256: string | null;
  patient_id_issuer: string | null;
  sends: Hl7Sends[];
  character_set: string | null;
  hl7_version: Hl7Version;
  pdf: boolean;
  version: number;
}

/** What a system is to be told. */
export interface ToTell {
  /** Of the fact, and which of the messages that it makes: the same one is put down once. */
  position: number;
  part?: number;
  /** What it is made of when its turn comes; of the room that makes it. */
  about: object;
  messageType: string;
  patientId: string | null;
  /** The report or order. */
  subject: string;
}

/** A system that asked for something of its facility. */
export type Asking = Pick<OutSystem, "id" | "name" | "application" | "sends">;

/** Whom something of a facility is told: those who asked for one of these. */
export async function whoAskedFor(tx: Tx, facilityId: string, what: readonly Hl7Sends[]): Promise<Asking[]> {
  return await tx<Asking[]>`
    select id, name, application, sends from hl7_systems
    where facility_id = ${facilityId} and enabled and host is not null and sends && ${[...what]}::text[] order by id`;
}

/** The systems that were told of a report before, however long ago, whether they have it or it still waits. */
export async function whoWasTold(tx: Tx, subject: string): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`
    select system_id as id from hl7_messages
    where subject = ${subject} and direction = 'OUT' and system_id is not null and status <> 'DISMISSED'
    union select system_id from hl7_told where subject = ${subject}`;
  return new Set(rows.map(({ id }) => id));
}

/** Puts down what the systems are to be told, in the transaction in which the reader moves on. */
export async function queueMessages(
  deps: Pick<PeersDeps, "clock">,
  tx: Tx,
  facilityId: string,
  systemId: string,
  told: readonly ToTell[],
): Promise<void> {
  if (told.length === 0) return;
  const [waiting] = await tx<{ many: boolean }[]>`
    select count(*) >= ${maxQueued} as many from (
      select from hl7_messages where system_id = ${systemId} and status = 'QUEUED' limit ${maxQueued}) w`;
  const full = waiting!.many;
  const now = deps.clock.now();
  const rows = told.map(({ position, part = 0, about, messageType, patientId, subject }) => {
    const id = newId(deps.clock);
    return {
      id,
      direction: "OUT",
      system_id: systemId,
      facility_id: facilityId,
      control_id: controlIdOf(id),
      message_type: messageType,
      status: full ? "FAILED" : "QUEUED",
      reason: full ? `${maxQueued} messages wait for the system.` : null,
      patient_id: patientId,
      subject,
      text: Buffer.alloc(0),
      about: tx.json(about as never),
      position,
      part,
      next_attempt_at: full ? null : now,
      happened_at: now,
    };
  });
  await tx`insert into hl7_messages ${tx(rows as never)} on conflict (system_id, position, part) where direction = 'OUT' do nothing`;
}

/** MSH-10: 20 characters, which is what every version takes; the end of an id is what tells it from others. */
export const controlIdOf = (id: string): string => id.replaceAll("-", "").slice(-20).toUpperCase();

/** What waits for a patient who was merged waits behind what waits for the survivor. */
export async function followMergeOfMessages(tx: Tx, mergedId: string, survivorId: string): Promise<void> {
  await tx`
    update hl7_messages set patient_id = ${survivorId} where patient_id = ${mergedId} and status = 'QUEUED' and direction = 'OUT'`;
}

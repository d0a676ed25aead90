import { entryHash, genesis } from "@isocenter/server/modules/journal/chain.ts";
import { headStatement, type Signer } from "@isocenter/server/modules/journal/signing.ts";
import type { Db } from "@isocenter/server/platform/database/database.ts";
import type { Rows } from "./copy.ts";
import type { Person, SeededPatient } from "./people.ts";
import { idOf } from "./random.ts";

interface Chain {
  position: number;
  hash: Buffer;
}

export interface Journal {
  fact(
    at: number,
    type: string,
    actor: Person,
    of: { patient: SeededPatient },
    subject: Subject,
    people: readonly string[],
    data: Readonly<Record<string, string | number>>,
  ): void;
  access(at: number, action: string, actor: Person, of: { patient: SeededPatient }, subject: Subject): void;
  /** Signs where both chains end now, and moves the readers of facts there: what is seeded has been acted on. */
  close(db: Db, signer: Signer, at: number): Promise<void>;
}

interface Subject {
  type: string;
  id: string;
}

/** jsonb as PostgreSQL writes it: shorter keys first, then by their letters. */
const asJsonb = (data: Readonly<Record<string, string | number>>): string =>
  `{${Object.entries(data)
    .sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
    .map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
    .join(", ")}}`;

/** Goes on where the journal of the database ends, with entries that are sealed as they come. */
export async function openJournal(db: Db, rows: Rows): Promise<Journal> {
  const [head] = await db<
    { factPosition: number; factHash: Buffer; accessPosition: number; accessHash: Buffer }[]
  >`
    select fact_position as "factPosition", fact_hash as "factHash", access_position as "accessPosition", access_hash as "accessHash" from journal_head`;
  const facts: Chain = { position: head?.factPosition ?? 0, hash: head?.factHash ?? genesis };
  const accesses: Chain = { position: head?.accessPosition ?? 0, hash: head?.accessHash ?? genesis };
  function add(
    chain: "fact" | "access",
    at: number,
    word: string,
    actor: Person,
    patient: SeededPatient,
    subject: Subject,
    people: readonly string[] | null,
    data: string,
  ): void {
    const end = chain === "fact" ? facts : accesses;
    end.position += 1;
    const recordedAt = new Date(at);
    const id = idOf(chain === "fact" ? 30 : 31, at, end.position);
    end.hash = entryHash(chain, end.hash, end.position, {
      id,
      word,
      actorKind: "user",
      actorId: actor.id,
      actorName: actor.name,
      requestId: "seed",
      address: null,
      facilityId: patient.facility.id,
      patientId: patient.id,
      subjectType: subject.type,
      subjectId: subject.id,
      people: people === null ? null : [...people],
      outcome: "success",
      data,
      recordedAt,
    });
    rows.add(chain, {
      id,
      [chain === "fact" ? "type" : "action"]: word,
      actor_kind: "user",
      actor_id: actor.id,
      actor_name: actor.name,
      request_id: "seed",
      facility_id: patient.facility.id,
      patient_id: patient.id,
      subject_type: subject.type,
      subject_id: subject.id,
      ...(people === null ? {} : { people }),
      outcome: "success",
      data,
      recorded_at: recordedAt,
      position: end.position,
      hash: end.hash,
    });
  }
  return {
    fact: (at, type, actor, { patient }, subject, people, data) =>
      add("fact", at, type, actor, patient, subject, people, asJsonb(data)),
    access: (at, action, actor, { patient }, subject) =>
      add("access", at, action, actor, patient, subject, null, "{}"),
    async close(db, signer, at) {
      const ends = {
        factPosition: facts.position,
        factHash: facts.hash,
        accessPosition: accesses.position,
        accessHash: accesses.hash,
        sealedAt: new Date(at),
      };
      await db`delete from journal_head`;
      await db`
        insert into journal_head (fact_position, fact_hash, access_position, access_hash, sealed_at, key_id, signature)
        values (${ends.factPosition}, ${ends.factHash}, ${ends.accessPosition}, ${ends.accessHash}, ${ends.sealedAt.toISOString()},
          ${signer.keyId}, ${signer.sign(headStatement(ends))})`;
      await db`update reader_cursor set position = ${facts.position}`;
    },
  };
}

import { type Clock, newId, type Tx, type Viewer } from "../../platform/index.ts";
import type { Access, Fact, Outcome, Subject } from "./types.ts";

const longestDataCharacters = 16 * 1024;
const longestSubjectId = 128;
const longestName = 256;

/** What facts and accesses have in common, as a row. */
interface EntryRow {
  id: string;
  actor_kind: Viewer["kind"];
  actor_id: string;
  actor_name: string;
  request_id: string;
  address: string | null;
  facility_id: string | null;
  patient_id: string | null;
  subject_type: string;
  subject_id: string;
  outcome: Outcome;
  data: Readonly<Record<string, unknown>>;
  recorded_at: string;
}
export interface AccessRow extends EntryRow {
  action: string;
}
interface FactRow extends EntryRow {
  type: string;
  people: readonly string[];
  rehearsed: boolean;
}

interface Entry {
  subject: Subject;
  patientId?: string | null;
  outcome?: Outcome;
  data?: Readonly<Record<string, unknown>>;
}

function entryRow(clock: Clock, viewer: Viewer, entry: Entry, facilityId: string | null): EntryRow {
  const { data = {} } = entry;
  if (JSON.stringify(data).length > longestDataCharacters)
    throw new Error(`journal: the data of an entry about a ${entry.subject.type} is too long`);
  return {
    id: newId(clock),
    actor_kind: viewer.kind,
    actor_id: viewer.id,
    actor_name: viewer.name.slice(0, longestName),
    request_id: viewer.requestId,
    address: viewer.address,
    facility_id: facilityId,
    patient_id: entry.patientId ?? null,
    subject_type: entry.subject.type,
    subject_id: entry.subject.id.slice(0, longestSubjectId),
    outcome: entry.outcome ?? "success",
    data,
    recorded_at: clock.now().toISOString(),
  };
}

export function accessRow(clock: Clock, viewer: Viewer, access: Access): AccessRow {
  const facilityId = access.facilityId === undefined ? viewer.homeFacilityId || null : access.facilityId;
  return { ...entryRow(clock, viewer, access, facilityId), action: access.action };
}

const factRow = (clock: Clock, viewer: Viewer, fact: Fact, rehearsed: boolean): FactRow => ({
  ...entryRow(clock, viewer, fact, fact.facilityId),
  type: fact.type,
  people: fact.people ?? [],
  rehearsed,
});

/** One statement whatever the number, so that it is prepared once. `rehearsed`: as `JournalOptions.rehearsal`. */
export async function insertFacts(
  tx: Tx,
  clock: Clock,
  viewer: Viewer,
  facts: readonly Fact[],
  rehearsed = false,
): Promise<{ id: string; recordedAt: Date }[]> {
  const rows = facts.map((fact) => factRow(clock, viewer, fact, rehearsed));
  await tx`
    insert into fact (id, type, actor_kind, actor_id, actor_name, request_id, address, facility_id, patient_id, subject_type,
      subject_id, people, outcome, data, recorded_at, rehearsed)
    select id, type, actor_kind, actor_id, actor_name, request_id, address, facility_id, patient_id, subject_type,
      subject_id, people, outcome, data, recorded_at, rehearsed
    from jsonb_to_recordset(${tx.json(rows as never)}) as r (id uuid, type text, actor_kind text, actor_id text, actor_name text,
      request_id text, address text, facility_id uuid, patient_id uuid, subject_type text, subject_id text, people uuid[],
      outcome text, data jsonb, recorded_at timestamptz, rehearsed boolean)`;
  return rows.map((row) => ({ id: row.id, recordedAt: new Date(row.recorded_at) }));
}

/** Rows that are there already are passed over: what is written again after an answer was lost stays one entry. */
export async function insertAccesses(tx: Tx, rows: readonly AccessRow[]): Promise<void> {
  await tx`
    insert into access (id, action, actor_kind, actor_id, actor_name, request_id, address, facility_id, patient_id, subject_type,
      subject_id, outcome, data, recorded_at)
    select id, action, actor_kind, actor_id, actor_name, request_id, address, facility_id, patient_id, subject_type,
      subject_id, outcome, data, recorded_at
    from jsonb_to_recordset(${tx.json(rows as never)}) as r (id uuid, action text, actor_kind text, actor_id text, actor_name text,
      request_id text, address text, facility_id uuid, patient_id uuid, subject_type text, subject_id text,
      outcome text, data jsonb, recorded_at timestamptz)
    on conflict (id) do nothing`;
}

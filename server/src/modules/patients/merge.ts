import {
  type Clock,
  checkVersion,
  newId,
  type Reader,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import type { PatientContext } from "./commands.ts";
import { addMemberships } from "./identify.ts";
import { maxChain, survivorOf, survivorSql } from "./merged.ts";
import { noPatient } from "./refusals.ts";

/**
 * A room above that has records of patients: it brings them to whoever survives now, in the same transaction. Told after a merge and after one was
 * undone, always with all patients whose survivor may be another.
 */
export type MergeFollower = (
  tx: Tx,
  viewer: Viewer,
  change: { patientIds: readonly string[]; at: Date },
) => Promise<void>;

export interface MergeContext extends PatientContext {
  followers: readonly MergeFollower[];
}

export interface MergeInput {
  intoPatientId: string;
  reason: string;
  /** Of the patient who is merged away. */
  expectedVersion?: number;
}

interface Locked {
  id: string;
  version: number;
  provisional: boolean;
  mergedInto: string | null;
  here: boolean;
  elsewhere: boolean;
}

const conflict = (code: string, detail: string): Refusal => new Refusal("conflict", code, detail);
/** Locks both against studies that are being made for them, in one order, so that two merges do not wait for each other. */
async function lockBoth(tx: Tx, viewer: Viewer, ids: readonly string[]): Promise<Map<string, Locked>> {
  const facilityIds = [...viewer.facilityIds];
  const rows = await tx<Locked[]>`
    select p.id, p.version, p.provisional, p.merged_into as "mergedInto",
      exists (select 1 from patient_facility f where f.patient_id = p.id and f.facility_id = any(${facilityIds}::uuid[])) as here,
      exists (select 1 from patient_facility f where f.patient_id = p.id and f.facility_id <> all(${facilityIds}::uuid[])) as elsewhere
    from patient p where p.id = any(${[...ids]}::uuid[]) order by p.id for update`;
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Makes one patient of two. The one who is merged away keeps identifiers, identity and record, and leads to the survivor; what is known of them, and what
 * comes by their identifiers from now on, is the survivor's until the merge is undone.
 * @returns the id of the merge
 * @throws Refusal `not-found` (`patient.not-found`), `conflict` (`version.conflict`, `patient.merged`, `patient.provisional`,
 *   `patient.known-elsewhere`), `invalid` (`patient.same`)
 */
export async function mergePatients(
  tx: Tx,
  viewer: Viewer,
  patientId: string,
  input: MergeInput,
  context: MergeContext,
): Promise<string> {
  requirePermission(viewer, "patients.write");
  const { intoPatientId, reason, expectedVersion } = input;
  if (patientId === intoPatientId)
    throw new Refusal("invalid", "patient.same", "A patient cannot be merged into themselves.");
  const locked = await lockBoth(tx, viewer, [patientId, intoPatientId]);
  const [from, into] = [locked.get(patientId), locked.get(intoPatientId)];
  if (!from?.here || !into?.here) throw noPatient();
  checkVersion(expectedVersion, from.version);
  for (const { id, mergedInto } of [from, into])
    if (mergedInto !== null)
      throw conflict("patient.merged", `Patient ${id} is merged into ${mergedInto} already.`);
  if (from.provisional || into.provisional)
    throw conflict(
      "patient.provisional",
      "The identity of one of them is in doubt: it is resolved under reconciliation.",
    );
  if (from.elsewhere)
    throw conflict(
      "patient.known-elsewhere",
      "Facilities that are not yours know this patient: somebody who works at all of them can merge.",
    );
  const { clock, journal, followers } = context;
  const at = clock.now();
  const id = newId(clock);
  await tx`insert into patient_merge ${tx({
    id,
    from_patient_id: patientId,
    into_patient_id: intoPatientId,
    facility_id: viewer.homeFacilityId,
    reason,
    merged_by: viewer.id,
    merged_by_name: viewer.name,
    merged_at: at,
  })}`;
  await tx`update patient set merged_into = ${intoPatientId}, version = version + 1, updated_at = ${at} where id = ${patientId}`;
  // Whom the curious look for they look for under either name; it stays when the merge is undone.
  await tx`update patient p set vip = p.vip or gone.vip, version = p.version + 1, updated_at = ${at}
    from patient gone where p.id = ${intoPatientId} and gone.id = ${patientId}`;
  await settleIdentifiers(tx, [patientId]);
  await shareMemberships(tx, clock, patientId, intoPatientId);
  await tx`
    insert into care_relation (patient_id, facility_id, person_id, source, role, created_at)
    select ${intoPatientId}, facility_id, person_id, case when role is null then ${careSource(patientId)} else ${teamSource(patientId)} end, role, ${at}
    from care_relation where patient_id = ${patientId} order by person_id, facility_id, source
    on conflict do nothing`;
  const patientIds = await clusterOf(tx, [patientId, intoPatientId]);
  for (const follow of followers) await follow(tx, viewer, { patientIds, at });
  await journal.record(tx, viewer, {
    type: "patient.merged",
    subject: { type: "patient", id: patientId },
    facilityId: viewer.homeFacilityId,
    patientId: intoPatientId,
    data: { mergeId: id, from: patientId, into: intoPatientId },
  });
  return id;
}

/** Care that came with a merge, and goes with it. */
const careSource = (patientId: string): string => `merged:${patientId}`;
/** The same for who is on the team, apart: a person may leave the team and stay in care. */
const teamSource = (patientId: string): string => `merged:${patientId}:team`;

/** The survivor is known where the other was. */
async function shareMemberships(tx: Tx, clock: Clock, fromId: string, intoId: string): Promise<void> {
  const facilities = await tx<{ facilityId: string }[]>`
    select facility_id as "facilityId" from patient_facility where patient_id = ${fromId}`;
  if (facilities.length === 0) return;
  await addMemberships(
    tx,
    clock,
    facilities.map(({ facilityId }) => ({ patientId: intoId, facilityId, mergedFrom: fromId })),
  );
}

/** Who was merged into them, and so on; with themselves. */
export async function clusterOf(tx: Reader, ids: readonly string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    with recursive cluster (id, depth) as (
      select id, 0 from patient where id = any(${[...ids]}::uuid[])
      union select p.id, c.depth + 1 from cluster c join patient p on p.merged_into = c.id where c.depth < ${maxChain}::int)
    select distinct id from cluster order by id`;
  return rows.map(({ id }) => id);
}

/** Identifiers of the patients, and of all who were merged into them, lead to whoever survives now. */
async function settleIdentifiers(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`
    update patient_identifier i set survivor_id = nullif(survivor.id, i.patient_id)
    from patient p cross join lateral (${survivorSql(tx, "p.id")}) survivor
    where p.id = i.patient_id and i.patient_id = any(${await clusterOf(tx, ids)}::uuid[])`;
}

interface MergeRow {
  fromId: string;
  intoId: string;
  undoneAt: Date | null;
}

/**
 * Parts again what a merge joined: the patient who was merged away is as they were, with everything that was theirs, and with what came by their
 * identifiers since; the survivor keeps what came by their own.
 * @returns the patient who is there again
 * @throws Refusal `not-found` (`merge.not-found`), `conflict` (`merge.undone`)
 */
export async function undoMerge(
  tx: Tx,
  viewer: Viewer,
  mergeId: string,
  { clock, journal, followers }: MergeContext,
): Promise<string> {
  requirePermission(viewer, "patients.write");
  const [merge] = await tx<MergeRow[]>`
    select from_patient_id as "fromId", into_patient_id as "intoId", undone_at as "undoneAt" from patient_merge
    where id = ${mergeId} for update`;
  const locked = merge && (await lockBoth(tx, viewer, [merge.fromId, merge.intoId]));
  if (!merge || !locked?.get(merge.intoId)?.here)
    throw new Refusal("not-found", "merge.not-found", "There is no such merge.");
  if (merge.undoneAt !== null) throw conflict("merge.undone", "This merge was undone already.");
  const { fromId, intoId } = merge;
  const at = clock.now();
  const survivorId = await survivorOf(tx, intoId);
  const patientIds = await clusterOf(tx, [survivorId]);
  await tx`
    update patient_merge set undone_by = ${viewer.id}, undone_by_name = ${viewer.name}, undone_at = ${at} where id = ${mergeId}`;
  await tx`update patient set merged_into = null, version = version + 1, updated_at = ${at} where id = ${fromId}`;
  await tx`update patient set version = version + 1, updated_at = ${at} where id = any(${[...new Set([intoId, survivorId])]}::uuid[])`;
  await settleIdentifiers(tx, [fromId]);
  await takeBackMemberships(tx, clock, fromId, intoId);
  await tx`delete from care_relation where source in (${careSource(fromId)}, ${teamSource(fromId)})`;
  for (const follow of followers) await follow(tx, viewer, { patientIds, at });
  await journal.record(tx, viewer, {
    type: "patient.merge-undone",
    subject: { type: "patient", id: fromId },
    facilityId: viewer.homeFacilityId,
    patientId: intoId,
    data: { mergeId, from: fromId, into: intoId },
  });
  return fromId;
}

/** Facilities that knew the survivor only through the one who leaves know them no more, and so on up the chain. */
async function takeBackMemberships(tx: Tx, clock: Clock, fromId: string, intoId: string): Promise<void> {
  let leaving = [fromId];
  let current: string | null = intoId;
  for (let depth = 0; current !== null && depth < maxChain; depth++) {
    const patientId: string = current;
    await tx`delete from patient_facility where patient_id = ${patientId} and merged_from = any(${leaving}::uuid[])`;
    const others = await tx<
      { id: string }[]
    >`select id from patient where merged_into = ${patientId} order by id`;
    for (const { id } of others) await shareMemberships(tx, clock, id, patientId);
    leaving = [...leaving, patientId];
    const [next] = await tx<{ into: string | null }[]>`
      select merged_into as into from patient where id = ${patientId}`;
    current = next?.into ?? null;
  }
}

import { newId, type Tx, transact } from "../../../platform/index.ts";
import {
  type IdentifiedPatient,
  identifierOwners,
  identifyPatients,
  type PatientClaim,
  survivorOf,
} from "../../patients/index.ts";
import { addSettleJob } from "../settle.ts";
import { aboveText } from "./above.ts";
import {
  type BatchContext,
  type BatchItem,
  type BatchResult,
  type ExistingInstance,
  groupBy,
  Overtaken,
  type Written,
} from "./batch.ts";
import { lockKnown, seriesCounts, studyCounts } from "./write-counts.ts";
import { existingInstances, insertInstances, instanceKey } from "./write-instances.ts";
import { placesKnown, writeKnown } from "./write-known.ts";
import { placesOf } from "./write-places.ts";
import { openReconciliation } from "./write-reconciliation.ts";
import { writeSaid } from "./write-said.ts";

/** While images of a study keep coming, one fact in this time for each sender. */
const factIntervalMs = 2000;

/**
 * Writes the rows of a batch in one transaction. Locks are taken in one order everywhere (patients, studies, series, instances; each sorted),
 * so batches of several processes do not deadlock. Statements that do not wait for each other's answers are sent together.
 * @param afterCommit gets what is to be done when the transaction is committed
 * @returns in the order of the items
 */
export async function writeBatch(
  tx: Tx,
  context: BatchContext,
  items: readonly BatchItem[],
  afterCommit: (() => void)[],
): Promise<BatchResult[]> {
  const unique = uniqueOf(items);
  const known = placesKnown(context, unique);
  // Where nobody is to be told, it was tried before.
  const tellable = known !== null && dueOf(context, known).length > 0;
  if (tellable && (await writeKnown(tx, context, known))) {
    await announce(tx, context, known, afterCommit);
    return resultsOf(items, byKey(known.map(toExisting)));
  }
  const claims = claimsOf(unique);
  const [present, owners] = await Promise.all([
    existingInstances(
      tx,
      unique.map(({ incoming }) => incoming),
    ),
    identifierOwners(tx, [...claims.values()]),
    tx`select set_config('lock_timeout', ${String(context.lockMs)}, true)`,
  ]);
  let stored = new Map<string, ExistingInstance>();
  const fresh = unique.filter(
    ({ incoming }) => !present.has(instanceKey(incoming.facilityId, incoming.sopUid)),
  );
  if (fresh.length > 0) {
    const patients = await patientsOf(tx, context, fresh, owners);
    stored = byKey(await writeFresh(tx, context, fresh, patients, afterCommit));
  }
  return resultsOf(items, new Map([...present, ...stored]));
}

/**
 * As `writeBatch`, for a batch of which nobody is to be told yet and that one statement writes: the statement is the transaction, but where the objects are
 * not durable yet, for which its commit waits.
 * @param durable settles when all objects are durable
 * @returns null where it takes more
 */
export async function writeAlone(
  context: BatchContext,
  items: readonly BatchItem[],
  durable: Promise<unknown>,
): Promise<BatchResult[] | null> {
  const { db } = context.platform;
  const known = placesKnown(context, uniqueOf(items));
  if (known === null || dueOf(context, known).length > 0) return null;
  const written = items.some((item) => item.durable)
    ? await transact(db, async (tx) => {
        const intact = await writeKnown(tx, context, known);
        await durable;
        return intact;
      })
    : await writeKnown(db, context, known);
  if (!written) return null;
  remember(context, known);
  return resultsOf(items, byKey(known.map(toExisting)));
}

/** The first item of each instance, in the order in which they are locked. */
function uniqueOf(items: readonly BatchItem[]): BatchItem[] {
  const first = new Map<string, BatchItem>();
  for (const item of items) {
    const key = instanceKey(item.incoming.facilityId, item.incoming.sopUid);
    if (!first.has(key)) first.set(key, item);
  }
  return [...first].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

const byKey = (instances: readonly ExistingInstance[]): Map<string, ExistingInstance> =>
  new Map(instances.map((one) => [instanceKey(one.facilityId, one.SOPInstanceUID), one]));

/** Also when an earlier attempt had committed without our knowing, the row names our object: it is stored. */
const resultsOf = (
  items: readonly BatchItem[],
  instances: ReadonlyMap<string, ExistingInstance>,
): BatchResult[] =>
  items.map(({ incoming }) => {
    const instance = instances.get(instanceKey(incoming.facilityId, incoming.sopUid))!;
    return { outcome: instance.objectKey === incoming.objectKey ? "stored" : "present", instance };
  });

async function writeFresh(
  tx: Tx,
  context: BatchContext,
  fresh: readonly BatchItem[],
  patients: readonly IdentifiedPatient[],
  afterCommit: (() => void)[],
): Promise<ExistingInstance[]> {
  const { clock } = context.platform;
  const places = await placesOf(tx, context, fresh, patients, afterCommit);
  const written = fresh.map(
    (item, index): Written => ({ id: newId(clock), item, patient: patients[index]!, ...places[index]! }),
  );
  await openReconciliation(tx, clock, context.journal, written);
  const [intact, inserted] = await Promise.all([
    lockKnown(tx, written),
    insertInstances(tx, clock, written),
    writeSaid(tx, context.said, fresh, afterCommit),
    seriesCounts(tx, written),
    studyCounts(tx, clock.now(), written),
    announce(tx, context, written, afterCommit),
  ]);
  if (!intact || inserted < written.length) {
    context.cache.clear();
    throw new Overtaken();
  }
  for (const { patient, item, study } of written)
    if (item.incoming.patientId === null && patient.doubt === null)
      afterCommit.push(() => context.cache.setClaimed(aboveText(item.incoming.claim), study.claimedId));
  return written.map(toExisting);
}

const claimKey = (claim: PatientClaim): string => {
  const { attributes: _, ...said } = claim;
  return JSON.stringify(said);
};

/** The different claims of the items; those uploaded for a chosen patient claim nothing. */
function claimsOf(items: readonly BatchItem[]): Map<string, PatientClaim> {
  const claims = new Map<string, PatientClaim>();
  for (const { incoming } of items)
    if (incoming.patientId === null) claims.set(claimKey(incoming.claim), incoming.claim);
  return claims;
}

async function patientsOf(
  tx: Tx,
  { platform, journal }: BatchContext,
  items: readonly BatchItem[],
  owners: Awaited<ReturnType<typeof identifierOwners>>,
): Promise<IdentifiedPatient[]> {
  const claims = claimsOf(items);
  const identified = await identifyPatients(tx, platform.clock, [...claims.values()], owners);
  const byKey = new Map([...claims.keys()].map((key, index) => [key, identified[index]!]));
  const chosen = await chosenPatients(tx, items);
  const patients = items.map(
    (item): IdentifiedPatient => chosen.get(item) ?? byKey.get(claimKey(item.incoming.claim))!,
  );
  const recorded = new Set<string>();
  for (const [index, { patientId, created, doubt }] of patients.entries()) {
    if (!created || recorded.has(patientId)) continue;
    recorded.add(patientId);
    const { viewer, incoming } = items[index]!;
    await journal.record(tx, viewer, {
      type: "patient.created",
      subject: { type: "patient", id: patientId },
      facilityId: incoming.facilityId,
      patientId,
      data: { provisional: doubt !== null, door: incoming.door },
    });
  }
  return patients;
}

/**
 * The patients whom a person chose, or the survivors of those who were merged meanwhile. A study that is theirs already, whoever its images name,
 * is the one that more images join.
 */
async function chosenPatients(
  tx: Tx,
  items: readonly BatchItem[],
): Promise<Map<BatchItem, IdentifiedPatient>> {
  const chosen = new Map<BatchItem, IdentifiedPatient>();
  for (const item of items) {
    const { patientId: givenId, facilityId, studyUid } = item.incoming;
    if (givenId === null) continue;
    const patientId = await survivorOf(tx, givenId);
    const [study] = await tx<{ claimedId: string }[]>`
      select claimed_patient_id as "claimedId" from study
      where facility_id = ${facilityId} and study_instance_uid = ${studyUid} and patient_id = ${patientId}
      order by claimed_patient_id = ${patientId} desc, id limit 1`;
    const claimedId = study?.claimedId ?? givenId;
    chosen.set(item, { patientId, claimedId, created: false, doubt: null });
  }
  return chosen;
}

type Due = (tx: Tx, afterCommit: (() => void)[]) => Promise<unknown>;

/** The facts and settle jobs that are due: once for each study, and not with every image that follows at once. */
function dueOf({ platform, journal }: BatchContext, written: readonly Written[]): Due[] {
  const now = platform.clock.now().getTime();
  const due: Due[] = [];
  for (const [key, group] of groupBy(
    written,
    ({ study, item }) => `${study.id} ${item.viewer.id} ${item.incoming.door}`,
  )) {
    const { study, item } = group[0]!;
    if (now - (study.recordedAt.get(key) ?? Number.NEGATIVE_INFINITY) < factIntervalMs) continue;
    due.push((tx, afterCommit) => {
      afterCommit.push(() => study.recordedAt.set(key, now));
      return journal.record(tx, item.viewer, {
        type: "study.received",
        subject: { type: "study", id: study.id },
        facilityId: study.facilityId,
        patientId: study.patientId,
        data: { created: study.created, door: item.incoming.door },
      });
    });
  }
  for (const [, group] of groupBy(written, ({ study }) => study.id)) {
    const { study } = group[0]!;
    // The job finds out by itself that more came since; putting it off now and then only spares it the look.
    if (now - study.settleJobAt < (platform.config.settleSeconds * 1000) / 2) continue;
    due.push((tx, afterCommit) => {
      afterCommit.push(() => {
        study.settleJobAt = now;
      });
      return addSettleJob(tx, platform, study.id);
    });
  }
  return due;
}

function remember({ cache }: BatchContext, written: readonly Written[]): void {
  for (const { study, item } of written)
    cache.set(study.facilityId, item.incoming.studyUid, study.claimedId, study);
}

async function announce(
  tx: Tx,
  context: BatchContext,
  written: readonly Written[],
  afterCommit: (() => void)[],
): Promise<void> {
  afterCommit.push(() => remember(context, written));
  await Promise.all(dueOf(context, written).map((announcement) => announcement(tx, afterCommit)));
}

function toExisting({ id, item: { incoming }, study, series }: Written): ExistingInstance {
  return {
    id,
    facilityId: incoming.facilityId,
    studyId: study.id,
    seriesId: series.id,
    patientId: study.patientId,
    SOPInstanceUID: incoming.sopUid,
    objectKey: incoming.objectKey,
    transferSyntaxUid: incoming.transferSyntaxUid,
    size: incoming.size,
    sha256: incoming.sha256,
    dataSetSha256: null,
    dataSetOffset: incoming.dataSetOffset,
    deleted: false,
  };
}

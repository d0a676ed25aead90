import {
  type ReadingClaim,
  type Role,
  reachOf,
  roles,
  type Reader as StudyReader,
} from "@isocenter/contract";
import {
  type Fragment,
  type Reader,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { type ImageSet, imagesOf } from "../archive/index.ts";
import { notify } from "../notifications/index.ts";
import { findStudy, noStudy, type StudyRow } from "./lock.ts";
import { conflict, type ReportContext } from "./report.ts";

/** A claim lapses when its holder does nothing with the study for so long. */
export const claimIdleMs = 4 * 60 * 60_000;

const mostReaders = 500;

export interface ClaimRow {
  studyId: string;
  userId: string;
  userName: string;
  claimedAt: Date;
  activeAt: Date;
  assignedBy: string | null;
  assignedByName: string | null;
  knownImages: number;
  knownImagesAt: Date | null;
}

const columns = (sql: Reader): Fragment => sql`
  study_id as "studyId", user_id as "userId", user_name as "userName", claimed_at as "claimedAt", active_at as "activeAt",
  assigned_by as "assignedBy", assigned_by_name as "assignedByName", known_images as "knownImages",
  known_images_at as "knownImagesAt"`;

/** Claims that were last used before it have lapsed. */
export const lapsedBefore = (now: Date): Date => new Date(now.getTime() - claimIdleMs);

export const toClaim = (row: ClaimRow): ReadingClaim => ({
  studyId: row.studyId,
  user: { id: row.userId, name: row.userName },
  since: row.claimedAt.toISOString(),
  activeAt: row.activeAt.toISOString(),
  expiresAt: new Date(row.activeAt.getTime() + claimIdleMs).toISOString(),
  assignedBy: row.assignedBy === null ? null : { id: row.assignedBy, name: row.assignedByName ?? "" },
});

/** Who is reading the study now; null: nobody. */
export async function claimOf(reader: Reader, studyId: string, now: Date): Promise<ClaimRow | null> {
  return (await claimsOf(reader, [studyId], now)).get(studyId) ?? null;
}

/** Who is reading which of the studies now. */
export async function claimsOf(
  reader: Reader,
  studyIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, ClaimRow>> {
  if (studyIds.length === 0) return new Map();
  const rows = await reader<ClaimRow[]>`
    select ${columns(reader)} from reading_claim
    where study_id = any(${[...studyIds]}::uuid[]) and active_at > ${lapsedBefore(now)}`;
  return new Map(rows.map((row) => [row.studyId, row]));
}

/** Another reads the study; `claim` says since when. */
export const claimed = (row: ClaimRow): Refusal =>
  new Refusal("conflict", "study.claimed", `${row.userName} is reading this study.`, {
    members: { claim: toClaim(row) },
  });

/**
 * The viewer takes the study to read. Who has it already keeps it; one statement decides between two who claim at once.
 * @throws Refusal `conflict` (`study.claimed`), with who reads it and since when
 */
export async function takeClaim(
  tx: Tx,
  viewer: Viewer,
  study: StudyRow,
  images: ImageSet,
  { clock, journal }: ReportContext,
): Promise<ClaimRow> {
  const now = clock.now();
  for (let attempt = 0; attempt < 3; attempt++) {
    const [row] = await tx<(ClaimRow & { taken: boolean })[]>`
      insert into reading_claim ${tx({
        study_id: study.id,
        facility_id: study.facilityId,
        user_id: viewer.id,
        user_name: viewer.name,
        claimed_at: now,
        active_at: now,
        known_images: images.count,
        known_images_at: images.newestAt,
      })} on conflict (study_id) do update set
        user_id = excluded.user_id, user_name = excluded.user_name, active_at = excluded.active_at,
        claimed_at = ${kept(tx, "claimed_at", now)}, assigned_by = ${kept(tx, "assigned_by", now, "null")},
        assigned_by_name = ${kept(tx, "assigned_by_name", now, "null")}, known_images = ${kept(tx, "known_images", now)},
        known_images_at = ${kept(tx, "known_images_at", now)}
      where reading_claim.user_id = excluded.user_id or reading_claim.active_at <= ${lapsedBefore(now)}
      returning ${columns(tx)}`;
    if (row) {
      if (row.claimedAt.getTime() === now.getTime())
        await journal.record(tx, viewer, {
          type: "reading.claimed",
          subject: { type: "study", id: study.id },
          facilityId: study.facilityId,
          patientId: study.patientId,
          people: [viewer.id],
          data: { orderId: study.orderId },
        });
      return row;
    }
    const holder = await claimOf(tx, study.id, now);
    if (holder && holder.userId !== viewer.id) throw claimed(holder);
  }
  throw conflict("study.claim-changed", "The claim changed hands at this moment. Try again.");
}

/** The column as it is while the holder stays and the claim has not lapsed, else of the new claim. Column names are ours. */
const kept = (tx: Tx, column: string, now: Date, other = `excluded.${column}`): Fragment => tx`
  case when reading_claim.user_id = excluded.user_id and reading_claim.active_at > ${lapsedBefore(now)} then reading_claim.${tx.unsafe(column)} else ${tx.unsafe(other)} end`;

/** The holder is at work. */
export async function touchClaim(tx: Tx, viewer: Viewer, studyId: string, now: Date): Promise<void> {
  await tx`
    update reading_claim set active_at = ${now}
    where study_id = ${studyId} and user_id = ${viewer.id} and active_at > ${lapsedBefore(now)}`;
}

/** What is read is no longer claimed. @param holderId only a claim of theirs */
export async function endClaim(tx: Tx, studyId: string, holderId?: string): Promise<void> {
  await tx`
    delete from reading_claim where study_id = ${studyId} ${holderId ? tx`and user_id = ${holderId}` : tx``}`;
}

async function readableStudy(tx: Reader, viewer: Viewer, studyId: string): Promise<StudyRow> {
  const study = await findStudy(tx, viewer, studyId);
  if (study.deleted) throw noStudy();
  if (study.status === "CANCELLED")
    throw conflict("study.cancelled", "The study is CANCELLED: there is nothing to read.");
  return study;
}

/** @throws Refusal `not-found` (`study.not-found`), `conflict` (`study.claimed`, `study.cancelled`), `forbidden` */
export async function claimStudy(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  context: ReportContext,
): Promise<ReadingClaim> {
  requirePermission(viewer, "reading.claim");
  requireReader(viewer);
  const study = await readableStudy(tx, viewer, studyId);
  return toClaim(await takeClaim(tx, viewer, study, await imagesOf(tx, studyId), context));
}

function requireReader(viewer: Viewer): void {
  if (viewer.kind !== "user")
    throw new Refusal("forbidden", "api-key.may-not-read", "People read studies, not keys.");
}

/**
 * Gives the study back to the list; whose claim it is not needs `reading.assign`. Where nobody reads it nothing changes.
 * @throws Refusal `not-found` (`study.not-found`), `conflict` (`study.claimed`), `forbidden`
 */
export async function releaseStudy(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  { clock, journal }: ReportContext,
): Promise<void> {
  requirePermission(viewer, "reading.claim");
  const study = await findStudy(tx, viewer, studyId);
  const now = clock.now();
  const [holder] = await tx<ClaimRow[]>`
    select ${columns(tx)} from reading_claim where study_id = ${studyId} and active_at > ${lapsedBefore(now)} for update`;
  if (!holder) return;
  if (holder.userId !== viewer.id && reachOf(viewer.roles, "reading.assign") === null) throw claimed(holder);
  await endClaim(tx, studyId);
  await journal.record(tx, viewer, {
    type: "reading.released",
    subject: { type: "study", id: studyId },
    facilityId: study.facilityId,
    patientId: study.patientId,
    people: [...new Set([viewer.id, holder.userId])],
    data: { orderId: study.orderId, heldBy: holder.userId },
  });
}

/**
 * Gives the study to somebody to read, or takes it over, also from whoever has it; both are told.
 * @throws Refusal `not-found` (`study.not-found`), `invalid` (`reading.unknown-reader`), `conflict` (`study.cancelled`), `forbidden`
 */
export async function assignStudy(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  userId: string,
  { clock, journal }: ReportContext,
): Promise<ReadingClaim> {
  requirePermission(viewer, "reading.assign");
  const study = await readableStudy(tx, viewer, studyId);
  const reader = await readerAt(tx, userId, study.facilityId);
  const now = clock.now();
  const images = await imagesOf(tx, studyId);
  const [before] = await tx<{ userId: string; activeAt: Date }[]>`
    select user_id as "userId", active_at as "activeAt" from reading_claim where study_id = ${studyId} for update`;
  const claim = {
    facility_id: study.facilityId,
    user_id: userId,
    user_name: reader,
    claimed_at: now,
    active_at: now,
    assigned_by: viewer.id,
    assigned_by_name: viewer.name,
    known_images: images.count,
    known_images_at: images.newestAt,
  };
  const [row] = await tx<ClaimRow[]>`
    insert into reading_claim ${tx({ study_id: studyId, ...claim })}
    on conflict (study_id) do update set ${tx(claim)} returning ${columns(tx)}`;
  const from =
    before && before.activeAt > lapsedBefore(now) && before.userId !== userId ? before.userId : null;
  const subject = { type: "study", id: studyId };
  const { id: factId } = await journal.record(tx, viewer, {
    type: "reading.assigned",
    subject,
    facilityId: study.facilityId,
    patientId: study.patientId,
    people: from ? [userId, from] : [userId],
    data: { orderId: study.orderId, to: userId, from },
  });
  const told = { level: "INFO", facilityId: study.facilityId, subject, patientId: study.patientId } as const;
  await notify(tx, clock, [
    ...(userId === viewer.id
      ? []
      : [{ ...told, kind: "reading.assigned", to: { people: [userId] }, key: `reading.assigned:${factId}` }]),
    ...(from === null || from === viewer.id
      ? []
      : [
          {
            ...told,
            kind: "reading.taken-over",
            to: { people: [from] },
            data: { by: userId },
            key: `reading.taken-over:${factId}`,
          },
        ]),
  ]);
  return toClaim(row!);
}

/** Who reads at the study's facility, by name, with how much each has now. @throws Refusal `not-found`, `forbidden` */
export async function listReaders(
  reader: Reader,
  viewer: Viewer,
  studyId: string,
  now: Date,
): Promise<StudyReader[]> {
  requirePermission(viewer, "reading.assign");
  const { facilityId } = await readableStudy(reader, viewer, studyId);
  const reads = roles.filter((role) => reachOf([role], "reports.write") !== null);
  return await reader<StudyReader[]>`
    select u.id, coalesce(nullif(u.full_name, ''), u.username) as name,
      (select count(*)::int from reading_claim c
        where c.user_id = u.id and c.facility_id = ${facilityId} and c.active_at > ${lapsedBefore(now)}) as claims
    from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
    where u.active and exists (select 1 from user_role r where r.user_id = u.id and r.role = any(${reads}::text[]))
    order by name, u.id limit ${mostReaders}`;
}

/** The name of somebody who may read at the facility. @throws Refusal `invalid` (`reading.unknown-reader`) */
async function readerAt(tx: Tx, userId: string, facilityId: string): Promise<string> {
  const [user] = await tx<{ name: string; roles: Role[] }[]>`
    select coalesce(nullif(u.full_name, ''), u.username) as name, array(select role from user_role r where r.user_id = u.id) as roles
    from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId} where u.id = ${userId} and u.active`;
  if (user && reachOf(user.roles, "reports.write") !== null) return user.name;
  const message = "is nobody who reads studies at this facility";
  throw new Refusal("invalid", "reading.unknown-reader", `userId ${message}.`, {
    errors: [{ path: "body.userId", message }],
  });
}

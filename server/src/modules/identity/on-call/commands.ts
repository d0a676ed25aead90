import type { OnCallRoster, ReplaceOnCall } from "@isocenter/contract";
import {
  checkVersion,
  newId,
  Refusal,
  type RefusalDetail,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import type { IdentityDeps } from "../deps.ts";
import { activeUsersAmong } from "../staff/people.ts";
import { entriesBetween, foldService, rosterActions } from "./queries.ts";

const dayMs = 86_400_000;
const longestRangeMs = 400 * dayMs;
const longestShiftMs = 31 * dayMs;

interface Shift {
  userId: string;
  startsAt: Date;
  endsAt: Date;
  level: number;
}

const wrongShifts = (code: string, errors: readonly RefusalDetail[]): Refusal =>
  new Refusal("invalid", code, `${errors[0]!.path.replace(/^body\./, "")} ${errors[0]!.message}.`, {
    errors,
  });

function readRange(input: ReplaceOnCall): { from: Date; to: Date } {
  const [from, to] = [new Date(input.from), new Date(input.to)];
  const length = to.getTime() - from.getTime();
  if (length > 0 && length <= longestRangeMs) return { from, to };
  throw wrongShifts("on-call.invalid-range", [
    { path: "body.to", message: length > 0 ? "must be at most 400 days after from" : "must be after from" },
  ]);
}

function readShifts(input: ReplaceOnCall, from: Date, to: Date): Shift[] {
  const errors: RefusalDetail[] = [];
  const shifts = input.entries.map((entry, index): Shift => {
    const [startsAt, endsAt] = [new Date(entry.startsAt), new Date(entry.endsAt)];
    const path = `body.entries.${index}`;
    const length = endsAt.getTime() - startsAt.getTime();
    if (length <= 0) errors.push({ path: `${path}.endsAt`, message: "must be after startsAt" });
    else if (length > longestShiftMs)
      errors.push({ path: `${path}.endsAt`, message: "must be at most 31 days after startsAt" });
    if (startsAt < from || endsAt > to)
      errors.push({ path: `${path}.startsAt`, message: "must lie between from and to, with its end" });
    return { userId: entry.userId.toLowerCase(), startsAt, endsAt, level: entry.level ?? 1 };
  });
  if (errors.length > 0) throw wrongShifts("on-call.invalid-entry", errors.slice(0, 50));
  return shifts;
}

/**
 * A level is one person's at a time, and a person has one level at a time: else nobody knows who is called.
 * @throws Refusal `conflict` (`on-call.overlap`)
 */
function refuseOverlaps(shifts: readonly Shift[]): void {
  const indexed = shifts.map((shift, index) => ({ ...shift, index }));
  for (const key of ["level", "userId"] as const) {
    const sorted = [...indexed].sort(
      (a, b) => String(a[key]).localeCompare(String(b[key])) || a.startsAt.getTime() - b.startsAt.getTime(),
    );
    sorted.forEach((shift, position) => {
      const before = sorted[position - 1];
      if (!before || before[key] !== shift[key] || before.endsAt <= shift.startsAt) return;
      const message = `overlaps entries.${before.index} ${key === "level" ? "at the same level" : "of the same person"}`;
      throw new Refusal("conflict", "on-call.overlap", `entries.${shift.index} ${message}.`, {
        errors: [{ path: `body.entries.${shift.index}`, message }],
      });
    });
  }
}

/** @throws Refusal `invalid` (`user.unknown`) where somebody is no active user of the facility */
async function checkPeople(tx: Tx, facilityId: string, shifts: readonly Shift[]): Promise<void> {
  const known = await activeUsersAmong(
    tx,
    facilityId,
    shifts.map(({ userId }) => userId),
  );
  const errors = shifts.flatMap(({ userId }, index) =>
    known.some(({ id }) => id === userId)
      ? []
      : [{ path: `body.entries.${index}.userId`, message: "must be an active user of the facility" }],
  );
  if (errors.length > 0) throw wrongShifts("user.unknown", errors.slice(0, 50));
}

/** The roster's version before this change, its row locked; made where nobody was ever on it. */
async function lockRoster(tx: Tx, facilityId: string, service: string, now: Date): Promise<number> {
  await tx`insert into on_call_roster (facility_id, service, service_folded, version, updated_at)
    values (${facilityId}, ${service}, ${foldService(service)}, 0, ${now}) on conflict do nothing`;
  const [row] = await tx<{ version: number }[]>`
    select version from on_call_roster where facility_id = ${facilityId} and service_folded = ${foldService(service)} for update`;
  return row!.version;
}

/** Takes what stands between the two times away; what reaches over them keeps its part outside. */
async function clearRange(
  tx: Tx,
  { platform: { clock } }: IdentityDeps,
  where: { facilityId: string; folded: string; from: Date; to: Date },
): Promise<void> {
  const { facilityId, folded, from, to } = where;
  const cut = await tx<Shift[]>`
    delete from on_call where facility_id = ${facilityId} and service_folded = ${folded} and ends_at > ${from} and starts_at < ${to}
    returning user_id as "userId", starts_at as "startsAt", ends_at as "endsAt", level`;
  const rest = cut.flatMap((shift) => [
    ...(shift.startsAt < from ? [{ ...shift, endsAt: from }] : []),
    ...(shift.endsAt > to ? [{ ...shift, startsAt: to }] : []),
  ]);
  await insertShifts(tx, rest, { facilityId, folded, newId: () => newId(clock), now: clock.now() });
}

async function insertShifts(
  tx: Tx,
  shifts: readonly Shift[],
  { facilityId, folded, now, newId }: { facilityId: string; folded: string; now: Date; newId: () => string },
): Promise<void> {
  if (shifts.length === 0) return;
  await tx`insert into on_call ${tx(
    shifts.map(({ userId, startsAt, endsAt, level }) => ({
      id: newId(),
      facility_id: facilityId,
      service_folded: folded,
      user_id: userId,
      starts_at: startsAt,
      ends_at: endsAt,
      level,
      created_at: now,
    })),
  )}`;
}

/**
 * Replaces the roster of a service between two times.
 * @throws Refusal `not-found` (`facility.not-found`), `conflict` (`version.conflict`, `on-call.overlap`), `invalid` (`on-call.invalid-range`,
 *   `on-call.invalid-entry`, `user.unknown`)
 */
export async function replaceOnCall(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  input: ReplaceOnCall,
): Promise<OnCallRoster> {
  requirePermission(viewer, "on-call.manage");
  const { clock } = deps.platform;
  const facilityId = input.facilityId?.toLowerCase() ?? viewer.homeFacilityId;
  if (!viewer.facilityIds.includes(facilityId))
    throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
  const { from, to } = readRange(input);
  const shifts = readShifts(input, from, to);
  refuseOverlaps(shifts);
  await checkPeople(tx, facilityId, shifts);
  const service = input.service.trim();
  const folded = foldService(service);
  const now = clock.now();
  const version = await lockRoster(tx, facilityId, service, now);
  checkVersion(input.expectedVersion, version);
  await clearRange(tx, deps, { facilityId, folded, from, to });
  await insertShifts(tx, shifts, { facilityId, folded, newId: () => newId(clock), now });
  await tx`update on_call_roster set version = version + 1, updated_at = ${now}
    where facility_id = ${facilityId} and service_folded = ${folded}`;
  await deps.journal.record(tx, viewer, {
    type: "on-call.changed",
    subject: { type: "on-call", id: service },
    facilityId,
    people: [...new Set(shifts.map(({ userId }) => userId))],
    data: { from: from.toISOString(), to: to.toISOString(), entries: shifts.length, version: version + 1 },
  });
  const entries = await entriesBetween(tx, viewer, { facilityId, folded, from, to });
  return {
    facilityId,
    service: entries[0]?.service ?? service,
    from: from.toISOString(),
    to: to.toISOString(),
    version: version + 1,
    actions: rosterActions(viewer),
    entries,
  };
}

import type { CreateBreakGlass } from "@isocenter/contract";
import {
  type Clock,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { type IdentityDeps, keepBrokenGlass } from "../../identity/index.ts";
import type { Journal } from "../../journal/index.ts";
import { notify } from "../../notifications/index.ts";
import { survivorOf } from "../merged.ts";
import { findByIdentifier } from "../proof.ts";
import { noPatient } from "../refusals.ts";
import { facilities } from "../sql.ts";
import { privacyOfficers } from "./watchers.ts";

const lastsMs = 60 * 60_000;
/** More at once is no emergency of one person. */
const mostOpen = 20;

export interface GlassContext {
  clock: Clock;
  journal: Journal;
  identity: IdentityDeps;
}

/**
 * The viewer sees the patient's records for an hour from now although they are not in their care: to read alone. The administrators and the privacy
 * officer of the facility are told.
 * @returns its id
 * @throws Refusal `forbidden` (also `break-glass.only-people`), `not-found` (`patient.not-found`: also where none of the viewer's facilities knows
 *   them), `invalid` (`break-glass.whom`), `conflict` (`patient.ambiguous`, `break-glass.too-many`)
 */
export async function breakGlass(
  tx: Tx,
  viewer: Viewer,
  input: CreateBreakGlass,
  { clock, journal, identity }: GlassContext,
): Promise<string> {
  requirePermission(viewer, "break-glass");
  if (viewer.kind !== "user")
    throw new Refusal("forbidden", "break-glass.only-people", "Glass is broken by people, not by keys.");
  const patientId = await survivorOf(tx, await whom(tx, viewer, input));
  const facilityId = await facilityOf(tx, viewer, patientId);
  const now = clock.now();
  // Two at once are counted one after the other.
  await tx`select from app_user where id = ${viewer.id} for no key update`;
  const [{ open = 0 } = {}] = await tx<{ open: number }[]>`
    select count(*)::int as open from break_glass where user_id = ${viewer.id} and ends_at > ${now}`;
  if (open >= mostOpen) {
    throw new Refusal(
      "conflict",
      "break-glass.too-many",
      `You broke the glass ${open} times in the last hour. Ask an administrator to name you on the care teams.`,
    );
  }
  const id = newId(clock);
  const endsAt = new Date(now.getTime() + lastsMs);
  const reason = input.reason.trim();
  await keepBrokenGlass(tx, identity, {
    id,
    userId: viewer.id,
    patientId,
    facilityId,
    reason,
    startsAt: now,
    endsAt,
  });
  await journal.record(tx, viewer, {
    type: "access.broken-glass",
    subject: { type: "patient", id: patientId },
    facilityId,
    patientId,
    people: [viewer.id],
    data: { breakGlassId: id, endsAt: endsAt.toISOString() },
  });
  const notice = {
    kind: "access.broken-glass",
    level: "IMPORTANT",
    facilityId,
    subject: { type: "patient", id: patientId },
    patientId,
    data: { breakGlassId: id, userId: viewer.id, userName: viewer.name, endsAt: endsAt.toISOString() },
    key: `access.broken-glass:${id}`,
  } as const;
  await notify(tx, clock, [
    { ...notice, to: { roles: ["ADMINISTRATOR"] } },
    { ...notice, to: { people: await privacyOfficers(tx, facilityId) } },
  ]);
  return id;
}

async function whom(
  tx: Tx,
  viewer: Viewer,
  { patientId, identifier, issuer }: CreateBreakGlass,
): Promise<string> {
  if ((patientId === undefined) === (identifier === undefined)) {
    throw new Refusal("invalid", "break-glass.whom", "Name the patient by `patientId` or by `identifier`.", {
      errors: [{ path: "body.patientId", message: "give either this or identifier" }],
    });
  }
  if (patientId !== undefined) return patientId.toLowerCase();
  const found = await findByIdentifier(tx, viewer, { identifier: identifier!, issuer });
  if (found.length > 1) {
    throw new Refusal(
      "conflict",
      "patient.ambiguous",
      "Several patients have this identifier: name its issuer as well.",
    );
  }
  const [id] = found;
  if (id === undefined) throw noPatient();
  return id;
}

/** Where it counts: the viewer's home if that knows the patient, else the first that does. */
async function facilityOf(tx: Tx, viewer: Viewer, patientId: string): Promise<string> {
  const [row] = await tx<{ id: string }[]>`
    select f.facility_id as id from patient_facility f
    where f.patient_id = ${patientId} and f.facility_id = any(${facilities(viewer)}::uuid[])
    order by f.facility_id <> ${viewer.homeFacilityId}::uuid, f.facility_id limit 1`;
  if (!row) throw noPatient();
  return row.id;
}

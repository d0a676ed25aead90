import type { ChangeHl7System, CreateHl7System, Hl7System } from "@isocenter/contract";
import {
  checkVersion,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { requireFacility } from "../commands.ts";
import type { PeersDeps } from "../deps.ts";
import { readFingerprint, readHost } from "../modality.ts";
import { shownSystem, systemRow } from "./queries.ts";
import { checkSystem, type Hl7SystemRow } from "./system.ts";

const taken = (error: unknown): unknown =>
  (error as { code?: string }).code === "23505"
    ? new Refusal(
        "conflict",
        "hl7-system.names-taken",
        "Another system has this application and sending facility.",
      )
    : error;

/** What the journal says of a system. */
const factData = (
  row: Pick<Hl7SystemRow, "application" | "sending_facility" | "receives" | "sends" | "enabled">,
) => ({
  application: row.application,
  sendingFacility: row.sending_facility,
  receives: row.receives,
  sends: row.sends,
  enabled: row.enabled,
});

/** @throws Refusal `invalid` (`hl7-system.unknown-provider`) */
async function requireUser(tx: Tx, row: Pick<Hl7SystemRow, "provider_id" | "facility_id">): Promise<void> {
  if (row.provider_id === null) return;
  const [known] = await tx`
    select 1 from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${row.facility_id}
    where u.id = ${row.provider_id} and u.active`;
  if (known) return;
  const message = "It must be a user who is active at the facility.";
  throw new Refusal("invalid", "hl7-system.unknown-provider", message, {
    errors: [{ path: "providerId", message }],
  });
}

const given = <T>(value: T | undefined, before: T): T => (value === undefined ? before : value);
const hostOf = (host: string | null): string | null => (host === null ? null : readHost(host));

const columnsOf = (
  input: Omit<ChangeHl7System, "expectedVersion">,
  before: Omit<Hl7SystemRow, "id" | "failing_since" | "version" | "created_at" | "updated_at">,
) => ({
  name: input.name?.trim() || before.name,
  facility_id: input.facilityId ?? before.facility_id,
  application: input.application?.trim() || before.application,
  sending_facility: given(input.sendingFacility, before.sending_facility)?.trim() || null,
  address: input.address === undefined ? before.address : hostOf(input.address),
  certificate_sha256:
    input.certificateSha256 === undefined
      ? before.certificate_sha256
      : readFingerprint(input.certificateSha256),
  host: input.host === undefined ? before.host : hostOf(input.host),
  port: given(input.port, before.port),
  tls: input.tls ?? before.tls,
  patient_id_issuer: given(input.patientIdIssuer, before.patient_id_issuer),
  provider_id: given(input.providerId, before.provider_id),
  receives: input.receives ?? before.receives,
  sends: input.sends ?? before.sends,
  character_set: given(input.characterSet, before.character_set),
  hl7_version: input.hl7Version ?? before.hl7_version,
  pdf: input.pdf ?? before.pdf,
  enabled: input.enabled ?? before.enabled,
});

/** @throws Refusal `conflict` (`hl7-system.names-taken`), `invalid`, `forbidden` */
export async function createSystem(
  deps: PeersDeps,
  tx: Tx,
  viewer: Viewer,
  input: CreateHl7System,
): Promise<Hl7System> {
  requirePermission(viewer, "hl7.manage");
  const facilityId = input.facilityId ?? viewer.homeFacilityId;
  await requireFacility(tx, viewer, facilityId);
  const now = deps.clock.now();
  const columns = columnsOf(input, {
    name: input.name,
    facility_id: facilityId,
    application: input.application,
    sending_facility: null,
    address: null,
    certificate_sha256: null,
    host: null,
    port: null,
    tls: false,
    patient_id_issuer: null,
    provider_id: null,
    receives: [],
    sends: [],
    character_set: null,
    hl7_version: "2.5.1",
    pdf: false,
    enabled: true,
  });
  checkSystem(columns);
  await requireUser(tx, columns);
  const row = { id: newId(deps.clock), ...columns, created_at: now, updated_at: now };
  await tx`insert into hl7_systems ${tx(row)}`.catch((error) => {
    throw taken(error);
  });
  await deps.journal.record(tx, viewer, {
    type: "hl7-system.created",
    subject: { type: "hl7-system", id: row.id },
    facilityId,
    data: factData(row),
  });
  return await shownSystem(tx, viewer, row.id);
}

/** @throws Refusal `not-found`, `conflict` (`version.conflict`, `hl7-system.names-taken`), `invalid`, `forbidden` */
export async function changeSystem(
  deps: PeersDeps,
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: ChangeHl7System,
): Promise<Hl7System> {
  requirePermission(viewer, "hl7.manage");
  const before = await systemRow(tx, viewer, id, true);
  checkVersion(input.expectedVersion, before.version);
  if (input.facilityId !== undefined) await requireFacility(tx, viewer, input.facilityId);
  const after = columnsOf(input, before);
  checkSystem(after);
  if (after.provider_id !== before.provider_id || after.facility_id !== before.facility_id)
    await requireUser(tx, after);
  const changed = Object.keys(after).filter(
    (name) =>
      JSON.stringify(after[name as keyof typeof after]) !==
      JSON.stringify(before[name as keyof typeof after]),
  );
  if (changed.length === 0) return await shownSystem(tx, viewer, id);
  // Where it was away it may be there again, now that somebody has looked.
  await tx`
    update hl7_systems set ${tx(after)}, resume_at = null, version = version + 1, updated_at = ${deps.clock.now()}
    where id = ${id}`.catch((error) => {
    throw taken(error);
  });
  await deps.journal.record(tx, viewer, {
    type: "hl7-system.changed",
    subject: { type: "hl7-system", id },
    facilityId: after.facility_id,
    data: { changed, ...factData(after) },
  });
  return await shownSystem(tx, viewer, id);
}

/** Its messages stay. @throws Refusal `not-found`, `forbidden` */
export async function removeSystem(deps: PeersDeps, tx: Tx, viewer: Viewer, id: string): Promise<void> {
  requirePermission(viewer, "hl7.manage");
  const row = await systemRow(tx, viewer, id, true);
  // Nobody would send them any more.
  await tx`
    update hl7_messages set status = 'FAILED', reason = 'The system was removed.', next_attempt_at = null, version = version + 1
    where system_id = ${id} and status = 'QUEUED'`;
  await tx`delete from hl7_systems where id = ${id}`;
  await deps.journal.record(tx, viewer, {
    type: "hl7-system.removed",
    subject: { type: "hl7-system", id },
    facilityId: row.facility_id,
    data: factData(row),
  });
}

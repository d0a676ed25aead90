import type { ChangeModality, CreateModality, Modality } from "@isocenter/contract";
import {
  checkVersion,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import type { PeersDeps } from "./deps.ts";
import {
  type ModalityRow,
  modalityOf,
  readFingerprint,
  readHost,
  readPermissions,
  readTransferSyntaxes,
} from "./modality.ts";
import { modalityRow } from "./queries.ts";
import { dropItemsOf } from "./queue/commands.ts";

/** Facilities that are not the viewer's do not exist for it. */
export async function requireFacility(tx: Tx, viewer: Viewer, facilityId: string): Promise<void> {
  const [known] = viewer.facilityIds.includes(facilityId)
    ? await tx`select 1 from facility where id = ${facilityId}`
    : [];
  if (known) return;
  const message = "There is no such facility.";
  throw new Refusal("invalid", "modality.unknown-facility", message, {
    errors: [{ path: "facilityId", message }],
  });
}

const taken = (error: unknown, aeTitle: string): unknown =>
  (error as { code?: string }).code === "23505"
    ? new Refusal("conflict", "modality.title-taken", `The AE title ${aeTitle} is taken.`)
    : error;

/** Whoever becomes known does not knock any more. */
const forgetKnocks = (
  tx: Tx,
  row: { ae_title: string; host: string; certificate_sha256: string | null },
) => tx`
  delete from knocking_caller where ae_title = ${row.ae_title}
    and (reason = 'UNKNOWN_TITLE' or address = ${row.host} or certificate_sha256 = ${row.certificate_sha256})`;

/** What the journal says of a modality. */
const factData = (row: Pick<ModalityRow, "ae_title" | "host" | "port" | "tls" | "permissions">) => ({
  aeTitle: row.ae_title,
  host: row.host,
  port: row.port,
  tls: row.tls,
  permissions: row.permissions,
});

/** @throws Refusal `conflict` (`modality.title-taken`), `invalid`, `forbidden` */
export async function createModality(
  deps: PeersDeps,
  tx: Tx,
  viewer: Viewer,
  input: CreateModality,
): Promise<Modality> {
  requirePermission(viewer, "modalities.manage");
  const facilityId = input.facilityId ?? viewer.homeFacilityId;
  await requireFacility(tx, viewer, facilityId);
  const row = {
    id: newId(deps.clock),
    ae_title: input.aeTitle,
    host: readHost(input.host),
    port: input.port,
    tls: input.tls ?? false,
    certificate_sha256: readFingerprint(input.certificateSha256 ?? null),
    request_commitment: input.commit ?? false,
    transfer_syntaxes: readTransferSyntaxes(input.transferSyntaxes ?? []),
    description: input.description ?? null,
    facility_id: facilityId,
    patient_id_issuer: input.patientIdIssuer ?? null,
    permissions: readPermissions(input.permissions),
    created_at: deps.clock.now(),
  };
  const [made] = await tx<ModalityRow[]>`insert into modality ${tx(row)} returning *`.catch((error) => {
    throw taken(error, input.aeTitle);
  });
  await forgetKnocks(tx, row);
  await deps.journal.record(tx, viewer, {
    type: "modality.created",
    subject: { type: "modality", id: row.id },
    facilityId,
    data: factData(row),
  });
  return modalityOf(made!);
}

/** @throws Refusal `not-found`, `conflict` (`version.conflict`, `modality.title-taken`), `invalid`, `forbidden` */
export async function changeModality(
  deps: PeersDeps,
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: ChangeModality,
): Promise<Modality> {
  requirePermission(viewer, "modalities.manage");
  const before = await modalityRow(tx, viewer, id, true);
  checkVersion(input.expectedVersion, before.version);
  if (input.facilityId !== undefined) await requireFacility(tx, viewer, input.facilityId);
  const after = {
    ae_title: input.aeTitle ?? before.ae_title,
    host: input.host === undefined ? before.host : readHost(input.host),
    port: input.port ?? before.port,
    tls: input.tls ?? before.tls,
    certificate_sha256:
      input.certificateSha256 === undefined
        ? before.certificate_sha256
        : readFingerprint(input.certificateSha256),
    request_commitment: input.commit ?? before.request_commitment,
    transfer_syntaxes:
      input.transferSyntaxes === undefined
        ? before.transfer_syntaxes
        : readTransferSyntaxes(input.transferSyntaxes),
    description: input.description === undefined ? before.description : input.description,
    facility_id: input.facilityId ?? before.facility_id,
    patient_id_issuer: input.patientIdIssuer === undefined ? before.patient_id_issuer : input.patientIdIssuer,
    permissions: input.permissions === undefined ? before.permissions : readPermissions(input.permissions),
  };
  const changed = Object.keys(after).filter(
    (name) =>
      JSON.stringify(after[name as keyof typeof after]) !==
      JSON.stringify(before[name as keyof typeof after]),
  );
  if (changed.length === 0) return modalityOf(before);
  const [row] = await tx<ModalityRow[]>`
    update modality set ${tx(after)}, version = version + 1 where id = ${id} returning *`.catch((error) => {
    throw taken(error, after.ae_title);
  });
  await forgetKnocks(tx, after);
  await deps.journal.record(tx, viewer, {
    type: "modality.changed",
    subject: { type: "modality", id },
    facilityId: after.facility_id,
    data: { changed, ...factData(after) },
  });
  return modalityOf(row!);
}

/** @throws Refusal `not-found`, `forbidden` */
export async function removeModality(deps: PeersDeps, tx: Tx, viewer: Viewer, id: string): Promise<void> {
  requirePermission(viewer, "modalities.manage");
  const row = await modalityRow(tx, viewer, id, true);
  await dropItemsOf(deps, tx, viewer, id);
  await tx`delete from modality where id = ${id}`;
  await deps.journal.record(tx, viewer, {
    type: "modality.removed",
    subject: { type: "modality", id },
    facilityId: row.facility_id,
    data: factData(row),
  });
}

import type { LetIn, Modality } from "@isocenter/contract";
import { Refusal, requirePermission, type Tx, type Viewer } from "../../platform/index.ts";
import { changeModality, createModality } from "./commands.ts";
import type { PeersDeps } from "./deps.ts";
import { type KnockRow, mayBeLetIn } from "./queries.ts";

/** Where most modalities listen; it matters only for who is called by us. */
const usualPort = 104;

async function knockRow(tx: Tx, id: string): Promise<KnockRow> {
  const [row] = await tx<KnockRow[]>`select * from knocking_caller where id = ${id} for update`;
  if (!row) throw new Refusal("not-found", "knock.not-found", "This caller does not knock any more.");
  return row;
}

/**
 * Makes a modality of the caller, or gives the one with its title the address or certificate that it came with.
 * @throws Refusal `not-found` (`knock.not-found`), `conflict` (`knock.mend-at-modality`, `modality.title-taken`), `invalid`, `forbidden`
 */
export async function letIn(
  deps: PeersDeps,
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: LetIn,
): Promise<Modality> {
  requirePermission(viewer, "modalities.manage");
  const knock = await knockRow(tx, id);
  if (!mayBeLetIn(knock)) {
    const detail =
      knock.reason === "OTHER_CALLED_TITLE"
        ? `It is known already, but calls us ${knock.called_ae_title}: correct the called AE title at the modality.`
        : "It came without a certificate: give it one, or take the fingerprint from the modality.";
    throw new Refusal("conflict", "knock.mend-at-modality", detail);
  }
  const { certificate_sha256: certificateSha256 } = knock;
  const [known] = await tx<{ id: string; facilityId: string }[]>`
    select id, facility_id as "facilityId" from modality where ae_title = ${knock.ae_title}`;
  if (known && viewer.facilityIds.includes(known.facilityId)) {
    const proof = knock.reason === "OTHER_CERTIFICATE" ? { certificateSha256 } : { host: knock.address };
    return changeModality(deps, tx, viewer, known.id, { ...input, ...proof });
  }
  return createModality(deps, tx, viewer, {
    aeTitle: knock.ae_title,
    host: knock.address,
    port: usualPort,
    certificateSha256,
    permissions: ["echo", "store"],
    ...input,
  });
}

/** Takes the caller from the list; it comes back when it knocks again. @throws Refusal `not-found` (`knock.not-found`), `forbidden` */
export async function dismissKnock(deps: PeersDeps, tx: Tx, viewer: Viewer, id: string): Promise<void> {
  requirePermission(viewer, "modalities.manage");
  const knock = await knockRow(tx, id);
  await tx`delete from knocking_caller where id = ${id}`;
  await deps.journal.record(tx, viewer, {
    type: "modality.knock-dismissed",
    subject: { type: "caller", id: knock.ae_title },
    facilityId: null,
    data: { address: knock.address, reason: knock.reason, attempts: knock.attempts },
  });
}

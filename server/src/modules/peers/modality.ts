import { type Modality, type PeerPermission, type Permission, peerPermissions } from "@isocenter/contract";
import { transferSyntax } from "@isocenter/dicom";
import { Refusal } from "../../platform/index.ts";

export interface ModalityRow {
  id: string;
  ae_title: string;
  host: string;
  port: number;
  tls: boolean;
  certificate_sha256: string | null;
  request_commitment: boolean;
  transfer_syntaxes: string[];
  description: string | null;
  facility_id: string;
  patient_id_issuer: string | null;
  permissions: PeerPermission[];
  version: number;
  created_at: Date;
}

export const modalityOf = (row: ModalityRow): Modality => ({
  id: row.id,
  aeTitle: row.ae_title,
  host: row.host,
  port: row.port,
  tls: row.tls,
  certificateSha256: row.certificate_sha256,
  commit: row.request_commitment,
  transferSyntaxes: row.transfer_syntaxes,
  description: row.description,
  facilityId: row.facility_id,
  patientIdIssuer: row.patient_id_issuer,
  permissions: row.permissions,
  version: row.version,
  createdAt: row.created_at.toISOString(),
  actions: ["change", "remove", "echo"],
});

/** What each permission of a modality lets its viewer do in the modules. */
export const grantsOf: Readonly<Record<PeerPermission, readonly Permission[]>> = {
  echo: [],
  store: ["images.upload"],
  find: ["images.read"],
  move: ["images.read"],
  get: ["images.read"],
  commit: ["images.read"],
  worklist: ["orders.read"],
  mpps: ["orders.write"],
};

/** @throws Refusal `invalid` (`modality.unknown-permission`) */
export function readPermissions(words: readonly string[]): PeerPermission[] {
  const read = words.map((word) => {
    const permission = peerPermissions.find((known) => known === word.trim().toLowerCase());
    if (permission) return permission;
    const message = `${word} is not one of ${peerPermissions.join(", ")}.`;
    throw new Refusal("invalid", "modality.unknown-permission", message, {
      errors: [{ path: "permissions", message }],
    });
  });
  return peerPermissions.filter((permission) => read.includes(permission));
}

/** @throws Refusal `invalid` (`modality.invalid-host`) for what is neither an address nor a host name (RFC 1123 §2.1) */
export function readHost(text: string): string {
  const host = text.trim().toLowerCase();
  const name =
    /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
  const address = /^[0-9a-f:.]*:[0-9a-f:.]*$/;
  if (name.test(host) || address.test(host)) return host;
  const message = "The host must be an address or a host name.";
  throw new Refusal("invalid", "modality.invalid-host", message, { errors: [{ path: "host", message }] });
}

/** A fingerprint as the contract takes it, as we keep it. */
export const readFingerprint = (text: string | null): string | null =>
  text?.replaceAll(":", "").toLowerCase() ?? null;

/** @throws Refusal `invalid` (`modality.unknown-transfer-syntax`) */
export function readTransferSyntaxes(uids: readonly string[]): string[] {
  const unknown = uids.find((uid) => transferSyntax(uid) === undefined);
  if (unknown === undefined) return [...uids];
  const message = `${unknown} is no transfer syntax.`;
  throw new Refusal("invalid", "modality.unknown-transfer-syntax", message, {
    errors: [{ path: "transferSyntaxes", message }],
  });
}

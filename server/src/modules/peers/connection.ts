import { implementationClassUid, implementationVersionName } from "@isocenter/dicom";
import type { ClientTls, OpenOptions } from "@isocenter/dimse";
import { type Config, Refusal, readTlsMaterial } from "../../platform/index.ts";
import type { ModalityRow } from "./modality.ts";

/** Where a modality listens. */
export interface PeerAddress {
  aeTitle: string;
  host: string;
  port: number;
  tls?: ClientTls;
  /** Those that it is sent, the most welcome first; whatever it accepts where left out. */
  transferSyntaxes?: readonly string[];
}

/**
 * How a modality is called. By TLS it gets our certificate if it asks, and must have the one put down for it, or one that leads to an authority
 * that this system trusts.
 * @throws Refusal `unavailable` (`tls.certificate`) where our certificate cannot be read
 */
export function addressOf(
  config: Pick<Config, "tls">,
  row: Pick<ModalityRow, "ae_title" | "host" | "port" | "tls" | "certificate_sha256" | "transfer_syntaxes">,
): PeerAddress {
  const address = {
    aeTitle: row.ae_title,
    host: row.host,
    port: row.port,
    ...(row.transfer_syntaxes.length === 0 ? {} : { transferSyntaxes: row.transfer_syntaxes }),
  };
  if (!row.tls) return address;
  const own = config.tls && readTlsMaterial(config.tls);
  if (own && "mistake" in own) throw new Refusal("unavailable", "tls.certificate", own.mistake);
  return {
    ...address,
    tls: {
      ...(own ? { cert: own.cert, key: own.key } : {}),
      ...(row.certificate_sha256 === null ? {} : { certificateSha256: row.certificate_sha256 }),
    },
  };
}

/** What `openAssociation` is told of the two ends. */
export function associationWith(
  config: Pick<Config, "tls" | "aeTitle">,
  row: Parameters<typeof addressOf>[1],
): Pick<OpenOptions, "host" | "port" | "tls" | "callingAeTitle" | "calledAeTitle" | "implementation"> {
  const { aeTitle, host, port, tls } = addressOf(config, row);
  return {
    host,
    port,
    ...(tls ? { tls } : {}),
    callingAeTitle: config.aeTitle,
    calledAeTitle: aeTitle,
    implementation: { classUid: implementationClassUid, versionName: implementationVersionName },
  };
}

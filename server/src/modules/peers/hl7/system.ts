import type { Hl7Receives, Hl7Sends, Hl7System, Hl7Version } from "@isocenter/contract";
import { isCharacterSet } from "@isocenter/hl7";
import { type Reader, Refusal } from "../../../platform/index.ts";

export interface Hl7SystemRow {
  id: string;
  name: string;
  facility_id: string;
  application: string;
  sending_facility: string | null;
  address: string | null;
  certificate_sha256: string | null;
  host: string | null;
  port: number | null;
  tls: boolean;
  patient_id_issuer: string | null;
  provider_id: string | null;
  receives: Hl7Receives[];
  sends: Hl7Sends[];
  character_set: string | null;
  hl7_version: Hl7Version;
  pdf: boolean;
  enabled: boolean;
  failing_since: Date | null;
  version: number;
  created_at: Date;
  updated_at: Date;
}

/** As it is shown: with what waits for it. */
export interface ListedSystemRow extends Hl7SystemRow {
  queued: number;
  failed: number;
  problem: string | null;
}

const mostCounted = 10_000;

/** Of the table `hl7_systems` named `s`. */
export const listedSystem = (sql: Reader) => sql`
  s.*, (select count(*)::int from (select from hl7_messages m where m.system_id = s.id and m.status = 'QUEUED' limit ${mostCounted}) q) as queued,
  (select count(*)::int from (select from hl7_messages m where m.system_id = s.id and m.status in ('REFUSED', 'FAILED') and m.direction = 'OUT'
    limit ${mostCounted}) f) as failed,
  case when s.failing_since is not null then (select m.reason from hl7_messages m
    where m.system_id = s.id and m.status = 'QUEUED' and m.reason is not null order by m.position limit 1) end as problem`;

export const systemOf = (row: ListedSystemRow): Hl7System => ({
  id: row.id,
  name: row.name,
  facilityId: row.facility_id,
  application: row.application,
  sendingFacility: row.sending_facility,
  address: row.address,
  certificateSha256: row.certificate_sha256,
  host: row.host,
  port: row.port,
  tls: row.tls,
  patientIdIssuer: row.patient_id_issuer,
  providerId: row.provider_id,
  receives: row.receives,
  sends: row.sends,
  characterSet: row.character_set,
  hl7Version: row.hl7_version,
  pdf: row.pdf,
  enabled: row.enabled,
  queued: row.queued,
  failed: row.failed,
  failingSince: row.failing_since?.toISOString() ?? null,
  problem: row.problem,
  version: row.version,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  actions: row.host === null ? ["change", "remove"] : ["change", "remove", "test"],
});

const invalid = (code: string, path: string, message: string) =>
  new Refusal("invalid", code, message, { errors: [{ path, message }] });

/** @throws Refusal `invalid` (`hl7-system.unknown-character-set`, `hl7-system.no-port`, `hl7-system.no-host`) where it does not go together */
export function checkSystem(
  row: Pick<Hl7SystemRow, "host" | "port" | "sends" | "tls" | "character_set">,
): void {
  if (row.sends.includes("PRELIMINARY") && !row.sends.includes("RESULTS"))
    throw invalid(
      "hl7-system.preliminary-alone",
      "sends",
      "Who gets preliminary reports gets the signed ones as well: RESULTS.",
    );
  if (row.character_set !== null && !isCharacterSet(row.character_set))
    throw invalid(
      "hl7-system.unknown-character-set",
      "characterSet",
      `${row.character_set} is no character set of HL7 table 0211 that is read here.`,
    );
  if (row.host !== null && row.port === null)
    throw invalid("hl7-system.no-port", "port", "Where it listens takes a host and a port.");
  if (row.host === null && row.sends.length > 0)
    throw invalid("hl7-system.no-host", "host", "What is sent to it takes a host and a port.");
}

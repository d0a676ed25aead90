import type { KnockReason, PeerPermission } from "@isocenter/contract";
import { newId, type Platform, transact, type Viewer } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { createHostCheck, isThisMachine, plainAddress, type Resolve } from "./address.ts";
import { grantsOf, type ModalityRow } from "./modality.ts";
import { peerViewer } from "./peer-viewer.ts";

/** Who calls, as its A-ASSOCIATE-RQ has it. Titles are valid AE titles. */
export interface Caller {
  callingAeTitle: string;
  calledAeTitle: string;
  remoteAddress: string;
  /** It came by TLS. */
  tls?: boolean;
  /** SHA-256 of the certificate that it proved to have, in lower case hexadecimal; null without one. */
  certificateSha256?: string | null;
  /** Implementation version name, or class UID. */
  implementation: string;
}

/** A caller that may come in. */
export interface Peer {
  viewer: Viewer;
  /** Registered; false for a guest from this machine. */
  known: boolean;
  permissions: readonly PeerPermission[];
  facilityId: string;
  /** The issuer of the patient identifiers that it sends without one; null: the facility's. */
  patientIdIssuer: string | null;
}

/** What a caller that nobody knows may do from this machine. */
const guestPermissions: readonly PeerPermission[] = ["echo", "store"];
const maxKnocking = 1000;
const recordAgainMs = 3_600_000;

export interface Recognition {
  recognize(caller: Caller): Promise<Peer | null>;
  knock(caller: Caller, reason: KnockReason): Promise<void>;
}

/**
 * Recognizes callers: by AE title and address, or the certificate where one was put down for the title (the address says nothing then); from
 * this machine also without, so that the first try works. Anyone else is put down under knocking, and null is the answer.
 */
export function createRecognition(platform: Platform, journal: Journal, resolve: Resolve): Recognition {
  const { clock, log } = platform;
  const hasAddress = createHostCheck(clock, resolve);

  const peerOf = (
    caller: Caller,
    name: string,
    facilityId: string,
    permissions: readonly PeerPermission[],
    patientIdIssuer: string | null,
    known: boolean,
  ): Peer => ({
    known,
    permissions,
    facilityId,
    patientIdIssuer,
    viewer: peerViewer({
      aeTitle: caller.callingAeTitle,
      name,
      facilityId,
      requestId: newId(clock),
      address: plainAddress(caller.remoteAddress),
      grants: permissions.flatMap((permission) => grantsOf[permission]),
    }),
  });

  const isItself = async (row: ModalityRow, caller: Caller): Promise<boolean> =>
    row.certificate_sha256 === null
      ? hasAddress(row.host, caller.remoteAddress)
      : row.certificate_sha256 === caller.certificateSha256;

  async function recognize(caller: Caller): Promise<Peer | null> {
    const { db } = platform;
    const [row] = await db<ModalityRow[]>`select * from modality where ae_title = ${caller.callingAeTitle}`;
    if (row && (await isItself(row, caller))) {
      const name = row.description ?? row.ae_title;
      return peerOf(caller, name, row.facility_id, row.permissions, row.patient_id_issuer, true);
    }
    // A title that a certificate stands for is nobody's who has not got it, on this machine neither.
    if (!row?.certificate_sha256 && isThisMachine(caller.remoteAddress)) {
      // What somebody sends to try is no part of the demonstration, and stays when that goes.
      const [facility] = await db<{ id: string }[]>`
        select id from facility order by demonstration, created_at, id limit 1`;
      if (facility) return peerOf(caller, caller.callingAeTitle, facility.id, guestPermissions, null, false);
    }
    await knock(
      caller,
      !row ? "UNKNOWN_TITLE" : row.certificate_sha256 === null ? "OTHER_ADDRESS" : "OTHER_CERTIFICATE",
    );
    return null;
  }

  const knock = (caller: Caller, reason: KnockReason): Promise<void> =>
    putDown(caller, reason).catch((error: unknown) =>
      log.error({ err: error }, "a knocking caller could not be put down"),
    );

  return { recognize, knock };

  /** Counts the knock; the first one, and one an hour, is a fact. What was put down long ago makes room. */
  async function putDown(caller: Caller, reason: KnockReason): Promise<void> {
    const now = clock.now();
    const address = plainAddress(caller.remoteAddress);
    await transact(platform.db, async (tx) => {
      const [before] = await tx<{ recorded_at: Date }[]>`
        select recorded_at from knocking_caller
        where ae_title = ${caller.callingAeTitle} and address = ${address} for update`;
      const isFact = !before || before.recorded_at.getTime() <= now.getTime() - recordAgainMs;
      const [knock] = await tx<{ attempts: number }[]>`
        insert into knocking_caller as k
          (id, ae_title, address, called_ae_title, implementation, tls, certificate_sha256, reason,
            first_seen_at, last_seen_at, recorded_at)
        values (${newId(clock)}, ${caller.callingAeTitle}, ${address}, ${caller.calledAeTitle},
          ${caller.implementation.slice(0, 64)}, ${caller.tls ?? false}, ${caller.certificateSha256 ?? null}, ${reason},
          ${now}, ${now}, ${now})
        on conflict (ae_title, address) do update set attempts = least(k.attempts + 1, 1000000000), last_seen_at = ${now},
          called_ae_title = excluded.called_ae_title, implementation = excluded.implementation, reason = excluded.reason,
          tls = excluded.tls, certificate_sha256 = excluded.certificate_sha256,
          recorded_at = ${isFact ? tx`excluded.recorded_at` : tx`k.recorded_at`}
        returning attempts`;
      if (knock!.attempts === 1) {
        await tx`
          delete from knocking_caller where (ae_title, address) in (
            select ae_title, address from knocking_caller order by last_seen_at desc, ae_title, address offset ${maxKnocking})`;
      }
      if (!isFact) return;
      const viewer: Viewer = {
        kind: "peer",
        id: caller.callingAeTitle,
        name: caller.callingAeTitle,
        roles: [],
        facilityIds: [],
        homeFacilityId: "",
        requestId: newId(clock),
        address,
        grants: [],
      };
      await journal.record(tx, viewer, {
        type: "modality.refused",
        subject: { type: "caller", id: caller.callingAeTitle },
        facilityId: null,
        outcome: "refused",
        data: { reason, attempts: knock!.attempts },
      });
    });
  }
}

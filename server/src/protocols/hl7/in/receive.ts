import { type Header, Hl7Error, type Message, parseMessage, readHeader } from "@isocenter/hl7";
import {
  type EarlierMessage,
  earlierMessage,
  type Hl7Sender,
  type Hl7SystemRow,
  messageRow,
  requireMove,
  systemAsViewer,
} from "../../../modules/peers/index.ts";
import {
  asRefusal,
  newId,
  requirePermission,
  savepoint,
  type Tx,
  transact,
  type Viewer,
} from "../../../platform/index.ts";
import {
  conclude,
  contentOf,
  encodeAnswers,
  nothingDone,
  plain,
  type ReceiveDeps,
  type Received,
  refused,
  rejection,
  type Verdict,
} from "./conclude.ts";
import { handlerOf } from "./dispatch.ts";
import type { Inbound } from "./inbound.ts";
import { at, refusedAt } from "./place.ts";
import type { SaidRefusal } from "./refusals.ts";

/** Where the bytes come from. */
export type Source = Pick<Hl7Sender, "address" | "certificateSha256">;

/** A control id that comes again with other content is refused for so long; then the sender's counter has begun anew. */
const sameIdMs = 24 * 3_600_000;
/** The same conflict again means that it is one. */
const mostTries = 3;

/**
 * Acts on a message and puts it down, in one transaction, and answers it. The same message of the same system again is answered as it was, and not
 * acted upon; one that was refused is looked at anew.
 * @throws where it could not even be put down: then the sender must send it again
 */
export async function receiveMessage(deps: ReceiveDeps, bytes: Buffer, source: Source): Promise<Received> {
  const header = readHeader(bytes);
  return await repeatedly(() =>
    transact(deps.platform.db, (tx) => receiveIn(deps, tx, header, bytes, source)),
  );
}

/** serialization_failure and deadlock_detected (PostgreSQL, appendix A). */
const collided = (error: unknown): boolean => /^(40001|40P01)$/.test((error as { code?: string }).code ?? "");

/** Two that wait for each other: one of them has done nothing, and begins anew. */
async function repeatedly<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work();
    } catch (error) {
      if (tries >= mostTries || !collided(error)) throw error;
    }
}

/** Of a message that is longer than is read, MSH alone is kept: nobody is to act upon a part of it. */
export async function rejectTooLong(
  deps: ReceiveDeps,
  beginning: Buffer,
  source: Source,
  maxBytes: number,
): Promise<Received> {
  const header = readHeader(beginning);
  const sender = senderOf(header, source);
  const end = beginning.findIndex((byte) => byte === 0x0d || byte === 0x0a);
  const bytes = header && end > 0 ? beginning.subarray(0, end) : beginning.subarray(0, 64);
  return await transact(deps.platform.db, async (tx) => {
    const found = await recognized(deps, tx, header, sender);
    const said = rejection("hl7.too-long", `It is longer than ${maxBytes} bytes; its header alone is kept.`);
    return await conclude(deps, tx, {
      header,
      bytes,
      sender,
      system: "system" in found ? found.system : null,
      facilityId: "system" in found ? found.system.facility_id : found.facilityId,
      viewer: strangerViewer(sender, newId(deps.clock)),
      message: null,
      verdict: { status: "REJECTED", done: nothingDone, said },
      before: null,
    });
  });
}

async function receiveIn(
  deps: ReceiveDeps,
  tx: Tx,
  header: Header | null,
  bytes: Buffer,
  source: Source,
): Promise<Received> {
  const sender = senderOf(header, source);
  const found = await recognized(deps, tx, header, sender);
  const requestId = newId(deps.clock);
  if (!("system" in found)) {
    const said = rejection("hl7.unknown-sender", found.problem);
    const viewer = strangerViewer(sender, requestId);
    return await conclude(deps, tx, {
      header,
      bytes,
      sender,
      system: null,
      facilityId: found.facilityId,
      viewer,
      message: null,
      verdict: { status: "REJECTED", done: nothingDone, said },
      before: null,
    });
  }
  const { system } = found;
  const viewer = systemAsViewer(system, requestId, source.address);
  const known = { header: header!, bytes, sender, system, facilityId: system.facility_id, viewer };
  const read = readOrRefuse(bytes, system);
  const contentSha256 = contentOf(bytes);
  let before: string | null = null;
  if (header!.controlId !== "") {
    const earlier = await earlierMessage(tx, system.id, header!.controlId);
    const isSame = earlier?.content_sha256?.equals(contentSha256) ?? false;
    if (earlier?.status === "ACCEPTED" && isSame && earlier.acknowledgement !== null)
      return { answers: encodeAnswers(earlier.acknowledgement, header, system), outcome: "repeated" };
    if (earlier && isSame && (earlier.status === "REFUSED" || earlier.status === "REJECTED"))
      before = earlier.id;
    else if (earlier && isReused(earlier, deps.clock.now()))
      return await conclude(deps, tx, {
        ...known,
        message: null,
        verdict: refused(
          refusedAt(
            at("MSH", 10),
            "hl7.control-id-reused",
            "Another message of this control id was accepted within a day: the sender must number its messages.",
            "conflict",
          ),
        ),
        before: null,
      });
  }
  const verdict = "said" in read ? read : await act(deps, tx, { ...known, message: read });
  return await conclude(deps, tx, { ...known, message: "said" in read ? null : read, verdict, before });
}

const recognized = async (deps: ReceiveDeps, tx: Tx, header: Header | null, sender: Hl7Sender) =>
  header ? await deps.recognize(tx, sender) : { problem: "It is no message of HL7 v2.", facilityId: null };

const isReused = (earlier: EarlierMessage, now: Date): boolean =>
  earlier.status === "ACCEPTED" && now.getTime() - earlier.happened_at.getTime() < sameIdMs;

const senderOf = (header: Header | null, source: Source): Hl7Sender => ({
  application: plain(header?.sendingApplication ?? ""),
  facility: plain(header?.sendingFacility ?? ""),
  ...source,
});

/** Whom nobody knows, for the journal. */
const strangerViewer = (sender: Hl7Sender, requestId: string): Viewer => ({
  kind: "peer",
  id: sender.application.slice(0, 64) || "unknown",
  name: sender.application.slice(0, 64) || "unknown",
  roles: [],
  facilityIds: [],
  homeFacilityId: "",
  requestId,
  address: sender.address,
  grants: [],
});

/** The message, or why it cannot be read. */
function readOrRefuse(bytes: Buffer, system: Hl7SystemRow): Message | (Verdict & { said: SaidRefusal }) {
  try {
    return parseMessage(bytes, { characterSet: system.character_set });
  } catch (error) {
    if (!(error instanceof Hl7Error)) throw error;
    return {
      status: "REJECTED",
      done: nothingDone,
      said: rejection(`hl7.${error.code}`, `${error.message}.`),
    };
  }
}

interface Known {
  header: Header;
  bytes: Buffer;
  sender: Hl7Sender;
  system: Hl7SystemRow;
  viewer: Viewer;
  message: Message;
}

/** In a savepoint: what is refused has changed nothing, and is put down by the same transaction. */
async function act(deps: ReceiveDeps, tx: Tx, known: Known): Promise<Verdict> {
  const { header, system, viewer, message } = known;
  try {
    if (header.controlId === "")
      throw refusedAt(
        at("MSH", 10),
        "hl7.needs-control-id",
        "MSH-10 is empty: nothing can be answered by it.",
      );
    const handle = handlerOf(header, message, system);
    const [place] = await tx<{ timeZone: string; issuer: string }[]>`
      select time_zone as "timeZone", patient_id_issuer as issuer from facility where id = ${system.facility_id}`;
    const inbound: Inbound = {
      header,
      system,
      viewer,
      place: {
        facilityId: system.facility_id,
        timeZone: place!.timeZone,
        issuer: system.patient_id_issuer ?? place!.issuer,
      },
    };
    const done = await savepoint(tx, (inner) => handle(inner, inbound, deps, message));
    return { status: "ACCEPTED", done, said: null };
  } catch (error) {
    const refusal = asRefusal(error);
    // Nothing can be put down either.
    if (refusal?.kind === "unavailable" || refusal?.kind === "out-of-space") throw error;
    if (collided(error)) throw error;
    if (!refusal)
      deps.platform.log.error(
        { err: error, requestId: viewer.requestId, systemId: system.id },
        "an HL7 message failed",
      );
    return refused(error);
  }
}

/**
 * Acts again upon a message that came and was not accepted, because somebody mended what was wrong: the system was put down, the procedure entered. The
 * sender is told when it sends the message again.
 * @throws Refusal `not-found`, `conflict` (`hl7-message.illegal-transition`), `forbidden`
 */
export async function actAgain(deps: ReceiveDeps, viewer: Viewer, id: string): Promise<void> {
  requirePermission(viewer, "hl7.manage");
  await repeatedly(() => transact(deps.platform.db, (tx) => actAgainIn(deps, tx, viewer, id)));
}

async function actAgainIn(deps: ReceiveDeps, tx: Tx, viewer: Viewer, id: string): Promise<void> {
  const seen = await messageRow(tx, viewer, id);
  requireMove(seen, "ACCEPTED");
  const header = readHeader(seen.text);
  const source = { address: seen.address ?? "", certificateSha256: seen.certificate_sha256 };
  const sender = senderOf(header, source);
  const found = await recognized(deps, tx, header, sender);
  const system =
    "system" in found && viewer.facilityIds.includes(found.system.facility_id) ? found.system : null;
  // The locks of a message that comes: its control id, then its row.
  if (header && system && header.controlId !== "") await earlierMessage(tx, system.id, header.controlId);
  const row = await messageRow(tx, viewer, id, true);
  requireMove(row, "ACCEPTED");
  const own = { header, bytes: row.text, sender, viewer, before: id };
  if (!header || !system) {
    const problem = "problem" in found ? found.problem : "The system that sent it is another facility's.";
    const verdict: Verdict = {
      status: "REJECTED",
      done: nothingDone,
      said: rejection("hl7.unknown-sender", problem),
    };
    const rejected = { ...own, system: null, facilityId: row.facility_id, message: null, verdict };
    await conclude(deps, tx, rejected, "hl7-message.retried");
    return;
  }
  const asSystem = systemAsViewer(system, viewer.requestId, source.address);
  const read = readOrRefuse(row.text, system);
  const message = "said" in read ? null : read;
  const verdict =
    "said" in read
      ? read
      : await act(deps, tx, { header, bytes: row.text, sender, system, viewer: asSystem, message: read });
  const facilityId = system.facility_id;
  await conclude(deps, tx, { ...own, system, facilityId, message, verdict }, "hl7-message.retried");
}

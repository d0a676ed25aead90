import { createHash } from "node:crypto";
import { newId, type Platform, type Refusal, transact, type Viewer } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { IngestSource } from "../types.ts";

export const refusedPrefix = "refused";

/** Entries that a facility keeps; the oldest go. */
const maxEntries = 1000;
/** Entries that one process makes in a minute: who sends nothing but junk fills neither table nor disk. */
const maxPerMinute = 60;

/** Refusals that are about what the object is, not about where or how it was sent. */
const kept = (refusal: Refusal): boolean =>
  refusal.kind === "unprocessable" &&
  refusal.code.startsWith("dicom.") &&
  !/^dicom\.(study-mismatch|uid-mismatch|sop-class-mismatch|not-storable)$/.test(refusal.code);

/**
 * Keeps the beginning of what could not be read, for a person to see what came and why it was refused: at most so many, and at most so fast. Trouble with
 * that hinders nothing.
 */
export function createRefusedKeeper(platform: Platform, journal: Journal) {
  const { clock, db, objects, log } = platform;
  let minute = 0;
  let inMinute = 0;

  async function keep(
    viewer: Viewer,
    source: IngestSource,
    facilityId: string,
    refusal: Refusal,
    bytes: Buffer,
  ): Promise<void> {
    const sha256 = createHash("sha256").update(bytes).digest();
    const [known] = await db`
      select 1 from quarantine where facility_id = ${facilityId} and reason = 'unreadable' and sha256 = ${sha256} and resolved_at is null limit 1`;
    if (known) return;
    const objectKey = `${refusedPrefix}/${newId(clock)}`;
    async function* once() {
      yield bytes;
    }
    await objects.put(objectKey, once());
    const dropped = await transact(db, async (tx) => {
      const id = newId(clock);
      await tx`insert into quarantine ${tx({
        id,
        facility_id: facilityId,
        reason: "unreadable",
        detail: `${refusal.code}: ${refusal.message}`,
        claim: tx.json({}),
        object_key: objectKey,
        size: bytes.length,
        sha256,
        door: source.door,
        sender: viewer.id,
        created_at: clock.now(),
      })}`;
      await journal.record(tx, viewer, {
        type: "quarantine.added",
        subject: { type: "quarantine", id },
        facilityId,
        outcome: "refused",
        data: { reason: "unreadable", code: refusal.code, door: source.door },
      });
      return tx<{ objectKey: string }[]>`
        delete from quarantine where id in (select id from quarantine where facility_id = ${facilityId} and reason = 'unreadable'
          order by created_at desc, id desc offset ${maxEntries}) returning object_key as "objectKey"`;
    });
    for (const one of dropped) await objects.delete(one.objectKey);
  }

  return async (
    viewer: Viewer,
    source: IngestSource,
    facilityId: string,
    refusal: Refusal,
    bytes: Buffer | undefined,
  ): Promise<void> => {
    if (!kept(refusal) || !bytes || bytes.length === 0) return;
    const now = Math.floor(clock.now().getTime() / 60_000);
    if (now !== minute) [minute, inMinute] = [now, 0];
    if (++inMinute > maxPerMinute) return;
    await keep(viewer, source, facilityId, refusal, bytes).catch((error: unknown) =>
      log.warn({ err: error, code: refusal.code }, "what was refused was not kept"),
    );
  };
}

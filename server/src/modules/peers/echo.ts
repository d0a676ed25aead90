import type { EchoAnswer } from "@isocenter/contract";
import {
  DimseError,
  implicitVrLittleEndian,
  openAssociation,
  StatusError,
  verificationSopClass,
} from "@isocenter/dimse";
import { type Platform, requirePermission, transact, type Viewer } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { associationWith } from "./connection.ts";
import { modalityRow } from "./queries.ts";
import { troubleOf } from "./trouble.ts";

const timeouts = { connectMs: 5000, associateMs: 10_000, responseMs: 10_000, releaseMs: 5000, artimMs: 2000 };

/**
 * Asks the modality whether it is there: C-ECHO from our AE title. What goes wrong on the way is the answer, not an error.
 * @throws Refusal `not-found`, `forbidden`
 */
export async function echoModality(
  platform: Platform,
  journal: Journal,
  viewer: Viewer,
  id: string,
): Promise<EchoAnswer> {
  requirePermission(viewer, "modalities.manage");
  const row = await modalityRow(platform.db, viewer, id);
  const begun = platform.clock.now().getTime();
  const problem = await tryEcho(associationWith(platform.config, row));
  const milliseconds = Math.max(0, platform.clock.now().getTime() - begun);
  await transact(platform.db, (tx) =>
    journal.record(tx, viewer, {
      type: "modality.echoed",
      subject: { type: "modality", id },
      facilityId: row.facility_id,
      outcome: problem === null ? "success" : "failed",
      data: { milliseconds },
    }),
  );
  return { reached: problem === null, milliseconds, problem };
}

async function tryEcho(options: ReturnType<typeof associationWith>): Promise<string | null> {
  try {
    const association = await openAssociation({
      ...options,
      contexts: [{ abstractSyntax: verificationSopClass, transferSyntaxes: [implicitVrLittleEndian] }],
      timeouts,
    });
    try {
      await association.echo();
    } catch (error) {
      association.abort();
      throw error;
    }
    // It has answered; how it says goodbye changes nothing.
    await association.release().catch(() => {});
    return null;
  } catch (error) {
    if (error instanceof StatusError) return `The modality answered with ${error.message}.`;
    if (!(error instanceof DimseError)) throw error;
    return troubleOf(error) ?? sentences[error.code] ?? `It did not work: ${error.message}.`;
  }
}

const sentences: Readonly<Partial<Record<DimseError["code"], string>>> = {
  "connection-failed": "Nothing answers at this host and port.",
  "connection-lost": "The modality closed the connection.",
  "timed-out": "The modality did not answer in time.",
  aborted: "The modality aborted the association.",
  "context-not-accepted": "The modality does not offer Verification.",
};

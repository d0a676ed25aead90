import { type OperationResult, release, Status, StatusError, type StoreContext } from "@isocenter/dimse";
import type { Archive } from "../../modules/archive/index.ts";
import type { Peer } from "../../modules/peers/index.ts";
import type { Caller } from "./caller.ts";
import { asStatus } from "./statuses.ts";

/**
 * C-STORE (PS3.4 Annex B): the data set goes into the archive as it comes; success is told when it is durable. An object whose UID is here
 * with other data is kept in quarantine for a person to decide, and is safe as well: success.
 */
export function storeHandler(archive: Pick<Archive, "ingest">) {
  return async (
    context: StoreContext<Caller>,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<OperationResult> => {
    const { peer } = context.association.data;
    if (!peer.permissions.includes("store")) throw new StatusError(Status.NotAuthorized, "may not store");
    return takeFrom(archive, { ...peer, aeTitle: context.association.callingAeTitle }, context, chunks);
  };
}

/** Whose object it is that comes. */
interface Sender extends Pick<Peer, "viewer" | "facilityId" | "patientIdIssuer"> {
  aeTitle: string;
}

/** One object of a C-STORE into the archive. @throws StatusError for a refusal */
export async function takeFrom(
  archive: Pick<Archive, "ingest">,
  { viewer, facilityId, patientIdIssuer, aeTitle }: Sender,
  { command, presentationContext, signal }: Omit<StoreContext<unknown>, "association">,
  chunks: AsyncIterable<Uint8Array>,
): Promise<OperationResult> {
  try {
    await archive.ingest(viewer, {
      chunks,
      bareDataSet: {
        transferSyntaxUID: presentationContext.transferSyntax,
        sopClassUid: command.affectedSopClassUid,
        sopInstanceUid: command.affectedSopInstanceUid,
        sourceApplicationEntityTitle: aeTitle,
      },
      door: "c-store",
      facilityId,
      ...(patientIdIssuer === null ? {} : { patientIdIssuer }),
      signal,
      release,
    });
    return { status: Status.Success };
  } catch (error) {
    throw asStatus(error, "store");
  }
}

import { type OperationResult, release, Status, StatusError, type StoreContext } from "@isocenter/dimse";
import type { Archive } from "../../modules/archive/index.ts";
import type { Caller } from "./caller.ts";
import { asStatus } from "./statuses.ts";

/**
 * C-STORE (PS3.4 Annex B): the data set goes into the archive as it comes; success is told when it is durable. An object whose UID is here
 * with other data is kept in quarantine for a person to decide, and is safe as well: success.
 */
export function storeHandler(archive: Pick<Archive, "ingest">) {
  return async (
    { association, command, presentationContext, signal }: StoreContext<Caller>,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<OperationResult> => {
    const { peer } = association.data;
    if (!peer.permissions.includes("store")) throw new StatusError(Status.NotAuthorized, "may not store");
    try {
      await archive.ingest(peer.viewer, {
        chunks,
        bareDataSet: {
          transferSyntaxUID: presentationContext.transferSyntax,
          sopClassUid: command.affectedSopClassUid,
          sopInstanceUid: command.affectedSopInstanceUid,
          sourceApplicationEntityTitle: association.callingAeTitle,
        },
        door: "c-store",
        facilityId: peer.facilityId,
        ...(peer.patientIdIssuer === null ? {} : { patientIdIssuer: peer.patientIdIssuer }),
        signal,
        release,
      });
      return { status: Status.Success };
    } catch (error) {
      throw asStatus(error, "store");
    }
  };
}

import { dataSetOf, writeDataSet } from "@isocenter/dicom";
import {
  DimseError,
  type Handlers,
  type RetrieveContext,
  type RetrieveResult,
  Status,
  StatusError,
  type SubOperations,
} from "@isocenter/dimse";
import type { Archive, StoredInstance } from "../../modules/archive/index.ts";
import type { Peer, Peers } from "../../modules/peers/index.ts";
import type { Platform } from "../../platform/index.ts";
import type { Caller } from "./caller.ts";
import { parseIdentifier } from "./identifier.ts";
import { retrieveModels } from "./offers.ts";
import { type Retrieved, readRetrieveKeys, retrievePlan } from "./retrieve-plan.ts";
import { type DeliveryReport, openSender, type SenderDeps, sendOn } from "./send-instances.ts";
import { asStatus, errorComment } from "./statuses.ts";

export interface RetrieveDeps {
  platform: Pick<Platform, "log">;
  archive: Pick<Archive, "find" | "locateEach" | "openDataSet" | "readObject">;
  peers: Pick<Peers, "destination">;
  sender: SenderDeps;
}

/** Sends some; what was answered was reported. Throws where nothing more can be sent. */
type Send = (instances: readonly StoredInstance[], report: DeliveryReport) => Promise<void>;

/** As many UIDs as an element of an explicit VR can hold (PS3.5 §7.1.2), each of the greatest length. */
const maxFailedListed = 1000;

/**
 * C-MOVE and C-GET (PS3.4 C.4.2, C.4.3) of what the caller may see. A C-MOVE goes to a modality of the caller's facility; a C-GET comes on the
 * association that it was asked on, in the SOP classes of which the caller takes the role of SCP.
 */
export function retrieveHandlers(deps: RetrieveDeps): Required<Pick<Handlers<Caller>, "move" | "get">> {
  return {
    async *move(context, bytes) {
      const { peer } = context.association.data;
      const plan = await planOf(deps, context, bytes, "move");
      const { moveDestination } = context.command;
      const destination = await deps.peers.destination(peer.viewer, moveDestination);
      if (!destination)
        throw new StatusError(Status.MoveDestinationUnknown, "Move Destination is no known modality");
      const { callingAeTitle } = context.association;
      const sender = openSender(deps.sender, destination, {
        moveOriginator: { aeTitle: callingAeTitle, messageId: context.messageId },
        signal: context.signal,
      });
      try {
        return yield* perform(deps, context, plan, sender.send, moveDestination);
      } finally {
        await sender.close();
      }
    },
    async *get(context, bytes) {
      const plan = await planOf(deps, context, bytes, "get");
      const { requests } = context.association;
      const channel = { contexts: requests.storeContexts, store: requests.store };
      const send: Send = async (instances, report) => {
        const { lost } = await sendOn(deps.sender, channel, instances, report, { signal: context.signal });
        if (lost !== null) throw lost;
      };
      return yield* perform(deps, context, plan, send, context.association.callingAeTitle);
    },
  };
}

async function planOf(
  { archive }: RetrieveDeps,
  { association, presentationContext }: RetrieveContext<Caller>,
  bytes: Uint8Array,
  permission: "move" | "get",
): Promise<Retrieved[]> {
  const { peer } = association.data;
  const levels = retrieveModels[presentationContext.abstractSyntax]?.levels;
  if (!levels) throw new StatusError(Status.SopClassNotSupported, "not a retrieve model of ours");
  if (!peer.permissions.includes(permission))
    throw new StatusError(Status.NotAuthorized, `may not ${permission}`);
  const identifier = parseIdentifier(bytes, presentationContext.transferSyntax);
  const keys = readRetrieveKeys(identifier, levels);
  try {
    return await retrievePlan(archive, peer.viewer, keys);
  } catch (error) {
    throw asStatus(error, "retrieve");
  }
}

/** Everything that the plan names, a batch at a time. */
async function* batchesOf(
  archive: Pick<Archive, "locateEach">,
  peer: Peer,
  plan: readonly Retrieved[],
  purpose: "retrieve" | "none",
): AsyncGenerator<StoredInstance[]> {
  for (const { selection, only } of plan) {
    for await (const batch of archive.locateEach(peer.viewer, selection, purpose)) {
      const wanted = only ? batch.filter(({ SOPInstanceUID }) => only.has(SOPInstanceUID)) : batch;
      if (wanted.length > 0) yield wanted;
    }
  }
}

/** How many there are: what Remaining is counted down from. */
async function totalOf(
  archive: Pick<Archive, "locateEach">,
  peer: Peer,
  plan: readonly Retrieved[],
): Promise<number> {
  let total = 0;
  for await (const batch of batchesOf(archive, peer, plan, "none")) total += batch.length;
  return total;
}

async function* perform(
  { archive, platform }: RetrieveDeps,
  { association, presentationContext, signal }: RetrieveContext<Caller>,
  plan: readonly Retrieved[],
  send: Send,
  receiver: string,
): AsyncGenerator<SubOperations, RetrieveResult, undefined> {
  const { peer } = association.data;
  const counts = { completed: 0, failed: 0, warning: 0 };
  const failedUids: string[] = [];
  let total = 0;
  let problem = "";
  let over = false;
  let changed = Promise.withResolvers<void>();
  const remaining = () => Math.max(0, total - counts.completed - counts.failed - counts.warning);
  const report: DeliveryReport = {
    taken(_instance, warning) {
      counts[warning === null ? "completed" : "warning"] += 1;
      changed.resolve();
    },
    refused({ SOPInstanceUID }, why) {
      counts.failed += 1;
      problem ||= why;
      if (failedUids.length < maxFailedListed) failedUids.push(SOPInstanceUID);
      changed.resolve();
    },
  };
  const work = async () => {
    total = await totalOf(archive, peer, plan);
    for await (const batch of batchesOf(archive, peer, plan, "retrieve")) {
      if (signal.aborted) return;
      await send(batch, report);
    }
  };
  const working = work().finally(() => {
    over = true;
    changed.resolve();
  });
  working.catch(() => {});
  try {
    for (;;) {
      await changed.promise;
      if (over) break;
      changed = Promise.withResolvers();
      // Counts that have changed while the last ones were on their way are told together.
      yield { remaining: remaining(), ...counts };
    }
    await working;
  } catch (error) {
    if (!(error instanceof DimseError)) throw asStatus(error, "retrieve");
    // What is left cannot be sent any more.
    problem ||= error.message;
    counts.failed += signal.aborted ? 0 : remaining();
  } finally {
    await working.catch(() => {});
    platform.log.info({ association: association.id, receiver, total, ...counts }, "instances were sent");
  }
  const identifier =
    failedUids.length === 0
      ? undefined
      : writeDataSet(dataSetOf({ FailedSOPInstanceUIDList: failedUids }), presentationContext.transferSyntax);
  return {
    ...outcomeOf(counts, signal.aborted ? remaining() : 0, problem),
    ...(identifier ? { identifier } : {}),
  };
}

/** The final status (PS3.4 Tables C.4-2 and C.4-3) and its counts. */
function outcomeOf(
  counts: { completed: number; failed: number; warning: number },
  remaining: number,
  problem: string,
): RetrieveResult {
  const { completed, failed, warning } = counts;
  if (remaining > 0) return { status: Status.Cancel, subOperations: { remaining, ...counts } };
  const subOperations = { ...counts };
  if (failed + warning === 0) return { status: Status.Success, subOperations };
  const status =
    completed + warning === 0
      ? Status.RetrieveUnableToPerformSuboperations
      : Status.RetrieveCompleteWithFailures;
  return { status, subOperations, ...(problem ? { errorComment: errorComment(problem) } : {}) };
}

import { type FindMatch, type Handlers, type OperationContext, Status, StatusError } from "@isocenter/dimse";
import { answerOf, type ModalityWorklist } from "../../modules/orders/index.ts";
import { writeFor } from "./answer.ts";
import type { Caller } from "./caller.ts";
import { parseIdentifier } from "./identifier.ts";
import { worklistModel } from "./offers.ts";
import { asStatus } from "./statuses.ts";
import { readWorklistIdentifier } from "./worklist-identifier.ts";

type FindHandler = NonNullable<Handlers<Caller>["find"]>;

/** C-FIND of the modality worklist (PS3.4 Annex K): the scheduled steps of the caller's facility. */
export function worklistHandler(worklist: ModalityWorklist): FindHandler {
  return async function* (
    { association, presentationContext, signal }: OperationContext<Caller>,
    bytes: Uint8Array,
  ): AsyncGenerator<FindMatch, void, undefined> {
    const { peer } = association.data;
    const { transferSyntax } = presentationContext;
    if (!peer.permissions.includes("worklist"))
      throw new StatusError(Status.NotAuthorized, "may not ask for the worklist");
    const identifier = parseIdentifier(bytes, transferSyntax);
    const { matches, asked, allSupported } = readWorklistIdentifier(identifier);
    const status = allSupported ? Status.Pending : Status.PendingWithWarning;
    try {
      for await (const entry of worklist.find(peer.viewer, matches, association.callingAeTitle)) {
        if (signal.aborted) return;
        yield {
          status,
          identifier: writeFor(answerOf(entry, asked), identifier.characterSets, transferSyntax),
        };
      }
    } catch (error) {
      throw asStatus(error, "find");
    }
  };
}

/** C-FIND of one or the other, by the abstract syntax that it comes on. */
export function byModel(queries: FindHandler, worklist: FindHandler | undefined): FindHandler {
  return (context, identifier) => {
    if (context.presentationContext.abstractSyntax !== worklistModel) return queries(context, identifier);
    if (!worklist) throw new StatusError(Status.FindUnableToProcess, "the worklist is not served here");
    return worklist(context, identifier);
  };
}

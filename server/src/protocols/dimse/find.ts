import { type FindMatch, type OperationContext, Status, StatusError } from "@isocenter/dimse";
import type { Archive, QueryLevel, SupportedKey } from "../../modules/archive/index.ts";
import { writeAnswer } from "./answer.ts";
import type { Caller } from "./caller.ts";
import { parseIdentifier, readIdentifier } from "./identifier.ts";
import { queryModels } from "./offers.ts";
import { asStatus } from "./statuses.ts";

const baseline = { combinedDateTime: false, fuzzy: false };

/** C-FIND (PS3.4 Annex C): matches leave as the archive finds them. */
export function findHandler(
  archive: Pick<Archive, "find">,
  keysAt: (level: QueryLevel) => readonly SupportedKey[],
  aeTitle: string,
) {
  return async function* (
    { association, presentationContext, signal }: OperationContext<Caller>,
    bytes: Uint8Array,
  ): AsyncGenerator<FindMatch, void, undefined> {
    const { peer, queries } = association.data;
    const { abstractSyntax, transferSyntax } = presentationContext;
    const modelLevels = queryModels[abstractSyntax];
    if (!modelLevels) throw new StatusError(Status.SopClassNotSupported, "not a query model of ours");
    if (!peer.permissions.includes("find")) throw new StatusError(Status.NotAuthorized, "may not find");
    const identifier = parseIdentifier(bytes, transferSyntax);
    const extensions = queries.get(abstractSyntax) ?? baseline;
    const asked = readIdentifier(identifier, modelLevels, keysAt, extensions);
    const status = asked.allSupported ? Status.Pending : Status.PendingWithWarning;
    try {
      for await (const { attributes } of archive.find(peer.viewer, asked.query)) {
        if (signal.aborted) return;
        yield {
          status,
          identifier: writeAnswer(attributes, asked, aeTitle, identifier.characterSets, transferSyntax),
        };
      }
    } catch (error) {
      throw asStatus(error, "find");
    }
  };
}

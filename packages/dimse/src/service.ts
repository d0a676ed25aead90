import { type ChunkQueue, collect } from "./chunk-queue.ts";
import type { CommandSet } from "./command-set.ts";
import { DimseError, StatusError, type SubOperations } from "./errors.ts";
import type { Handlers, NormalizedAnswer, OperationContext } from "./handlers.ts";
import { Status } from "./status.ts";

/** A response as the services make it. */
export interface Answer extends NormalizedAnswer {
  subOperations?: SubOperations;
}

/** A request under way. */
export interface Operation<T> {
  readonly context: OperationContext<T>;
  readonly command: CommandSet;
  /** null where the command said that none follows. */
  readonly dataSet: ChunkQueue | null;
  /** Sends a pending response; resolves when the peer takes more. */
  respond(answer: Answer): Promise<void>;
}

/** A DIMSE service as the dispatch table has it. */
export interface Service {
  name: string;
  run<T>(operation: Operation<T>, handlers: Handlers<T>, maxIdentifierBytes: number): Promise<Answer>;
}

export const unrecognized = (name: string): never => {
  throw new StatusError(Status.UnrecognizedOperation, `${name} is not offered`);
};

/** The SOP class of the command must be that of its presentation context (PS3.7 §9.1 and §10.1, PS3.8 Annex B). */
export function requireSopClass<T>({ context, command }: Operation<T>): string {
  const uid = command.affectedSopClassUid ?? command.requestedSopClassUid;
  if (uid === undefined || uid !== context.presentationContext.abstractSyntax) {
    throw new StatusError(Status.SopClassNotSupported, "SOP class is not that of the presentation context");
  }
  return uid;
}

/** The data set of the request as a whole. @throws StatusError 0212H where none came, `tooLong` beyond the limit */
export async function readIdentifier<T>(
  { dataSet }: Operation<T>,
  maxIdentifierBytes: number,
  tooLong: number,
): Promise<Buffer> {
  if (!dataSet) throw new StatusError(Status.MistypedArgument, "a request without its data set");
  return collect(dataSet, maxIdentifierBytes).catch((error) => {
    if (error instanceof DimseError && error.code === "too-large")
      throw new StatusError(tooLong, "the data set of the request is too long");
    throw error;
  });
}

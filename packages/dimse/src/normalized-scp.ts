import { StatusError } from "./errors.ts";
import type { Handlers, NormalizedContext } from "./handlers.ts";
import { type Operation, readIdentifier, requireSopClass, type Service, unrecognized } from "./service.ts";
import { Status } from "./status.ts";
import { isInstanceUid } from "./uids.ts";

type NormalizedService = keyof Pick<
  Handlers<unknown>,
  "nEventReport" | "nGet" | "nSet" | "nAction" | "nCreate" | "nDelete"
>;

/** An N-service (PS3.7 §10.1): the side that performs it. */
export function normalizedService(name: string, handler: NormalizedService): Service {
  return {
    name,
    async run(operation, handlers, maxIdentifierBytes) {
      const serve = handlers[handler];
      if (!serve) return unrecognized(name);
      const context = contextOf(operation, handler);
      const dataSet = operation.dataSet
        ? await readIdentifier(operation, maxIdentifierBytes, Status.ResourceLimitation)
        : null;
      return serve(context, dataSet);
    },
  };
}

function contextOf<T>(operation: Operation<T>, handler: NormalizedService): NormalizedContext<T> {
  const { command, context } = operation;
  const sopClassUid = requireSopClass(operation);
  const sopInstanceUid = command.requestedSopInstanceUid ?? command.affectedSopInstanceUid ?? "";
  // N-CREATE may leave the UID to who performs it (PS3.7 §10.1.5.1.4).
  if (!isInstanceUid(sopInstanceUid) && !(handler === "nCreate" && sopInstanceUid === ""))
    throw new StatusError(Status.InvalidObjectInstance, "SOP Instance UID is missing or no UID");
  if (handler === "nEventReport" && command.eventTypeId === undefined)
    throw new StatusError(Status.NoSuchEventType, "Event Type ID is missing");
  if (handler === "nAction" && command.actionTypeId === undefined)
    throw new StatusError(Status.NoSuchActionType, "Action Type ID is missing");
  if (handler === "nSet" && !operation.dataSet)
    throw new StatusError(Status.MistypedArgument, "N-SET without a modification list");
  return {
    ...context,
    command: {
      sopClassUid,
      sopInstanceUid,
      eventTypeId: command.eventTypeId ?? 0,
      actionTypeId: command.actionTypeId ?? 0,
      attributeIdentifierList: command.attributeIdentifierList ?? [],
    },
  };
}

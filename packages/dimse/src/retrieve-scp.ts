import type { Handlers, RetrieveContext } from "./handlers.ts";
import { readIdentifier, requireSopClass, type Service, unrecognized } from "./service.ts";
import { Status } from "./status.ts";

/** C-MOVE and C-GET as SCP (PS3.7 §9.1.4, §9.1.3). */
export function retrieveService(name: string, handler: "move" | "get"): Service {
  return {
    name,
    async run(operation, handlers, maxIdentifierBytes) {
      const serve = handlers[handler];
      if (!serve) return unrecognized(name);
      requireSopClass(operation);
      const identifier = await readIdentifier(
        operation,
        maxIdentifierBytes,
        Status.RetrieveUnableToCountMatches,
      );
      const { context, command } = operation;
      return answer(serve, operation, identifier, {
        ...context,
        command: { priority: command.priority ?? 0, moveDestination: command.moveDestination ?? "" },
      });
    },
  };
}

async function answer<T>(
  serve: NonNullable<Handlers<T>["move"]>,
  { respond }: { respond: Parameters<Service["run"]>[0]["respond"] },
  identifier: Buffer,
  context: RetrieveContext<T>,
) {
  const progress = serve(context, identifier);
  let over = false;
  try {
    for (;;) {
      const step = await progress.next();
      if (step.done) {
        over = true;
        const { identifier: failed, ...result } = step.value;
        return failed === undefined ? result : { ...result, dataSet: failed };
      }
      await respond({ status: Status.Pending, subOperations: step.value });
    }
  } finally {
    // The association ended between two responses: the handler, which stands at a yield, puts away what it has.
    if (!over) progress.return?.({ status: Status.Cancel }).then(undefined, () => {});
  }
}

import type { Db } from "./database.ts";

/** The library's list of connections that rest, as version 3.4 has it. */
interface Resting {
  readonly length: number;
  push(connection: object): object;
  shift(): object | undefined;
  remove(connection: object): object | null;
}

interface Connection {
  queue: Resting;
}

/** What holds the connection that a statement is sent on, at the moment it is sent. */
async function queueAtSending(db: Db): Promise<Resting | null> {
  let queue: Resting | null = null;
  const onexecute = (connection: Connection): true => {
    queue = connection.queue;
    return true;
  };
  await db.unsafe("select 1", [], { onexecute } as object);
  return queue;
}

const isQueueOfOne = (queue: Resting | null): queue is Resting =>
  queue?.length === 1 &&
  [queue.push, queue.shift, queue.remove].every((method) => typeof method === "function");

/**
 * Has a pool hand out the connection that was used last; to be called while it sends nothing else and has one connection at most. By itself the library takes the one
 * that has rested longest, and whoever asks one thing after the other asks each on another connection: one that must parse and plan the statement first, and has none of
 * the tables' descriptions at hand. That was half of the time of a small search.
 * @returns whether it does so from now on; a pool that is made otherwise than this knows stays as it is
 */
export async function lastUsedFirst(db: Db): Promise<boolean> {
  // Opens a connection where there is none, which rests then, so that the next statement takes it from the list of those, to which it returns.
  await db`select 1`;
  const resting = await queueAtSending(db);
  if (!isQueueOfOne(resting)) return false;
  const stack = [resting.shift()!];
  Object.defineProperties(resting, {
    length: { get: () => stack.length },
    push: {
      value(connection: object) {
        stack.push(connection);
        return connection;
      },
    },
    shift: { value: () => stack.pop() },
    remove: {
      value(connection: object) {
        const at = stack.lastIndexOf(connection);
        return at === -1 ? null : stack.splice(at, 1)[0];
      },
    },
  });
  return true;
}

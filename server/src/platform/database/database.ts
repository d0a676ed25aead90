import { AsyncLocalStorage } from "node:async_hooks";
import path from "node:path";
import postgres from "postgres";

/** Reads, and hands out transactions. */
export type Db = postgres.Sql;
/** A transaction under way: what a command writes with. */
export type Tx = postgres.TransactionSql;
/** What a query needs: either of the two. */
export type Reader = Db | Tx;
/** A piece of SQL to be put into a larger statement. */
export type Fragment = postgres.Fragment;

export interface ConnectionSettings {
  /** `postgres://...`, or null for the embedded server's socket. */
  url: string | null;
  socketPath?: string;
  database?: string;
  user?: string;
  /** At most this many connections; at most 20 a process. */
  max?: number;
  /** What PostgreSQL's list of connections says of ours. */
  applicationName?: string;
  /** Told of each statement as it is sent: for whoever looks at plans. */
  onStatement?: (statement: string, parameters: readonly unknown[]) => void;
}

/**
 * Opens the pool. Dates (`date`) come as `YYYY-MM-DD` text and 64-bit integers as numbers: both are exact for what is kept here
 * (counts and sizes below 2^53).
 */
export function connect(settings: ConnectionSettings): Db {
  const { onStatement } = settings;
  const options: postgres.Options<Record<string, postgres.PostgresType>> = {
    ...(onStatement
      ? { debug: (_connection, statement, parameters) => onStatement(statement, parameters) }
      : {}),
    max: settings.max ?? 20,
    onnotice: () => {},
    // By the socket of a server that was killed at this moment an answer never comes, and the one that follows is soon there.
    connect_timeout: settings.url === null ? 5 : 10,
    // The pool counts failures of all its connections as one row, and by the library's own rule all would soon wait 20 s.
    backoff: (failures: number) => Math.min(1, 0.05 * 2 ** failures),
    connection: { application_name: settings.applicationName ?? "isocenter" },
    types: {
      date: { to: 1082, from: [1082], serialize: (value: string) => value, parse: (value: string) => value },
      bigint: {
        to: 20,
        from: [20],
        serialize: (value: number) => String(value),
        parse: (value: string) => Number(value),
      },
    },
  };
  if (settings.url !== null) return postgres(settings.url, options) as unknown as Db;
  return postgres({
    ...options,
    path: settings.socketPath,
    database: settings.database ?? "isocenter",
    user: settings.user ?? "isocenter",
  } as typeof options) as unknown as Db;
}

/** The same connection as a URL, for libraries that have a pool of their own. */
export function connectionString(settings: ConnectionSettings): string {
  if (settings.url !== null) return settings.url;
  const folder = path.dirname(settings.socketPath ?? "");
  return `postgres://${settings.user ?? "isocenter"}@${encodeURIComponent(folder)}/${settings.database ?? "isocenter"}`;
}

const callbacks = new WeakMap<object, (() => void)[]>();

/** Takes part in the transactions of a piece of work; see `withinScope`. */
export interface TransactionScope {
  /** In the transaction, when its work is done. Throws to roll it back. */
  beforeCommit(tx: Tx): Promise<void>;
  committed(): void;
}

const scopes = new AsyncLocalStorage<TransactionScope | null>();

/** Runs the work, whose calls of `transact` the scope takes part in. */
export const withinScope = (scope: TransactionScope, work: () => void): void => scopes.run(scope, work);

/** Runs the work in no scope: for timers and loops that outlive what woke them. */
export const outsideScope = <T>(work: () => T): T => scopes.run(null, work);

/** Told of each transaction how it ended, and how long it took. */
type TransactionObserver = (outcome: "committed" | "rolled-back", seconds: number) => void;
const observers = new WeakMap<Db, TransactionObserver>();

/** From now on the observer is told of every transaction of the pool that `transact` runs. */
export const observeTransactions = (db: Db, observer: TransactionObserver): void =>
  void observers.set(db, observer);

/** Runs the work in one transaction; rolled back when it throws. */
export async function transact<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const afterwards: (() => void)[] = [];
  const scope = scopes.getStore();
  const started = performance.now();
  let outcome: "committed" | "rolled-back" = "rolled-back";
  let result: T;
  try {
    result = (await db.begin(async (tx) => {
      callbacks.set(tx, afterwards);
      const value = await work(tx);
      await scope?.beforeCommit(tx);
      return value;
    })) as T;
    outcome = "committed";
  } finally {
    observers.get(db)?.(outcome, (performance.now() - started) / 1000);
  }
  scope?.committed();
  outsideScope(() => {
    for (const callback of afterwards) callback();
  });
  return result;
}

/** Runs the work within a transaction so that, where it throws, what it wrote is taken back and the transaction goes on. */
export async function savepoint<T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const inner: (() => void)[] = [];
  const result = (await tx.savepoint(async (nested) => {
    callbacks.set(nested, inner);
    return await work(nested);
  })) as T;
  callbacks.get(tx)?.push(...inner);
  return result;
}

/**
 * Calls back once the transaction is committed, and never when it is rolled back. A crash in between loses the call: it serves to
 * wake what would look for itself a little later. @returns false where the transaction was not begun by `transact`
 */
export function afterCommit(tx: Tx, callback: () => void): boolean {
  const afterwards = callbacks.get(tx);
  afterwards?.push(callback);
  return afterwards !== undefined;
}

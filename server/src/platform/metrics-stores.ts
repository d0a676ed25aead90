import { Gauge, Histogram, type Registry } from "prom-client";
import { type Db, observeTransactions } from "./database/database.ts";
import type { ObjectStore } from "./objects/objects.ts";
import { Refusal } from "./refusal.ts";

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** The store, with the time of each call told to Prometheus; of `get` it is the time until the first bytes may be read. */
export function measuredStore(objects: ObjectStore, registry: Registry): ObjectStore {
  const histogram = new Histogram({
    name: "isocenter_object_store_seconds",
    help: "Time of a call of the object store, by operation and outcome: ok, missing, failed.",
    labelNames: ["operation", "outcome"] as const,
    buckets,
    registers: [registry],
  });
  async function timed<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    let outcome = "failed";
    try {
      const value = await work();
      outcome = "ok";
      return value;
    } catch (error) {
      if (error instanceof Refusal && error.kind === "not-found") outcome = "missing";
      throw error;
    } finally {
      histogram.observe({ operation, outcome }, (performance.now() - started) / 1000);
    }
  }
  return {
    ...objects,
    put: (...given) => timed("put", () => objects.put(...given)),
    get: (...given) => timed("get", () => objects.get(...given)),
    read: (...given) => timed("read", () => objects.read(...given)),
    size: (...given) => timed("size", () => objects.size(...given)),
    delete: (...given) => timed("delete", () => objects.delete(...given)),
    signedUrl: (...given) => timed("signed-url", () => objects.signedUrl(...given)),
    check: () => timed("check", () => objects.check()),
  };
}

/** How long transactions take, and an answer to the smallest question when Prometheus asks. */
export function measureDatabase(db: Db, registry: Registry): void {
  const transactions = new Histogram({
    name: "isocenter_database_transaction_seconds",
    help: "Time of a transaction from asking for a connection to its end, by outcome: committed, rolled-back.",
    labelNames: ["outcome"] as const,
    buckets,
    registers: [registry],
  });
  observeTransactions(db, (outcome, seconds) => transactions.observe({ outcome }, seconds));
  new Gauge({
    name: "isocenter_database_answer_seconds",
    help: "Time until the database answered the smallest question, asked now; not a number where it did not.",
    registers: [registry],
    async collect() {
      const started = performance.now();
      const answered = await db`select 1`.catch(() => null);
      this.set(answered === null ? Number.NaN : (performance.now() - started) / 1000);
    },
  });
}

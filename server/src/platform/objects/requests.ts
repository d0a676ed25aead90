import { setTimeout as pause } from "node:timers/promises";
import { Refusal } from "../refusal.ts";

export interface StorePatience {
  connectTimeoutMs: number;
  /** How long a request may stand still, in either direction. */
  idleTimeoutMs: number;
  attempts: number;
  /** Before the second attempt; doubled each time. */
  pauseMs: number;
}

export const defaultPatience: StorePatience = {
  connectTimeoutMs: 5000,
  idleTimeoutMs: 30_000,
  attempts: 4,
  pauseMs: 200,
};

/** Ends a request that stands still. */
export interface Watch {
  signal: AbortSignal;
  /** Bytes moved: it does not stand still. */
  moved(): void;
  fail(error: unknown): void;
  /** Which attempt this is, from 1. */
  attempt: number;
}

/** How a kind of store says what went wrong. */
export interface StoreWords {
  /** For the log: `S3`. */
  name: string;
  /** The HTTP status of the answer; undefined where there was none. */
  statusOf(error: unknown): number | undefined;
  /** Whether an answer speaks of the way and not of the request: it was broken off, or its bytes were damaged. */
  isDamaged(error: unknown): boolean;
}

export interface Attempting {
  patience: StorePatience;
  /** The caller's; its reason is thrown as it is. */
  signal?: AbortSignal | undefined;
  /** Answers of the store that are the caller's business: thrown as they are. */
  passOn?: (error: unknown, attempt: number) => boolean;
}

export interface StoreRequests {
  /**
   * Runs a request, again where it may pass, each time under a watch.
   * @throws Refusal `unavailable` (`store.unavailable`, `store.refused`), the signal's reason, and what `passOn` lets through
   */
  attempt<T>(what: string, attempting: Attempting, run: (watch: Watch) => Promise<T>): Promise<T>;
  unavailable(what: string, error: unknown): Refusal;
}

/** Requests to a store that speaks HTTP: bounded in time and in number. */
export function createStoreRequests({ name, statusOf, isDamaged }: StoreWords): StoreRequests {
  /** No status: the network. 501 says that the store will never do it. */
  function mayPass(error: unknown): boolean {
    if (isDamaged(error)) return true;
    const status = statusOf(error);
    return status === undefined || (status >= 500 && status !== 501) || status === 429 || status === 408;
  }

  /** What went wrong, without what the library hangs on its errors: they may carry the signed request. */
  function plainError(what: string, error: unknown): Error {
    const { name: kind, message, code } = error as { name?: string; message?: string; code?: string };
    const status = statusOf(error);
    const words = [kind, code, status, status === 403 ? undefined : message].filter(
      (word) => word !== undefined && word !== "" && word !== "Error",
    );
    return new Error(`${name} ${what}: ${[...new Set(words)].join(" ")}`);
  }

  function unavailable(what: string, error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    const cause = plainError(what, error);
    return mayPass(error)
      ? new Refusal("unavailable", "store.unavailable", "The object store cannot be reached at the moment.", {
          retryAfter: 10,
          cause,
        })
      : new Refusal(
          "unavailable",
          "store.refused",
          "The object store refuses what this program asks of it.",
          {
            retryAfter: 60,
            cause,
          },
        );
  }

  async function attempt<T>(
    what: string,
    { patience, signal, passOn }: Attempting,
    run: (watch: Watch) => Promise<T>,
  ): Promise<T> {
    for (let number = 1; ; number += 1) {
      signal?.throwIfAborted();
      try {
        return await watched(patience.idleTimeoutMs, signal, number, run);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof Refusal || passOn?.(error, number)) throw error;
        if (!mayPass(error) || number >= patience.attempts) throw unavailable(what, error);
      }
      await pause(patience.pauseMs * 2 ** (number - 1) * (0.75 + Math.random() / 2), undefined, {
        ...(signal ? { signal } : {}),
      });
    }
  }

  return { attempt, unavailable };
}

/** What a look at the store's health found, in a sentence: `store.unavailable` may pass, `store.refused` is for a person to mend. */
export function checkRefusal(place: string, status: number | undefined, hint: string): Refusal {
  const reason = status === undefined ? "it does not answer" : `it answers ${status}`;
  const mine = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
  const detail = `The ${place}: ${reason}${status === 403 ? ` (${hint})` : ""}.`;
  return new Refusal("unavailable", mine ? "store.refused" : "store.unavailable", detail, { retryAfter: 10 });
}

async function watched<T>(
  idleTimeoutMs: number,
  signal: AbortSignal | undefined,
  number: number,
  run: (watch: Watch) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const fail = (error: unknown) => controller.abort(error);
  const timer = setTimeout(() => fail(new Error(`stood still for ${idleTimeoutMs} ms`)), idleTimeoutMs);
  const onAbort = () => fail(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await run({ signal: controller.signal, moved: () => timer.refresh(), fail, attempt: number });
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

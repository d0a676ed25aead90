import { type Clock, Refusal } from "../../../platform/index.ts";

const mostAddresses = 10_000;
const windowMs = 60_000;
const most = 30;

/** Counts what did not open, by address: tokens are not guessed here by trying. */
export interface Failures {
  /** @throws Refusal `too-many` (`share.throttled`) */
  check(address: string): void;
  note(address: string): void;
}

export function createFailures(clock: Clock): Failures {
  const seen = new Map<string, number[]>();
  const recent = (address: string): number[] =>
    (seen.get(address) ?? []).filter((at) => at > clock.now().getTime() - windowMs);
  return {
    check(address) {
      if (recent(address).length >= most)
        throw new Refusal("too-many", "share.throttled", "Too many links that do not open. Wait a little.", {
          retryAfter: windowMs / 1000,
        });
    },
    note(address) {
      const all = [...recent(address), clock.now().getTime()];
      // Set anew, so that the address that was quiet for longest is the first.
      seen.delete(address);
      seen.set(address, all);
      if (seen.size > mostAddresses) seen.delete(seen.keys().next().value ?? "");
    },
  };
}

import { type Clock, Refusal } from "../../platform/index.ts";

/** Counts attempts in a window that slides. In memory: the lock after repeated failure, which is kept, is what counts in the end. */
export interface Throttle {
  /** Counts one. @returns a way to take it back @throws Refusal `too-many` (`auth.throttled`) */
  take(key: string): () => void;
}

const mostKeys = 10_000;

export function createThrottle(clock: Clock, limit: number, windowMs: number): Throttle {
  const attempts = new Map<string, number[]>();
  return {
    take(key) {
      const now = clock.now().getTime();
      const recent = (attempts.get(key) ?? []).filter((at) => at > now - windowMs);
      if (recent.length >= limit) {
        const retryAfter = Math.max(1, Math.ceil((recent[0]! + windowMs - now) / 1000));
        throw new Refusal("too-many", "auth.throttled", "Too many attempts to sign in. Wait a little.", {
          retryAfter,
        });
      }
      recent.push(now);
      // Set anew, so that the key that was quiet for longest is the first.
      attempts.delete(key);
      attempts.set(key, recent);
      if (attempts.size > mostKeys) attempts.delete(attempts.keys().next().value ?? "");
      return () => {
        // What is counted now, not what was then: others came meanwhile.
        const counted = attempts.get(key) ?? [];
        const index = counted.indexOf(now);
        if (index >= 0) counted.splice(index, 1);
      };
    },
  };
}

/** The only way to the time of day: passed in, so that a deadline of weeks is a test of milliseconds. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

export interface ManualClock extends Clock {
  advance(ms: number): void;
}

/** A clock for tests: stands still until it is moved. */
export function manualClock(start = new Date("2026-01-05T08:00:00Z")): ManualClock {
  let at = start.getTime();
  return {
    now: () => new Date(at),
    advance: (ms) => {
      at += ms;
    },
  };
}

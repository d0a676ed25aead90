import { useEffect, useState } from "react";
import { session } from "../api/client.ts";
import { keep, kept } from "../kit/kept.ts";

/** So long before it locks the screen says so. */
const warningMs = 30_000;
const lookMs = 1_000;
/** How often a touch is told to the other tabs. */
const tellMs = 5_000;
const key = "touched";

export interface IdleDependencies {
  now: () => number;
  /** The time of the last touch in any tab, kept where all of them see it. */
  shared: { read(): number; write(at: number): void };
}

/** Watches how long nobody has touched anything, in this tab or another one. */
export function createIdle({ now, shared }: IdleDependencies) {
  let touched = now();
  let told = 0;
  return {
    touch(): void {
      touched = now();
      if (touched - told < tellMs) return;
      told = touched;
      shared.write(touched);
    },
    /** Milliseconds without a touch. */
    elapsed: (): number => Math.max(0, now() - Math.max(touched, shared.read())),
  };
}

/** What `elapsed` of `limit` milliseconds means. No limit, no lock. */
export function idleState(elapsed: number, limit: number): "awake" | "warn" | "lock" {
  if (limit <= 0) return "awake";
  if (elapsed >= limit) return "lock";
  return elapsed >= limit - Math.min(warningMs, limit / 2) ? "warn" : "awake";
}

/** Each tab counts for itself where the browser keeps nothing. */
const shared = {
  read: () => Number(kept(key)) || 0,
  write: (at: number) => void keep(key, String(at)),
};

const touches = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/** Locks the screen after so long without a touch. @returns seconds until it locks, while that is soon; else null */
export function useIdleLock(limitMs: number, watching: boolean): number | null {
  const [secondsLeft, setSecondsLeft] = useState<number | null>(null);
  useEffect(() => {
    setSecondsLeft(null);
    if (!watching || limitMs <= 0) return;
    const idle = createIdle({ now: () => Date.now(), shared });
    idle.touch();
    const timer = setInterval(() => {
      const elapsed = idle.elapsed();
      const state = idleState(elapsed, limitMs);
      setSecondsLeft(state === "warn" ? Math.ceil((limitMs - elapsed) / 1000) : null);
      if (state === "lock") void session.lock();
    }, lookMs);
    for (const name of touches) addEventListener(name, idle.touch, { capture: true, passive: true });
    return () => {
      clearInterval(timer);
      for (const name of touches) removeEventListener(name, idle.touch, { capture: true });
    };
  }, [limitMs, watching]);
  return secondsLeft;
}

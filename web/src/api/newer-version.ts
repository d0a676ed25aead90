import { useSyncExternalStore } from "react";
import { holdsTyped } from "../kit/typed.ts";

/*
 * A page stays open while the server gets a newer version. The parts of the program that it asks for then are gone; it has to be loaded anew, which loses what
 * somebody has typed. So it does that by itself only where nothing can be lost, and says so otherwise.
 */

let told = false;
const listeners = new Set<() => void>();

/** Whether somebody has to be told that the page is of an older version than the server. */
export const useNewerVersion = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => told,
  );

interface Place {
  /** Of the last time that the page was loaded anew for this, in milliseconds; 0: never. */
  lastReload(): number;
  reload(now: number): void;
  /** Whether something is on the page that loading it anew would lose. */
  holdsWork(): boolean;
  now(): number;
}

/** A part that is still not there so soon after is missing in the newer version, too. */
const soonMs = 60_000;

/**
 * A part of the program is not on the server, which answers.
 * @returns whether the page is loaded anew, or says that it should be; else there is no such part
 */
export function partIsGone(place: Place = thisPage): boolean {
  const now = place.now();
  if (place.holdsWork()) {
    told = true;
    for (const listener of listeners) listener();
    return true;
  }
  if (now - place.lastReload() < soonMs) return false;
  place.reload(now);
  return true;
}

/** Text that somebody wrote and that still stands there, or something that would ask before the page is left. */
const holdsWork = (): boolean =>
  holdsTyped() || !dispatchEvent(new Event("beforeunload", { cancelable: true }));

const key = "isocenter.reloaded";
const thisPage: Place = {
  lastReload: () => Number(sessionStorage.getItem(key) ?? 0),
  reload(now) {
    sessionStorage.setItem(key, String(now));
    location.reload();
  },
  holdsWork,
  now: () => Date.now(),
};

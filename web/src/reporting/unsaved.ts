import { useSyncExternalStore } from "react";
import type { Texts } from "./autosave.ts";

/** What is not saved of a report, and what the server had when it was written. */
export interface UnsavedTexts {
  version: number;
  saved: Texts;
  texts: Texts;
}

const listeners = new Set<() => void>();
let kept: { personId: string; reportId: string; unsaved: UnsavedTexts } | null = null;

/**
 * Keeps what could not be saved when its page went, as when the session was ended elsewhere, or somebody else signed, while somebody wrote: in this page's
 * memory alone, the last report of it, for the same person.
 */
export function keepUnsaved(personId: string, reportId: string, unsaved: UnsavedTexts): void {
  kept = { personId, reportId, unsaved };
  for (const listener of listeners) listener();
}

export const unsavedOf = (personId: string, reportId: string): UnsavedTexts | null =>
  kept?.personId === personId && kept.reportId === reportId ? kept.unsaved : null;

/** It stands in the report again, or somebody has decided about it. */
export function forgetUnsaved(): void {
  kept = null;
  for (const listener of listeners) listener();
}

/** As `unsavedOf`, followed. */
export const useUnsaved = (personId: string, reportId: string): UnsavedTexts | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => unsavedOf(personId, reportId),
  );

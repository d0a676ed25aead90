import type { Texts } from "./autosave.ts";

/** What is not saved of a report, and what the server had when it was written. */
export interface UnsavedTexts {
  version: number;
  saved: Texts;
  texts: Texts;
}

let kept: { personId: string; reportId: string; unsaved: UnsavedTexts } | null = null;

/**
 * Keeps what could not be saved when its page went, as when the session was ended elsewhere while somebody wrote: in this page's memory alone, the last
 * report of it, for the same person.
 */
export function keepUnsaved(personId: string, reportId: string, unsaved: UnsavedTexts): void {
  kept = { personId, reportId, unsaved };
}

export const unsavedOf = (personId: string, reportId: string): UnsavedTexts | null =>
  kept?.personId === personId && kept.reportId === reportId ? kept.unsaved : null;

/** It stands in the report again. */
export function forgetUnsaved(): void {
  kept = null;
}

import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { everyPage } from "../api/every-page.ts";
import { useTemplates } from "./queries.ts";

/** Text that a short name stands for: one's own, or the template's. */
export interface Macro {
  /** Of one's own; null where it is the template's. */
  id: string | null;
  /** Of one's own: what a change is sent with. */
  version?: number;
  name: string;
  text: string;
}

export const macrosKey = ["report-macros"];

/** What may be typed in this report, one's own before the template's where both have the name. */
export function useMacros(templateId: string | null): readonly Macro[] {
  const own = useQuery({
    queryKey: macrosKey,
    queryFn: ({ signal }) =>
      everyPage((paging) =>
        answerOf(api.GET("/api/v1/report-macros", { params: { query: paging }, signal })),
      ),
  });
  const templates = useTemplates();
  const mine: Macro[] = (own.data?.data ?? []).map(({ id, version, name, text }) => ({
    id,
    version,
    name,
    text,
  }));
  const template = templates.data?.data.find(({ id }) => id === templateId);
  const theirs = Object.entries(template?.macros ?? {})
    .filter(([name]) => !mine.some((one) => one.name === name))
    .map(([name, text]) => ({ id: null, name, text }));
  return [...mine, ...theirs].sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * The text with the abbreviation before the caret written out: a dot, the macro's name, and then what ended the word.
 * @param caret behind the blank or the end of line that was typed
 * @returns with where the macro's text begins; null where there is no such macro
 */
export function expandedAt(
  text: string,
  caret: number,
  macros: readonly Macro[],
): { text: string; from: number; caret: number } | null {
  const end = text[caret - 1];
  if (end === undefined || !/\s/.test(end)) return null;
  const typed = /(?:^|\s)\.([\p{L}\p{N}][\p{L}\p{N}_.-]{0,63})$/u.exec(text.slice(0, caret - 1))?.[1];
  if (!typed) return null;
  const macro =
    macros.find(({ name }) => name === typed) ??
    macros.find(({ name }) => name.toLowerCase() === typed.toLowerCase());
  if (!macro) return null;
  const from = caret - 1 - typed.length - 1;
  return {
    text: text.slice(0, from) + macro.text + text.slice(caret - 1),
    from,
    caret: from + macro.text.length + 1,
  };
}

/** Where the next `[place to fill in]` stands, from a caret on or before it; null where there is none. */
export function bracketFrom(
  text: string,
  caret: number,
  backwards = false,
): { from: number; to: number } | null {
  const places = [...text.matchAll(/\[[^[\]\n]{0,200}\]/g)].map(({ index, 0: { length } }) => ({
    from: index,
    to: index + length,
  }));
  return (
    (backwards ? places.findLast(({ to }) => to <= caret) : places.find(({ from }) => from >= caret)) ?? null
  );
}

/** What is selected once text was written in: its first place to fill in, or else the caret behind it. */
export function goOnFrom(text: string, from: number, caret: number): { from: number; to: number } {
  const place = bracketFrom(text, from);
  return place && place.to <= caret ? place : { from: caret, to: caret };
}

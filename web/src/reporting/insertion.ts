import type { SectionKey } from "./autosave.ts";

type Take = (text: string, section?: SectionKey) => void;

const takers: Take[] = [];

/** An editor that takes text from beside it, a measurement for instance, as long as it is open. @returns what ends it */
export function takeInsertions(take: Take): () => void {
  takers.push(take);
  return () => void takers.splice(takers.indexOf(take), 1);
}

/** Puts text into the report that is open, where the caret is or at the end of a section. @returns false where none takes it */
export function insertIntoReport(text: string, section?: SectionKey): boolean {
  const take = takers.at(-1);
  take?.(text, section);
  return take !== undefined;
}

/** Text put at a place of another, with a blank on each side where words would touch; and where the caret is afterwards. */
export function inserted(
  into: string,
  from: number,
  to: number,
  text: string,
): { text: string; caret: number } {
  const before = into.slice(0, from);
  const after = into.slice(to);
  const left = before === "" || /[\s(]$/.test(before) || /^[\s.,;:?)]/.test(text) ? "" : " ";
  const right = after === "" || /^[\s.,;:)]/.test(after) || text.endsWith("\n") ? "" : " ";
  return {
    text: `${before}${left}${text}${right}${after}`,
    caret: before.length + left.length + text.length,
  };
}

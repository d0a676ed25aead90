type Take = (text: string) => void;

const takers: Take[] = [];

/** An editor that takes text from beside it, a measurement for instance, as long as it is open. @returns what ends it */
export function takeInsertions(take: Take): () => void {
  takers.push(take);
  return () => void takers.splice(takers.indexOf(take), 1);
}

/** Puts text into the report that is open. @returns false where none takes it */
export function insertIntoReport(text: string): boolean {
  const take = takers.at(-1);
  take?.(text);
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
  const left = before === "" || /\s$/.test(before) ? "" : " ";
  const right = after === "" || /^[\s.,;:)]/.test(after) ? "" : " ";
  return {
    text: `${before}${left}${text}${right}${after}`,
    caret: before.length + left.length + text.length,
  };
}

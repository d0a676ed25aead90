/** A run of words that both texts have, or one of them alone. */
export interface Part {
  kind: "same" | "added" | "removed";
  text: string;
}

/** Longer sections are compared as a whole: the table of the comparison grows with the square. */
const mostWords = 1500;

/** What became of a text, word by word: what was taken out stands before what came in its place. */
export function changesOf(before: string, after: string): Part[] {
  if (before === after) return after === "" ? [] : [{ kind: "same", text: after }];
  const [old, now] = [before.match(/\s+|\S+/g) ?? [], after.match(/\s+|\S+/g) ?? []];
  if (old.length > mostWords || now.length > mostWords)
    return [
      ...(before ? [{ kind: "removed", text: before } as const] : []),
      ...(after ? [{ kind: "added", text: after } as const] : []),
    ];
  // The longest common sequence from each pair of places on.
  const width = now.length + 1;
  const longest = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      longest[i * width + j] =
        old[i] === now[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
  const parts: Part[] = [];
  const put = (kind: Part["kind"], text: string) => {
    const last = parts.at(-1);
    if (last?.kind === kind) last.text += text;
    else parts.push({ kind, text });
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      put("same", now[j]!);
      i++;
      j++;
    } else if (
      i < old.length &&
      (j === now.length || longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)
    )
      put("removed", old[i++]!);
    else put("added", now[j++]!);
  }
  return parts;
}

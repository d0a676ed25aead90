/**
 * A table given in segments (PS3.3 C.7.9.2): opcode 0 lists values, 1 leads in a straight line to a value, 2 repeats segments from an
 * offset. Stops at `entries`; a table that ends early keeps its last value.
 */
export function expandSegments(segments: ArrayLike<number>, entries: number): Uint16Array {
  const table = new Uint16Array(entries);
  let filled = 0;
  const put = (value: number) => {
    if (filled < entries) table[filled++] = value;
  };
  const run = (from: number, count: number, nested: boolean): void => {
    let at = from;
    for (let done = 0; done < count && filled < entries && at + 1 < segments.length; done++) {
      const opcode = segments[at]!;
      const length = segments[at + 1]!;
      at += 2;
      if (opcode === 0) {
        for (let i = 0; i < length && at < segments.length; i++) put(segments[at++]!);
      } else if (opcode === 1 && at < segments.length) {
        const start = filled > 0 ? table[filled - 1]! : 0;
        const end = segments[at++]!;
        for (let i = 1; i <= length; i++) put(Math.round(start + ((end - start) * i) / length));
      } else if (opcode === 2 && !nested && at + 1 < segments.length) {
        const offset = segments[at]! + segments[at + 1]! * 65536;
        at += 2;
        run(offset, length, true);
      } else return;
    }
  };
  run(0, Number.POSITIVE_INFINITY, false);
  if (filled > 0) table.fill(table[filled - 1]!, filled);
  return table;
}

/** Numbers that are the same in every run (mulberry32). */
export interface Random {
  /** From 0 to less than 1. */
  next(): number;
  /** From 0 to less than the number. */
  below(most: number): number;
  chance(part: number): boolean;
  of<T>(values: readonly T[]): T;
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (most: number) => Math.floor(next() * most);
  return { next, below, chance: (part) => next() < part, of: (values) => values[below(values.length)]! };
}

/** The n-th id of a kind, made at a time: a UUID of version 7 whose random bits are not random. */
export function idOf(kind: number, at: number, n: number): string {
  const time = Math.max(0, Math.floor(at)).toString(16).padStart(12, "0");
  const number = n.toString(16).padStart(15, "0");
  const word = (kind & 0xfff).toString(16).padStart(3, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${word}-8${number.slice(0, 3)}-${number.slice(3)}`;
}

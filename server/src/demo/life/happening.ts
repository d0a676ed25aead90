import type { Case } from "./cases.ts";
import type { Known, Living } from "./department.ts";

/** Something that happens at a moment. */
export interface Happening {
  at: Date;
  doing: string;
  run(): Promise<unknown>;
}

/** What is known of an examination; whoever was refused before is left alone. */
export const withKnown =
  (living: Living, one: Case, act: (known: Known) => Promise<unknown>): (() => Promise<unknown>) =>
  async () => {
    const known = living.known.get(one);
    if (known) await act(known);
  };

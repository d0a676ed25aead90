/** One thing that takes input from strangers. Imported by name, in a thread of its own. */
export interface Target {
  name: string;
  /** Inputs that are right, or nearly. */
  seeds(): Uint8Array[];
  /** Pieces of the format that mean something. */
  tokens: readonly Uint8Array[];
  /** Longer inputs are cut. */
  maxBytes: number;
  /** Takes one input. What it is refused with is no fault; anything that is thrown here is. */
  run(input: Buffer, chance: (below: number) => number): void | Promise<void>;
}

export const hexadecimal = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
export const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

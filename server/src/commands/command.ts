/** What a command of the command line gets beside its arguments. */
export interface CommandContext {
  /** One line to standard output. */
  say(text: string): void;
  /** One line to standard error: what went wrong, progress, everything that is not the answer. */
  complain(text: string): void;
}

/** A command of `isocenter`: a file of this folder, and a line of the table in `cli.ts`. */
export interface Command {
  /** Half a line for `isocenter help`. */
  summary: string;
  /**
   * Does it. The number is the exit code (0 done, 1 it did not work, 2 used wrongly) with which the program ends; nothing lets it run
   * until nothing is left to do. What is thrown is said and ends with 1, a `UsageError` with 2.
   */
  run(args: readonly string[], context: CommandContext): Promise<number | undefined>;
}

/** The command was used wrongly; the message says how it is used. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

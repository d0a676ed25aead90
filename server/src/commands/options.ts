import { parseArgs } from "node:util";
import { UsageError } from "./command.ts";

export interface Wanted {
  usage: string;
  /** Options without a value. */
  flags?: readonly string[];
  /** Options with a value. */
  values?: readonly string[];
  /** How many words, at least and at most. */
  words: readonly [number, number];
}

export interface Options {
  words: string[];
  flags: ReadonlySet<string>;
  values: ReadonlyMap<string, string>;
  /** `--help` was asked for. */
  help: boolean;
}

/** @throws UsageError with the usage where the arguments are none of the command's */
export function readOptions(args: readonly string[], wanted: Wanted): Options {
  const { flags = [], values = [], words } = wanted;
  try {
    const parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        ...Object.fromEntries(flags.map((name) => [name, { type: "boolean" as const }])),
        ...Object.fromEntries(values.map((name) => [name, { type: "string" as const }])),
      },
    });
    const given: [string, unknown][] = Object.entries(parsed.values);
    const help = parsed.values.help === true;
    const count = parsed.positionals.length;
    if (!help && (count < words[0] || count > words[1])) throw new UsageError(wanted.usage);
    return {
      words: parsed.positionals,
      flags: new Set(given.filter(([, value]) => value === true).map(([name]) => name)),
      values: new Map(given.filter((one): one is [string, string] => typeof one[1] === "string")),
      help,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw wrongOption(error, wanted.usage);
  }
}

/** What `parseArgs` found, without its hint about files that begin with a dash, and how the command is used. */
export const wrongOption = (error: unknown, usage: string): UsageError =>
  new UsageError(`${(error as Error).message.split(". To specify a positional")[0]}.\n\n${usage}`);

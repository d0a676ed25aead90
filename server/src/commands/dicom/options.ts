import fs from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { implementationClassUid, implementationVersionName } from "@isocenter/dicom";
import { type ClientTls, DimseError, isAeTitle, type OpenOptions, StatusError } from "@isocenter/dimse";
import { UsageError } from "../command.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

const common = {
  aet: { type: "string" },
  timeout: { type: "string" },
  tls: { type: "boolean" },
  "tls-ca": { type: "string" },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  "tls-fingerprint": { type: "string" },
  verbose: { type: "boolean", short: "v" },
} as const satisfies Options;

/** Everything `openAssociation` wants but the contexts. */
export type Connection = Omit<OpenOptions, "contexts">;

const hint = "isocenter dicom help tells how it is used.";
export const wrongly = (what: string): UsageError => new UsageError(`${what} ${hint}`);

/** The arguments of a tool: its own options beside those of all, whom to call, and what else is there. @throws UsageError */
export function readArguments<Own extends Options>(args: readonly string[], own: Own) {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof common & Own; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options: { ...common, ...own } });
  } catch (error) {
    throw wrongly(`${(error as Error).message}.`);
  }
  const [address, ...rest] = parsed.positionals as string[];
  if (address === undefined) throw wrongly("Say whom to call: AE@HOST:PORT.");
  const values = parsed.values as Record<keyof typeof common, string | boolean | undefined>;
  const text = (name: keyof typeof common) => values[name] as string | undefined;
  const seconds = Number(text("timeout") ?? 30);
  if (!(seconds > 0 && seconds <= 86_400)) throw wrongly("--timeout wants a number of seconds.");
  const timeoutMs = seconds * 1000;
  const aet = text("aet") ?? "ISOCENTER";
  const called = readAddress(address);
  for (const title of [aet, called.calledAeTitle])
    if (!isAeTitle(title)) throw wrongly(`${title} is no AE title.`);
  const tls = readTls(text, values.tls === true);
  const connection: Connection = {
    ...called,
    callingAeTitle: aet,
    implementation: { classUid: implementationClassUid, versionName: implementationVersionName },
    ...(tls ? { tls } : {}),
    timeouts: {
      connectMs: timeoutMs,
      associateMs: timeoutMs,
      responseMs: timeoutMs,
      releaseMs: 5000,
      artimMs: 2000,
    },
  };
  return { values: parsed.values, connection, rest, verbose: values.verbose === true };
}

/** `AE@HOST:PORT`, with brackets around an IPv6 address. */
function readAddress(text: string): Pick<OpenOptions, "calledAeTitle" | "host" | "port"> {
  const match = /^(?:(.+)@)?(?:\[([0-9A-Fa-f:.]+)\]|([^:@[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[4]);
  if (!match || port < 1 || port > 65_535) throw wrongly(`${text} is no AE@HOST:PORT.`);
  return { calledAeTitle: match[1] ?? "ANY-SCP", host: (match[2] ?? match[3])!, port };
}

function readTls(text: (name: keyof typeof common) => string | undefined, asked: boolean): ClientTls | null {
  const named = (["tls-ca", "tls-cert", "tls-key", "tls-fingerprint"] as const).some((name) => text(name));
  if (!asked && !named) return null;
  if (!text("tls-cert") !== !text("tls-key")) throw wrongly("--tls-cert and --tls-key belong together.");
  const file = (name: keyof typeof common) => {
    const path = text(name);
    try {
      return path === undefined ? undefined : fs.readFileSync(path, "utf8");
    } catch (error) {
      throw wrongly(`--${name}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
    }
  };
  const [ca, cert, key] = [file("tls-ca"), file("tls-cert"), file("tls-key")];
  const fingerprint = text("tls-fingerprint")?.replaceAll(":", "").toLowerCase();
  if (fingerprint !== undefined && !/^[0-9a-f]{64}$/.test(fingerprint))
    throw wrongly("--tls-fingerprint wants a SHA-256 in hexadecimal.");
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(fingerprint === undefined ? {} : { certificateSha256: fingerprint }),
  };
}

/** What went wrong between us and the peer, as a sentence; null for what is no matter of DICOM. */
export function problemOf(error: unknown): string | null {
  if (error instanceof StatusError) return `It answered with ${error.message}.`;
  if (!(error instanceof DimseError)) return null;
  const cause = (error.cause as Error | undefined)?.message;
  return `It did not work: ${error.message}${cause ? ` (${cause})` : ""}.`;
}

let interrupted: AbortController | null = null;

/** Aborted by the first Ctrl-C; the second one ends the program as ever. */
export function interruption(): AbortSignal {
  if (!interrupted) {
    const controller = new AbortController();
    process.once("SIGINT", () => controller.abort());
    interrupted = controller;
  }
  return interrupted.signal;
}

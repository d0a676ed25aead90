import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import type { Demo } from "../demo/index.ts";
import { type Isocenter, startIsocenter } from "../main.ts";
import {
  type Config,
  collectAfterStart,
  createLog,
  lockFolder,
  processEnvironment,
  productVersion,
  readConfig,
  withoutEffect,
} from "../platform/index.ts";
import { buildWebApp, webAppIsBuilt } from "../web-app.ts";
import type { Command, CommandContext } from "./command.ts";
import { fail } from "./fail.ts";
import { readOptions } from "./options.ts";

/**
 * The address that a scanner is told: the one listened at, because nothing answers at another. Where that is all of them, the host of PUBLIC_URL, or
 * without it an address that another machine of the network reaches.
 */
export function addressFor(
  { host, publicUrl }: Pick<Config, "host" | "publicUrl">,
  addresses: readonly Pick<os.NetworkInterfaceInfo, "family" | "internal" | "address">[],
): string {
  if (!["0.0.0.0", "::"].includes(host)) return host;
  if (publicUrl) return new URL(publicUrl).hostname;
  return addresses.find((entry) => entry.family === "IPv4" && !entry.internal)?.address ?? "127.0.0.1";
}

const ownAddress = (config: Config): string =>
  addressFor(
    config,
    Object.values(os.networkInterfaces()).flatMap((entries) => entries ?? []),
  );

function banner(config: Config, isocenter: Isocenter): string {
  const web = config.publicUrl ?? `${config.tls ? "https" : "http"}://localhost:${isocenter.port}`;
  const http =
    isocenter.port === null
      ? []
      : [`  Web app     ${web}`, `  DICOMweb    ${web}/dicomweb`, `  API         ${web}/docs`];
  const dicom =
    isocenter.dicomPort === null
      ? []
      : [`  DICOM       ${config.aeTitle} at ${ownAddress(config)}, port ${isocenter.dicomPort}`];
  if (dicom.length > 0 && config.dicomTlsPort !== null)
    dicom.push(`              by TLS at port ${config.dicomTlsPort}`);
  const hl7 =
    isocenter.hl7Port === null ? [] : [`  HL7         ${ownAddress(config)}, port ${isocenter.hl7Port}`];
  if (hl7.length > 0 && config.hl7TlsPort !== null)
    hl7.push(`              by TLS at port ${config.hl7TlsPort}`);
  const health =
    isocenter.healthPort === null ? [] : [`  Health      port ${isocenter.healthPort} of this machine`];
  const lines = [
    "",
    `Isocenter ${productVersion} is running.`,
    "",
    ...http,
    ...dicom,
    ...hl7,
    ...health,
    `  Data        ${config.dataDir}`,
    "",
  ];
  const { created, username, password } = isocenter.firstStart;
  if (created && password !== null) {
    lines.push(
      `  First sign-in: user ${username}, password ${password}`,
      "  It is shown this once; you will be asked for one of your own.",
      "",
    );
  } else if (created) {
    lines.push(`  First sign-in: user ${username}, with the password from ADMIN_PASSWORD.`, "");
  }
  return lines.join("\n");
}

const progressEveryMs = 2000;

/** Loads the demonstration and says how far it is, on one line where a person watches. */
async function loadDemo(demo: Demo, say: CommandContext["say"]): Promise<void> {
  const before = await demo.state();
  if (before && before.state !== "FAILED" && before.state !== "REMOVED") {
    say(
      `  The demonstration is there: sign in as ${before.prefix}-radiologist, for instance. Its password was printed when it`,
    );
    say("  was loaded; isocenter user reset-password NAME makes another.\n");
    return;
  }
  const { facility, password, people } = await demo.plan();
  say(`  ${facility}: everybody in it is invented. All of them have the password ${password}`);
  say("  It is shown this once.\n");
  for (const { username, name, role } of people)
    say(`    ${username.padEnd(22)}${role.toLowerCase().replace("_", " ").padEnd(15)}${name}`);
  say("\n  Two weeks of work are being done there; it takes about a minute.");
  for (;;) {
    await sleep(progressEveryMs, undefined, { ref: false });
    const state = await demo.state();
    if (state?.state === "LOADING") {
      const percent = state.total === 0 ? 0 : Math.floor((state.done / state.total) * 100);
      if (process.stdout.isTTY)
        process.stdout.write(`\r  ${String(percent).padStart(3)} %  ${state.doing.padEnd(24)}`);
      continue;
    }
    if (process.stdout.isTTY) process.stdout.write(`\r${" ".repeat(40)}\r`);
    say(
      state?.state === "READY"
        ? "  The demonstration is ready.\n"
        : "  The demonstration could not be loaded; the log says why.\n",
    );
    return;
  }
}

/** Runs the server until it is told to stop: a first SIGINT or SIGTERM finishes what is in flight, a second ends at once. */
async function runServer(options: { demo: boolean }, { say }: CommandContext): Promise<undefined> {
  let isocenter: Isocenter | undefined;
  let stopping: Promise<void> | undefined;
  const fatal = (message: string) => {
    log.fatal(message);
    process.exit(1);
  };
  const stop = (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => {
    // In a container it is process 1, which the kernel ends by no signal that it does not hear.
    if (!isocenter) return process.exit(128 + os.constants.signals[signal]);
    if (stopping) return fatal(`${signal} again: ending at once.`);
    log.info({ signal }, "stopping: finishing what is in flight");
    stopping = isocenter.stop().then(() => process.exit(0), fail);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(signal));
  const environment = processEnvironment();
  // A person at a terminal reads sentences; a log collector reads every line.
  const quiet = process.stderr.isTTY && environment.LOG_LEVEL === undefined;
  const config = readConfig(quiet ? { ...environment, LOG_LEVEL: "warn" } : environment);
  const log = createLog(config, pino.destination({ fd: 2, sync: true }));
  for (const name of withoutEffect(environment))
    log.warn(`${name} has no effect: this version does not offer what it is for.`);
  if (config.roles.includes("api") && !webAppIsBuilt()) {
    // A second start by mistake changes nothing for those who work with the first.
    if (config.databaseUrl === null) lockFolder(config.dataDir).release();
    say("Building the web app, once …");
    await buildWebApp();
  }
  if (config.databaseUrl === null && !fs.existsSync(path.join(config.dataDir, "pg")))
    say("Making the database, once …");
  const started = await startIsocenter({ config, log, host: ownAddress(config), onFatal: fatal });
  isocenter = started;
  // A terminal that closes says so with the signal by which a supervisor asks for a renewed certificate.
  process.on("SIGHUP", () => (process.stdout.isTTY ? stop("SIGHUP") : started.reload()));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "uncaught exception");
    process.exit(1);
  });
  collectAfterStart();
  say(banner(config, started));
  if (options.demo) await loadDemo(started.demo, say);
}

const usages = {
  start: `isocenter start

Starts the server with its database. It takes no options: settings come from the environment or a .env file, and .env.example
explains each of them.`,
  demo: `isocenter demo

Starts the server as isocenter start does, and loads the demonstration into a facility of its own where it is not there yet.`,
};

/** Whoever asks how it is used, or uses it wrongly, gets an answer and no server. */
async function begin(
  name: keyof typeof usages,
  options: { demo: boolean },
  args: readonly string[],
  context: CommandContext,
): Promise<number | undefined> {
  const usage = usages[name];
  if (!readOptions(args, { usage, words: [0, 0] }).help) return runServer(options, context);
  context.say(usage);
  return 0;
}

export const start: Command = {
  summary: "start the server; everything is configured by environment, see .env.example",
  run: (args, context) => begin("start", { demo: false }, args, context),
};

export const demo: Command = {
  summary: "the same, and load the demonstration: a department of invented people and patients",
  run: (args, context) => begin("demo", { demo: true }, args, context),
};

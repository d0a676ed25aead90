import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
import pino from "pino";
import { type Isocenter, startIsocenter } from "./main.ts";
import {
  type Config,
  ConfigError,
  createLog,
  FolderInUse,
  processEnvironment,
  productVersion,
  Refusal,
  readConfig,
} from "./platform/index.ts";
import { buildWebApp, webAppIsBuilt } from "./web-app.ts";

const help = `Isocenter ${productVersion}: an imaging department in one program.

  isocenter start      start the server; everything is configured by environment, see .env.example
  isocenter demo       the same, and load the demonstration: studies of invented patients
  isocenter dev        start it for development: restarts on changes, web app by Vite on port 5173
  isocenter help       this text
  isocenter version    the version
`;

const say = (text: string) => process.stdout.write(`${text}\n`);
const complain = (text: string) => process.stderr.write(`${text}\n`);

/** The address that another machine of the network reaches, for the settings of a scanner. */
function networkAddress(): string {
  const addresses = Object.values(os.networkInterfaces()).flatMap((entries) => entries ?? []);
  return addresses.find((entry) => entry.family === "IPv4" && !entry.internal)?.address ?? "127.0.0.1";
}

function banner(config: Config, isocenter: Isocenter): string {
  const web = config.publicUrl ?? `http://localhost:${isocenter.port}`;
  const http =
    isocenter.port === null
      ? []
      : [`  Web app     ${web}`, `  DICOMweb    ${web}/dicomweb`, `  API         ${web}/docs`];
  const dicom =
    isocenter.dicomPort === null
      ? []
      : [`  DICOM       ${config.aeTitle} at ${networkAddress()}, port ${isocenter.dicomPort}`];
  const lines = [
    "",
    `Isocenter ${productVersion} is running.`,
    "",
    ...http,
    ...dicom,
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

/** Ends with a sentence for what a person can mend, with the whole error for what they cannot. */
function fail(error: unknown): never {
  if (error instanceof ConfigError) {
    complain("The configuration has mistakes:");
    for (const line of error.lines) complain(`  ${line}`);
  } else if (error instanceof FolderInUse || error instanceof Refusal) {
    complain(error.message);
  } else if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
    complain(
      `The port ${(error as { port?: number }).port} is taken by another program. Choose others with PORT and DICOM_PORT.`,
    );
  } else {
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  process.exit(1);
}

async function start(options: { demo: boolean }): Promise<void> {
  const environment = processEnvironment();
  // A person at a terminal reads sentences; a log collector reads every line.
  const quiet = process.stderr.isTTY && environment.LOG_LEVEL === undefined;
  const config = readConfig(quiet ? { ...environment, LOG_LEVEL: "warn" } : environment);
  const log = createLog(config, pino.destination({ fd: 2, sync: true }));
  if (config.roles.includes("api") && !webAppIsBuilt()) {
    say("Building the web app, once …");
    await buildWebApp();
  }
  let stopping: Promise<void> | undefined;
  const fatal = (message: string) => {
    log.fatal(message);
    process.exit(1);
  };
  const isocenter = await startIsocenter({ config, log, host: networkAddress(), onFatal: fatal });
  const stop = (signal: string) => {
    if (stopping) return fatal(`${signal} again: ending at once.`);
    log.info({ signal }, "stopping: finishing what is in flight");
    stopping = isocenter.stop().then(() => process.exit(0), fail);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(signal));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "uncaught exception");
    process.exit(1);
  });
  say(banner(config, isocenter));
  if (options.demo) {
    await isocenter.loadDemo();
    say("  The demonstration is being drawn: its studies appear in the list over the next minute.\n");
  }
}

/** The server restarting on changes, and Vite for the web app; both end together. */
function develop(): void {
  const repository = path.resolve(import.meta.dirname, "../..");
  const environment = { NODE_ENV: "development", ...processEnvironment() };
  const children = [
    spawn(
      process.execPath,
      ["--watch", "--watch-preserve-output", path.join(repository, "server/bin/isocenter.js"), "start"],
      {
        stdio: "inherit",
        env: environment,
      },
    ),
    spawn(process.execPath, [path.join(repository, "node_modules/vite/bin/vite.js")], {
      cwd: path.join(repository, "web"),
      stdio: "inherit",
      env: environment,
    }),
  ];
  const end = () => {
    for (const child of children) child.kill("SIGTERM");
  };
  for (const child of children) child.once("exit", end);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
}

const command = process.argv[2] ?? "help";
switch (command) {
  case "start":
    await start({ demo: false }).catch(fail);
    break;
  case "demo":
    await start({ demo: true }).catch(fail);
    break;
  case "dev":
    develop();
    break;
  case "version":
  case "--version":
    say(productVersion);
    break;
  case "help":
  case "--help":
    say(help);
    break;
  default:
    complain(`isocenter ${command}: there is no such command.\n\n${help}`);
    process.exit(2);
}

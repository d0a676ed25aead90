import { execFile, spawn, spawnSync } from "node:child_process";

/** DCMTK's programs: what they need to answer on loopback without a 40 ms wait for each message. */
const environment = { ...process.env, TCP_NODELAY: "1" };

/**
 * Whether the programs are installed. Where they are not, tests skip with a printed reason; with ISOCENTER_REQUIRE_TOOLS=1 they fail.
 */
export function dcmtkMissing(...programs: string[]): false | string {
  const missing = programs.filter((program) => spawnSync(program, ["--version"]).error !== undefined);
  if (missing.length === 0) return false;
  const reason = `DCMTK's ${missing.join(", ")} not installed`;
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

/** Runs a program to its end; its exit code and everything it said. */
export function run(program: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env: environment, timeout: 60_000, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      },
    );
  });
}

/** Starts a program that serves; `ready` resolves when it says what was waited for. */
export function serve(
  program: string,
  args: string[],
  until: RegExp,
): { ready: Promise<void>; stop(): Promise<void> } {
  const child = spawn(program, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let said = "";
  const ready = new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString("latin1");
      if (until.test(said)) resolve();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", reject);
    exited.then(() => reject(new Error(`${program} ended: ${said}`)));
  });
  ready.catch(() => {});
  return {
    ready,
    async stop() {
      child.kill();
      await exited;
    },
  };
}

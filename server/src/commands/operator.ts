import pino from "pino";
import { createIdentity, type IdentityWithDeps } from "../modules/identity/index.ts";
import { createJournal, type Journal } from "../modules/journal/index.ts";
import { createProgress, type Progress } from "../operations/progress.ts";
import {
  type Config,
  createLog,
  type OperatorNeeds,
  type OperatorPlatform,
  openForOperator,
  processEnvironment,
  readConfig,
} from "../platform/index.ts";
import type { CommandContext } from "./command.ts";

/** The configuration of the server, and a log that says warnings alone. */
export function readOperatorConfig(): Config {
  const environment = processEnvironment();
  return readConfig({ ...environment, LOG_LEVEL: environment.LOG_LEVEL ?? "warn" });
}

/** Opens what a command works on, and closes it whatever became of the work. */
export async function withOperator<T>(
  needs: OperatorNeeds,
  work: (operator: OperatorPlatform) => Promise<T>,
): Promise<T> {
  const config = readOperatorConfig();
  const log = createLog(config, pino.destination({ fd: 2, sync: true }));
  const operator = await openForOperator(config, log, needs);
  try {
    return await work(operator);
  } finally {
    await operator.close();
  }
}

/** Neither is started: what they record is sealed by the server. */
export function operatorModules({ platform }: OperatorPlatform): {
  journal: Journal;
  identity: IdentityWithDeps;
} {
  const journal = createJournal(platform);
  return { journal, identity: createIdentity(platform, journal) };
}

/** Progress on standard error: a bar on a terminal. */
export const progressOn =
  (context: CommandContext, quiet: boolean) =>
  (of: string, total: number | null): Progress =>
    quiet
      ? { advance: () => {}, note: (line) => context.complain(line), end: () => {} }
      : createProgress({
          context,
          of,
          total,
          terminal: process.stderr.isTTY ? process.stderr : null,
          now: () => performance.now(),
        });

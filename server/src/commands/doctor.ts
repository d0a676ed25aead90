import pino from "pino";
import { examineMachine, examineSystem, type Finding } from "../operations/doctor.ts";
import { createLog, openForOperator, Refusal, systemClock } from "../platform/index.ts";
import type { Command, CommandContext } from "./command.ts";
import { readOperatorConfig } from "./operator.ts";
import { readOptions } from "./options.ts";

const usage = `isocenter doctor

Looks at what the server stands on: configuration, memory, folders, disk, ports, certificate, database, jobs, object store, clocks.
Each line is ok, warning or problem, with what to do; also while the server runs. Nothing is changed.
Exit code: 0 no problem (there may be warnings), 1 a problem.`;

function show(context: CommandContext, findings: readonly Finding[]): void {
  for (const { state, what, says, remedy } of findings)
    context.say(
      `${state.padEnd(9)}${what.padEnd(16)}${says}${remedy ? `\n${" ".repeat(25)}→ ${remedy}` : ""}`,
    );
}

async function examine(context: CommandContext): Promise<readonly Finding[]> {
  const config = readOperatorConfig();
  const log = createLog({ logLevel: "silent" }, pino.destination({ fd: 2, sync: true }));
  try {
    const operator = await openForOperator(config, log, { database: "any" });
    try {
      const machine = await examineMachine(config, operator.besideServer, systemClock.now());
      show(context, machine);
      const system = await examineSystem(operator);
      show(context, system);
      return [...machine, ...system];
    } finally {
      await operator.close();
    }
  } catch (error) {
    const machine = await examineMachine(config, false, systemClock.now());
    show(context, machine);
    const none = error instanceof Refusal && error.code === "database.none";
    const unreachable = error instanceof Refusal && error.code === "database.unreachable";
    const finding: Finding = none
      ? {
          state: "warning",
          what: "database",
          says: `there is none under ${config.dataDir} yet`,
          remedy: "the first start makes it; else set DATA_DIR to the server's",
        }
      : {
          state: "problem",
          what: "database",
          says: (error as Error).message,
          ...(unreachable ? {} : { remedy: "postgres.log under DATA_DIR says more" }),
        };
    show(context, [finding]);
    return [...machine, finding];
  }
}

export const doctorCommand: Command = {
  summary: "look at what the server stands on, and say what to do",
  async run(args, context) {
    if (readOptions(args, { usage, words: [0, 0] }).help) {
      context.say(usage);
      return 0;
    }
    const findings = await examine(context);
    const count = (state: Finding["state"]) => findings.filter((one) => one.state === state).length;
    const [problems, warnings] = [count("problem"), count("warning")];
    context.say(
      `\n${problems} problem${problems === 1 ? "" : "s"}, ${warnings} warning${warnings === 1 ? "" : "s"}.`,
    );
    return problems > 0 ? 1 : 0;
  },
};

/**
 * Long fuzzing: `npm run fuzz -- [TARGET ...] [--inputs N] [--seed N] [--from N]`; the target `server` is the running program. Every input has a number and comes again with it: `--from N --inputs 1`. Ends with 1
 * where something was found.
 */
import { parseArgs } from "node:util";
import { startProgram } from "../support/program.ts";
import { fuzz, type TargetName, targets } from "./fuzz.ts";
import { fuzzServer } from "./fuzz-server.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
  },
});
const chosen = positionals.length > 0 ? positionals : [...targets];
const numbers = { seed: Number(values.seed), from: Number(values.from), count: Number(values.inputs) };
let found = 0;
for (const name of chosen) {
  if (name === "server") {
    const program = await startProgram({ env: { DICOM_PROCESS: "own" } });
    const start = performance.now();
    const { inputs, answers, faults, megabytes } = await fuzzServer(program, numbers);
    await program.stop();
    const seconds = (performance.now() - start) / 1000;
    process.stdout.write(
      `server: ${inputs} inputs in ${seconds.toFixed(0)} s, ${megabytes.map(Math.round).join(" then ")} MB, ${JSON.stringify(answers)}\n${faults.map((fault) => `  FOUND ${fault}\n`).join("")}`,
    );
    found += faults.length;
    continue;
  }
  if (!targets.includes(name as TargetName))
    throw new Error(`${name} is none of ${targets.join(", ")}, server`);
  const outcome = await fuzz(name as TargetName, numbers);
  const { inputs, seconds, slowestMs, slowestInput, fault } = outcome;
  const rate = Math.round(inputs / seconds);
  process.stdout.write(
    `${name}: ${inputs} inputs in ${seconds.toFixed(0)} s (${rate}/s), slowest ${slowestMs.toFixed(1)} ms (input ${slowestInput})${fault ? `\n  FOUND ${fault}` : ""}\n`,
  );
  if (fault) found += 1;
}
process.exit(found > 0 ? 1 : 0);

import { rm } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { startProgram } from "../support/program.ts";
import { fuzz, targets } from "./fuzz.ts";
import { fuzzServer } from "./fuzz-server.ts";

/** A taste of `npm run fuzz`, the same inputs each time; what long runs found has tests of its own. */
test.each(targets)("%s: damaged input neither crashes nor hangs it", async (target) => {
  const count = { frames: 750, hl7: 2000, fhir: 2000 }[target as string] ?? 4000;
  const outcome = await fuzz(target, { seed: 20_261_125, from: 0, count });
  expect({ inputs: outcome.inputs, fault: outcome.fault }).toEqual({ inputs: count, fault: null });
});

test("damaged requests and conversations neither end the program nor are a fault of it", {
  timeout: 180_000,
}, async () => {
  const program = await startProgram({ env: { DICOM_PROCESS: "own" } });
  onTestFinished(async () => {
    await program.stop();
    await rm(program.dataDir, { recursive: true, force: true });
  });
  const { inputs, faults, answers } = await fuzzServer(program, { seed: 20_261_125, from: 0, count: 600 });
  expect({ inputs, faults }).toEqual({ inputs: 600, faults: [] });
  // Right requests are among them, or nothing behind the first check was reached.
  expect(answers["200"]).toBeGreaterThan(20);
});

import { expect, test } from "vitest";
import { fuzz, targets } from "./fuzz.ts";

/** A taste of `npm run fuzz`, the same inputs each time; what long runs found has tests of its own. */
test.each(targets)("%s: damaged input neither crashes nor hangs it", { timeout: 120_000 }, async (target) => {
  const count = target === "frames" ? 1500 : 8000;
  const outcome = await fuzz(target, { seed: 20_261_125, from: 0, count });
  expect({ inputs: outcome.inputs, fault: outcome.fault }).toEqual({ inputs: count, fault: null });
});

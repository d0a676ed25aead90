import { isWell, verify } from "../operations/verify.ts";
import type { Command } from "./command.ts";
import { operatorModules, progressOn, withOperator } from "./operator.ts";
import { readOptions } from "./options.ts";

const usage = `isocenter verify [--fast] [--quiet]

Compares every object with its row (size and SHA-256), rows with each other, and the audit trail with its seals; also while the server
runs. Each thing that is wrong is one line.
  --fast   the size of objects alone, their bytes unread
Exit code: 0 all is well, 1 something is wrong.`;

export const verifyCommand: Command = {
  summary: "compare objects with their hashes, rows with each other, the audit trail with its seals",
  async run(args, context) {
    const options = readOptions(args, { usage, flags: ["fast", "quiet"], words: [0, 0] });
    if (options.help) {
      context.say(usage);
      return 0;
    }
    return withOperator({ database: "current" }, async (operator) => {
      const { journal } = operatorModules(operator);
      const result = await verify({
        platform: operator.platform,
        journal,
        fast: options.flags.has("fast"),
        progress: progressOn(context, options.flags.has("quiet")),
        found: context.say,
      });
      const { objects, missing, damaged, orphaned, wrongCounts, journal: trail } = result;
      context.say(
        `${objects} objects: ${missing} missing, ${damaged} damaged, ${orphaned} orphaned. ${wrongCounts} wrong totals. ` +
          `Audit trail: ${trail.facts} facts, ${trail.accesses} accesses, ${trail.seals} seals, ${trail.intact ? "intact" : `${trail.breaches.length} breaches`}` +
          `${trail.unsealed > 0 ? `, ${trail.unsealed} entries not sealed yet` : ""}.`,
      );
      if (missing + damaged > 0)
        context.complain(
          "A back-up has each object under the same name: find TARGET/objects -name NAME. " +
            (operator.platform.config.storage === "file"
              ? "Copy it to the same place below DATA_DIR/objects, as the server's user, and verify again."
              : "Put it into the store under its key, and verify again.") +
            " Where no back-up has it, have it sent again.",
        );
      return isWell(result) ? 0 : 1;
    });
  },
};

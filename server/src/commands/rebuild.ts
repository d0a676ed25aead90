import { rebuildExaminations } from "../modules/analytics/index.ts";
import { type Command, UsageError } from "./command.ts";
import { progressOn, withOperator } from "./operator.ts";
import { readOptions } from "./options.ts";

const usage = `isocenter rebuild analytics [--quiet]

Makes the table from which analytics counts anew, out of orders, studies, reports and the audit trail: after records were brought in by other ways than the
server's own, or where figures are doubted; also while the server runs. A part at a time, so it can be broken off and run again.
Exit code: 0 done, 1 it did not work.`;

export const rebuildCommand: Command = {
  summary: "make anew what is computed from other records: analytics",
  async run(args, context) {
    const options = readOptions(args, { usage, flags: ["quiet"], words: [1, 1] });
    if (options.help) {
      context.say(usage);
      return 0;
    }
    if (options.words[0] !== "analytics") throw new UsageError(usage);
    return withOperator({ database: "current" }, async ({ platform: { db } }) => {
      const progress = progressOn(context, options.flags.has("quiet"))("orders and studies", null);
      const count = await rebuildExaminations(db, { advance: (by) => progress.advance(by) });
      progress.end();
      context.say(`Analytics is made anew from ${count} orders and studies without one.`);
      return 0;
    });
  },
};

import { backup } from "../operations/backup.ts";
import { megabytes } from "../operations/progress.ts";
import type { Command } from "./command.ts";
import { operatorModules, progressOn, withOperator } from "./operator.ts";
import { readOptions } from "./options.ts";

const usage = `isocenter backup TARGET [--quiet]

Writes the database and all objects below the folder TARGET, also while the server runs. What an earlier back-up left there is not
copied again; each back-up is whole by itself. It holds secrets: keep it as you keep the server.
Exit code: 0 all is there, 1 it failed or objects were missing or damaged (they are named).`;

export const backupCommand: Command = {
  summary: "write database and objects to a folder, also while the server runs",
  async run(args, context) {
    const options = readOptions(args, { usage, flags: ["quiet"], words: [1, 1] });
    if (options.help) {
      context.say(usage);
      return 0;
    }
    return withOperator({ database: "current" }, async (operator) => {
      const { journal } = operatorModules(operator);
      const target = options.words[0]!;
      const progress = progressOn(context, options.flags.has("quiet"));
      const { manifest, copied, copiedBytes } = await backup({ operator, journal, target, progress });
      const { missing, damaged } = manifest.trouble;
      context.say(
        `Back-up ${manifest.name} is whole: ${manifest.tables.length} tables, ${manifest.objects.rows} objects (${copied} new, ${megabytes(copiedBytes)}).`,
      );
      const { config } = operator.platform;
      if (config.jwtSecret !== null || config.journalSealKey !== null)
        context.say(
          "JWT_SECRET and JOURNAL_SEAL_KEY are configured, not kept under DATA_DIR: keep them too.",
        );
      if (missing.length + damaged.length === 0) return 0;
      context.complain(
        `${missing.length} objects were missing and ${damaged.length} damaged; run isocenter verify.`,
      );
      return 1;
    });
  },
};

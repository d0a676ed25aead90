import path from "node:path";
import { forgetSeriesMetadata } from "../modules/archive/index.ts";
import { endEverySession } from "../modules/identity/index.ts";
import { listBackups, readManifest } from "../operations/backup-format.ts";
import { restore } from "../operations/restore.ts";
import { Refusal, systemViewer } from "../platform/index.ts";
import type { Command } from "./command.ts";
import { operatorModules, progressOn, withOperator } from "./operator.ts";
import { readOptions } from "./options.ts";

const usage = `isocenter restore SOURCE [--backup NAME] [--replace] [--list] [--quiet]

Brings a back-up back into this configuration's DATA_DIR, database and object store; the server must not run.
  --backup NAME   one of several; the newest where it is left out
  --list          say which there are, and change nothing
  --replace       into a system that is not empty: everything in its database is lost
Exit code: 0 all is back, 1 it failed (run it again to go on) or objects of the back-up are missing or damaged (they are named).`;

/** One that is damaged hides no other. */
const describe = (source: string, name: string): Promise<string> =>
  readManifest(source, name).then(
    ({ program, objects }) => `version ${program}, ${objects.rows} objects`,
    (error: unknown) => {
      if (error instanceof Refusal) return error.message;
      throw error;
    },
  );

export const restoreCommand: Command = {
  summary: "bring a back-up back into a fresh system",
  async run(args, context) {
    const options = readOptions(args, {
      usage,
      flags: ["replace", "list", "quiet"],
      values: ["backup"],
      words: [1, 1],
    });
    if (options.help) {
      context.say(usage);
      return 0;
    }
    const source = path.resolve(options.words[0]!);
    if (options.flags.has("list")) {
      const names = await listBackups(source);
      for (const name of names) context.say(`${name}  ${await describe(source, name)}`);
      if (names.length > 0) return 0;
      context.complain(`There is no whole back-up in ${source}.`);
      return 1;
    }
    return withOperator({ database: "alone" }, async (operator) => {
      const name = options.values.get("backup");
      const { manifest, trouble, otherSecrets } = await restore({
        operator,
        source,
        ...(name === undefined ? {} : { name }),
        replace: options.flags.has("replace"),
        progress: progressOn(context, options.flags.has("quiet")),
        async afterwards(tx, { name: backup, createdAt }) {
          await forgetSeriesMetadata(tx);
          await endEverySession(tx, operator.platform.clock);
          const { journal } = operatorModules(operator);
          await journal.record(tx, systemViewer([], "operator"), {
            type: "system.restored",
            subject: { type: "backup", id: backup },
            facilityId: null,
            data: { createdAt },
          });
        },
      });
      context.say(
        `Back-up ${manifest.name} is back: ${manifest.tables.length} tables, ${manifest.objects.rows} objects.`,
      );
      context.say("Everyone signs in anew. Check it with: isocenter verify");
      if (otherSecrets.length > 0)
        context.complain(
          `Secrets of DATA_DIR differ from the back-up's and stay: ${otherSecrets.join(", ")}.`,
        );
      if (trouble.missing.length + trouble.damaged.length === 0) return 0;
      context.complain(
        `${trouble.missing.length} objects are missing from the back-up and ${trouble.damaged.length} are damaged.`,
      );
      return 1;
    });
  },
};

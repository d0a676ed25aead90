import { backupCommand } from "./commands/backup.ts";
import type { Command, CommandContext } from "./commands/command.ts";
import { deidentify } from "./commands/deidentify.ts";
import { dev } from "./commands/dev.ts";
import { dicom } from "./commands/dicom.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { fail } from "./commands/fail.ts";
import { importCommand } from "./commands/import.ts";
import { rebuildCommand } from "./commands/rebuild.ts";
import { restoreCommand } from "./commands/restore.ts";
import { demo, start } from "./commands/start.ts";
import { userCommand } from "./commands/user.ts";
import { verifyCommand } from "./commands/verify.ts";
import { productVersion } from "./platform/index.ts";

const context: CommandContext = {
  say: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
};

/** Every command, in the order of the help; each has a file of its own. */
const commands: readonly Command[] = [
  start,
  demo,
  dev,
  importCommand,
  exportCommand,
  deidentify,
  dicom,
  backupCommand,
  restoreCommand,
  verifyCommand,
  rebuildCommand,
  userCommand,
  doctorCommand,
  {
    name: "help",
    summary: "this text",
    async run() {
      context.say(help());
      return 0;
    },
  },
  {
    name: "version",
    summary: "the version",
    async run() {
      context.say(productVersion);
      return 0;
    },
  },
];

function help(): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 4;
  const lines = commands.map(({ name, summary }) => `  isocenter ${name.padEnd(width)}${summary}\n`);
  return `Isocenter ${productVersion}: an imaging department in one program.\n\n${lines.join("")}`;
}

const [word = "help", ...args] = process.argv.slice(2);
const command = commands.find(({ name }) => name === word.replace(/^--(help|version)$/, "$1"));
if (command) {
  const code = await command.run(args, context).catch(fail);
  if (code !== undefined) process.exitCode = code;
} else {
  context.complain(`isocenter ${word}: there is no such command.\n\n${help()}`);
  process.exitCode = 2;
}

import type { Command, CommandContext } from "./commands/command.ts";

const context: CommandContext = {
  say: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
};

/**
 * Every command by its word, in the order of the help; each has a file of its own, which is read when it is asked for, because the server alone is a second
 * of reading.
 */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import("./commands/start.ts")).start,
  demo: async () => (await import("./commands/start.ts")).demo,
  dev: async () => (await import("./commands/dev.ts")).dev,
  import: async () => (await import("./commands/import.ts")).importCommand,
  export: async () => (await import("./commands/export.ts")).exportCommand,
  deidentify: async () => (await import("./commands/deidentify.ts")).deidentify,
  dicom: async () => (await import("./commands/dicom.ts")).dicom,
  backup: async () => (await import("./commands/backup.ts")).backupCommand,
  restore: async () => (await import("./commands/restore.ts")).restoreCommand,
  verify: async () => (await import("./commands/verify.ts")).verifyCommand,
  rebuild: async () => (await import("./commands/rebuild.ts")).rebuildCommand,
  user: async () => (await import("./commands/user.ts")).userCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  help: async () => ({
    summary: "this text",
    async run() {
      context.say(await help());
      return 0;
    },
  }),
  version: async () => ({
    summary: "the version",
    async run() {
      context.say(await version());
      return 0;
    },
  }),
};

const version = async (): Promise<string> => (await import("./platform/index.ts")).productVersion;

async function help(): Promise<string> {
  const width = Math.max(...Object.keys(commands).map((word) => word.length)) + 4;
  const lines: string[] = [];
  for (const [word, load] of Object.entries(commands))
    lines.push(`  isocenter ${word.padEnd(width)}${(await load()).summary}\n`);
  return `Isocenter ${await version()}: an imaging department in one program.\n\n${lines.join("")}`;
}

const [word = "help", ...args] = process.argv.slice(2);
const load = Object.entries(commands).find(
  ([name]) => name === word.replace(/^--(help|version)$/, "$1").replace(/^-h$/, "help"),
)?.[1];
if (load) {
  const command = await load();
  const code = await command.run(args, context).catch(async (error: unknown) => {
    const { fail } = await import("./commands/fail.ts");
    return fail(error);
  });
  if (code !== undefined) process.exitCode = code;
} else {
  context.complain(`isocenter ${word}: there is no such command.\n\n${await help()}`);
  process.exitCode = 2;
}

import { expect, test } from "vitest";
import { backupCommand } from "./backup.ts";
import { UsageError } from "./command.ts";
import { doctorCommand } from "./doctor.ts";
import { fileTrouble } from "./fail.ts";
import { rebuildCommand } from "./rebuild.ts";
import { restoreCommand } from "./restore.ts";
import { addressFor, demo, start } from "./start.ts";
import { userCommand } from "./user.ts";
import { verifyCommand } from "./verify.ts";

const commands = {
  start,
  demo,
  backup: backupCommand,
  restore: restoreCommand,
  verify: verifyCommand,
  rebuild: rebuildCommand,
  user: userCommand,
  doctor: doctorCommand,
};

test.each(Object.entries(commands))("%s says how it is used", async (name, command) => {
  const said: string[] = [];
  const context = { say: (text: string) => void said.push(text), complain: () => {} };
  expect(await command.run(["--help"], context)).toBe(0);
  expect(said.join("\n")).toContain(`isocenter ${name}`);
});

test.each([
  [start, ["now"]],
  [demo, ["--port=1"]],
  [backupCommand, []],
  [backupCommand, ["a", "b"]],
  [backupCommand, ["a", "--unknown"]],
  [restoreCommand, []],
  [restoreCommand, ["a", "--backup"]],
  [verifyCommand, ["a"]],
  [rebuildCommand, []],
  [rebuildCommand, ["everything"]],
  [rebuildCommand, ["analytics", "again"]],
  [userCommand, []],
  [userCommand, ["reset-password"]],
  [userCommand, ["list", "somebody"]],
  [userCommand, ["delete", "somebody"]],
  [doctorCommand, ["a"]],
])("used wrongly it says so before it opens anything", async (command, args) => {
  const silent = { say: () => {}, complain: () => {} };
  await expect(command.run(args, silent)).rejects.toThrow(UsageError);
});

test.each([
  ["0.0.0.0", null, "10.1.2.3"],
  ["::", null, "10.1.2.3"],
  ["0.0.0.0", "https://pacs.example:8443", "pacs.example"],
  ["127.0.0.1", null, "127.0.0.1"],
  ["127.0.0.1", "https://pacs.example", "127.0.0.1"],
  ["192.168.7.7", "https://pacs.example", "192.168.7.7"],
])("who listens at %s with the public URL %s is reached at %s by a scanner", (host, publicUrl, told) => {
  const addresses = [
    { family: "IPv4", internal: true, address: "127.0.0.1" },
    { family: "IPv6", internal: false, address: "fd00::3" },
    { family: "IPv4", internal: false, address: "10.1.2.3" },
  ] as const;
  expect(addressFor({ host, publicUrl }, addresses)).toBe(told);
});

test("what is wrong with a file is a sentence that names it; other faults are shown whole", () => {
  const refused = (code: string, more: object) => Object.assign(new Error("…"), { code, ...more });
  expect(fileTrouble(refused("EROFS", { path: "/mnt/data" }))).toBe(
    "/mnt/data: its disk can be read only (EROFS).",
  );
  expect(fileTrouble(refused("ENOSPC", { path: "/a", dest: "/b" }))).toBe("/b: its disk is full (ENOSPC).");
  expect(fileTrouble(refused("EBADF", { path: "/a" }))).toBeNull();
  expect(fileTrouble(new TypeError("…"))).toBeNull();
});

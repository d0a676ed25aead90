import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { keptSecret } from "./secrets.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "isocenter-secrets-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

test("a secret is made once, kept, and readable to nobody else", () => {
  const first = keptSecret(folder, "one", () => "first");
  expect([first, keptSecret(folder, "one", () => "second")]).toEqual(["first", "first"]);
  expect(fs.statSync(path.join(folder, "secrets", "one")).mode & 0o777).toBe(0o600);
  expect(fs.statSync(path.join(folder, "secrets")).mode & 0o777).toBe(0o700);
  expect(fs.readdirSync(path.join(folder, "secrets"))).toEqual(["one"]);
});

test("an empty file is an error, not an empty secret", () => {
  fs.writeFileSync(path.join(folder, "secrets", "empty"), "");
  expect(() => keptSecret(folder, "empty", () => "x")).toThrow(/is empty/);
});

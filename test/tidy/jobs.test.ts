import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const server = path.join(root, "server/src");
const words = path.join(root, "web/src/administration/archive/job-words.ts");

const sources = fs
  .readdirSync(server, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.includes(".test."))
  .map((name) => fs.readFileSync(path.join(server, name), "utf8"));
const all = sources.join("\n");

/** A name as it is written, or what the constant of that name holds. */
function nameOf(written: string): string {
  if (written.startsWith('"')) return written.slice(1, -1);
  const found = new RegExp(`const ${written} = "([^"]+)"`).exec(all)?.[1];
  if (!found) throw new Error(`no constant ${written} holds the name of a job`);
  return found;
}

/** The names of all background work that the server defines. */
function jobNames(): string[] {
  const written = [
    ...all.matchAll(/jobs\s*\.define(?:<[^(]*>)?\(\{\s*name: ("[^"]+"|\w+)/g),
    ...all.matchAll(/jobs\s*\.every\(\s*("[^"]+"|\w+)/g),
  ].map(([, name]) => nameOf(name!));
  return [...new Set(written)].sort();
}

test("all background work says what it does, in words of the page that lists it", () => {
  const names = jobNames();
  expect(names.length).toBeGreaterThan(20);
  const said = [...fs.readFileSync(words, "utf8").matchAll(/^ {2}"([^"]+)": message\(/gm)].map(
    ([, name]) => name,
  );
  expect(
    names.filter((name) => !said.includes(name)),
    "these need a line in web/src/administration/archive/job-words.ts, and its French",
  ).toEqual([]);
  expect(said.filter((name) => !names.includes(name!))).toEqual([]);
});

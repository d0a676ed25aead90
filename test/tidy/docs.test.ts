import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const repository = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => fs.readFileSync(path.join(repository, file), "utf8");
const documents = execFileSync("git", ["ls-files", "-z", "*.md"], { cwd: repository, encoding: "utf8" })
  .split("\0")
  .filter((file) => file !== "" && fs.existsSync(path.join(repository, file)));

/** All that the pattern's first group finds, as `file: what`. */
const found = (pattern: RegExp): { file: string; what: string }[] =>
  documents.flatMap((file) => [...read(file).matchAll(pattern)].map(([, what]) => ({ file, what: what! })));
const lines = (all: readonly { file: string; what: string }[]) =>
  all.map(({ file, what }) => `${file}: ${what}`);

/** What a heading is called in a link: its words in lower case, joined. */
const anchors = (file: string): Set<string> =>
  new Set(
    read(file)
      .replace(/```[\s\S]*?```/g, "")
      .split("\n")
      .filter((line) => /^#+ /.test(line))
      .map((line) =>
        line
          .replace(/^#+ /, "")
          .toLowerCase()
          .replace(/[^\p{L}\p{N}_ -]/gu, "")
          .replaceAll(" ", "-"),
      ),
  );

test("what the documents link to is there, to the heading", () => {
  const broken = found(/\]\(([^)\s]+)\)/g).filter(({ file, what }) => {
    if (/^(https?|mailto):/.test(what)) return false;
    const [place = "", heading] = what.split("#");
    const target = place === "" ? file : path.join(path.dirname(file), place);
    if (!fs.existsSync(path.join(repository, target))) return true;
    return heading !== undefined && !anchors(target).has(heading);
  });
  expect(lines(broken)).toEqual([]);
});

test("the commands, scripts and files that the documents name are there", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const commands = [...read("server/src/cli.ts").matchAll(/^ {2}([\w-]+): async \(\) =>/gm)].map(
    ([, name]) => name,
  );
  expect(commands.length).toBeGreaterThan(10);
  const wrong = [
    ...found(/npm run ([\w:-]+)/g).filter(({ what }) => !(what in scripts)),
    ...found(/(?:^ {4}|`)(?:npx )?isocenter ([a-z][\w-]*)/gm).filter(({ what }) => !commands.includes(what)),
    ...found(/`((?:bench|deploy|docs|packages|server|test|tools|web)\/[\w./-]*\w)`/g).filter(
      // What is in capitals stands for something.
      ({ what }) => !/\/[A-Z]+\//.test(what) && !fs.existsSync(path.join(repository, what)),
    ),
  ];
  expect(lines(wrong)).toEqual([]);
});

test("the operations that the documents name are of the API", () => {
  const { paths } = JSON.parse(read("docs/openapi.json")) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const shape = (route: string) => route.replace(/:\w+|\{\w+\}|\b[A-Z]+\b/g, "*");
  const operations = Object.entries(paths).flatMap(([route, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${shape(route.replace(/^\/api\/v1/, ""))}`),
  );
  const rooms = new Set(operations.map((operation) => operation.split(/[ /]+/)[1]));
  const wrong = found(/((?:GET|POST|PUT|PATCH|DELETE) \/[\w:{}/-]*[\w}])(?![\w/])/g).filter(({ what }) => {
    const asked = shape(what.replace(" /api/v1/", " /")).replace(/^\*/, what.split(" ")[0]!);
    return rooms.has(asked.split(/[ /]+/)[1]) && !operations.includes(asked);
  });
  expect(lines(wrong)).toEqual([]);
});

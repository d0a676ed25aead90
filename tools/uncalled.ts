/**
 * Lists the operations of the API that no code of the web app calls by the generated client: `node tools/uncalled.ts`. What other systems use alone is
 * among them, and what is fetched as bytes; the rest is a page that is missing.
 */
import fs from "node:fs/promises";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const source = path.join(root, "web/src");

const document = JSON.parse(await fs.readFile(path.join(root, "docs/openapi.json"), "utf8")) as {
  paths: Record<string, Record<string, { summary?: string }>>;
};
const names = (await fs.readdir(source, { recursive: true })).filter(
  (name) => /\.tsx?$/.test(name) && !/\.(?:test|generated)\./.test(name),
);
const code = (await Promise.all(names.map((name) => fs.readFile(path.join(source, name), "utf8")))).join(
  "\n",
);
const called = new Set(
  [...code.matchAll(/\.(GET|POST|PUT|PATCH|DELETE)\(\s*"(\/[^"]*)"/g)].map(
    ([, method, route]) => `${method} ${route}`,
  ),
);
for (const [route, operations] of Object.entries(document.paths))
  for (const [method, { summary = "" }] of Object.entries(operations)) {
    const operation = `${method.toUpperCase()} ${route}`;
    if (!called.has(operation)) process.stdout.write(`${operation}  ${summary}\n`);
  }

/**
 * Makes the files that are generated from the code and kept in the repository: `npm run generate`. With `--check` it changes nothing
 * and fails where one is out of date.
 */
import fs from "node:fs/promises";
import path from "node:path";
import { conformanceStatement } from "@isocenter/server/conformance/index.ts";
import { openApiDocument } from "@isocenter/server/openapi.ts";
import { clientTypes } from "./client/client-types.ts";

const repository = path.resolve(import.meta.dirname, "..");
const check = process.argv.includes("--check");

const openApi = openApiDocument();
const generated: readonly { file: string; make: () => Promise<string> }[] = [
  { file: "docs/openapi.json", make: async () => `${JSON.stringify(await openApi, null, 2)}\n` },
  {
    file: "web/src/api/schema.generated.ts",
    make: async () => clientTypes(JSON.parse(JSON.stringify(await openApi))),
  },
  { file: "docs/CONFORMANCE.md", make: conformanceStatement },
];

let stale = 0;
for (const { file, make } of generated) {
  const target = path.join(repository, file);
  const text = await make();
  const present = await fs.readFile(target, "utf8").catch(() => null);
  if (present === text) continue;
  if (check) {
    process.stderr.write(`${file} is out of date: run npm run generate\n`);
    stale += 1;
  } else {
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.writeFile(target, text);
    process.stdout.write(`${file} written\n`);
  }
}
process.exit(stale > 0 ? 1 : 0);

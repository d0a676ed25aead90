import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const repository = path.resolve(import.meta.dirname, "../..");
const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts", "*.tsx"], {
  cwd: repository,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && fs.existsSync(path.join(repository, file)));
const read = (file: string) => fs.readFileSync(path.join(repository, file), "utf8");
const isTest = (file: string) =>
  /\.test\.tsx?$/.test(file) || /^(test|bench)\/|^packages\/\w+\/test\//.test(file);
const isGenerated = (file: string) => file.includes(".generated.") || file.endsWith(".d.ts");

/** From the ground up: a room may import what stands in an earlier line, and itself. Rooms of one line do not import each other. */
const ranks: readonly (readonly string[])[] = [
  ["packages/dicom"],
  ["packages/presentation"],
  ["packages/imaging", "packages/dimse", "packages/hl7", "packages/contract"],
  ["server/src/platform"],
  ["server/src/modules/journal"],
  ["server/src/modules/identity"],
  ["server/src/modules/peers"],
  ["server/src/modules/notifications"],
  ["server/src/modules/patients"],
  ["server/src/modules/orders"],
  ["server/src/modules/archive"],
  ["server/src/modules/rendering"],
  ["server/src/modules/reports"],
  ["server/src/modules/findings", "server/src/modules/billing"],
  ["server/src/modules/worklist", "server/src/modules/analytics"],
  [
    "server/src/protocols/dicomweb",
    "server/src/protocols/dimse",
    "server/src/protocols/hl7",
    "server/src/protocols/fhir",
  ],
  ["server/src/demo"],
  ["server/src"],
];
const rooms = ranks.flat().sort((a, b) => b.length - a.length);
const rankOf = (room: string) => ranks.findIndex((names) => names.includes(room));

function roomOf(file: string): string | null {
  return rooms.find((room) => file.startsWith(`${room}/`)) ?? null;
}

/** The modules a file imports, types included. @param begins what stands before the name */
function importsOf(file: string, begins = /(?:from|import)\s*\(?\s*"([^"]+)"/g): string[] {
  return [...read(file).matchAll(begins)].map((match) => match[1]!);
}
/** Without what is loaded when it is needed. */
const atOnce = /(?:from|import)\s*"([^"]+)"/g;

/** The file or room that an import names, or null for a library. */
function target(file: string, name: string): string | null {
  if (name.startsWith(".")) return path.posix.join(path.posix.dirname(file), name);
  const own = /^@isocenter\/([a-z]+)(?:\/(.*))?$/.exec(name);
  if (!own) return null;
  if (own[1] === "server") return `server/src/${own[2]}`;
  if (own[1] === "test" || own[1] === "web") return `${own[1]}/${own[2]}`;
  return `packages/${own[1]}/src/${own[2] ?? "index.ts"}`;
}

describe("rooms", () => {
  const product = files.filter((file) => !isTest(file) && roomOf(file) !== null);

  test("import only rooms below them, through the door: move the code down, or record a fact that the upper room reads", () => {
    const wrong: string[] = [];
    for (const file of product) {
      const room = roomOf(file)!;
      for (const name of importsOf(file)) {
        const to = target(file, name);
        const other = to === null ? null : roomOf(to);
        if (to === null || other === null || other === room) continue;
        if (rankOf(other) >= rankOf(room))
          wrong.push(`${file} imports ${name}: ${other} is not below ${room}`);
        else if (!to.endsWith("/index.ts"))
          wrong.push(`${file} imports ${name}: go through ${other}'s index.ts`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("have no circles of files: what two need of each other stands in a third", () => {
    const imports = new Map(
      files
        .filter((file) => !/\.test\.tsx?$/.test(file))
        .map((file) => [file, importsOf(file, atOnce).flatMap((name) => target(file, name) ?? [])]),
    );
    /** Files that were walked to their end, and those on the way. */
    const done = new Set<string>();
    const way: string[] = [];
    const circles: string[] = [];
    const walk = (file: string): void => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(" > "));
      if (way.includes(file) || done.has(file)) return;
      way.push(file);
      for (const other of imports.get(file) ?? []) walk(other);
      way.pop();
      done.add(file);
    };
    for (const file of imports.keys()) walk(file);
    expect(circles).toEqual([]);
  });

  test("packages/dicom, presentation, contract and web stand alone: no Node API, and web imports only those", () => {
    const wrong = files
      .filter(
        (file) => !isTest(file) && /^(packages\/(dicom|presentation|contract)\/src|web\/src)\//.test(file),
      )
      .flatMap((file) => importsOf(file).map((name) => ({ file, name })))
      .filter(
        ({ file, name }) =>
          name.startsWith("node:") ||
          (file.startsWith("web/") && /^@isocenter\/(?!contract(\/|$)|dicom$|presentation$)/.test(name)),
      );
    expect(wrong).toEqual([]);
  });

  test("web/viewer knows DICOMweb, its props, the words of the language and the plain functions of the kit, nothing of the rest of the app", () => {
    const wrong = files
      .filter((file) => file.startsWith("web/src/viewer/") && !isTest(file))
      .flatMap((file) => importsOf(file).map((name) => `${file}: ${target(file, name) ?? ""}`))
      .filter((line) =>
        /: web\/src\/(?!viewer\/|words\/words\.ts$|kit\/(copy|dates|focus|joined|kept|single-keys)\.ts$)/.test(
          line,
        ),
      );
    expect(wrong).toEqual([]);
  });

  test("web: what comes on demand comes through api/loaded.ts, which keeps what is typed while the server is away or newer", () => {
    const lazy = files.filter(
      (file) =>
        file.startsWith("web/src/") &&
        file !== "web/src/api/loaded.ts" &&
        /\blazy\b.* from "react"/.test(read(file)),
    );
    expect(lazy).toEqual([]);
  });

  test("web works over plain HTTP from another machine: nothing that a secure context alone offers", () => {
    const secure = /\bcrypto\.(randomUUID|subtle)\b/;
    const wrong = files.filter(
      (file) =>
        file.startsWith("web/src/") &&
        !isTest(file) &&
        file !== "web/src/api/request-key.ts" &&
        secure.test(read(file)),
    );
    expect(wrong).toEqual([]);
  });

  test("each door opens with what the room keeps: a comment before the first line of code", () => {
    const doors = files.filter((file) =>
      /^server\/src\/(platform|modules\/\w+|protocols\/\w+)\/index\.ts$/.test(file),
    );
    expect(doors.filter((file) => !read(file).startsWith("/**"))).toEqual([]);
  });
});

test("the launcher imports no name that an older Node does not know: there it would end before it says which Node it needs", () => {
  const imports = read("server/bin/isocenter.js").match(/^import .*/gm) ?? [];
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter((line) => !/^import \w+ from "node:\w+";$/.test(line))).toEqual([]);
});

describe("files", () => {
  const product = files.filter((file) => !isTest(file) && !isGenerated(file));

  test("the clock, the environment and the console are touched in platform and the command line alone: pass them in", () => {
    const allowed =
      /^(server\/src\/(platform\/|commands\/|cli\.ts)|server\/bin\/|web\/|tools\/|packages\/\w+\/tools\/)/;
    const forbidden = /\bprocess\.env\b|\bDate\.now\(|\bnew Date\(\)|\bconsole\./;
    const wrong = product.flatMap((file) =>
      allowed.test(file)
        ? []
        : read(file)
            .split("\n")
            .flatMap((line, index) => (forbidden.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(wrong).toEqual([]);
  });

  /** Longer with a reason. */
  const longFiles: Readonly<Record<string, string>> = {};

  test("have one subject: over 400 lines wants a reason in this list, or two files", () => {
    const long = product.filter((file) => read(file).split("\n").length > 400 && !(file in longFiles));
    expect(long).toEqual([]);
  });

  test("are used: a file that nothing imports is deleted", () => {
    const used = new Set(files.flatMap((file) => importsOf(file).map((name) => target(file, name) ?? "")));
    const entries =
      /(^|\/)(index\.tsx?|cli\.ts|main\.tsx?|vite\.config\.ts|vitest\.config\.ts|[a-z-]*worker\.ts)$|^(tools|bench)\/|\/tools\//;
    const urls = product.map(read).join("\n");
    const unused = product.filter(
      (file) => !used.has(file) && !entries.test(file) && !urls.includes(path.basename(file)),
    );
    expect(unused).toEqual([]);
  });

  test("the migrations are numbered without a gap", () => {
    const names = fs.readdirSync(path.join(repository, "server/src/migrations")).sort();
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
  });
});

test("the text speaks of the product alone: no path of a machine", () => {
  const text = execFileSync(
    "git",
    ["ls-files", "-co", "--exclude-standard", "*.ts", "*.tsx", "*.md", "*.json", "*.yaml"],
    {
      cwd: repository,
      encoding: "utf8",
    },
  )
    .split("\n")
    .filter(
      (file) => file !== "" && !file.includes("package-lock") && fs.existsSync(path.join(repository, file)),
    );
  const machine = new RegExp(["/wo" + "rk/", "/ho" + "me/[a-z]", "/tmp/" + "bash"].join("|"));
  expect(text.filter((file) => machine.test(read(file)))).toEqual([]);
});

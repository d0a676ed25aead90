import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { items, newUid, readPart10, Tags, text, texts } from "@isocenter/dicom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ctInstance, type MadeInstance } from "../support/instances.ts";
import { cleanEnvironment, type Program, startProgram, temporaryFolder } from "../support/program.ts";
import { zipOf } from "../support/uploads.ts";

const entry = path.resolve(import.meta.dirname, "../../server/bin/isocenter.js");
const StudyInstanceUID = newUid();
const original = {
  StudyInstanceUID,
  PatientID: "PAT-4711",
  PatientName: "Müller^Änne",
  AccessionNumber: "ACC-1",
};
const made: MadeInstance[] = Array.from({ length: 60 }, (_, i) =>
  ctInstance({ ...original, InstanceNumber: i + 1 }),
);
let program: Program;
let work: string;
let key: string;

/** The command line as a person uses it, in a folder of its own. */
function isocenter(args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number | null; out: string; errors: string }>((resolve) => {
    const child = spawn(process.execPath, [entry, ...args], {
      cwd: work,
      env: { ...cleanEnvironment(), ...env },
    });
    let out = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk;
    });
    child.once("exit", (code) => resolve({ code, out, errors }));
  });
}
const atServer = (...args: string[]) =>
  isocenter(args, { ISOCENTER_URL: program.url, ISOCENTER_API_KEY: key });

async function filesIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((one) => one.isFile())
    .map((one) => path.relative(folder, path.join(one.parentPath, one.name)))
    .sort();
}

beforeAll(async () => {
  work = await temporaryFolder();
  const folder = path.join(work, "images");
  await fs.mkdir(path.join(folder, "deep/er"), { recursive: true });
  for (const [i, { bytes }] of made.slice(0, 50).entries())
    await fs.writeFile(path.join(folder, i % 2 ? "deep/er" : "", `IM${i}`), bytes);
  await fs.writeFile(
    path.join(folder, "rest.zip"),
    zipOf(made.slice(50).map(({ bytes }, i) => ({ name: `IM${i}`, bytes }))),
  );
  await fs.writeFile(path.join(folder, "DICOMDIR"), "passed over");
  await fs.writeFile(path.join(folder, "letter.txt"), "Dear colleague, this is no image.");
  await fs.writeFile(path.join(folder, "cut.dcm"), made[0]!.bytes.subarray(0, 400));
  program = await startProgram();
  const { authorization } = await program.login();
  const answer = await fetch(`${program.url}/api/v1/api-keys`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ name: "import", roles: ["INTEGRATION"] }),
  });
  ({ key } = (await answer.json()) as { key: string });
});
afterAll(async () => {
  await program?.stop();
  await fs.rm(program?.dataDir ?? "", { recursive: true, force: true });
  await fs.rm(work, { recursive: true, force: true });
});

describe("isocenter import", () => {
  test("brings a folder in, says what was refused and why, and goes on where it was", async () => {
    const first = await atServer("import", "images");
    expect(first.errors).toBe("");
    expect(first.out).toContain("60 stored, 0 were there already, 2 refused.");
    expect(first.out).toMatch(/1 × .*\(cut\.dcm\)/);
    expect(first.out).toMatch(/1 × .*\(letter\.txt\)/);
    expect(first.code).toBe(1);
    const lines = (await fs.readFile(path.join(work, "isocenter-import-images.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(53);
    expect(lines.find((line) => line.file === "letter.txt")).toMatchObject({
      outcome: "refused",
      code: "dicom.not-dicom",
    });
    await fs.copyFile(path.join(work, "images/IM0"), path.join(work, "images/IM0-again"));
    const second = await atServer("import", "images");
    expect(second.out).toContain(
      "0 stored, 1 were there already, 0 refused. 53 files were done before, 2 of them refused.",
    );
    expect(second.code).toBe(1);
  });

  test("ends with a sentence where it cannot begin", async () => {
    const noKey = await isocenter(["import", "images"], {
      ISOCENTER_URL: program.url,
      ISOCENTER_API_KEY: "",
    });
    expect([noKey.code, noKey.errors]).toEqual([2, expect.stringContaining("An API key is needed")]);
    const wrong = await isocenter(["import", "images", "--journal", "other.jsonl"], {
      ISOCENTER_URL: program.url,
      ISOCENTER_API_KEY: "isk_wrong",
    });
    expect([wrong.code, wrong.errors]).toEqual([1, expect.stringContaining("The import stopped")]);
    const wrongly = [
      atServer("import", "nowhere"),
      atServer("import", "images", "--colour"),
      atServer("import"),
    ];
    expect((await Promise.all(wrongly)).map(({ code }) => code)).toEqual([2, 2, 2]);
  });
});

describe("isocenter export", () => {
  test("a medium in a folder, without identity", async () => {
    const done = await atServer(
      "export",
      "ACC-1",
      "--to",
      "medium",
      "--dicomdir",
      "--deidentify",
      "basic,clean-descriptors",
    );
    expect(done).toMatchObject({ code: 0, errors: "" });
    const folder = path.join(work, "medium");
    const files = await filesIn(folder);
    expect(files).toHaveLength(64);
    expect(files).toContain(path.join("DICOM", "PA000001", "ST000001", "SE000001", "IM000001"));
    for (const file of files) {
      const bytes = await fs.readFile(path.join(folder, file));
      for (const secret of ["PAT-4711", "Müller", StudyInstanceUID])
        expect(bytes.includes(secret)).toBe(false);
    }
    const directory = readPart10(await fs.readFile(path.join(folder, "DICOMDIR"))).dataSet;
    for (const record of items(directory, Tags.DirectoryRecordSequence)) {
      const name = texts(record, Tags.ReferencedFileID);
      if (name.length > 0) expect(files).toContain(path.join(...name));
    }
    const again = await atServer("export", "ACC-1", "--to", "medium");
    expect([again.code, again.errors]).toEqual([2, expect.stringContaining("not empty")]);
  });

  test("a ZIP archive by Study Instance UID; what is not there is said", async () => {
    const done = await atServer("export", StudyInstanceUID, "--to", "study.zip");
    expect(done.code).toBe(0);
    expect((await fs.stat(path.join(work, "study.zip"))).size).toBeGreaterThan(10_000);
    const none = await atServer("export", "ACC-NONE", "--to", "none.zip");
    expect([none.code, none.errors]).toEqual([1, expect.stringContaining("ACC-NONE")]);
    const bad = await atServer("export", "ACC-1", "--to", "bad.zip", "--deidentify", "basic,forget");
    expect([bad.code, bad.errors]).toEqual([1, expect.stringContaining("forget")]);
    expect(await fs.readdir(work)).not.toContain("bad.zip");
  });
});

test("isocenter deidentify needs no server and writes what fits together", async () => {
  await fs.writeFile(path.join(work, "patients.tsv"), "PAT-4711\tCASE-1\tCase^One\n");
  const args = [
    "deidentify",
    "images",
    "clean",
    "--options",
    "retain-modified-dates",
    "--patients",
    "patients.tsv",
  ];
  const done = await isocenter([...args, "--report", "report.jsonl"], {
    ISOCENTER_DEIDENTIFY_SECRET: "a secret of this study",
  });
  expect(done.out).toMatch(/^51 files were de-identified, 3 were not\./);
  expect(done.code).toBe(1);
  const folder = path.join(work, "clean");
  const sets = [];
  for (const file of await filesIn(folder))
    sets.push(readPart10(await fs.readFile(path.join(folder, file))).dataSet);
  expect(new Set(sets.map((set) => text(set, Tags.StudyInstanceUID))).size).toBe(1);
  expect(new Set(sets.map((set) => text(set, Tags.PatientName)))).toEqual(new Set(["Case^One"]));
  const report = (await fs.readFile(path.join(work, "report.jsonl"), "utf8")).trim().split("\n");
  expect(report).toHaveLength(54);
  const wrong = await isocenter(["deidentify", "images", "other", "--options", "keep-all"]);
  expect([wrong.code, wrong.errors]).toEqual([2, expect.stringContaining("keep-all")]);
  expect((await isocenter(["deidentify", "--help"])).code).toBe(0);
});

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Whether dicom3tools is installed. Where it is not, tests skip with a printed reason; with ISOCENTER_REQUIRE_TOOLS=1 they fail. */
export function dciodvfyMissing(): false | string {
  if (spawnSync("dciodvfy", ["-version"]).error === undefined) return false;
  const reason = "dciodvfy (dicom3tools) not installed";
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

/** What dciodvfy has to say of an object: its errors and warnings, not the name that it gives it. */
export function dciodvfy(bytes: Uint8Array): string[] {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "isocenter-dciodvfy-"));
  try {
    const file = path.join(folder, "object.dcm");
    fs.writeFileSync(file, bytes);
    const { stderr, stdout } = spawnSync("dciodvfy", [file], { encoding: "utf8" });
    return `${stderr}${stdout}`.split("\n").filter((line) => /^(Error|Warning)/.test(line));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

import { spawnSync } from "node:child_process";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** Why no small disk can be made here. With ISOCENTER_REQUIRE_TOOLS=1 that is an error; else tests skip with the reason printed. */
export function smallDiskMissing(): false | string {
  const folder = "/mnt";
  const tried =
    process.getuid?.() === 0 &&
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]).status === 0;
  if (tried) {
    spawnSync("umount", [folder]);
    return false;
  }
  const reason = "a file system in memory can be mounted by root only";
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

export interface SmallDisk {
  folder: string;
  /** Leaves so many bytes free. */
  fill(leaveBytes: number): Promise<void>;
  /** Takes away what `fill` wrote. */
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/** A file system of its own with so many bytes. */
export async function makeSmallDisk(bytes: number): Promise<SmallDisk> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-disk-"));
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  const filler = path.join(folder, "filler");
  return {
    folder,
    async fill(leaveBytes) {
      const { bavail, bsize } = await fs.statfs(folder);
      const file = await fs.open(filler, "w");
      const block = Buffer.alloc(1 << 20, 1);
      for (let left = bavail * bsize - leaveBytes; left > 0; left -= block.length)
        await file.write(block, 0, Math.min(left, block.length));
      await file.close();
    },
    empty: () => fs.rm(filler, { force: true }),
    async remove() {
      spawnSync("umount", ["-l", folder]);
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}

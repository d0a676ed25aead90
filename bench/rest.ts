import fs from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchServer } from "./servers.ts";

/** Isocenter finishes a study when nothing has come for it for 60 s (`SETTLE_SECONDS`): previews, metadata, the match with its order. */
const settled = 65_000;
const seconds = 3;
/** Hundredths of a second of a processor in these seconds. */
const little = 20;

/** Hundredths of a second that the process and all it started have used. */
async function used(pid: number): Promise<number> {
  const stat = await fs.readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  let sum = stat ? Number(fields[11]) + Number(fields[12]) : 0;
  for (const thread of await fs.readdir(`/proc/${pid}/task`).catch(() => [])) {
    const children = await fs.readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "");
    for (const child of children.split(" ").filter(Boolean)) sum += await used(Number(child));
  }
  return sum;
}

/** Waits, ten minutes at most, until the servers have ended what they do with what came in. */
export async function atRest(servers: readonly BenchServer[]): Promise<void> {
  await sleep(settled);
  for (const server of servers) {
    for (let tries = 0; tries < 200; tries++) {
      const start = await used(server.pid);
      await sleep(seconds * 1000);
      if ((await used(server.pid)) - start < little) break;
    }
  }
}

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

/** Names the folder of a PostgreSQL that is made and migrated and does not run. */
export const clusterVariable = "ISOCENTER_TEST_CLUSTER";

/** Copies it with its owners: the program runs PostgreSQL as nobody where it is root itself. */
export async function copyCluster(from: string, to: string): Promise<void> {
  await promisify(execFile)("cp", ["-a", from, to]);
}

/** Puts the run's migrated PostgreSQL into a data folder that has none yet, so that each program need not make one. */
export async function giveCluster(dataDir: string): Promise<void> {
  const cluster = process.env[clusterVariable];
  const place = path.join(dataDir, "pg");
  if (cluster === undefined || existsSync(place)) return;
  await mkdir(dataDir, { recursive: true });
  await copyCluster(cluster, place);
}

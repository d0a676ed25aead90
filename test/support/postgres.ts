import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "@isocenter/server/platform/database/database.ts";
import { startEmbeddedPostgres } from "@isocenter/server/platform/database/embedded-postgres.ts";
import { migrate } from "@isocenter/server/platform/database/migrations.ts";
import { prepareJobs } from "@isocenter/server/platform/jobs-postgres.ts";
import type { TestProject } from "vitest/node";
import { clusterVariable, copyCluster } from "./cluster.ts";

declare module "vitest" {
  export interface ProvidedContext {
    postgresSocket: string;
  }
}

const settings = ["fsync=off", "max_connections=200"];

/**
 * Vitest's global set-up: one PostgreSQL for the run, with a migrated template that each test file copies, and a copy of its folder for programs
 * that tests start with a PostgreSQL of their own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), "isocenter-test-"));
  const data = path.join(folder, "pg");
  await makeTemplate(data);
  const cluster = path.join(folder, "cluster");
  await copyCluster(data, cluster);
  process.env[clusterVariable] = cluster;
  const server = await startEmbeddedPostgres(data, { settings });
  await prepareJobs({ url: null, socketPath: server.socketPath });
  project.provide("postgresSocket", server.socketPath);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

async function makeTemplate(data: string): Promise<void> {
  const server = await startEmbeddedPostgres(data, { settings });
  const admin = connect({ url: null, socketPath: server.socketPath, max: 1 });
  await migrate(admin);
  await admin.end();
  await server.stop();
}

/**
 * Small reads of a seeded department over REST, by `wrk` on the same machine: `npx node bench/department/reads.ts FOLDER [seconds] [--write]`. The folder is
 * the data folder that bench/department/seed.ts filled. With `--write` the table is kept in bench/department/reads.md for docs/benchmarks.md.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { connect, type Db } from "@isocenter/server/platform/database/database.ts";
import { createLog, openForOperator, readConfig } from "@isocenter/server/platform/index.ts";
import { seededPassword } from "./seed.ts";

const port = 31_066;
const origin = `http://127.0.0.1:${port}`;
const connections = 32;
const repository = path.resolve(import.meta.dirname, "../..");
const say = (text: string) => process.stdout.write(`${text}\n`);

interface Work {
  name: string;
  /** What is asked, in turn, each with the header of whoever asks. */
  requests: readonly { path: string; token: string }[];
}

export interface Figures {
  name: string;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  failed: number;
  /** Processor time of a request, in milliseconds: says what it costs also where other work takes the processors. */
  node: number;
  postgres: number;
}

const tick = 1000 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Milliseconds of processor time that the server and its PostgreSQL have taken (proc(5), `stat`: utime and stime). */
async function processorTime(pid: number): Promise<{ node: number; postgres: number }> {
  const processes = new Map<number, { name: string; parent: number; time: number }>();
  for (const entry of await fs.readdir("/proc")) {
    const stat = /^\d+$/.test(entry)
      ? await fs.readFile(`/proc/${entry}/stat`, "utf8").catch(() => null)
      : null;
    const found = stat === null ? null : /^\d+ \((.*)\) (.*)$/s.exec(stat.trimEnd());
    if (!found) continue;
    const fields = found[2]!.split(" ");
    processes.set(Number(entry), {
      name: found[1]!,
      parent: Number(fields[1]),
      time: (Number(fields[11]) + Number(fields[12])) * tick,
    });
  }
  const isOurs = (one: number): boolean =>
    one === pid || (processes.has(one) && isOurs(processes.get(one)!.parent));
  const sum = { node: processes.get(pid)?.time ?? 0, postgres: 0 };
  for (const [one, { name, time }] of processes) if (name === "postgres" && isOurs(one)) sum.postgres += time;
  return sum;
}

async function startServer(folder: string): Promise<{ pid: number; stop(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    [...process.execArgv, path.join(repository, "server/bin/isocenter.js"), "start"],
    {
      env: {
        ...process.env,
        PORT: String(port),
        HOST: "127.0.0.1",
        DICOM_PORT: String(port + 1),
        HL7_PORT: "0",
        DATA_DIR: folder,
        LOG_LEVEL: "warn",
        DISK_RESERVE_BYTES: "0",
      },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null || attempt > 3000) throw new Error("the server does not start");
    const ok = await fetch(`${origin}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) break;
    await sleep(200);
  }
  return {
    pid: child.pid!,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function signIn(username: string): Promise<string> {
  const answer = await fetch(`${origin}/api/v1/users/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password: seededPassword }),
  });
  if (!answer.ok) throw new Error(`${username} cannot sign in: ${await answer.text()}`);
  return ((await answer.json()) as { accessToken: string }).accessToken;
}

/** The same few hundred subjects in every run of the same seed. */
async function works(db: Db): Promise<Work[]> {
  const subjects = await db<
    { orderId: string; patientId: string; facilityId: string; reportId: string; studyId: string }[]
  >`
    select o.id as "orderId", o.patient_id as "patientId", o.facility_id as "facilityId", r.id as "reportId", r.study_id as "studyId"
    from report r tablesample system (0.2) repeatable (7) join study s on s.id = r.study_id join imaging_order o on o.id = s.order_id
    where r.status = 'FINAL' order by r.id limit 500`;
  const people = await db<{ role: string; username: string; facilityId: string }[]>`
    select distinct on (r.role, f.facility_id) r.role, u.username, f.facility_id as "facilityId"
    from app_user u join user_role r on r.user_id = u.id join user_facility f on f.user_id = u.id
    where u.username like 'seed-%' order by r.role, f.facility_id, u.id`;
  const tokens = new Map<string, string>();
  for (const { username } of people) if (!tokens.has(username)) tokens.set(username, await signIn(username));
  const tokenOf = (role: string, facilityId: string) =>
    tokens.get(people.find((one) => one.role === role && one.facilityId === facilityId)!.username)!;
  const each = (role: string, pathOf: (of: (typeof subjects)[number]) => string) =>
    subjects.map((of) => ({ path: `/api/v1${pathOf(of)}`, token: tokenOf(role, of.facilityId) }));
  const items = [
    { name: "an order", requests: each("FRONT_DESK", (of) => `/imaging-orders/${of.orderId}`) },
    { name: "a report", requests: each("RADIOLOGIST", (of) => `/reports/${of.reportId}`) },
    { name: "a patient", requests: each("FRONT_DESK", (of) => `/patients/${of.patientId}`) },
    { name: "a study", requests: each("RADIOLOGIST", (of) => `/studies/${of.studyId}`) },
  ];
  const lists = [
    {
      name: "orders that are scheduled, 10",
      requests: each("FRONT_DESK", () => "/imaging-orders?status=SCHEDULED&limit=10"),
    },
    {
      name: "orders of a patient",
      requests: each("FRONT_DESK", (of) => `/imaging-orders/patient/${of.patientId}`),
    },
    { name: "reports of a study", requests: each("RADIOLOGIST", (of) => `/reports/study/${of.studyId}`) },
    { name: "notices, 10", requests: each("PHYSICIAN", () => "/notifications?limit=10") },
    { name: "reading list, 10", requests: each("RADIOLOGIST", () => "/worklist?limit=10") },
    { name: "studies, 25", requests: each("RADIOLOGIST", () => "/studies") },
    {
      name: "timeline of a patient",
      requests: each("RADIOLOGIST", (of) => `/patients/${of.patientId}/timeline`),
    },
  ];
  const mixed = subjects.flatMap((_, n) => items.map(({ requests }) => requests[n]!));
  const withLists = subjects.flatMap((_, n) => [
    ...items.flatMap(({ requests }) => [requests[n]!, requests[(n + 1) % subjects.length]!]),
    ...lists.slice(0, 4).map(({ requests }) => requests[n]!),
  ]);
  return [
    ...items,
    ...lists,
    { name: "**small reads: order, report, patient, study in turn**", requests: mixed },
    { name: "**two thirds of these, one third short lists**", requests: withLists },
  ];
}

const script = (requests: Work["requests"]): string => `
local asked = {
${requests.map(({ path, token }) => `{${JSON.stringify(path)}, ${JSON.stringify(`Bearer ${token}`)}},`).join("\n")}
}
local n = 0
request = function()
  n = n % #asked + 1
  return wrk.format("GET", asked[n][1], {["Authorization"] = asked[n][2], ["Accept"] = "application/json"})
end
done = function(summary, latency)
  io.write(string.format("FIGURES %f %f %f %d\\n", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.timeout + summary.errors.connect + summary.errors.read + summary.errors.write))
end
`;

async function measure(work: Work, pid: number, folder: string, seconds: number): Promise<Figures> {
  const file = path.join(folder, "reads.lua");
  await fs.writeFile(file, script(work.requests));
  const run = async (duration: number) => {
    const { stdout } = await promisify(execFile)("wrk", [
      "-t1",
      `-c${connections}`,
      `-d${duration}s`,
      "--timeout",
      "10s",
      "-s",
      file,
      origin,
    ]);
    const found = /FIGURES (\S+) (\S+) (\S+) (\S+)/.exec(stdout);
    if (!found) throw new Error(`wrk said: ${stdout}`);
    return found.slice(1).map(Number) as [number, number, number, number];
  };
  await run(2);
  const before = await processorTime(pid);
  const [perSecond, p50, p99, failed] = await run(seconds);
  const after = await processorTime(pid);
  const each = (kind: "node" | "postgres") => (after[kind] - before[kind]) / (perSecond * seconds);
  return { name: work.name, perSecond, p50, p99, failed, node: each("node"), postgres: each("postgres") };
}

async function main(folder: string, seconds: number, write: boolean): Promise<void> {
  execFileSync("sh", ["-c", "command -v wrk"], { stdio: "ignore" });
  const scratch = await fs.mkdtemp(path.join(os.tmpdir(), "isocenter-reads-"));
  const server = await startServer(folder);
  const { connection, close } = await openForOperator(
    readConfig({ DATA_DIR: folder }),
    createLog({ logLevel: "error" }),
    { database: "current" },
  );
  const db = connect({ ...connection, max: 1 });
  try {
    const [{ orders, reports } = { orders: 0, reports: 0 }] = await db<{ orders: number; reports: number }[]>`
      select (select count(*) from imaging_order) as orders, (select count(*) from report) as reports`;
    const loads: number[] = [];
    const lines: string[] = [];
    for (const work of await works(db)) {
      loads.push(os.loadavg()[0]!);
      const { name, perSecond, p50, p99, failed, ...cost } = await measure(
        work,
        server.pid,
        scratch,
        seconds,
      );
      if (failed > 0) throw new Error(`${name}: ${failed} requests failed`);
      lines.push(
        `| ${name} | ${perSecond.toFixed(0)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${cost.node.toFixed(2)} | ${cost.postgres.toFixed(2)} |`,
      );
      say(lines.at(-1)!);
    }
    const count = (value: number) => value.toLocaleString("en");
    const machine = `${count(orders)} orders and ${count(reports)} reports; ${os.availableParallelism()} processors, which \`wrk\` (one thread, ${connections} connections) and PostgreSQL share with the server; load average of the machine before each row ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}.`;
    const text = [
      machine,
      "",
      "| read | requests/s | p50, ms | p99, ms | Node, ms | PostgreSQL, ms |",
      "| --- | --- | --- | --- | --- | --- |",
      ...lines,
      "",
    ].join("\n");
    say(`\n${text}`);
    if (write) await fs.writeFile(path.join(import.meta.dirname, "reads.md"), text);
  } finally {
    await db.end();
    await close();
    await server.stop();
    await fs.rm(scratch, { recursive: true, force: true });
  }
}

await main(process.argv[2]!, Number(process.argv[3] ?? 10), process.argv.includes("--write"));

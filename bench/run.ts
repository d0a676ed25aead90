/**
 * Isocenter beside DCMTK's storescp and Orthanc on this machine, the same files and the same clients: `npm run bench`. With `--write` the
 * table goes to docs/benchmarks.md. `--quick` measures less, to see that everything runs; `--searches` searches in 100,000 studies alone, which
 * takes some ten minutes to fill in; its table is kept in bench/searches.md for the page.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { makeSeries } from "./data.ts";
import { type Row, table } from "./measure.ts";
import { atRest } from "./rest.ts";
import { type BenchServer, startIsocenter, startOrthanc, startStorescp } from "./servers.ts";
import { type Limit, limits, limitsTable } from "./works/limits.ts";
import { reads } from "./works/read.ts";
import { fill, searches } from "./works/search.ts";
import { storeByDimse, storeByStow, stow } from "./works/store.ts";

const quick = process.argv.includes("--quick");
const onlySearches = process.argv.includes("--searches");
const onlyLimits = process.argv.includes("--limits");
const write = process.argv.includes("--write");
const repository = path.resolve(import.meta.dirname, "..");
const say = (text: string) => process.stdout.write(`${text}\n`);

function need(command: string): void {
  try {
    execFileSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" });
  } catch {
    throw new Error(
      `${command} is not installed; on Debian: apt-get install curl dcmtk orthanc orthanc-dicomweb`,
    );
  }
}

async function measure(servers: readonly BenchServer[], folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  const add = async (row: Promise<Row>) => {
    rows.push(await row);
    say(`  ${rows.at(-1)!.work}: ${JSON.stringify(rows.at(-1)!.figures)}`);
  };
  const rounds = quick ? 1 : 3;
  const count = quick ? 60 : 500;
  await add(storeByDimse(servers, folder, { associations: 1, count, size: 512, rounds }));
  await add(storeByDimse(servers, folder, { associations: 3, count, size: 512, rounds }));
  await add(storeByDimse(servers, folder, { associations: 4, count, size: 64, rounds }));
  await add(storeByStow(servers, folder, { count, size: 64, rounds }));
  const series = await makeSeries(folder, {
    name: "read",
    count: quick ? 120 : 200,
    rows: 512,
    columns: 512,
  });
  for (const server of servers.filter((one) => one.dicomweb)) await stow(server, series.files);
  for (const row of await reads(servers, series)) await add(Promise.resolve(row));
  for (const row of await measureSearches(servers, quick ? 200 : 500)) await add(Promise.resolve(row));
  return rows;
}

async function measureSearches(servers: readonly BenchServer[], studies: number): Promise<Row[]> {
  const searchable = servers.filter((one) => one.dicomweb !== null) as (BenchServer & { dicomweb: string })[];
  await fill(searchable, 0, studies);
  if (!quick) await atRest(searchable);
  return searches(searchable, studies, quick ? 3 : 30);
}

const searchesPage = path.join(repository, "bench/searches.md");
/** Written by bench/department/reads.ts. */
const departmentPage = path.join(repository, "bench/department/reads.md");

/** The searches in a large archive, on servers of their own. */
async function runSearches(): Promise<void> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "isocenter-bench-"));
  const servers: BenchServer[] = [];
  try {
    servers.push(await startIsocenter(folder, 31_046), await startOrthanc(folder, 31_056));
    const text = table(await measureSearches(servers, 100_000), ["Isocenter", "Orthanc"]);
    say(`\n${text}\n`);
    if (write) await fs.writeFile(searchesPage, `${text}\n`);
  } finally {
    for (const server of servers) await server.stop();
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/** Bounds of memory, number and waiting, on a server of their own. */
async function measureLimits(folder: string): Promise<Limit[]> {
  const server = await startIsocenter(folder, 31_036);
  try {
    const found = await limits(server, quick);
    for (const { work, figure } of found) say(`  ${work}: ${figure}`);
    return found;
  } finally {
    await server.stop();
    await fs.rm(path.join(folder, "isocenter"), { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  if (onlyLimits) {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "isocenter-bench-"));
    try {
      say(`\n${limitsTable(await measureLimits(folder))}\n`);
    } finally {
      await fs.rm(folder, { recursive: true, force: true });
    }
    return;
  }
  for (const command of ["curl", "dcmsend", "storescp", "Orthanc"]) need(command);
  if (onlySearches) return runSearches();
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "isocenter-bench-"));
  const servers: BenchServer[] = [];
  try {
    const kept = limitsTable(await measureLimits(folder));
    servers.push(
      await startIsocenter(folder, 31_006),
      await startOrthanc(folder, 31_016),
      await startStorescp(folder, 31_026),
    );
    const rows = await measure(servers, folder);
    const machine = `${os.availableParallelism()} processors (${os.cpus()[0]?.model.trim()}), ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
    const text = table(rows, ["Isocenter", "Orthanc", "storescp"]);
    say(`\n${machine}\n\n${text}\n\n${kept}\n`);
    if (write) {
      const page = await fs.readFile(path.join(repository, "bench/page.md"), "utf8");
      await fs.writeFile(
        path.join(repository, "docs/benchmarks.md"),
        page
          .replace("{machine}", machine)
          .replace("{table}", text)
          .replace("{limits}", kept)
          .replace("{searches}", (await fs.readFile(searchesPage, "utf8")).trim())
          .replace("{department}", (await fs.readFile(departmentPage, "utf8")).trim()),
      );
    }
  } finally {
    for (const server of servers) await server.stop();
    await fs.rm(folder, { recursive: true, force: true });
  }
}

await main();

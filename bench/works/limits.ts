import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { fileMeta } from "@isocenter/dicom";
import { streamedInstance, transferSyntax } from "../instances.ts";
import type { SendPlan, Sent } from "../send.ts";
import type { BenchServer } from "../servers.ts";

/** What only one server is measured at, against a fixed bound. */
export interface Limit {
  work: string;
  figure: string;
  bound: string;
  kept: boolean;
}

const sender = path.join(import.meta.dirname, "../send.ts");

async function send(server: BenchServer, plan: Omit<SendPlan, "port" | "aeTitle">): Promise<Sent> {
  const whole: SendPlan = { ...plan, port: server.dicomPort, aeTitle: server.aeTitle };
  const { stdout } = await promisify(execFile)(process.execPath, [sender, JSON.stringify(whole)]);
  return JSON.parse(stdout) as Sent;
}

/** The processes of the program itself: the one that was started and the listener that it started, without PostgreSQL. */
async function processesOf(pid: number): Promise<number[]> {
  const children = await fs.readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const found = [pid];
  for (const child of children.split(" ").filter(Boolean).map(Number)) {
    const command = await fs.readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "");
    if (command.includes("listener.ts")) found.push(child);
  }
  return found;
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await fs.readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** The largest that any one of the processes was while the work went on, in MB. */
async function largestResident(server: BenchServer, work: () => Promise<unknown>): Promise<number> {
  const pids = await processesOf(server.pid);
  let largest = 0;
  let done = false;
  const watching = (async () => {
    while (!done) {
      for (const pid of pids) largest = Math.max(largest, await residentMegabytes(pid));
      await sleep(50);
    }
  })();
  try {
    await work();
  } finally {
    done = true;
    await watching;
  }
  return largest;
}

async function stowStreamed(server: BenchServer, frames: number, run: number): Promise<void> {
  const instance = streamedInstance({
    name: `stow-${run}`,
    studyInstanceUid: `1.2.826.0.1.3680043.2.2.${run}`,
    number: 1,
    rows: 1024,
    columns: 1024,
    frames,
  });
  const boundary = "isocenter-bench-boundary";
  async function* body(): AsyncIterable<Uint8Array> {
    yield Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`);
    yield fileMeta({
      sopClassUID: instance.sopClassUid,
      sopInstanceUID: instance.sopInstanceUid,
      transferSyntaxUID: transferSyntax,
    });
    yield* instance.chunks();
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  const answer = await fetch(`${server.dicomweb}/studies`, {
    method: "POST",
    headers: {
      ...server.headers,
      accept: "application/dicom+json",
      "content-type": `multipart/related; type="application/dicom"; boundary=${boundary}`,
    },
    body: Readable.toWeb(Readable.from(body())) as ReadableStream,
    duplex: "half",
  } as RequestInit);
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`STOW-RS to ${server.name}: ${answer.status}`);
}

/** The 99th percentile of a small query while the work goes on, in ms, one query after the other with a pause. */
async function queryWhile(
  server: BenchServer,
  work: () => Promise<Sent>,
): Promise<{ p99: number; queries: number; sent: Sent }> {
  const times: number[] = [];
  let done = false;
  const asking = (async () => {
    while (!done) {
      const began = performance.now();
      const answer = await fetch(`${server.dicomweb}/studies?PatientID=BENCH-read&limit=1`, {
        headers: { ...server.headers, accept: "application/dicom+json" },
      });
      await answer.arrayBuffer();
      times.push(performance.now() - began);
      await sleep(10);
    }
  })();
  try {
    const sent = await work();
    done = true;
    await asking;
    times.sort((a, b) => a - b);
    return { p99: times[Math.ceil(times.length * 0.99) - 1]!, queries: times.length, sent };
  } finally {
    done = true;
  }
}

const megabytesPerSecond = ({ bytes, seconds }: Sent): string => `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;

/** Bounds that do not ask how fast another server is: memory while a large object comes in, many at once, and answers meanwhile. */
export async function limits(server: BenchServer, quick: boolean): Promise<Limit[]> {
  const frames = quick ? 100 : 1024;
  const gigabytes = `${((frames * 2) / 1024).toFixed(1)} GB`;
  const run = Math.floor(Date.now() / 1000);
  const found: Limit[] = [];
  const memory = async (door: string, work: () => Promise<unknown>) => {
    const began = performance.now();
    const most = await largestResident(server, work);
    const seconds = (performance.now() - began) / 1000;
    found.push({
      work: `largest process while a multi-frame object of ${gigabytes} comes in by ${door}`,
      figure: `${most.toFixed(0)} MB (${((frames * 2.097152) / seconds).toFixed(0)} MB/s)`,
      bound: "< 300 MB",
      kept: most < 300,
    });
  };
  const large = { rows: 1024, columns: 1024, frames, bytesPerSecond: 0, associations: 1, instances: 1 };
  await memory("C-STORE", () => send(server, { ...large, run }));
  await memory("STOW-RS", () => stowStreamed(server, frames, run));

  const small = { rows: 512, columns: 512, frames: 1, run: run + 1 };
  const each = quick ? 10 : 50;
  const many = await send(server, { ...small, associations: 20, instances: each, bytesPerSecond: 0 });
  found.push({
    work: "20 associations at once, CT 512 × 512",
    figure: `${many.instances} of ${20 * each} stored, ${(many.instances / many.seconds).toFixed(0)} instances/s`,
    bound: "all stored",
    kept: many.instances === 20 * each,
  });

  const count = Math.ceil((quick ? 3 : 15) * (100e6 / 525e3 / 4));
  const { p99, queries, sent } = await queryWhile(server, () =>
    send(server, { ...small, run: run + 2, associations: 4, instances: count, bytesPerSecond: 100e6 }),
  );
  found.push({
    work: "99th percentile of a small query while images come in, 100 MB/s asked for",
    figure: `${p99.toFixed(1)} ms of ${queries} queries (${megabytesPerSecond(sent)} came in)`,
    bound: "< 50 ms",
    kept: p99 < 50,
  });
  return found;
}

export function limitsTable(found: readonly Limit[]): string {
  const lines = found.map(({ work, figure, bound, kept }) => [work, figure, bound, kept ? "yes" : "no"]);
  return [["work", "figure", "bound", "kept"], ["---", "---", "---", "---"], ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { type BenchSeries, makeSeries } from "../data.ts";
import { compare, inParallel, type Row, seconds } from "../measure.ts";
import type { BenchServer } from "../servers.ts";

function send(server: BenchServer, folder: string): Promise<void> {
  const child = spawn(
    "dcmsend",
    [
      "-q",
      "-aec",
      server.aeTitle,
      "+sd",
      "--no-halt",
      "--no-uid-checks",
      "127.0.0.1",
      String(server.dicomPort),
      folder,
    ],
    { env: { ...process.env, TCP_NODELAY: "1" }, stdio: "ignore" },
  );
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`dcmsend to ${server.name} ended with ${code}`)),
    );
  });
}

/** Instances per second by C-STORE, each association with a study of its own, new in each round. */
export async function storeByDimse(
  servers: readonly BenchServer[],
  root: string,
  options: { associations: number; count: number; size: number; rounds: number },
): Promise<Row> {
  const rounds = await Promise.all(
    Array.from({ length: options.rounds + 1 }, (_, round) =>
      Promise.all(
        Array.from({ length: options.associations }, (_, n) =>
          makeSeries(root, {
            name: `store-${options.size}-${options.associations}-${round}-${n}`,
            count: Math.floor(options.count / options.associations),
            rows: options.size,
            columns: options.size,
          }),
        ),
      ),
    ),
  );
  const run = (server: BenchServer) => async (round: number) => {
    const series = rounds[round]!;
    const instances = series.reduce((sum, one) => sum + one.files.length, 0);
    return instances / (await seconds(() => Promise.all(series.map((one) => send(server, one.folder)))));
  };
  const row = await compare(
    {
      name: `C-STORE, CT ${options.size} × ${options.size}, ${options.associations} association(s)`,
      unit: "instances/s",
      better: "more",
      aim: "≥ 1.5",
    },
    Object.fromEntries(servers.map((server) => [server.name, run(server)])),
    options.rounds,
  );
  for (const series of rounds.flat()) await fs.rm(series.folder, { recursive: true });
  return row;
}

const boundary = "isocenter-bench-boundary";

async function* related(
  parts: Iterable<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>,
): AsyncIterable<Uint8Array> {
  for (const part of parts) {
    yield Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`);
    yield* part;
    yield Buffer.from("\r\n");
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}

async function post(server: BenchServer, body: AsyncIterable<Uint8Array>): Promise<void> {
  const answer = await fetch(`${server.dicomweb}/studies`, {
    method: "POST",
    headers: {
      ...server.headers,
      accept: "application/dicom+json",
      "content-type": `multipart/related; type="application/dicom"; boundary=${boundary}`,
    },
    body: Readable.toWeb(Readable.from(body)) as ReadableStream,
    duplex: "half",
  } as RequestInit);
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`STOW-RS to ${server.name}: ${answer.status}`);
}

/** Stores files in one request, each read as it is sent. */
export const stow = (server: BenchServer, files: readonly string[]): Promise<void> =>
  post(
    server,
    related(
      files.map((file) => createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>),
    ),
  );

/** The same for what is in memory. */
export const stowParts = (server: BenchServer, parts: readonly Uint8Array[]): Promise<void> =>
  post(server, related(parts.map((part) => [part])));

/** Instances per second by STOW-RS, four requests at once, ten instances a request. */
export async function storeByStow(
  servers: readonly BenchServer[],
  root: string,
  options: { count: number; size: number; rounds: number },
): Promise<Row> {
  const rounds: BenchSeries[] = [];
  for (let round = 0; round <= options.rounds; round++) {
    rounds.push(
      await makeSeries(path.join(root), {
        name: `stow-${options.size}-${round}`,
        count: options.count,
        rows: options.size,
        columns: options.size,
      }),
    );
  }
  const run = (server: BenchServer) => async (round: number) => {
    const { files } = rounds[round]!;
    const groups = Array.from({ length: Math.ceil(files.length / 10) }, (_, n) =>
      files.slice(n * 10, n * 10 + 10),
    );
    return files.length / (await seconds(() => inParallel(groups, 4, (group) => stow(server, group))));
  };
  const row = await compare(
    {
      name: `STOW-RS, CT ${options.size} × ${options.size}, four at once`,
      unit: "instances/s",
      better: "more",
      aim: "≥ 1.5",
    },
    Object.fromEntries(
      servers.filter((server) => server.dicomweb).map((server) => [server.name, run(server)]),
    ),
    options.rounds,
  );
  for (const series of rounds) await fs.rm(series.folder, { recursive: true });
  return row;
}

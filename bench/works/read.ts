import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";
import type { BenchSeries } from "../data.ts";
import { compare, inParallel, type Row, seconds } from "../measure.ts";
import type { BenchServer } from "../servers.ts";

const run = promisify(execFile);

type Server = BenchServer & { dicomweb: string };

/** Megabytes per second by `curl`, which only counts: `fetch` itself takes at most some 450 MB/s, whoever sends. */
async function download(server: Server, path: string, accept: string): Promise<number> {
  const headers = Object.entries({ ...server.headers, accept }).flatMap(([name, value]) => [
    "-H",
    `${name}: ${value}`,
  ]);
  const said = "%{http_code} %{size_download} %{time_total}";
  const { stdout } = await run("curl", [
    "-s",
    "-o",
    os.devNull,
    "-w",
    said,
    ...headers,
    `${server.dicomweb}${path}`,
  ]);
  const [status, bytes, time] = stdout.split(" ").map(Number);
  if (status !== 200) throw new Error(`${server.name} ${path}: ${status}`);
  return bytes! / 1e6 / time!;
}

async function get(server: Server, path: string, accept: string): Promise<number> {
  const answer = await fetch(`${server.dicomweb}${path}`, { headers: { ...server.headers, accept } });
  const body = await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${server.name} ${path}: ${answer.status}`);
  return body.byteLength;
}

const json = "application/dicom+json";
const octets = 'multipart/related; type="application/octet-stream"';

async function readRow(
  servers: readonly Server[],
  work: { name: string; unit: string; better: Row["better"]; aim: string },
  rounds: number,
  run: (server: Server, round: number) => Promise<number>,
): Promise<Row> {
  const runs = Object.fromEntries(
    servers.map((server) => [server.name, (round: number) => run(server, round)]),
  );
  return compare(work, runs, rounds);
}

const milliseconds = async (work: () => Promise<unknown>) => (await seconds(work)) * 1000;

/** Whole study, metadata, frames and rendered pictures of one series that every server holds. */
export async function reads(all: readonly BenchServer[], series: BenchSeries): Promise<Row[]> {
  const servers = all.filter((server): server is Server => server.dicomweb !== null);
  const base = `/studies/${series.studyInstanceUid}/series/${series.seriesInstanceUid}`;
  const instances = series.sopInstanceUids;
  const rows: Row[] = [];
  rows.push(
    await readRow(
      servers,
      { name: `WADO-RS study, ${instances.length} instances`, unit: "MB/s", better: "more", aim: "≥ 1.5" },
      5,
      (server) =>
        download(
          server,
          `/studies/${series.studyInstanceUid}`,
          'multipart/related; type="application/dicom"; transfer-syntax=*',
        ),
    ),
  );
  rows.push(
    await readRow(servers, { name: "series metadata", unit: "ms", better: "less", aim: "≥ 5" }, 7, (server) =>
      milliseconds(() => get(server, `${base}/metadata`, json)),
    ),
  );
  rows.push(
    await readRow(
      servers,
      { name: "frames, one by one, 20 at once", unit: "frames/s", better: "more", aim: "≥ 2" },
      5,
      async (server) => {
        const time = await seconds(() =>
          inParallel(instances, 20, (uid) => get(server, `${base}/instances/${uid}/frames/1`, octets)),
        );
        return instances.length / time;
      },
    ),
  );
  const rendered = (round: number) => instances.slice(round * 20, round * 20 + 20);
  for (const [name, aim, part] of [
    ["rendered JPEG, cold", "≥ 1", rendered],
    ["rendered JPEG, warm", "≥ 5", rendered],
  ] as const) {
    rows.push(
      await readRow(servers, { name, unit: "pictures/s", better: "more", aim }, 5, async (server, round) => {
        const list = part(round);
        return (
          list.length /
          (await seconds(() =>
            inParallel(list, 4, (uid) => get(server, `${base}/instances/${uid}/rendered`, "image/jpeg")),
          ))
        );
      }),
    );
  }
  return rows;
}

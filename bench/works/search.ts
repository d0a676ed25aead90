import { studyFile } from "../data.ts";
import { compare, inParallel, type Row, seconds } from "../measure.ts";
import type { BenchServer } from "../servers.ts";
import { stowParts } from "./store.ts";

type Server = BenchServer & { dicomweb: string };

/** Studies of a request while the archive is filled. */
const perRequest = 200;

/** Fills every server up to so many studies of one small instance each. */
export async function fill(servers: readonly Server[], from: number, to: number): Promise<void> {
  const requests = Array.from(
    { length: Math.ceil((to - from) / perRequest) },
    (_, n) => from + n * perRequest,
  );
  for (const server of servers)
    await inParallel(requests, 4, (first) =>
      stowParts(
        server,
        Array.from({ length: Math.min(perRequest, to - first) }, (_, n) => studyFile(first + n)),
      ),
    );
}

async function get(server: Server, path: string, least: number): Promise<void> {
  const answer = await fetch(`${server.dicomweb}${path}`, {
    headers: { ...server.headers, accept: "application/dicom+json" },
  });
  const found = answer.status === 204 ? [] : ((await answer.json()) as unknown[]);
  if (!answer.ok || found.length < least)
    throw new Error(`${server.name} ${path}: ${answer.status}, ${found.length} found`);
}

/** A question is asked this often before it counts, or for so many milliseconds. */
const before = { times: 100, milliseconds: 2000 };

/** Searches of every kind of key in an archive of so many studies: each query asked for other values in each round. */
export async function searches(servers: readonly Server[], studies: number, rounds: number): Promise<Row[]> {
  const some = (round: number) => (round * 7919 + 13) % studies;
  const two = (value: number) => String(value).padStart(2, "0");
  const queries: readonly [name: string, path: (round: number) => string][] = [
    ["no key, 25 studies", () => "/studies?limit=25"],
    ["patient identifier", (round) => `/studies?PatientID=S-${some(round)}`],
    ["study UID", (round) => `/studies?StudyInstanceUID=2.25.9${some(round)}`],
    ["accession number", (round) => `/studies?AccessionNumber=A${some(round)}`],
    ["patient name, prefix", (round) => `/studies?PatientName=Family${some(round)}*&limit=25`],
    ["patient name, anywhere", (round) => `/studies?PatientName=*mily${some(round)}*&limit=25`],
    [
      "study date, one month",
      (round) => `/studies?StudyDate=2025${two(1 + (round % 12))}01-2025${two(1 + (round % 12))}28&limit=25`,
    ],
    ["modality in study", (round) => `/studies?ModalitiesInStudy=${["CT", "MR", "US"][round % 3]}&limit=25`],
    ["description, a word anywhere", () => "/studies?StudyDescription=*Knee*&limit=25"],
    ["a deep page", () => `/studies?limit=25&offset=${Math.floor(studies * 0.9)}`],
  ];
  const rows: Row[] = [];
  for (const [name, path] of queries) {
    const run = (server: Server) => async (round: number) =>
      (await seconds(() => get(server, path(round), 1))) * 1000;
    for (const server of servers) {
      let asked = 0;
      for (let spent = 0; asked < before.times && spent < before.milliseconds; asked++)
        spent += await run(server)(1000 + asked);
    }
    rows.push(
      await compare(
        { name: `${studies.toLocaleString("en")} studies: ${name}`, unit: "ms", better: "less", aim: "≥ 5" },
        Object.fromEntries(servers.map((server) => [server.name, run(server)])),
        rounds,
      ),
    );
  }
  return rows;
}

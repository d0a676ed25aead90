/**
 * Our C-STORE client beside `dcmsend`, both to DCMTK's `storescp`: `npx node bench/client.ts [instances] [rounds]`. The same files, round by round; each
 * association is opened anew, `dcmsend` with the start of its process.
 */
import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  implementationClassUid,
  readPart10,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
} from "@isocenter/dicom";
import { openAssociation } from "@isocenter/dimse";
import { makeSeries } from "./data.ts";
import { median, seconds, spread } from "./measure.ts";
import { startStorescp } from "./servers.ts";

const count = Number(process.argv[2] ?? 500);
const rounds = Number(process.argv[3] ?? 5);
const port = 31_036;
const transferSyntax = TransferSyntaxes.ExplicitVRLittleEndian;

interface File {
  file: string;
  sopInstanceUid: string;
  dataSetOffset: number;
}

async function placesOf(files: readonly string[]): Promise<File[]> {
  return Promise.all(
    files.map(async (file) => {
      const { dataSet, dataSetOffset } = readPart10(await fs.readFile(file));
      return { file, sopInstanceUid: text(dataSet, Tags.SOPInstanceUID) ?? "", dataSetOffset };
    }),
  );
}

async function ours(files: readonly File[]): Promise<void> {
  const association = await openAssociation({
    host: "127.0.0.1",
    port,
    callingAeTitle: "BENCH",
    calledAeTitle: "STORESCP",
    contexts: [{ abstractSyntax: SopClasses.CTImageStorage, transferSyntaxes: [transferSyntax] }],
    implementation: { classUid: implementationClassUid, versionName: "BENCH" },
  });
  let next = 0;
  const lane = async () => {
    // As the archive sends what it keeps: memory that serves again costs far less than a stream's.
    const memory = Buffer.allocUnsafeSlow(1 << 20);
    while (next < files.length) {
      const { file, sopInstanceUid, dataSetOffset } = files[next++]!;
      const chunks = async () => {
        const handle = await fs.open(file);
        try {
          const { bytesRead } = await handle.read(memory, 0, memory.length, dataSetOffset);
          return [memory.subarray(0, bytesRead)];
        } finally {
          await handle.close();
        }
      };
      await association.store({
        sopClassUid: SopClasses.CTImageStorage,
        sopInstanceUid,
        transferSyntax,
        chunks,
      });
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  await association.release();
}

function dcmsend(folder: string): Promise<void> {
  const args = ["-q", "-aec", "STORESCP", "+sd", "--no-uid-checks", "127.0.0.1", String(port), folder];
  const child = spawn("dcmsend", args, { env: { ...process.env, TCP_NODELAY: "1" }, stdio: "ignore" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`dcmsend ended with ${code}`))));
  });
}

const folder = await fs.mkdtemp(path.join(os.tmpdir(), "isocenter-client-"));
const server = await startStorescp(folder, port);
try {
  const series = await makeSeries(folder, { name: "sent", count, rows: 512, columns: 512 });
  const files = await placesOf(series.files);
  const figures = { ours: [] as number[], dcmsend: [] as number[] };
  await ours(files.slice(0, 20));
  for (let round = 0; round < rounds; round++) {
    figures.dcmsend.push(count / (await seconds(() => dcmsend(series.folder))));
    figures.ours.push(count / (await seconds(() => ours(files))));
  }
  const line = (name: keyof typeof figures) =>
    `${name}: ${median(figures[name]).toFixed(0)} instances/s (noise ${(spread(figures[name]) * 100).toFixed(0)} %)`;
  process.stdout.write(
    `${count} CT of 526 KB to storescp\n${line("ours")}\n${line("dcmsend")}\nratio ${(median(figures.ours) / median(figures.dcmsend)).toFixed(2)}\n`,
  );
} finally {
  await server.stop();
  await fs.rm(folder, { recursive: true, force: true });
}

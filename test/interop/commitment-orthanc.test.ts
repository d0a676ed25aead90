import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { newUid, SopClasses } from "@isocenter/dicom";
import { type Archive, createArchive } from "@isocenter/server/modules/archive/index.ts";
import { createJournal, type Journal } from "@isocenter/server/modules/journal/index.ts";
import { createPeers, enqueue } from "@isocenter/server/modules/peers/index.ts";
import { newId, prepareJobs, transact } from "@isocenter/server/platform/index.ts";
import {
  createSending,
  type DimseListener,
  type Sending,
  startDimse,
} from "@isocenter/server/protocols/dimse/index.ts";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { makeFacility, viewerAt } from "../support/archive.ts";
import { testDatabase } from "../support/database.ts";
import { formsOf } from "../support/forms.ts";
import { chunked, ctSeries } from "../support/instances.ts";
import { testPlatform } from "../support/platform.ts";
import { freePorts } from "../support/ports.ts";
import { eventually } from "../support/program.ts";

const program = "/usr/sbin/Orthanc";
const here = existsSync(program);
if (!here) {
  const reason = "Storage Commitment with Orthanc: Orthanc is not installed";
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
}

const database = testDatabase();
const platform = testPlatform(database, { host: "127.0.0.1", dicomPort: 0 });
let journal: Journal;
let archive: Archive;
let sending: Sending;
let listener: DimseListener;
let orthanc: ChildProcess | undefined;
let folder: string;
let url: string;
let facilityId: string;
let modalityId: string;

beforeAll(async () => {
  if (!here) return;
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  facilityId = await makeFacility(database.db);
  journal = createJournal(platform);
  archive = createArchive(platform, journal);
  sending = createSending({ platform, journal, archive, rendering: formsOf(archive), answerMs: 50 });
  const peers = createPeers(platform, journal);
  listener = await startDimse({
    platform,
    archive,
    rendering: formsOf(archive),
    peers,
    commitment: sending.commitment,
  });
  folder = await mkdtemp(path.join(tmpdir(), "isocenter-commitment-"));
  const [httpPort, dicomPort] = (await freePorts(2)) as [number, number];
  url = `http://127.0.0.1:${httpPort}`;
  const settings = {
    StorageDirectory: folder,
    IndexDirectory: folder,
    HttpPort: httpPort,
    DicomPort: dicomPort,
    DicomAet: "ORTHANC",
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    Plugins: [],
    DicomModalities: {
      isocenter: {
        AET: platform.config.aeTitle,
        Host: "127.0.0.1",
        Port: listener.port,
        Manufacturer: "Generic",
      },
    },
  };
  const file = path.join(folder, "orthanc.json");
  await writeFile(file, JSON.stringify(settings));
  orthanc = spawn(program, [file], { stdio: "ignore", env: { ...process.env, TCP_NODELAY: "1" } });
  await eventually(() =>
    fetch(`${url}/system`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  modalityId = newId(platform.clock);
  await database.db`insert into modality (id, ae_title, host, port, facility_id, permissions, created_at)
    values (${modalityId}, 'ORTHANC', '127.0.0.1', ${dicomPort}, ${facilityId}, '{commit}', now())`;
});
afterAll(async () => {
  const ended = orthanc && new Promise((resolve) => orthanc?.once("exit", resolve));
  orthanc?.kill();
  await ended;
  await listener?.close(0);
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function archived(count: number) {
  const made = ctSeries(count);
  for (const { bytes } of made)
    await archive.ingest(viewerAt([facilityId]), { chunks: chunked(bytes), door: "import", facilityId });
  return made;
}

describe.skipIf(!here)("Orthanc", () => {
  test("takes what we send and commits to it, on an association of its own", async () => {
    const made = await archived(3);
    const { id } = await transact(platform.db, (tx) =>
      enqueue({ clock: platform.clock, journal }, tx, viewerAt([facilityId]), {
        modalityId,
        facilityId,
        selection: [{ StudyInstanceUID: made[0]!.StudyInstanceUID }],
        total: 3,
        commit: true,
      }),
    );
    await sending.drain();
    const item = await eventually(async () => {
      const [row] = await database.db<
        Record<string, unknown>[]
      >`select state, commitment, committed, commitment_problem from send_item where id = ${id}`;
      return row?.commitment === "REQUESTED" ? null : row;
    });
    expect(item).toEqual({ state: "SENT", commitment: "COMMITTED", committed: 3, commitment_problem: null });
  });

  test("asks us, and is told what is kept and what is not", async () => {
    const [one, two] = await archived(2);
    const missing = newUid();
    const ct = SopClasses.CTImageStorage;
    const answer = await fetch(`${url}/modalities/isocenter/storage-commitment`, {
      method: "POST",
      body: JSON.stringify({
        DicomInstances: [one!.SOPInstanceUID, two!.SOPInstanceUID, missing].map((uid) => [ct, uid]),
      }),
    });
    const { ID } = (await answer.json()) as { ID: string };
    const report = await eventually(async () => {
      await sending.drain();
      const told = (await (await fetch(`${url}/storage-commitment/${ID}`)).json()) as {
        Status: string;
        Success: unknown[];
        Failures: unknown[];
      };
      return told.Status === "Pending" ? null : told;
    });
    expect(report).toMatchObject({ Status: "Failure" });
    expect(report.Success).toHaveLength(2);
    expect(report.Failures).toMatchObject([{ SOPInstanceUID: missing, FailureReason: 0x0112 }]);
  });
});

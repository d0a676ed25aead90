import fs from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { readPart10, TransferSyntaxes } from "@isocenter/dicom";
import { type Archive, createArchive } from "@isocenter/server/modules/archive/index.ts";
import { createJournal, type Journal } from "@isocenter/server/modules/journal/index.ts";
import { enqueue } from "@isocenter/server/modules/peers/index.ts";
import { newId, prepareJobs, transact } from "@isocenter/server/platform/index.ts";
import { createSending, type Sending } from "@isocenter/server/protocols/dimse/index.ts";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { makeFacility, viewerAt } from "../support/archive.ts";
import { testDatabase } from "../support/database.ts";
import { dcmtkMissing, serve } from "../support/dcmtk.ts";
import { formsOf } from "../support/forms.ts";
import { chunked, ctInstance, ctSeries, type MadeInstance } from "../support/instances.ts";
import { testPlatform } from "../support/platform.ts";
import { freePorts } from "../support/ports.ts";
import { eventually } from "../support/program.ts";

const missing = dcmtkMissing("storescp");
const database = testDatabase();
const platform = testPlatform(database);
let journal: Journal;
let archive: Archive;
let sending: Sending;
let facilityId: string;
let folder: string;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  facilityId = await makeFacility(database.db);
  journal = createJournal(platform);
  archive = createArchive(platform, journal);
  sending = createSending({ platform, journal, archive, rendering: formsOf(archive) });
  folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-queue-"));
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

/** DCMTK's receiver at the port, and how to end it. */
async function storescp(place: string, port: number, ...options: string[]): Promise<() => Promise<void>> {
  await fs.mkdir(path.join(folder, place), { recursive: true });
  const server = serve("storescp", ["-d", "-od", path.join(folder, place), ...options, String(port)], /./);
  running.push(server);
  await eventually(
    () =>
      new Promise<boolean>((resolve) => {
        const socket = net.connect(port, "127.0.0.1", () => resolve(true));
        socket.once("error", () => resolve(false)).once("connect", () => socket.destroy());
      }),
  );
  return server.stop;
}
const received = async (place: string) =>
  Promise.all(
    (await fs.readdir(path.join(folder, place)))
      .sort()
      .map((name) => fs.readFile(path.join(folder, place, name))),
  );
let modalities = 0;
const modality = async (port: number, transferSyntaxes: string[] = []): Promise<string> => {
  const id = newId(platform.clock);
  await database.db`insert into modality (id, ae_title, host, port, facility_id, permissions, transfer_syntaxes, created_at)
    values (${id}, ${`RX${++modalities}`}, '127.0.0.1', ${port}, ${facilityId}, '{}', ${transferSyntaxes}, now())`;
  return id;
};
async function queued(modalityId: string, made: readonly MadeInstance[]): Promise<string> {
  for (const { bytes } of made)
    await archive.ingest(viewerAt([facilityId]), { chunks: chunked(bytes), door: "import", facilityId });
  const { id } = await transact(platform.db, (tx) =>
    enqueue({ clock: platform.clock, journal }, tx, viewerAt([facilityId]), {
      modalityId,
      facilityId,
      selection: [{ StudyInstanceUID: made[0]!.StudyInstanceUID }],
      total: made.length,
    }),
  );
  return id;
}
const itemOf = async (id: string) =>
  (await database.db`select state, sent, failed, attempts, last_error from send_item where id = ${id}`)[0]!;
const dataSet = (bytes: Uint8Array) => Buffer.from(bytes.subarray(readPart10(bytes).dataSetOffset));
const freePort = async () => (await freePorts(1))[0]!;

describe.skipIf(missing)("the send queue to storescp", () => {
  test("a study arrives bit for bit", async () => {
    const port = await freePort();
    await storescp("whole", port, "+xa");
    const made = ctSeries(20);
    const id = await queued(await modality(port), made);
    await sending.drain();
    expect(await itemOf(id)).toMatchObject({ state: "SENT", sent: 20, failed: 0 });
    const sent = made.map(({ bytes }) => dataSet(bytes).toString("base64")).sort();
    expect((await received("whole")).map((bytes) => dataSet(bytes).toString("base64")).sort()).toEqual(sent);
  });

  test("a receiver that takes Implicit VR alone gets that; a later study of another syntax as well", async () => {
    const port = await freePort();
    await storescp("implicit", port, "+xi");
    const id = await queued(await modality(port), [
      ctInstance({}, { transferSyntaxUID: TransferSyntaxes.ExplicitVRBigEndian }),
    ]);
    await sending.drain();
    expect(await itemOf(id)).toMatchObject({ state: "SENT", sent: 1 });
    const [bytes] = await received("implicit");
    expect(readPart10(bytes!).transferSyntaxUID).toBe(TransferSyntaxes.ImplicitVRLittleEndian);
  });

  test("a receiver that accepts more than it can show is sent what was put down for it", async () => {
    const port = await freePort();
    await storescp("chosen", port, "+xa");
    const { RLELossless, JPEGLSLossless } = TransferSyntaxes;
    const id = await queued(await modality(port, [RLELossless, JPEGLSLossless]), [ctInstance()]);
    await sending.drain();
    expect(await itemOf(id)).toMatchObject({ state: "SENT", sent: 1 });
    const [bytes] = await received("chosen");
    expect(readPart10(bytes!).transferSyntaxUID).toBe(RLELossless);
    const never = await queued(await modality(await freePort(), [TransferSyntaxes.MPEG2MPML]), [
      ctInstance(),
    ]);
    await database.db`update modality set port = ${port} where transfer_syntaxes @> ${[TransferSyntaxes.MPEG2MPML]}`;
    await sending.drain();
    expect(await itemOf(never)).toMatchObject({
      state: "PENDING",
      failed: 1,
      last_error: "1 not taken: It takes no transfer syntax in which this can be given: CT Image Storage.",
    });
  });

  test("a receiver that is down, refuses, or breaks off is tried until it takes everything, nothing twice", async () => {
    const port = await freePort();
    const made = ctSeries(5);
    const id = await queued(await modality(port), made);
    const again = async (error: string) => {
      await sending.drain();
      expect(await itemOf(id)).toMatchObject({ state: "PENDING", last_error: expect.stringMatching(error) });
      platform.clock.advance(3_600_000);
    };
    await again("Nothing answers at its host and port.");
    const refusing = await storescp("refused", port, "--refuse");
    await again("rejected");
    await refusing();
    const breaking = await storescp("broken", port, "--abort-after");
    await again("aborted|closed");
    await breaking();
    await storescp("taken", port);
    await sending.drain();
    expect(await itemOf(id)).toMatchObject({ state: "SENT", sent: 5, failed: 0 });
    const names = [...(await received("broken")), ...(await received("taken"))].map((bytes) =>
      dataSet(bytes).toString("base64"),
    );
    expect(new Set(names).size).toBe(5);
  });
});

import { SopClasses, TransferSyntaxes } from "@isocenter/dicom";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { ctInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { expect, inject, test } from "vitest";
import { prepareJobs } from "../../../platform/index.ts";
import { createJournal } from "../../journal/index.ts";
import { createArchive } from "../archive.ts";

const database = testDatabase();
const platform = testPlatform(database);

test("memory stays flat while an object of 300 MB comes in", async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  const archive = createArchive(platform, createJournal(platform));
  const viewer = viewerAt([await makeFacility(database.db)]);
  const frameBytes = 512 * 512 * 2;
  const frames = 600;
  const head = ctInstance({
    Rows: 512,
    Columns: 512,
    NumberOfFrames: String(frames),
    PixelData: new Uint8Array(2),
  });
  const header = Buffer.from(head.bytes.subarray(0, head.bytes.length - 2));
  header.writeUInt32LE(frames * frameBytes, header.length - 4);
  const peaks: number[] = [];
  async function* chunks() {
    yield header;
    for (let frame = 0; frame < frames; frame++) {
      yield Buffer.alloc(frameBytes, frame);
      if (frame % 50 === 0) {
        (globalThis as { gc?: () => void }).gc?.();
        peaks.push(process.memoryUsage().rss);
      }
    }
  }
  const before = process.memoryUsage().rss;
  const answer = await archive.ingest(viewer, { chunks: chunks(), door: "c-store" });
  expect(answer).toMatchObject({ outcome: "stored", size: header.length + frames * frameBytes });
  expect((Math.max(...peaks) - before) / 2 ** 20).toBeLessThan(150);
  const stored = await archive.locateById(viewer, answer.imageId, "none");
  expect(stored).toMatchObject({
    numberOfFrames: frames,
    SOPClassUID: SopClasses.CTImageStorage,
    transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian,
  });
  const frame = await archive.readFrame(stored, 599);
  expect([frame.length, frame[0], frame.at(-1)]).toEqual([frameBytes, 598 % 256, 598 % 256]);
});

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { writePart10 } from "@isocenter/dicom";
import { pictureToSecondaryCapture } from "@isocenter/imaging";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { chunked, ctInstance, ctSeries } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import sharp from "sharp";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { prepareJobs, type Viewer } from "../../platform/index.ts";
import { type Archive, createArchive, type StoredInstance, settleStudy } from "../archive/index.ts";
import { createJournal, type Journal } from "../journal/index.ts";
import { registerRenderingJobs } from "./jobs.ts";
import { createRendering } from "./rendering.ts";
import type { Rendering } from "./types.ts";

const database = testDatabase();
const platform = testPlatform(database, { settleSeconds: 60 });
let journal: Journal;
let archive: Archive;
let rendering: Rendering;
let viewer: Viewer;

const root = path.resolve(import.meta.dirname, "../../../..");
const folders = [process.env.ISOCENTER_CORPUS, `${root}/../shared/corpus`, `${root}/../../shared/corpus`];
const corpus = folders.find((folder) => folder && fs.existsSync(path.join(folder, "manifest.json"))) ?? null;

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  journal = createJournal(platform);
  archive = createArchive(platform, journal);
  rendering = await createRendering({ platform, archive });
  registerRenderingJobs({ platform, journal, archive, rendering });
  viewer = viewerAt([await makeFacility(database.db)]);
});
afterAll(() => rendering.close());

async function keep(bytes: Uint8Array): Promise<StoredInstance> {
  const { imageId } = await archive.ingest(viewer, { chunks: chunked(bytes), door: "upload" });
  return archive.locateById(viewer, imageId, "rendered");
}

test("what tells how pixels are shown counts however long it is: the overlay of a large film, a table of all values", async () => {
  const [rows, columns] = [3600, 3600];
  // The header comes to more than a megabyte and a half.
  const overlay = {
    "60000010": { vr: "US", value: [rows] },
    "60000011": { vr: "US", value: [columns] },
    "60000040": { vr: "CS", value: ["G"] },
    "60000050": { vr: "SS", value: [1, 1] },
    "60000100": { vr: "US", value: [1] },
    "60000102": { vr: "US", value: [0] },
    "60003000": { vr: "OW", value: new Uint8Array((rows * columns) / 8).fill(0xff) },
  };
  const descending = new Uint8Array(65_536 * 2);
  const view = new DataView(descending.buffer);
  for (let value = 0; value < 65_536; value++) view.setUint16(2 * value, 65_535 - value, true);
  const ModalityLUTSequence = [
    {
      "00283002": { vr: "US", value: [0, 0, 16] },
      ModalityLUTType: "US",
      LUTData: { vr: "OW", value: descending },
    },
  ];
  const levels = async (instance: StoredInstance, overlays: boolean) => {
    const { bytes } = await rendering.renderInstance(viewer, instance, { format: "png", overlays });
    return [...(await sharp(bytes).toColourspace("b-w").raw().toBuffer())];
  };
  const image = { WindowCenter: "32768", WindowWidth: "65536" };
  const large = await keep(ctInstance({ ...image, ...overlay, ModalityLUTSequence }).bytes);
  expect(large.headerLength).toBeGreaterThan(1.5 * 1024 * 1024);
  // The stored values are low, and the table turns them round.
  expect(Math.min(...(await levels(large, false)))).toBeGreaterThan(250);
  const dark = await keep(ctInstance({ ...image, ...overlay }).bytes);
  expect(Math.max(...(await levels(dark, false)))).toBeLessThan(5);
  expect(Math.min(...(await levels(dark, true)))).toBe(255);
});

/** One file of each way in which pixels are kept: syntaxes, byte orders, single bits, floats, fragments, planes. */
const varied = [
  "ct/cornerstone3D__CTImage.dcm_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm",
  "ct/dicomParser__CT1_UNC.fragmented_bot_jpeg_ls.80.dcm",
  "mr/pydicom-data__emri_small_jpeg_2k_lossless.dcm",
  "mr/pydicom__MR_small_bigendian.dcm",
  "nm/DICOMHTJ2K__NM1_JPH.dcm",
  "op/dcmjs__sample-op.dcm",
  "pmap/pydicom-data__parametric_map_float.dcm",
  "sc/pydicom__SC_rgb_rle_16bit_2frame.dcm",
  "seg/pydicom-data__liver_1frame.dcm",
  "us/pydicom-data__color-pl.dcm",
  "us/pydicom__examples_palette.dcm",
];

test.skipIf(corpus === null)(
  `archived pixels are those of the file, and each has a picture${corpus ? "" : " (skipped: the corpus is not here)"}`,
  async () => {
    const manifest: {
      path: string;
      decodedPixelSha256?: string;
      decodedPixel?: { sha256Interleaved?: string };
    }[] = JSON.parse(fs.readFileSync(path.join(corpus!, "manifest.json"), "utf8")).files;
    for (const name of varied) {
      const entry = manifest.find((candidate) => candidate.path === `files/${name}`);
      if (!entry?.decodedPixelSha256) continue;
      const instance = await keep(fs.readFileSync(path.join(corpus!, entry.path)));
      const hash = createHash("sha256");
      for (let frame = 1; frame <= instance.numberOfFrames; frame++)
        hash.update((await rendering.decodeFrame(viewer, instance, frame)).bytes);
      expect([entry.decodedPixelSha256, entry.decodedPixel?.sha256Interleaved], name).toContain(
        hash.digest("hex"),
      );
      const picture = await rendering.renderInstance(viewer, instance, { format: "png" });
      const { width, height } = await sharp(picture.bytes).metadata();
      expect(width * height, name).toBeGreaterThanOrEqual((instance.rows ?? 0) * (instance.columns ?? 0));
    }
  },
);

test("an uploaded picture is archived, shown, and kept as it came", async () => {
  const jpeg = await sharp({ create: { width: 40, height: 30, channels: 3, background: "#c04020" } })
    .jpeg()
    .toBuffer();
  const made = await pictureToSecondaryCapture(jpeg, {
    StudyInstanceUID: "2.25.77",
    Modality: "OT",
    PatientID: "P-7",
  });
  const { imageId } = await archive.ingest(viewer, {
    chunks: chunked(writePart10(made)),
    door: "upload",
    original: { format: made.format, bytes: jpeg },
  });
  const instance = await archive.locateById(viewer, imageId, "rendered");
  const picture = await rendering.renderInstance(viewer, instance, { format: "png" });
  const { channels } = await sharp(picture.bytes).stats();
  expect(channels.map(({ mean }) => Math.round(mean / 16))).toEqual([12, 4, 2]);
  expect(Buffer.concat(await (await archive.openOriginal(instance)).toArray()).equals(jpeg)).toBe(true);
});

test("a study that settled has its thumbnails made, and they come from the cache", async () => {
  const made = ctSeries(5);
  const kept = await Promise.all(made.map(({ bytes }) => keep(bytes)));
  platform.clock.advance(61_000);
  expect(await settleStudy(platform, journal, kept[0]!.studyId)).toBe(true);
  await journal.drain();
  await platform.jobs.drain();
  const pictures = path.join(platform.config.dataDir, "cache", "pictures");
  const before = fs.readdirSync(pictures, { recursive: true }).length;
  const thumbnail = await rendering.studyThumbnail(viewer, { StudyInstanceUID: made[0]!.StudyInstanceUID });
  expect(thumbnail.contentType).toBe("image/jpeg");
  expect(before).toBeGreaterThan(0);
  expect(fs.readdirSync(pictures, { recursive: true }).length).toBe(before);
  const stranger = viewerAt([await makeFacility(database.db, { name: "Elsewhere" })]);
  const hidden = rendering.studyThumbnail(stranger, { StudyInstanceUID: made[0]!.StudyInstanceUID });
  await expect(hidden).rejects.toMatchObject({ kind: "not-found" });
});

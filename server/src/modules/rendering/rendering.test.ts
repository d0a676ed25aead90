import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Elements } from "@isocenter/test/support/dicom-bytes.ts";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createLog,
  createMetrics,
  manualClock,
  readConfig,
  systemViewer,
  type Viewer,
} from "../../platform/index.ts";
import { createRendering } from "./rendering.ts";
import { greyImage, type HeldInstance, held, memoryArchive } from "./test-archive.ts";
import type { Rendering } from "./types.ts";

let dataDir: string;
let rendering: Rendering;
const clock = manualClock();
const metrics = createMetrics();
const viewer = systemViewer(["facility"]);
const nobody: Viewer = { ...viewer, kind: "user", roles: ["BILLING"] };

async function open(instances: readonly HeldInstance[]) {
  const memory = memoryArchive(instances);
  const platform = {
    config: readConfig({ NODE_ENV: "test", DATA_DIR: dataDir }),
    clock,
    log: createLog({ logLevel: "silent" }),
    metrics,
  };
  rendering = await createRendering({ platform, archive: memory.archive });
  return memory;
}

beforeEach(async () => {
  dataDir = await fs.mkdtemp(path.join(os.tmpdir(), "isocenter-rendering-"));
});
afterEach(async () => {
  await rendering.close();
  await fs.rm(dataDir, { recursive: true, force: true });
});

const image = held(1, greyImage());
const report = held(2, { Modality: ["CS", "SR"] }, { modality: "SR" });
const damaged = held(3, greyImage({ BitsStored: ["US", 99] }));

async function grey(picture: { bytes: Uint8Array }): Promise<number[]> {
  return [...(await sharp(picture.bytes).toColourspace("b-w").raw().toBuffer())];
}

describe("a picture of an instance", () => {
  test("shows the frame that is asked for", async () => {
    const multi = held(1, greyImage({ WindowCenter: ["DS", "1"], WindowWidth: ["DS", "2"] }, 3));
    await open([multi]);
    const first = await rendering.renderInstance(viewer, multi, { format: "png" });
    const third = await rendering.renderInstance(viewer, multi, { format: "png", frame: 3 });
    expect(first.contentType).toBe("image/png");
    // Value 0 of the first frame, 2 of the third.
    expect([(await grey(first))[0], (await grey(third))[0]]).toEqual([0, 255]);
    expect(first.etag).not.toBe(third.etag);
  });

  test("as a GIF shows all frames at the object's pace, or the one that is asked for", async () => {
    const window: Elements = { WindowCenter: ["DS", "1"], WindowWidth: ["DS", "2"] };
    const multi = held(1, greyImage({ ...window, FrameTimeVector: ["DS", "0\\200\\50"] }, 3));
    const long = held(4, greyImage(window, 1001));
    await open([multi, long]);
    const moving = await rendering.renderInstance(viewer, multi, { format: "gif" });
    expect(moving.contentType).toBe("image/gif");
    const { pages, delay, width, pageHeight, loop } = await sharp(moving.bytes, {
      animated: true,
    }).metadata();
    expect({ pages, delay, width, pageHeight, loop }).toEqual({
      pages: 3,
      delay: [200, 50, 50],
      width: 4,
      pageHeight: 4,
      loop: 0,
    });
    const firstOf = async (page: number) =>
      (await sharp(moving.bytes, { page }).toColourspace("b-w").raw().toBuffer())[0];
    expect([await firstOf(0), await firstOf(2)]).toEqual([0, 255]);
    const still = await rendering.renderInstance(viewer, multi, { format: "gif", frame: 3 });
    expect((await sharp(still.bytes).metadata()).pages ?? 1).toBe(1);
    expect((await grey(still))[0]).toBe(255);
    expect(still.etag).not.toBe(moving.etag);
    await expect(rendering.renderInstance(viewer, long, { format: "gif" })).rejects.toMatchObject({
      code: "image.too-many-frames",
    });
  });

  test("is made once for many who ask at once, and then comes from the cache", async () => {
    const { reads } = await open([image]);
    const pictures = await Promise.all(
      Array.from({ length: 5 }, () => rendering.renderInstance(viewer, image, { format: "jpeg" })),
    );
    expect(new Set(pictures.map((picture) => Buffer.from(picture.bytes).toString("hex"))).size).toBe(1);
    await rendering.renderInstance(viewer, image, { format: "jpeg", quality: 90, frame: 1 });
    expect(reads).toEqual({ header: 1, frame: 1 });
  });

  test("outlives a new start, and the header is read once for all frames", async () => {
    const multi = held(1, greyImage({}, 3));
    const { reads } = await open([multi]);
    const before = await rendering.renderInstance(viewer, multi, { format: "png", frame: 2 });
    await rendering.renderInstance(viewer, multi, { format: "png", frame: 3 });
    expect(reads).toEqual({ header: 1, frame: 2 });
    await rendering.close();
    const again = await open([multi]);
    const after = await rendering.renderInstance(viewer, multi, { format: "png", frame: 2 });
    expect(Buffer.compare(after.bytes, before.bytes)).toBe(0);
    expect(again.reads.frame).toBe(0);
  });

  test("has an entity tag that follows the request and the object", async () => {
    await open([image]);
    const tags = [
      rendering.etagOf(image, { format: "jpeg" }),
      rendering.etagOf(image, { format: "png" }),
      rendering.etagOf(image, { format: "jpeg", window: { center: 1, width: 2 } }),
      rendering.etagOf({ ...image, sha256: "other" }, { format: "jpeg" }),
    ];
    expect(new Set(tags).size).toBe(4);
    expect((await rendering.renderInstance(viewer, image, { format: "jpeg" })).etag).toBe(tags[0]);
  });

  test("needs the permission", async () => {
    await open([image]);
    const refused = rendering.renderInstance(nobody, image, { format: "jpeg" });
    await expect(refused).rejects.toMatchObject({ kind: "forbidden" });
  });

  test("is refused with the reason: no pixels, no such frame, options that make no sense", async () => {
    await open([image, report]);
    await expect(rendering.renderInstance(viewer, report, { format: "jpeg" })).rejects.toMatchObject({
      kind: "not-acceptable",
      code: "image.no-pixels",
    });
    await expect(rendering.renderInstance(viewer, image, { format: "jpeg", frame: 2 })).rejects.toMatchObject(
      {
        kind: "not-found",
        code: "frame.not-found",
      },
    );
    await expect(
      rendering.renderInstance(viewer, image, { format: "jpeg", quality: 0 }),
    ).rejects.toMatchObject({
      kind: "invalid",
      code: "image.invalid-options",
    });
    const video = held(4, greyImage());
    const pixels = { ...video.pixels!, encapsulated: true };
    const mpeg = { ...video, pixels, transferSyntaxUID: "1.2.840.10008.1.2.4.102" };
    await expect(rendering.renderInstance(viewer, mpeg, { format: "jpeg" })).rejects.toMatchObject({
      code: "image.not-renderable",
    });
  });

  test("of pixels that lie uncompressed under the name of a compressed syntax is what they are", async () => {
    const misnamed = held(6, greyImage(), { transferSyntaxUID: "1.2.840.10008.1.2.4.70" });
    await open([image, misnamed]);
    const [right, same] = await Promise.all(
      [image, misnamed].map((one) => rendering.renderInstance(viewer, one, { format: "png" })),
    );
    expect(await grey(same!)).toEqual(await grey(right!));
  });

  test("of frames that are not there is refused, and their thumbnail is a tile", async () => {
    const empty = held(5, greyImage({ PixelData: ["OW", []] }), { numberOfFrames: 1 });
    await open([empty]);
    await expect(rendering.renderInstance(viewer, empty, { format: "png" })).rejects.toMatchObject({
      kind: "not-acceptable",
      code: "image.not-renderable",
    });
    expect((await rendering.instanceThumbnail(viewer, empty)).contentType).toBe("image/jpeg");
  });

  test("of a damaged object is not tried again for a while", async () => {
    const { reads } = await open([damaged]);
    const ask = () => rendering.renderInstance(viewer, damaged, { format: "jpeg" });
    await expect(ask()).rejects.toMatchObject({ kind: "not-acceptable", code: "image.not-renderable" });
    await expect(ask()).rejects.toMatchObject({ code: "image.not-renderable" });
    expect(reads.frame).toBe(1);
    clock.advance(6 * 60_000);
    await expect(ask()).rejects.toMatchObject({ code: "image.not-renderable" });
    expect(reads.frame).toBe(2);
  });
});

describe("thumbnails", () => {
  test("fit into their size and are never made larger", async () => {
    await open([image]);
    const small = await rendering.instanceThumbnail(viewer, image);
    expect(await sharp(small.bytes).metadata()).toMatchObject({ format: "jpeg", width: 4, height: 4 });
    const refused = rendering.instanceThumbnail(viewer, image, { size: { width: 5000, height: 10 } });
    await expect(refused).rejects.toMatchObject({ code: "image.invalid-options" });
  });

  test("what is no picture gets a tile with its modality's letters, as does what is damaged", async () => {
    await open([report, damaged]);
    const tile = await rendering.instanceThumbnail(viewer, report, { format: "png" });
    expect(await sharp(tile.bytes).metadata()).toMatchObject({ format: "png", width: 128, height: 128 });
    const other = await rendering.instanceThumbnail(viewer, damaged, { format: "png" });
    expect(other.etag).not.toBe(tile.etag);
    expect(new Set(await grey(tile)).size).toBeGreaterThan(2);
  });

  test("a series shows its middle picture, a study its first series of more than a few", async () => {
    const series = (number: number, count: number, more: Partial<HeldInstance> = {}) =>
      Array.from({ length: count }, (_, i) =>
        held(number * 10 + i, greyImage({ InstanceNumber: ["IS", `${number}${i}`] }), {
          seriesId: `series ${number}`,
          SeriesInstanceUID: `1.2.3.${number}`,
          ...more,
        }),
      );
    const [scout, axial, later] = [series(1, 1), series(2, 5), series(3, 9)];
    const { archive } = await open([...scout, ...axial, ...later, report]);
    const of = (instance: HeldInstance | undefined) =>
      rendering.instanceThumbnail(viewer, instance!).then((picture) => picture.etag);
    const selection = { StudyInstanceUID: "1.2.3" };
    expect((await rendering.studyThumbnail(viewer, selection)).etag).toBe(await of(axial[2]));
    const ofSeries = await rendering.seriesThumbnail(viewer, { ...selection, SeriesInstanceUID: "1.2.3.3" });
    expect(ofSeries.etag).toBe(await of(later[4]));
    expect((await archive.locate(viewer, selection, "none")).length).toBe(16);
    const unknown = rendering.studyThumbnail(viewer, { StudyInstanceUID: "9" });
    await expect(unknown).rejects.toMatchObject({ kind: "not-found", code: "study.not-found" });
  });

  test("a study of a scout and a report shows the scout", async () => {
    const reports = [
      held(5, { Modality: ["CS", "SR"] }, { modality: "SR", seriesId: "a" }),
      held(6, greyImage(), { seriesId: "b" }),
    ];
    await open(reports);
    const shown = await rendering.studyThumbnail(viewer, { StudyInstanceUID: "1.2.3" });
    expect(shown.etag).toBe((await rendering.instanceThumbnail(viewer, reports[1]!)).etag);
  });
});

test("a big-endian object is decoded by its own byte order", async () => {
  const swapped = { ...image, transferSyntaxUID: "1.2.840.10008.1.2.2" };
  await open([swapped]);
  const decoded = await rendering.decodeFrame(viewer, swapped, 1);
  expect(Buffer.from(decoded.bytes).swap16().equals(image.bytes.subarray(image.pixels!.offset))).toBe(true);
});

test("pictures are counted: made, given again, refused", async () => {
  await open([image, damaged]);
  for (const one of [image, image, damaged])
    await rendering.renderInstance(viewer, one, { format: "png" }).catch(() => {});
  const told = await metrics.registry.metrics();
  for (const line of ['{outcome="made"} 1', '{outcome="kept"} 1', '{outcome="refused"} 1'])
    expect(told).toContain(`isocenter_pictures_total${line}\n`);
  expect(told).toContain("isocenter_picture_seconds_count 1\n");
});

test("a decoded frame is its pixels", async () => {
  await open([image]);
  const decoded = await rendering.decodeFrame(viewer, image, 1);
  expect(Buffer.compare(decoded.bytes, image.bytes.subarray(image.pixels!.offset))).toBe(0);
  await expect(rendering.decodeFrame(viewer, report, 1)).rejects.toMatchObject({ code: "image.no-pixels" });
});

import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type App,
  createHttpServer,
  createLog,
  createMetrics,
  manualClock,
  readConfig,
  systemViewer,
} from "../../platform/index.ts";
import { createRendering } from "./rendering.ts";
import { renderingRoutes } from "./routes.ts";
import { greyImage, held, memoryArchive, studyId } from "./test-archive.ts";
import type { Rendering } from "./types.ts";

const image = held(1, greyImage());
const report = held(2, { Modality: ["CS", "SR"] }, { modality: "SR" });
const originalBytes = Buffer.from("the very bytes of a PNG");
const original = { format: "PNG" as const, objectKey: "o", size: originalBytes.length, sha256: "abc" };
const uploaded = held(3, greyImage({ InstanceNumber: ["IS", "3"] }), { original, originalBytes });

let app: App;
let rendering: Rendering;
let dataDir: string;

beforeAll(async () => {
  dataDir = await fs.mkdtemp(path.join(os.tmpdir(), "isocenter-rendering-"));
  const config = readConfig({ NODE_ENV: "test", DATA_DIR: dataDir });
  const log = createLog({ logLevel: "silent" });
  const { archive } = memoryArchive([image, report, uploaded]);
  rendering = await createRendering({
    platform: { config, clock: manualClock(), log, metrics: createMetrics() },
    archive,
  });
  app = await createHttpServer({
    config,
    log,
    metrics: createMetrics(),
    authentication: (server) => {
      server.addHook("onRequest", async (request) => {
        request.viewer = systemViewer(["facility"]);
      });
    },
    api: [renderingRoutes({ rendering, archive })],
    root: [],
  });
});
afterAll(async () => {
  await app.close();
  await rendering.close();
  await fs.rm(dataDir, { recursive: true, force: true });
});

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: "GET", url: `/api/v1${url}`, headers });

describe("GET /images/:id/preview", () => {
  const preview = `/images/${image.id}/preview`;

  test("is a JPEG unless another picture is liked better", async () => {
    const jpeg = await get(preview);
    expect(jpeg.headers).toMatchObject({ "content-type": "image/jpeg", "x-content-type-options": "nosniff" });
    expect(jpeg.headers["cache-control"]).toMatch(/private/);
    expect((await sharp(jpeg.rawPayload).metadata()).format).toBe("jpeg");
    const png = await get(preview, { accept: "image/png" });
    expect((await sharp(png.rawPayload).metadata()).format).toBe("png");
    expect((await get(preview, { accept: "text/html" })).statusCode).toBe(406);
  });

  test("takes size, window, quality and frame", async () => {
    const small = await get(`${preview}?size=2`, { accept: "image/png" });
    expect(await sharp(small.rawPayload).metadata()).toMatchObject({ width: 2, height: 2 });
    const dark = await get(`${preview}?window=10000,2,linear`, { accept: "image/png" });
    expect(new Set(await sharp(dark.rawPayload).toColourspace("b-w").raw().toBuffer())).toEqual(new Set([0]));
    expect((await get(`${preview}?frame=2`)).statusCode).toBe(404);
    for (const wrong of [
      "quality=0",
      "quality=101",
      "size=0",
      "window=1",
      "window=a,b",
      "frame=0",
      "colour=1",
    ])
      expect((await get(`${preview}?${wrong}`)).statusCode, wrong).toBe(400);
    expect((await get(`${preview}?window=1,0`)).json()).toMatchObject({ code: "image.invalid-options" });
  });

  test("answers 304 to who has it", async () => {
    const first = await get(preview);
    const again = await get(preview, { "if-none-match": String(first.headers.etag) });
    expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0]);
  });

  test("of a report is 406 with its reason, of nothing 404", async () => {
    const refused = await get(`/images/${report.id}/preview`);
    expect(refused.statusCode).toBe(406);
    expect(refused.json()).toMatchObject({ code: "image.no-pixels" });
    expect((await get("/images/0198a000-0000-7000-8000-000000000199/preview")).statusCode).toBe(404);
  });
});

describe("GET /images/:id/content", () => {
  const content = `/images/${image.id}/content`;

  test("gives the object's bytes", async () => {
    const whole = await get(content);
    expect(whole.rawPayload.equals(image.bytes)).toBe(true);
    expect(whole.headers).toMatchObject({
      "content-type": "application/dicom",
      "content-length": String(image.size),
      "content-disposition": `attachment; filename="${image.SOPInstanceUID}.dcm"`,
      "accept-ranges": "bytes",
      etag: `"${image.sha256}"`,
      "x-content-type-options": "nosniff",
    });
  });

  test("gives ranges of them", async () => {
    const part = await get(content, { range: "bytes=128-131" });
    expect([part.statusCode, part.payload]).toEqual([206, "DICM"]);
    expect(part.headers["content-range"]).toBe(`bytes 128-131/${image.size}`);
    const behind = await get(content, { range: `bytes=${image.size}-` });
    expect([behind.statusCode, behind.headers["content-range"]]).toEqual([416, `bytes */${image.size}`]);
    const changed = await get(content, { range: "bytes=0-1", "if-range": '"other"' });
    expect([changed.statusCode, changed.rawPayload.length]).toEqual([200, image.size]);
  });

  test("HEAD tells the length without the bytes, and who has them gets 304", async () => {
    const head = await app.inject({ method: "HEAD", url: `/api/v1${content}` });
    expect([head.headers["content-length"], head.rawPayload.length]).toEqual([String(image.size), 0]);
    expect((await get(content, { "if-none-match": `"${image.sha256}"` })).statusCode).toBe(304);
  });

  test("is rendered for who asks for a picture; a link that a browser follows gives the object", async () => {
    const png = await get(content, { accept: "image/png" });
    expect((await sharp(png.rawPayload).metadata()).format).toBe("png");
    const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
    expect((await get(content, { accept: browser })).headers["content-type"]).toBe("application/dicom");
    expect((await get(content, { accept: "video/mp4" })).statusCode).toBe(406);
  });

  test("of an uploaded picture gives the very bytes uploaded, or the DICOM object to who wants that", async () => {
    const url = `/images/${uploaded.id}/content`;
    const picture = await get(url);
    expect(picture.rawPayload.equals(originalBytes)).toBe(true);
    expect(picture.headers).toMatchObject({ "content-type": "image/png", etag: '"abc"' });
    expect((await get(url, { range: "bytes=4-7" })).payload).toBe("very");
    const dicom = await get(url, { accept: "application/dicom" });
    expect(dicom.rawPayload.equals(uploaded.bytes)).toBe(true);
    const jpeg = await get(url, { accept: "image/jpeg" });
    expect((await sharp(jpeg.rawPayload).metadata()).format).toBe("jpeg");
  });
});

test("GET /studies/:id/thumbnail", async () => {
  const thumbnail = await get(`/studies/${studyId}/thumbnail?size=64`);
  expect(thumbnail.headers["content-type"]).toBe("image/jpeg");
  const again = await get(`/studies/${studyId}/thumbnail?size=64`, {
    "if-none-match": String(thumbnail.headers.etag),
  });
  expect(again.statusCode).toBe(304);
  expect((await get(`/studies/${studyId}/thumbnail?size=5000`)).statusCode).toBe(400);
});

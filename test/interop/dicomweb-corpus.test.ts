import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type DicomJson, number, readPart10, Tags, toDicomJson } from "@isocenter/dicom";
import { createArchive } from "@isocenter/server/modules/archive/index.ts";
import { createJournal } from "@isocenter/server/modules/journal/index.ts";
import { createRendering, type Rendering } from "@isocenter/server/modules/rendering/index.ts";
import {
  type App,
  createHttpServer,
  createLog,
  createMetrics,
  prepareJobs,
} from "@isocenter/server/platform/index.ts";
import { dicomwebRoutes } from "@isocenter/server/protocols/dicomweb/index.ts";
import { splitMultipart } from "@isocenter/server/protocols/dicomweb/testing.ts";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { makeFacility, viewerAt } from "../support/archive.ts";
import { type CorpusFile, corpusBytes, corpusFiles, corpusIsHere } from "../support/corpus.ts";
import { testDatabase } from "../support/database.ts";
import { testPlatform } from "../support/platform.ts";

const database = testDatabase();
const platform = testPlatform(database);
/** Files that share a SOP Instance UID and differ go to facilities of their own. */
const facilities: string[] = [];
let app: App;
let rendering: Rendering;
let base = "";

beforeAll(async () => {
  if (!corpusIsHere) return;
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  const archive = createArchive(platform, createJournal(platform));
  rendering = await createRendering({ platform, archive });
  for (let n = 0; n < 24; n += 1) facilities.push(await makeFacility(database.db, { name: `Hospital ${n}` }));
  app = await createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log: createLog({ logLevel: "silent" }),
    metrics: createMetrics(),
    authentication(scope) {
      scope.decorateRequest("viewer");
      scope.addHook("onRequest", async (request) => {
        request.viewer = viewerAt([String(request.headers["x-facility"])]);
      });
    },
    api: [],
    root: [dicomwebRoutes({ config: platform.config, archive, rendering })],
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/dicomweb`;
});
afterAll(async () => {
  await app?.close();
  await rendering?.close();
});

/** How many files with the same SOP Instance UID come before this one. */
const earlier = new Map<string, number>();
const placeOf = new Map<string, string>();
function facilityOf(file: CorpusFile): string {
  const known = placeOf.get(file.path);
  if (known) return known;
  const count = earlier.get(file.SOPInstanceUID) ?? 0;
  earlier.set(file.SOPInstanceUID, count + 1);
  const facility = facilities[count] ?? facilities.at(-1)!;
  placeOf.set(file.path, facility);
  return facility;
}

async function store(file: CorpusFile): Promise<number> {
  const boundary = "corpus";
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    corpusBytes(file),
    Buffer.from(`\r\n--${boundary}--`),
  ]);
  const answer = await fetch(`${base}/studies`, {
    method: "POST",
    headers: {
      "content-type": `multipart/related; type="application/dicom"; boundary=${boundary}`,
      "x-facility": facilityOf(file),
    },
    body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

const get = (file: CorpusFile, path: string, accept = "*/*") =>
  fetch(path.startsWith("http") ? path : base + path, {
    headers: { accept, "x-facility": facilityOf(file) },
  });
const pathOf = (file: CorpusFile) =>
  `/studies/${file.StudyInstanceUID}/series/${file.SeriesInstanceUID}/instances/${file.SOPInstanceUID}`;
const accepted = corpusFiles.filter((file) => file.expect === "accept");

/** The values that came by reference, put back as if they had stood in the text. */
async function withBulkData(file: CorpusFile, json: DicomJson, top = true): Promise<DicomJson> {
  const whole: DicomJson = {};
  for (const [key, element] of Object.entries(json)) {
    const { BulkDataURI, ...rest } = element;
    if (element.vr === "SQ") {
      const items = await Promise.all(
        ((element.Value ?? []) as DicomJson[]).map((item) => withBulkData(file, item, false)),
      );
      whole[key] = items.length > 0 ? { vr: "SQ", Value: items } : { vr: "SQ" };
    } else if (BulkDataURI === undefined || (top && key === "7FE00010")) whole[key] = rest;
    else {
      const answer = await get(file, BulkDataURI, "application/octet-stream, */*;q=0.1");
      expect(answer.status, `${file.path} ${BulkDataURI}`).toBe(200);
      whole[key] = { ...rest, InlineBinary: Buffer.from(await answer.arrayBuffer()).toString("base64") };
    }
  }
  return whole;
}

describe.skipIf(!corpusIsHere)("the corpus over DICOMweb", () => {
  test("files are taken and refused as they should be, and nothing ends in an internal error", async () => {
    const wrong: string[] = [];
    for (const file of corpusFiles) {
      const status = await store(file);
      const fits =
        file.expect === "accept"
          ? status === 200
          : file.expect === "reject"
            ? status === 409
            : status === 200 || status === 409;
      if (!fits) wrong.push(`${file.path} ${status}`);
    }
    expect(wrong).toEqual([]);
  }, 300_000);

  test("what was taken comes back bit for bit", async () => {
    const wrong: string[] = [];
    for (const file of accepted) {
      const answer = await get(file, pathOf(file), "application/dicom; transfer-syntax=*");
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (!bytes.equals(corpusBytes(file))) wrong.push(`${file.path} ${answer.status}`);
      if (
        answer.headers.get("content-type") !== `application/dicom; transfer-syntax=${file.TransferSyntaxUID}`
      )
        wrong.push(`${file.path} ${answer.headers.get("content-type")}`);
    }
    expect(wrong).toEqual([]);
  }, 300_000);

  test("the metadata, with its bulk data, is the data set", async () => {
    const wrong: string[] = [];
    for (const file of accepted) {
      const answer = await get(file, `${pathOf(file)}/metadata`);
      const [json] = (await answer.json()) as DicomJson[];
      const { dataSet } = readPart10(corpusBytes(file));
      const expected = JSON.parse(JSON.stringify(toDicomJson(dataSet))) as DicomJson;
      const actual = await withBulkData(file, json!);
      for (const side of [expected, actual]) delete side["7FE00010"]?.InlineBinary;
      for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)]))
        if (JSON.stringify(expected[key]) !== JSON.stringify(actual[key]))
          wrong.push(
            `${file.path} ${key} ${JSON.stringify(expected[key])?.slice(0, 80)} ${JSON.stringify(actual[key])?.slice(0, 80)}`,
          );
    }
    expect(wrong).toEqual([]);
  }, 300_000);

  test("frames come as they are stored", async () => {
    const wrong: string[] = [];
    for (const file of accepted) {
      const bytes = corpusBytes(file);
      const { pixelData, deflated, dataSet } = readPart10(bytes);
      // Frames of a deflated data set, of big endian words and of single bits are not a run of the file's bytes.
      const plain =
        pixelData?.encapsulated ||
        (!deflated && dataSet.littleEndian && number(dataSet, Tags.BitsAllocated) !== 1);
      if (!pixelData || !plain) continue;
      const answer = await get(
        file,
        `${pathOf(file)}/frames/1`,
        "application/octet-stream; transfer-syntax=*",
      );
      const frame = Buffer.concat(
        (pixelData.frames[0] ?? []).map(({ offset, length }) => bytes.subarray(offset, offset + length)),
      );
      if (!Buffer.from(await answer.arrayBuffer()).equals(frame)) wrong.push(`${file.path} ${answer.status}`);
    }
    expect(wrong).toEqual([]);
  }, 300_000);

  test("decoded frames are those of another decoder, bit for bit", async () => {
    const wrong: string[] = [];
    let equal = 0;
    for (const file of accepted) {
      const expected = file.decodedPixelSha256;
      // The other decoder gives the whole element: frames of single bits without bytes of their own, and bytes after the last frame.
      const whole = Number(file.BitsAllocated) === 1 || (file.decodedPixel?.note ?? "") !== "";
      if (!expected || whole) continue;
      const frames = Array.from({ length: Number(file.NumberOfFrames ?? 1) || 1 }, (_, index) => index + 1);
      const answer = await get(
        file,
        `${pathOf(file)}/frames/${frames.join(",")}`,
        'multipart/related; type="application/octet-stream"',
      );
      const bytes = Buffer.from(await answer.arrayBuffer());
      const parts =
        answer.status === 200 ? splitMultipart(answer.headers.get("content-type") ?? "", bytes) : [];
      const pixels = Buffer.concat(parts.map(({ body }) => body));
      const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");
      if (sha256(pixels) === expected || sha256(Buffer.concat([pixels, Buffer.alloc(1)])) === expected)
        equal += 1;
      else
        wrong.push(
          `${file.path} ${answer.status} ${file.TransferSyntaxUID} ${pixels.length} ${JSON.stringify(file.decodedPixel)}`,
        );
    }
    expect(wrong).toEqual([]);
    expect(equal).toBeGreaterThan(300);
  }, 300_000);

  test("every picture is rendered", async () => {
    const wrong: string[] = [];
    let rendered = 0;
    for (const file of accepted) {
      if (!file.Rows || file.path.startsWith("files/series")) continue;
      const answer = await get(file, `${pathOf(file)}/rendered?viewport=64,64`, "image/png");
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (answer.status === 200 && bytes.toString("latin1", 1, 4) === "PNG") rendered += 1;
      else
        wrong.push(
          `${file.path} ${answer.status} ${file.TransferSyntaxUID} ${bytes.toString("utf8").slice(0, 200)}`,
        );
    }
    expect(wrong).toEqual([]);
    expect(rendered).toBeGreaterThan(100);
  }, 300_000);

  test("every accepted file can be had in explicit little endian", async () => {
    const wrong: string[] = [];
    let converted = 0;
    for (const file of accepted) {
      const answer = await get(file, pathOf(file), "application/dicom");
      const bytes = Buffer.from(await answer.arrayBuffer());
      const { transferSyntaxUID, pixelData } =
        answer.status === 200 ? readPart10(bytes) : { transferSyntaxUID: "", pixelData: null };
      if (transferSyntaxUID !== "1.2.840.10008.1.2.1" || pixelData?.encapsulated)
        wrong.push(`${file.path} ${answer.status}`);
      if (file.TransferSyntaxUID !== transferSyntaxUID) converted += 1;
    }
    expect(wrong).toEqual([]);
    expect(converted).toBeGreaterThan(50);
  }, 300_000);

  test("what the metadata and the bulk data say apart, STOW-RS puts together again", async () => {
    const wrong: string[] = [];
    let compared = 0;
    const facility = await makeFacility(database.db, { name: "Put together" });
    const seen = new Set<string>();
    for (const file of accepted) {
      if (file.path.startsWith("files/series") || seen.has(file.SOPInstanceUID)) continue;
      seen.add(file.SOPInstanceUID);
      const answer = await get(file, `${pathOf(file)}/metadata`);
      const [json] = (await answer.json()) as DicomJson[];
      const parts = await bulkParts(file, json!);
      if (parts === null) continue;
      const stored = await fetch(`${base}/studies`, {
        method: "POST",
        headers: {
          "content-type": 'multipart/related; type="application/dicom+json"; boundary=corpus',
          "x-facility": facility,
        },
        body: Buffer.concat([
          Buffer.from(`--corpus\r\nContent-Type: application/dicom+json\r\n\r\n${JSON.stringify([json])}`),
          ...parts,
          Buffer.from("\r\n--corpus--"),
        ]),
      });
      await stored.arrayBuffer();
      if (stored.status !== 200) {
        wrong.push(`${file.path} ${stored.status} ${stored.headers.get("warning")}`);
        continue;
      }
      const again = await fetch(`${base}${pathOf(file)}`, {
        headers: { accept: "application/dicom; transfer-syntax=*", "x-facility": facility },
      });
      const [ours, theirs] = [Buffer.from(await again.arrayBuffer()), corpusBytes(file)].map((bytes) =>
        readPart10(bytes),
      );
      compared += 1;
      const [a, b] = [ours!, theirs!].map(({ dataSet }) =>
        toDicomJson(dataSet, { omit: (path) => path === "7FE00010" }),
      );
      // Text of a repertoire that the file does not name says now that it is UTF-8.
      for (const side of [a!, b!]) delete side["00080005"];
      for (const key of new Set([...Object.keys(a!), ...Object.keys(b!)]))
        if (JSON.stringify(a![key]) !== JSON.stringify(b![key])) wrong.push(`${file.path} ${key}`);
      if (ours!.pixelData?.frames.length !== theirs!.pixelData?.frames.length)
        wrong.push(`${file.path} frames`);
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(50);
  }, 300_000);
});

/** A part for each value that the metadata refers to; null for what has no frames of its own to be sent as. */
async function bulkParts(file: CorpusFile, json: DicomJson): Promise<Buffer[] | null> {
  const parts: Buffer[] = [];
  for (const [key, { BulkDataURI, Value, vr }] of Object.entries(json)) {
    if (vr === "SQ")
      for (const item of (Value ?? []) as DicomJson[]) {
        const inner = await bulkParts(file, item);
        if (inner === null) return null;
        parts.push(...inner);
      }
    if (BulkDataURI === undefined) continue;
    const answer = await get(
      file,
      BulkDataURI,
      "application/octet-stream; transfer-syntax=*, multipart/related; type=application/octet-stream; transfer-syntax=*; q=0.5",
    );
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get("content-type") ?? "";
    expect(answer.status, `${file.path} ${key}`).toBe(200);
    const frames = type.startsWith("multipart/")
      ? splitMultipart(type, bytes)
      : [{ headers: { "content-type": type }, body: bytes }];
    for (const frame of frames)
      parts.push(
        Buffer.from(
          `\r\n--corpus\r\nContent-Type: ${frame.headers["content-type"]}\r\nContent-Location: ${BulkDataURI}\r\n\r\n`,
        ),
        frame.body,
      );
  }
  return parts;
}

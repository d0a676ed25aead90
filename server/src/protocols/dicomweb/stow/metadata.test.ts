import fs from "node:fs/promises";
import path from "node:path";
import { type DicomJson, readPart10, Tags, TransferSyntaxes, text, toDicomJson } from "@isocenter/dicom";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { ctInstance, instance, type MadeInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createArchive } from "../../../modules/archive/index.ts";
import { createJournal } from "../../../modules/journal/index.ts";
import { type Rendering, syntaxesFor } from "../../../modules/rendering/index.ts";
import { type App, prepareJobs } from "../../../platform/index.ts";
import { dicomwebRoutes } from "../index.ts";
import { nativeXml } from "../native-xml.ts";
import { boundary, testServer } from "../testing.ts";

const database = testDatabase();
const platform = testPlatform(database, { publicUrl: "https://pacs.example", maxUploadBytes: 4_000_000 });
let app: App;

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  const archive = createArchive(platform, createJournal(platform));
  // Only asked in what an instance can be given: as it is kept.
  const rendering = { syntaxesFor } as unknown as Rendering;
  const viewer = viewerAt([await makeFacility(database.db)]);
  app = await testServer(dicomwebRoutes({ config: platform.config, archive, rendering }), viewer);
});
afterAll(() => app.close());

interface Part {
  headers: string;
  body: Uint8Array | string;
}

const headers = {
  "content-type": `multipart/related; type="application/dicom+json"; boundary="${boundary}"`,
};
const json = (instances: unknown): Part => ({
  headers: "Content-Type: application/dicom+json",
  body: JSON.stringify(instances),
});
const bulk = (location: string, type: string, body: Uint8Array | string): Part => ({
  headers: `Content-Type: ${type}\r\nContent-Location: ${location}`,
  body,
});
const bodyOf = (parts: readonly Part[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ headers: lines, body }) => [
      Buffer.from(`--${boundary}\r\n${lines}\r\n\r\n`),
      Buffer.from(body as string),
      Buffer.from("\r\n"),
    ]),
    Buffer.from(`--${boundary}--`),
  ]);
const post = async (
  parts: readonly Part[],
  url = "/dicomweb/studies",
  payload = bodyOf(parts),
  type = headers,
) => {
  const answer = await app.inject({ method: "POST", url, headers: type, payload });
  expect(await fs.readdir(path.join(platform.config.dataDir, "spool")).catch(() => [])).toEqual([]);
  return { status: answer.statusCode, json: answer.json(), warning: String(answer.headers.warning ?? "") };
};

/** The attributes of a made object, what is long by reference. */
const metadataOf = (made: MadeInstance): DicomJson =>
  toDicomJson(readPart10(made.bytes).dataSet, {
    bulkDataUri: (tagPath, element) =>
      element.tag === Tags.PixelData || element.vr === "OB" ? `bulk/${tagPath}` : null,
  });
const pixelsOf = ({ bytes }: MadeInstance): Uint8Array => {
  const { offset, length } = readPart10(bytes).pixelData!;
  return bytes.subarray(offset, offset + length);
};
const stored = async ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: MadeInstance) => {
  const answer = await app.inject({
    url: `/dicomweb/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances/${SOPInstanceUID}`,
    headers: { accept: "application/dicom; transfer-syntax=*" },
  });
  return answer.statusCode === 200 ? readPart10(answer.rawPayload) : null;
};
const colour = {
  Modality: "OT",
  SamplesPerPixel: 3,
  PhotometricInterpretation: "RGB",
  PlanarConfiguration: 0,
  Rows: 2,
  Columns: 2,
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
  PixelRepresentation: 0,
};

test("metadata and bulk data make the object that they came from, values in sequences and names in any script among them", async () => {
  const made = ctInstance({
    PatientName: "Yamada^Tarou=山田^太郎",
    IconImageSequence: [{ ...colour, PixelData: Buffer.alloc(12, 7) }],
    EncapsulatedDocument: Buffer.from("a document"),
  });
  const { status, json: answer } = await post([
    json([metadataOf(made)]),
    bulk("bulk/00880200/0/7FE00010", "application/octet-stream", Buffer.alloc(12, 7)),
    bulk("bulk/00420011", "application/octet-stream", "a document"),
    bulk("bulk/7FE00010", "application/octet-stream", pixelsOf(made)),
  ]);
  expect([status, answer["00081199"].Value[0]["00081155"].Value]).toEqual([200, [made.SOPInstanceUID]]);
  const kept = await stored(made);
  expect(kept?.transferSyntaxUID).toBe(TransferSyntaxes.ExplicitVRLittleEndian);
  expect(toDicomJson(kept!.dataSet)).toEqual(toDicomJson(readPart10(made.bytes).dataSet));
});

test("metadata in XML makes the same object: one part for each instance, beside what is wrong or not XML", async () => {
  const [a, b] = [
    ctInstance({
      PatientName: "Yamada^Tarou=山田^太郎",
      PatientComments: " a <b> & c ",
      IconImageSequence: [{ ...colour, PixelData: Buffer.alloc(12, 7) }],
    }),
    ctInstance(),
  ];
  const xml = (model: string): Part => ({ headers: "Content-Type: application/dicom+xml", body: model });
  const type = { "content-type": headers["content-type"].replace("+json", "+xml") };
  const icon = bulk("bulk/00880200/0/7FE00010", "application/octet-stream", Buffer.alloc(12, 7));
  const pixels = bulk("bulk/7FE00010", "application/octet-stream", pixelsOf(a));
  const parts = [xml(nativeXml(metadataOf(a))), icon, pixels];
  const wrong = xml(nativeXml({ ...metadataOf(b), "7FE00010": { vr: "OW", BulkDataURI: "gone" } }));
  const first = await post([...parts, wrong], undefined, undefined, type);
  expect([first.status, first.json["00081199"].Value[0]["00081155"].Value]).toEqual([
    202,
    [a.SOPInstanceUID],
  ]);
  expect(first.json["00081198"].Value[0]["00081155"].Value).toEqual([b.SOPInstanceUID]);
  expect(toDicomJson((await stored(a))!.dataSet)).toEqual(toDicomJson(readPart10(a.bytes).dataSet));
  const none = await post([...parts, xml("<NativeDicomModel>")], undefined, undefined, type);
  expect([none.status, none.json.code]).toEqual([400, "stow.metadata"]);
  expect(none.json.detail).toContain("unclosed tag: NativeDicomModel");
});

test("several instances come in one request; the one that is wrong fails alone, and what nobody refers to is said", async () => {
  const [a, b] = [ctInstance(), ctInstance()];
  const {
    status,
    json: answer,
    warning,
  } = await post([
    json([{ ...metadataOf(a), "7FE00010": { vr: "OW", BulkDataURI: "a" } }, metadataOf(b)]),
    bulk("a", "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1", pixelsOf(a)),
    bulk("c", "application/octet-stream", "nobody's"),
  ]);
  expect(status).toBe(202);
  expect(answer["00081199"].Value[0]["00081155"].Value).toEqual([a.SOPInstanceUID]);
  expect(answer["00081198"].Value[0]).toMatchObject({
    "00081155": { Value: [b.SOPInstanceUID] },
    "00081197": { Value: [0xc000] },
  });
  expect(warning).toContain("instance 2: The metadata refers to bulk data that did not come");
  expect(warning).toContain("1 parts of bulk data that no instance refers to");
  expect(await stored(b)).toBeNull();
});

test("compressed frames are parts of one place; the type says their transfer syntax", async () => {
  const made = instance({ ...colour, NumberOfFrames: 2, PixelData: Buffer.alloc(24) });
  const frames = [Buffer.from("first frame"), Buffer.from("second frame")];
  const { status } = await post([
    json(metadataOf(made)),
    ...frames.map((frame) => bulk("bulk/7FE00010", "image/jls", frame)),
  ]);
  expect(status).toBe(200);
  const kept = await app.inject({
    url: `/dicomweb/studies/${made.StudyInstanceUID}/series/${made.SeriesInstanceUID}/instances/${made.SOPInstanceUID}/frames/2`,
    headers: { accept: "image/jls" },
  });
  expect(kept.rawPayload.subarray(0, 12).toString()).toBe("second frame");
  const object = await stored(made);
  expect(object?.transferSyntaxUID).toBe(TransferSyntaxes.JPEGLSLossless);
  expect(object?.dataSet.elements.get(Tags.PixelData)?.fragments).toHaveLength(2);
});

test.each([
  [
    "image/jpeg",
    Buffer.from("ffd8ffe000040000ffc0000b080002000201011100ffd9", "hex"),
    "1.2.840.10008.1.2.4.50",
  ],
  ["image/jpeg", Buffer.from("ffd8ffc3000b080002000201011100ffd9", "hex"), "1.2.840.10008.1.2.4.70"],
  ["image/jp2", Buffer.from("jp2 "), "1.2.840.10008.1.2.4.90"],
  ["image/jp2; transfer-syntax=1.2.840.10008.1.2.4.91", Buffer.from("jp2 "), "1.2.840.10008.1.2.4.91"],
  ["video/mp4", Buffer.from("film"), "1.2.840.10008.1.2.4.102"],
  [
    "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.5",
    Buffer.from("rle!"),
    "1.2.840.10008.1.2.5",
  ],
  ["application/octet-stream; transfer-syntax=1.2.840.10008.1.2", Buffer.alloc(12), "1.2.840.10008.1.2.1"],
])("pixels of the type %s are stored as they come", async (type, bytes, transferSyntaxUID) => {
  const made = instance({ ...colour, PixelData: Buffer.alloc(12) });
  expect((await post([json([metadataOf(made)]), bulk("bulk/7FE00010", type, bytes)])).status).toBe(200);
  expect((await stored(made))?.transferSyntaxUID).toBe(transferSyntaxUID);
});

test.each([
  ["image/jpeg", "not a JPEG", 1, "names no transfer syntax"],
  ["image/jls; transfer-syntax=1.2.840.10008.1.2.4.90", "x", 1, "are not in 1.2.840.10008.1.2.4.90"],
  ["image/jls; transfer-syntax=1.2.3", "x", 1, "no known transfer syntax"],
  ["image/tiff", "x", 1, "no known transfer syntax"],
  ["image/jls", "x", 2, "2 parts of compressed pixels came for 1 frames"],
  ["application/octet-stream; transfer-syntax=1.2.840.10008.1.2.2", "x", 1, "little endian alone"],
])("pixels of the type %s (%s, %i parts) are refused: %s", async (type, bytes, count, reason) => {
  const made = instance({ ...colour, PixelData: Buffer.alloc(12) });
  const parts = Array.from({ length: count }, () => bulk("bulk/7FE00010", type, bytes));
  const { status, warning } = await post([json([metadataOf(made)]), ...parts]);
  expect(status).toBe(409);
  expect(warning).toContain(reason);
  expect(await stored(made)).toBeNull();
});

test("file meta information among the attributes says the transfer syntax, and is not kept", async () => {
  const made = instance({ ...colour, PixelData: Buffer.alloc(12) });
  const withMeta = { ...metadataOf(made), "00020010": { vr: "UI", Value: [TransferSyntaxes.RLELossless] } };
  expect(
    (await post([json([withMeta]), bulk("bulk/7FE00010", "application/octet-stream", "rle!")])).status,
  ).toBe(200);
  const kept = await stored(made);
  expect(kept?.transferSyntaxUID).toBe(TransferSyntaxes.RLELossless);
  expect(text(kept!.dataSet, Tags.TransferSyntaxUID)).toBeUndefined();
});

test("absolute places, places relative to each other and Content-ID are found", async () => {
  for (const [uri, lines] of [
    ["https://sender.example/b/1", "Content-Location: https://sender.example/b/1"],
    ["b/../b/1", "Content-Location: b/1"],
    ["cid:pixels@sender", "Content-ID: <pixels@sender>"],
  ] as const) {
    const made = ctInstance();
    const { status } = await post([
      json([{ ...metadataOf(made), "7FE00010": { vr: "OW", BulkDataURI: uri } }]),
      { headers: `Content-Type: application/octet-stream\r\n${lines}`, body: pixelsOf(made) },
    ]);
    expect([uri, status]).toEqual([uri, 200]);
  }
});

test.each([
  [[{ headers: "Content-Type: application/dicom+json", body: "{" }], 400, "stow.metadata"],
  [[bulk("a", "image/jls", "x")], 400, "stow.no-metadata"],
  [[json([{}]), { headers: "Content-Type: image/jls", body: "x" }], 400, "stow.no-location"],
])("a body that is no metadata with bulk data is a 400 (%#)", async (parts, status, code) => {
  const answer = await post(parts);
  expect([answer.status, answer.json.code]).toEqual([status, code]);
});

test("attributes that are no DICOM JSON, and instances without UIDs, are failures of their own", async () => {
  const { status, json: answer } = await post([json([{}, null, 5, { "00080018": { vr: "XX" } }])]);
  expect([status, answer["0008119A"].Value.length]).toEqual([409, 4]);
});

test("a body that breaks off stores nothing and leaves nothing", async () => {
  const made = ctInstance();
  const payload = bodyOf([
    json([metadataOf(made)]),
    bulk("bulk/7FE00010", "application/octet-stream", pixelsOf(made)),
  ]);
  const { status } = await post([], "/dicomweb/studies", payload.subarray(0, payload.length - 300));
  expect(status).toBe(400);
  expect(await stored(made)).toBeNull();
});

test("the study of the path is the only one taken", async () => {
  const made = ctInstance();
  const parts = [json([metadataOf(made)]), bulk("bulk/7FE00010", "application/octet-stream", pixelsOf(made))];
  const wrong = await post(parts, "/dicomweb/studies/1.2.3");
  expect([wrong.status, wrong.json["00081198"].Value[0]["00081197"].Value]).toEqual([409, [0xa900]]);
  expect((await post(parts, `/dicomweb/studies/${made.StudyInstanceUID}`)).status).toBe(200);
});

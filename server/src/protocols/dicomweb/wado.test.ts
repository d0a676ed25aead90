import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import {
  bytes,
  createDeidentifier,
  type DataSetValues,
  dataSetOf,
  readPart10,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  writePart10,
} from "@isocenter/dicom";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Entry, fromBuffer, type ZipFile } from "yauzl";
import type { StoredInstance } from "../../modules/archive/index.ts";
import {
  chooseSyntax,
  createTranscoder,
  type Rendering,
  syntaxesFor,
} from "../../modules/rendering/index.ts";
import { type App, Refusal } from "../../platform/index.ts";
import { nativeXml } from "./native-xml.ts";
import { splitMultipart, testServer } from "./testing.ts";
import { memoryArchive } from "./testing-archive.ts";
import { registerBulkData } from "./wado-bulkdata.ts";
import { registerFrames } from "./wado-frames.ts";
import { registerInstances } from "./wado-instances.ts";
import { registerMetadata } from "./wado-metadata.ts";
import { registerRendered } from "./wado-rendered.ts";
import { registerUri, registerUriAtRoot } from "./wado-uri.ts";

const archive = memoryArchive();
let app: App;
let port = 0;
const rendered: unknown[] = [];

const turnedRound = (bytes: Uint8Array) => ({
  bytes: Buffer.from(bytes).reverse(),
  photometricInterpretation: "RGB",
  planarConfiguration: 0 as const,
});

/** Stands for the rendering: pictures are words, decoded frames are the stored bytes turned round. */
const rendering: Rendering = {
  etagOf: (instance, request) => `"${instance.SOPInstanceUID}-${request.format}-${request.frame ?? 1}"`,
  async renderInstance(_viewer, instance, request) {
    rendered.push(request);
    if (instance.numberOfFrames === 0) throw new Refusal("not-acceptable", "image.no-pixels", "No pixels.");
    return {
      bytes: Buffer.from(`picture ${instance.SOPInstanceUID} ${request.frame ?? 1}`),
      contentType: `image/${request.format}`,
      etag: rendering.etagOf(instance, request),
    };
  },
  instanceThumbnail: async (_viewer, instance, request) => ({
    bytes: Buffer.from(`thumbnail ${instance.SOPInstanceUID} ${request?.frame ?? ""}`),
    contentType: `image/${request?.format}`,
    etag: '"t"',
  }),
  seriesThumbnail: async (_viewer, selection, request) => ({
    bytes: Buffer.from(`series ${selection.SeriesInstanceUID} ${request?.size?.width ?? ""}`),
    contentType: `image/${request?.format}`,
    etag: '"s"',
  }),
  studyThumbnail: async () => {
    throw new Refusal("not-found", "study.not-found", "No.");
  },
  async decodeFrame(_viewer, instance, frame) {
    return turnedRound(await archive.readFrame(instance, frame));
  },
  async encodeFrame(_viewer, instance, frame, transferSyntaxUID) {
    return Buffer.concat([Buffer.from(transferSyntaxUID), await archive.readFrame(instance, frame)]);
  },
  documentType: (instance) => (instance.SOPClassUID === SopClasses.EnhancedSRStorage ? "text/html" : null),
  renderDocument: async (_viewer, instance) => ({
    bytes: Buffer.from(`<p>report ${instance.SOPInstanceUID}</p>`),
    contentType: "text/html; charset=utf-8",
    etag: '"d"',
  }),
  syntaxesFor,
  chooseSyntax,
  ...createTranscoder({
    archive,
    pool: {
      decode: async (_description, bytes) => turnedRound(bytes),
      transcode: async (_description, bytes) => turnedRound(bytes),
    },
  }),
  close: async () => {},
};

function object(number: number, transferSyntaxUID: string, values: DataSetValues): StoredInstance {
  const dataSet = dataSetOf({
    SOPClassUID: SopClasses.SecondaryCaptureImageStorage,
    SOPInstanceUID: `1.2.3.${number}`,
    StudyInstanceUID: "1.2",
    SeriesInstanceUID: number < 10 ? "1.2.3" : "1.2.4",
    PatientName: "Müller^Änne",
    Modality: "OT",
    InstanceNumber: number,
    ...values,
  });
  return archive.add(writePart10({ dataSet, transferSyntaxUID }));
}

const pixels = (frames: number): DataSetValues => ({
  SamplesPerPixel: 1,
  PhotometricInterpretation: "MONOCHROME2",
  NumberOfFrames: frames,
  Rows: 2,
  Columns: 4,
  BitsAllocated: 16,
  BitsStored: 16,
  HighBit: 15,
  PixelRepresentation: 0,
});
const frameBytes = (seed: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, at) => seed * 16 + at);
const { ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, JPEGLSLossless, MPEG4HP41 } =
  TransferSyntaxes;
const document = Buffer.alloc(100_001, "pdf ");

beforeAll(async () => {
  object(1, ExplicitVRLittleEndian, {
    ...pixels(2),
    PixelData: Buffer.concat([frameBytes(0), frameBytes(1)]),
  });
  object(2, ImplicitVRLittleEndian, { ...pixels(1), PixelData: frameBytes(2) });
  object(3, ExplicitVRBigEndian, { ...pixels(1), PixelData: frameBytes(3) });
  const jpegls = {
    ...pixels(2),
    SamplesPerPixel: 3,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PlanarConfiguration: 1,
    PhotometricInterpretation: "YBR_FULL",
  };
  object(4, JPEGLSLossless, { ...jpegls, PixelData: { frames: [frameBytes(4), frameBytes(5)] } });
  object(11, ExplicitVRLittleEndian, {
    SOPClassUID: SopClasses.EncapsulatedPDFStorage,
    MIMETypeOfEncapsulatedDocument: "application/pdf",
    EncapsulatedDocumentLength: document.length,
    EncapsulatedDocument: document,
  });
  object(12, MPEG4HP41, { ...pixels(3), PixelData: { frames: [Buffer.from("moving picture..")] } });
  object(13, ExplicitVRLittleEndian, {
    PixelData: frameBytes(6),
    ...pixels(1),
    IconImageSequence: [{ ...pixels(1), PixelData: Buffer.alloc(2000, 7) }],
  });
  object(14, ExplicitVRLittleEndian, {
    SOPClassUID: SopClasses.EncapsulatedPDFStorage,
    StudyInstanceUID: "1.78",
    SeriesInstanceUID: "1.78.1",
    EncapsulatedDocument: Buffer.from("%PDF"),
  });
  object(15, ExplicitVRLittleEndian, {
    SOPClassUID: SopClasses.EnhancedSRStorage,
    StudyInstanceUID: "1.77",
    SeriesInstanceUID: "1.77.1",
  });
  object(16, JPEGLSLossless, {
    ...jpegls,
    NumberOfFrames: 1,
    StudyInstanceUID: "1.79",
    SeriesInstanceUID: "1.79.1",
    PixelData: { frames: [frameBytes(6)] },
  });
  const config = { publicUrl: "https://pacs.example" };
  app = await testServer(async (root) => {
    await root.register(
      async (scope) => {
        const inner = scope as unknown as App;
        registerInstances(inner, { archive, rendering });
        registerFrames(inner, { archive, rendering });
        registerMetadata(inner, { archive, config });
        registerBulkData(inner, { archive, rendering });
        registerRendered(inner, { archive, rendering });
        const deidentifier = () => createDeidentifier({ options: [], secret: new Uint8Array(32) });
        registerUri(inner, { archive, rendering, instances: { archive, rendering }, deidentifier });
        registerUriAtRoot(inner, { archive, rendering, instances: { archive, rendering }, deidentifier });
      },
      { prefix: "/dicomweb" },
    );
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  port = (app.server.address() as AddressInfo).port;
});
afterAll(() => app.close());

const study = "/dicomweb/studies/1.2";
const instance = (number: number) =>
  `${study}/series/${number < 10 ? "1.2.3" : "1.2.4"}/instances/1.2.3.${number}`;
const get = async (url: string, accept?: string, headers: Record<string, string> = {}) => {
  const answer = await app.inject({
    url,
    headers: { ...(accept === undefined ? {} : { accept }), ...headers },
  });
  const parts = splitMultipart(answer.headers["content-type"] as string, answer.rawPayload);
  return {
    ...answer,
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.rawPayload,
    parts,
    json: () => answer.json(),
  };
};
const stored = async (number: number) => {
  const [found] = await archive.locate(
    null as never,
    { StudyInstanceUID: "1.2", SOPInstanceUID: `1.2.3.${number}` },
    "none",
  );
  const chunks: Buffer[] = [];
  for await (const chunk of await archive.openObject(found as StoredInstance)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

async function unzipped(bytes: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    fromBuffer(bytes, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  const read = async (entry: Entry) => {
    const stream = await new Promise<Readable>((resolve, reject) =>
      zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened as Readable))),
    );
    files.set(entry.fileName, await buffer(stream));
    zip.readEntry();
  };
  await new Promise((resolve, reject) => {
    zip.on("entry", (entry: Entry) => read(entry).catch(reject));
    zip.once("end", resolve).once("error", reject);
    zip.readEntry();
  });
  return files;
}

const anySyntax = 'multipart/related; type="application/dicom"; transfer-syntax=*';
const explicitOnly = 'multipart/related; type="application/dicom"';

test("a study comes as it is stored, each part naming its transfer syntax", async () => {
  for (const accept of [anySyntax, "*/*", undefined]) {
    const { status, headers, parts } = await get(study, accept);
    expect(status).toBe(200);
    expect(headers["content-type"]).toMatch(/^multipart\/related; type="application\/dicom"; boundary=/);
    expect(parts.map((part) => part.headers["content-type"])).toEqual(
      [
        ExplicitVRLittleEndian,
        ImplicitVRLittleEndian,
        ExplicitVRBigEndian,
        JPEGLSLossless,
        ExplicitVRLittleEndian,
        MPEG4HP41,
        ExplicitVRLittleEndian,
      ].map((uid) => `application/dicom; transfer-syntax=${uid}`),
    );
    expect(parts[3]?.body.equals(await stored(4))).toBe(true);
    expect(parts[4]?.headers["content-length"]).toBe(String(parts[4]?.body.length));
  }
  expect(archive.open.most).toBeLessThanOrEqual(4);
  expect(archive.open.now).toBe(0);
});

test("without a transfer syntax everything is explicit little endian; what cannot be is left out with 206", async () => {
  const { status, headers, parts } = await get(study, explicitOnly);
  expect([status, parts.length]).toEqual([206, 6]);
  expect(headers.warning).toContain("1 instances");
  for (const part of parts) {
    const { dataSet, transferSyntaxUID, pixelData } = readPart10(part.body);
    expect(transferSyntaxUID).toBe(ExplicitVRLittleEndian);
    expect(text(dataSet, Tags.PatientName)).toBe("Müller^Änne");
    expect(pixelData?.encapsulated ?? false).toBe(false);
  }
  const pixelsOf = (at: number) => {
    const { pixelData } = readPart10(parts[at]!.body);
    return parts[at]!.body.subarray(pixelData!.offset, pixelData!.offset + pixelData!.length);
  };
  expect(pixelsOf(1).equals(frameBytes(2))).toBe(true);
  expect(pixelsOf(2).equals(Buffer.from(frameBytes(3)))).toBe(true);
  // Decoded frames follow each other; what decoding changed is said.
  expect(
    pixelsOf(3).equals(
      Buffer.concat([Buffer.from(frameBytes(4)).reverse(), Buffer.from(frameBytes(5)).reverse()]),
    ),
  ).toBe(true);
  expect(text(readPart10(parts[3]!.body).dataSet, Tags.PhotometricInterpretation)).toBe("RGB");
});

test("an instance comes in a message or alone, with an entity tag", async () => {
  const single = await get(instance(4), `application/dicom; transfer-syntax=${JPEGLSLossless}`);
  expect([single.status, single.headers["content-type"]]).toEqual([
    200,
    `application/dicom; transfer-syntax=${JPEGLSLossless}`,
  ]);
  expect(single.body.equals(await stored(4))).toBe(true);
  expect(single.headers).toMatchObject({
    "content-length": String(single.body.length),
    "cache-control": "private, no-cache",
    "last-modified": "Mon, 05 Jan 2026 10:00:00 GMT",
  });
  const again = await get(instance(4), "application/dicom; transfer-syntax=*", {
    "if-none-match": String(single.headers.etag),
  });
  expect([again.status, again.body.length]).toEqual([304, 0]);
  const other = await get(instance(4), "application/dicom", { "if-none-match": String(single.headers.etag) });
  expect(other.status).toBe(200);
  expect((await get(`${instance(4)}?accept=application/dicom;transfer-syntax=*`, "text/html")).status).toBe(
    200,
  );
});

test("a study, a series and an instance come as a ZIP archive, as they are stored or as asked", async () => {
  const whole = await get(study, "application/zip");
  expect([whole.status, whole.headers["content-type"], whole.headers["content-disposition"]]).toEqual([
    200,
    "application/zip",
    'attachment; filename="1.2.zip"',
  ]);
  const files = await unzipped(whole.body);
  expect(files.size).toBe(7);
  expect(files.get("1.2/1.2.3/1.2.3.4.dcm")?.equals(await stored(4))).toBe(true);
  expect(files.get("1.2/1.2.4/1.2.3.11.dcm")?.equals(await stored(11))).toBe(true);
  const explicit = await get(
    `${study}/series/1.2.3`,
    `application/zip; transfer-syntax=${ExplicitVRLittleEndian}`,
  );
  const converted = await unzipped(explicit.body);
  expect([...converted.values()].map((bytes) => readPart10(bytes).transferSyntaxUID)).toEqual(
    Array.from({ length: 4 }, () => ExplicitVRLittleEndian),
  );
  expect((await get(instance(4), "application/*")).headers["content-type"]).toMatch(/^application\/dicom;/);
  const one = await get(instance(4), "application/zip");
  expect([...(await unzipped(one.body)).keys()]).toEqual(["1.2/1.2.3/1.2.3.4.dcm"]);
  expect(archive.open.now).toBe(0);
});

test("a series of one instance comes alone where the client takes no message", async () => {
  archive.add(
    writePart10({
      dataSet: dataSetOf({
        SOPClassUID: SopClasses.SecondaryCaptureImageStorage,
        SOPInstanceUID: "1.6.1",
        StudyInstanceUID: "1.6",
        SeriesInstanceUID: "1.6.6",
      }),
      transferSyntaxUID: ExplicitVRLittleEndian,
    }),
  );
  const { status, headers } = await get("/dicomweb/studies/1.6/series/1.6.6", "application/dicom");
  expect([status, headers["content-type"]]).toEqual([
    200,
    `application/dicom; transfer-syntax=${ExplicitVRLittleEndian}`,
  ]);
});

test("metadata comes as XML in the Native DICOM Model, a part for each instance", async () => {
  const xml = 'multipart/related; type="application/dicom+xml"';
  const one = await get(`${instance(13)}/metadata`, xml);
  expect([one.status, one.parts.length, one.parts[0]?.headers["content-type"]]).toEqual([
    200,
    1,
    "application/dicom+xml",
  ]);
  const text = one.parts[0]!.body.toString();
  expect(text).toContain(
    '<DicomAttribute tag="00100010" vr="PN" keyword="PatientName"><PersonName number="1"><Alphabetic><FamilyName>Müller</FamilyName><GivenName>Änne</GivenName></Alphabetic></PersonName></DicomAttribute>',
  );
  expect(text).toMatch(/keyword="IconImageSequence"><Item number="1"><DicomAttribute tag="00280002"/);
  expect(text).toContain(
    '<BulkData uri="https://pacs.example/dicomweb/studies/1.2/series/1.2.4/instances/1.2.3.13/bulkdata/00880200/0/7FE00010"/>',
  );
  expect((await get(`${study}/series/1.2.3/metadata`, xml)).parts).toHaveLength(4);
  expect((await get(`${study}/metadata`, xml)).parts).toHaveLength(7);
  expect(
    nativeXml({
      "00081030": { vr: "LO", Value: ["a<b>&\u0000", null, "c"] },
      "00090010": { vr: "LO", Value: ['M"E'] },
      "00091001": { vr: "OB", InlineBinary: "AA==" },
      "0020000D": { vr: "UI" },
    }),
  ).toContain(
    '<DicomAttribute tag="00081030" vr="LO" keyword="StudyDescription"><Value number="1">a&lt;b&gt;&amp;\ufffd</Value><Value number="3">c</Value></DicomAttribute>' +
      '<DicomAttribute tag="00090010" vr="LO"><Value number="1">M&quot;E</Value></DicomAttribute>' +
      '<DicomAttribute tag="00091001" vr="OB" privateCreator="M&quot;E"><InlineBinary>AA==</InlineBinary></DicomAttribute>' +
      '<DicomAttribute tag="0020000D" vr="UI" keyword="StudyInstanceUID"/>',
  );
});

test.each([
  ["says how long it is", 3, true],
  ["of very many images does not wait until all are known", 1002, false],
])("a message of a study %s", async (_, count, said) => {
  const studyUid = `1.8.${count}`;
  const made = Array.from({ length: count }, (_, n) =>
    archive.add(
      writePart10({
        dataSet: dataSetOf({
          SOPClassUID: SopClasses.SecondaryCaptureImageStorage,
          SOPInstanceUID: `${studyUid}.${n + 1}`,
          StudyInstanceUID: studyUid,
          SeriesInstanceUID: `${studyUid}.0`,
          InstanceNumber: String(n + 1),
        }),
        transferSyntaxUID: ExplicitVRLittleEndian,
      }),
    ),
  );
  const { headers, rawPayload } = await app.inject({
    url: `/dicomweb/studies/${studyUid}`,
    headers: { accept: anySyntax },
  });
  expect(headers["content-length"]).toBe(said ? String(rawPayload.length) : undefined);
  const sizes = rawPayload
    .toString("latin1")
    .matchAll(/\r\nContent-Type: application\/dicom[^\r]*\r\nContent-Length: (\d+)\r\n/g);
  expect(Array.from(sizes, ([, size]) => Number(size))).toEqual(made.map(({ size }) => size));
  await expect.poll(() => archive.open.now).toBe(0);
});

test("HEAD says what GET would, and reads nothing", async () => {
  const large = archive.add(
    writePart10({
      dataSet: dataSetOf({
        SOPClassUID: SopClasses.SecondaryCaptureImageStorage,
        SOPInstanceUID: "1.7.1",
        StudyInstanceUID: "1.7",
        SeriesInstanceUID: "1.7.7",
        ...pixels(1),
        PixelData: Buffer.alloc(4_000_000),
      }),
      transferSyntaxUID: ExplicitVRLittleEndian,
    }),
  );
  const url = "/dicomweb/studies/1.7/series/1.7.7/instances/1.7.1";
  const got = await app.inject({ url: "/dicomweb/studies/1.7", headers: { accept: anySyntax } });
  const messageBytes = got.rawPayload.length - large.size;
  for (const [path, accept, length] of [
    [url, "application/dicom", String(large.size)],
    [url, "application/zip", undefined],
    [url, anySyntax, undefined],
    ["/dicomweb/studies/1.7", anySyntax, String(large.size + messageBytes)],
    [`${url}/bulkdata/7FE00010`, "application/octet-stream", "4000000"],
  ] as const) {
    const { statusCode, headers, rawPayload } = await app.inject({
      method: "HEAD",
      url: path,
      headers: { accept },
    });
    expect([path, statusCode, headers["content-length"], rawPayload.length]).toEqual([path, 200, length, 0]);
    await expect.poll(() => archive.open.now).toBe(0);
  }
});

test.each([
  [study, "application/dicom"],
  [study, "application/zip; transfer-syntax=1.2.3"],
  [study, 'multipart/related; type="application/dicom"; transfer-syntax=1.2.3'],
  [instance(12), explicitOnly],
  [instance(4), "application/x-zip"],
  [`${instance(1)}/metadata`, "application/dicom+xml"],
  [`${instance(1)}/frames/1`, "image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50"],
  [`${instance(1)}/rendered`, "image/jp2"],
])("%s as %s is a 406", async (url, accept) => {
  const { status, json } = await get(url, accept);
  expect([status, json().code]).toEqual([406, "accept.none"]);
});

test.each([
  "/dicomweb/studies/9.9",
  `${study}/series/9.9`,
  `${study}/series/1.2.3/instances/9.9`,
  `${study}/series/9.9/metadata`,
  "/dicomweb/studies/9.9/metadata",
  `${study}/series/1.2.3/instances/9.9/metadata`,
  `${study}/series/1.2.3/instances/9.9/frames/1`,
  `${instance(1)}/frames/3`,
  `${instance(1)}/bulkdata/00420011`,
  `${instance(1)}/bulkdata/nonsense`,
  `${instance(11)}/bulkdata/7FE00010`,
  "/dicomweb/studies/9.9/rendered",
  "/dicomweb/studies/9.9/thumbnail",
])("%s is a 404", async (url) => {
  expect((await get(url)).status).toBe(404);
});

test("frames come as they are stored where the client takes that", async () => {
  for (const accept of [
    'multipart/related; type="application/octet-stream"; transfer-syntax=*',
    "multipart/related; type=application/octet-stream; transfer-syntax=*",
  ]) {
    const { status, parts } = await get(`${instance(4)}/frames/2,1`, accept);
    expect(status).toBe(200);
    expect(parts.map((part) => [part.headers["content-type"], part.body.equals(frameBytes(0))])).toEqual([
      [`application/octet-stream; transfer-syntax=${JPEGLSLossless}`, false],
      [`application/octet-stream; transfer-syntax=${JPEGLSLossless}`, false],
    ]);
    expect(parts.map((part) => part.body[0])).toEqual([80, 64]);
  }
  const named = await get(`${instance(4)}/frames/1`, 'multipart/related; type="image/jls"');
  expect(named.headers["content-type"]).toMatch(/^multipart\/related; type="image\/jls"/);
  expect(named.parts[0]?.headers["content-type"]).toBe(`image/jls; transfer-syntax=${JPEGLSLossless}`);
  const any = await get(`${instance(4)}/frames/1`, "*/*");
  expect(any.parts[0]?.headers["content-type"]).toBe(`image/jls; transfer-syntax=${JPEGLSLossless}`);
  const single = await get(`${instance(4)}/frames/1`, "image/jls");
  expect([single.headers["content-type"], single.body.length]).toEqual([
    `image/jls; transfer-syntax=${JPEGLSLossless}`,
    16,
  ]);
});

test("frames are decoded where the client does not say that it decodes", async () => {
  const { parts } = await get(
    `${instance(4)}/frames/1`,
    'multipart/related; type="application/octet-stream"',
  );
  expect(parts[0]?.headers["content-type"]).toBe(
    `application/octet-stream; transfer-syntax=${ExplicitVRLittleEndian}`,
  );
  expect(parts[0]?.body.equals(Buffer.from(frameBytes(4)).reverse())).toBe(true);
});

test("frames are compressed without loss where the client takes nothing else", async () => {
  const compressed = (uid: string, frame: number) => Buffer.concat([Buffer.from(uid), frameBytes(frame)]);
  const named = await get(`${instance(1)}/frames/2,1`, 'multipart/related; type="image/jls"');
  expect(named.parts.map((part) => part.headers["content-type"])).toEqual(
    Array.from({ length: 2 }, () => `image/jls; transfer-syntax=${JPEGLSLossless}`),
  );
  expect(named.parts.map((part) => part.body)).toEqual([1, 0].map((at) => compressed(JPEGLSLossless, at)));
  const jpeg2000 = TransferSyntaxes.JPEG2000;
  const octets = `multipart/related; type="application/octet-stream"; transfer-syntax=${jpeg2000}`;
  expect((await get(`${instance(1)}/frames/1`, octets)).parts[0]?.body).toEqual(compressed(jpeg2000, 0));
  // A stream without loss is one of the syntax that may have losses as well: it goes as it is kept.
  const near = await get(
    `${instance(4)}/frames/1`,
    `image/jls; transfer-syntax=${TransferSyntaxes.JPEGLSNearLossless}`,
  );
  expect([near.status, near.body.length]).toEqual([200, 16]);
});

test("native frames are explicit little endian, alone as well", async () => {
  const { parts } = await get(
    `${instance(1)}/frames/1,2`,
    'multipart/related; type="application/octet-stream"; transfer-syntax=*',
  );
  expect(parts.map((part) => part.body[0])).toEqual([0, 16]);
  const single = await get(
    `${instance(2)}/frames/1`,
    `application/octet-stream; transfer-syntax=${ExplicitVRLittleEndian}`,
  );
  expect(single.body.equals(frameBytes(2))).toBe(true);
  expect(
    (
      await get(`${instance(2)}/frames/1`, "application/octet-stream", {
        "if-none-match": String(single.headers.etag),
      })
    ).status,
  ).toBe(304);
});

test.each(["0", "1,", "a", "1,,2", "1-2", "-1"])("the frame list %s is a 400", async (list) => {
  expect((await get(`${instance(1)}/frames/${list}`)).status).toBe(400);
});

test("a long list of frames is one parameter", async () => {
  const { status, parts } = await get(
    `${instance(1)}/frames/${Array.from({ length: 600 }, () => "2").join(",")}`,
  );
  expect([status, parts.length]).toEqual([200, 600]);
});

test("series metadata is compressed where it may be, with absolute URIs", async () => {
  const plain = await get(`${study}/series/1.2.3/metadata`, "application/dicom+json");
  const gzip = await get(`${study}/series/1.2.3/metadata`, undefined, {
    "accept-encoding": "gzip, deflate, br",
  });
  expect(gzip.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
  expect(gzip.headers["content-type"]).toBe("application/dicom+json");
  expect(gzip.headers.vary).toBe("Origin, Accept, Accept-Encoding");
  const [first] = plain.json() as Record<string, { vr: string; BulkDataURI: string }>[];
  expect(first?.["7FE00010"]?.BulkDataURI).toBe(`https://pacs.example${instance(1)}/bulkdata/7FE00010`);
  expect(plain.json()).toHaveLength(4);
  expect(
    (await get(`${study}/series/1.2.3/metadata`, undefined, { "if-none-match": String(gzip.headers.etag) }))
      .status,
  ).toBe(304);
  expect(
    (await get(`${study}/series/1.2.3/metadata`, undefined, { "accept-encoding": "gzip;q=0, identity" }))
      .headers["content-encoding"],
  ).toBeUndefined();
});

test("study metadata joins its series; instance metadata is an array of one", async () => {
  const whole = await get(`${study}/metadata`);
  expect((whole.json() as unknown[]).length).toBe(7);
  const gzip = await get(`${study}/metadata`, undefined, { "accept-encoding": "gzip" });
  expect(gunzipSync(gzip.body).equals(whole.body)).toBe(true);
  expect(whole.body.toString()).toContain(
    `"https://pacs.example${instance(13)}/bulkdata/00880200/0/7FE00010"`,
  );
  const one = await get(`${instance(13)}/metadata`);
  expect(one.json()).toEqual([expect.objectContaining({ "00080018": { vr: "UI", Value: ["1.2.3.13"] } })]);
  expect((whole.json() as unknown[]).at(-1)).toEqual((one.json() as unknown[])[0]);
});

test("bulk data is what the metadata's URIs name", async () => {
  const nested = await get(`${instance(13)}/bulkdata/00880200/0/7FE00010`, "application/octet-stream");
  expect(nested.body.equals(Buffer.alloc(2000, 7))).toBe(true);
  const native = await get(`${instance(1)}/bulkdata/7FE00010`, "application/octet-stream");
  expect(native.body.equals(Buffer.concat([frameBytes(0), frameBytes(1)]))).toBe(true);
  const big = await get(`${instance(3)}/bulkdata/7FE00010`, "application/octet-stream");
  expect(big.body.equals(Buffer.from(frameBytes(3)))).toBe(true);
  const compressed = await get(`${instance(4)}/bulkdata/7FE00010`, 'multipart/related; type="image/jls"');
  expect(compressed.parts.map((part) => part.body[0])).toEqual([64, 80]);
  const message = await get(
    `${instance(13)}/bulkdata/00880200/0/7FE00010`,
    'multipart/related; type="application/octet-stream"',
  );
  expect(message.parts[0]?.body.length).toBe(2000);
});

test("a document has its own type, its true length, and ranges", async () => {
  const url = `${instance(11)}/bulkdata/00420011`;
  const whole = await get(`${url}?accept=application/pdf`);
  expect([whole.headers["content-type"], whole.body.equals(document)]).toEqual(["application/pdf", true]);
  const part = await get(url, "application/pdf", { range: "bytes=4-6" });
  expect([part.status, part.body.toString(), part.headers["content-range"]]).toEqual([
    206,
    "pdf",
    "bytes 4-6/100001",
  ]);
  expect((await get(url, "*/*", { range: "bytes=200000-" })).status).toBe(416);
  expect((await get(url, "video/mp4")).status).toBe(406);
});

test("a moving picture is one stream with ranges", async () => {
  const url = `${instance(12)}/bulkdata/7FE00010?accept=video/mp4`;
  expect((await get(url)).body.toString()).toBe("moving picture..");
  const part = await get(url, undefined, { range: "bytes=7-13" });
  expect([part.status, part.body.toString(), part.headers["content-type"]]).toEqual([
    206,
    "picture",
    "video/mp4",
  ]);
});

test("a document that does not say its type is what its class is; frames that cannot be told apart are a 406", async () => {
  const silent = await get("/dicomweb/studies/1.78/series/1.78.1/instances/1.2.3.14/rendered");
  expect([silent.headers["content-type"], silent.body.toString()]).toEqual(["application/pdf", "%PDF"]);
  const frame = await get(`${instance(12)}/frames/2`, "application/octet-stream; transfer-syntax=*");
  expect([frame.status, frame.json().code]).toEqual([406, "frames.not-apart"]);
});

test("rendered pictures by what the client likes, with the parameters of the standard", async () => {
  rendered.length = 0;
  const url = `${instance(1)}/rendered?viewport=100,50,0,0,-4,2&window=40,400,sigmoid&quality=80`;
  const picture = await get(url, "image/webp, image/png;q=0.5");
  expect([picture.status, picture.headers["content-type"]]).toEqual([200, "image/webp"]);
  expect(rendered).toEqual([
    {
      format: "webp",
      size: { width: 100, height: 50, enlarge: true },
      region: { left: 0, top: 0, width: 4, height: 2 },
      flipHorizontal: true,
      window: { center: 40, width: 400, function: "SIGMOID" },
      quality: 80,
    },
  ]);
  expect((await get(`${instance(1)}/rendered`)).headers["content-type"]).toBe("image/jpeg");
  expect((await get(`${instance(1)}/rendered`, "image/gif")).headers["content-type"]).toBe("image/gif");
  expect(rendered.at(-1)).toEqual({ format: "gif" });
  const frames = await get(`${instance(1)}/frames/2/rendered`, "image/jpeg");
  expect(frames.body.toString()).toBe("picture 1.2.3.1 2");
  expect(
    (
      await get(`${instance(1)}/frames/2/rendered`, "image/jpeg", {
        "if-none-match": String(frames.headers.etag),
      })
    ).status,
  ).toBe(304);
  const several = await get(`${instance(1)}/frames/1,2/rendered`, "*/*");
  expect(several.parts.map((part) => part.body.toString())).toEqual([
    "picture 1.2.3.1 1",
    "picture 1.2.3.1 2",
  ]);
});

test("documents and moving pictures are rendered as what they are, with ranges", async () => {
  const pdf = await get(`${instance(11)}/rendered`);
  expect([pdf.status, pdf.headers["content-type"], pdf.body.equals(document)]).toEqual([
    200,
    "application/pdf",
    true,
  ]);
  const part = await get(`${instance(11)}/rendered`, "application/pdf", { range: "bytes=4-7" });
  expect([part.status, part.body.toString(), part.headers["content-range"]]).toEqual([
    206,
    "pdf ",
    `bytes 4-7/${document.length}`,
  ]);
  const video = await get(`${instance(12)}/rendered`, "video/mp4");
  expect([video.status, video.headers["content-type"], video.body.toString()]).toEqual([
    200,
    "video/mp4",
    "moving picture..",
  ]);
  expect((await get(`${instance(12)}/rendered`, "video/*", { range: "bytes=99-" })).status).toBe(416);
  const picture = await get(`${instance(11)}/rendered`, "image/jpeg");
  expect([picture.status, picture.json().detail]).toEqual([406, expect.stringContaining("application/pdf")]);
  expect(String((await get(`${instance(11)}/rendered?quality=50`)).headers.warning)).toContain("quality");
});

test("a range is given only of what the client has the other parts of", async () => {
  const url = `${instance(11)}/bulkdata/00420011`;
  const { headers } = await get(url);
  const range = { range: "bytes=0-2" };
  expect(String(headers.etag)).toMatch(/^"/);
  expect((await get(url, undefined, { ...range, "if-range": String(headers.etag) })).status).toBe(206);
  expect((await get(url, undefined, { ...range, "if-range": '"other"' })).status).toBe(200);
  expect((await get(url, undefined, { range: "bytes=0-2,5-6" })).status).toBe(200);
});

test("a frame and a file that come alone have ranges as well; what comes in a message has none", async () => {
  const bytes = "application/octet-stream; transfer-syntax=*";
  const frame = `${instance(4)}/frames/1`;
  const whole = await get(frame, bytes);
  expect(whole.headers["accept-ranges"]).toBe("bytes");
  const alone = "/dicomweb/studies/1.79/series/1.79.1/instances/1.2.3.16/bulkdata/7FE00010";
  for (const url of [frame, `${instance(4)}/frames/2`, alone]) {
    const all = await get(url, bytes);
    const part = await get(url, bytes, { range: "bytes=2-4" });
    expect([part.status, part.headers["content-range"]]).toEqual([206, `bytes 2-4/${all.body.length}`]);
    expect(part.body.equals(all.body.subarray(2, 5))).toBe(true);
    expect(part.headers["content-type"]).toBe(all.headers["content-type"]);
    const etag = String(all.headers.etag);
    expect((await get(url, bytes, { range: "bytes=2-4", "if-range": etag })).status).toBe(206);
    expect((await get(url, bytes, { range: "bytes=2-4", "if-range": `W/${etag}` })).status).toBe(200);
    const behind = await get(url, bytes, { range: `bytes=${all.body.length}-` });
    expect([behind.status, behind.headers["content-range"], behind.body.length]).toEqual([
      416,
      `bytes */${all.body.length}`,
      0,
    ]);
  }
  // Either form would do: a part can only be had of a frame alone.
  expect((await get(frame, undefined, { range: "bytes=0-1" })).status).toBe(206);
  const message = await get(frame, 'multipart/related; type="application/octet-stream"; transfer-syntax=*', {
    range: "bytes=0-1",
  });
  expect([message.status, message.parts.length]).toEqual([200, 1]);
  const head = await app.inject({
    method: "HEAD",
    url: frame,
    headers: { accept: bytes, range: "bytes=0-1" },
  });
  expect([head.statusCode, head.headers["content-range"]]).toEqual([200, undefined]);
  const file = await get(instance(4), "application/dicom; transfer-syntax=*");
  const last = await get(instance(4), "application/dicom; transfer-syntax=*", { range: "bytes=-16" });
  expect([last.status, last.body.equals(file.body.subarray(-16))]).toEqual([206, true]);
  expect(last.headers.etag).toBe(file.headers.etag);
});

test("a document that claims to be a page is bytes, and runs nothing", async () => {
  archive.add(
    writePart10({
      dataSet: dataSetOf({
        SOPClassUID: SopClasses.EncapsulatedPDFStorage,
        SOPInstanceUID: "1.8.1",
        StudyInstanceUID: "1.8",
        SeriesInstanceUID: "1.8.8",
        MIMETypeOfEncapsulatedDocument: "text/html",
        EncapsulatedDocument: Buffer.from("<script></script>"),
      }),
      transferSyntaxUID: ExplicitVRLittleEndian,
    }),
  );
  const url = "/dicomweb/studies/1.8/series/1.8.8/instances/1.8.1";
  const { headers } = await get(`${url}/bulkdata/00420011`);
  expect(headers).toMatchObject({
    "content-type": "application/octet-stream",
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringContaining("sandbox"),
  });
  expect((await get(`${url}/bulkdata/00420011`, "text/html")).status).toBe(406);
});

const uri = (number: number, query: string) =>
  `/dicomweb/wado?requestType=WADO&studyUID=1.2&seriesUID=${number < 10 ? "1.2.3" : "1.2.4"}&objectUID=1.2.3.${number}${query}`;

test("WADO-URI gives objects, pictures and documents", async () => {
  const whole = await get(uri(4, "&contentType=application/dicom&transferSyntax=*"));
  expect([whole.status, whole.body.equals(await stored(4))]).toEqual([200, true]);
  // Clients that know the address of DICOMweb alone ask there.
  const atRoot = uri(4, "&contentType=application/dicom&transferSyntax=*").replace("/wado?", "?");
  expect((await get(atRoot)).body.equals(whole.body)).toBe(true);
  expect((await get("/dicomweb")).status).toBe(404);
  const explicit = await get(uri(4, "&contentType=application%2Fdicom"));
  expect(readPart10(explicit.body).transferSyntaxUID).toBe(ExplicitVRLittleEndian);
  expect((await get(uri(4, `&transferSyntax=${JPEGLSLossless}`))).body.equals(await stored(4))).toBe(true);
  expect(
    (await get(uri(4, "&transferSyntax=1.2.840.10008.1.2.4.50&contentType=application/dicom"))).status,
  ).toBe(406);
  const anySyntax = await get(uri(1, "&contentType=image/png&transferSyntax=*"));
  expect([anySyntax.status, anySyntax.headers["content-type"]]).toEqual([200, "image/png"]);
  rendered.length = 0;
  const picture = await get(
    uri(1, "&frameNumber=2&rows=10&region=0.5,0,1,0.5&windowCenter=40&windowWidth=400&imageQuality=70"),
  );
  expect([picture.headers["content-type"], picture.body.toString()]).toEqual([
    "image/jpeg",
    "picture 1.2.3.1 2",
  ]);
  expect(rendered).toEqual([
    {
      format: "jpeg",
      frame: 2,
      quality: 70,
      window: { center: 40, width: 400 },
      size: { width: 8192, height: 10, enlarge: true },
      region: { left: 2, top: 0, width: 2, height: 1 },
    },
  ]);
  expect((await get(uri(1, "&contentType=image/png"))).headers["content-type"]).toBe("image/png");
  expect((await get(uri(1, ""), "image/png")).headers["content-type"]).toBe("image/png");
  expect((await get(uri(11, ""))).headers["content-type"]).toBe("application/pdf");
  expect((await get(uri(12, "&contentType=video/mp4"))).headers["content-type"]).toBe("video/mp4");
  archive.add(
    writePart10({
      dataSet: dataSetOf({
        SOPClassUID: SopClasses.SecondaryCaptureImageStorage,
        SOPInstanceUID: "1.9.1",
        StudyInstanceUID: "1.9",
        SeriesInstanceUID: "1.9.9",
      }),
      transferSyntaxUID: ExplicitVRLittleEndian,
    }),
  );
  const plain = await get("/dicomweb/wado?requestType=WADO&studyUID=1.9&seriesUID=1.9.9&objectUID=1.9.1");
  expect([plain.status, plain.headers["content-type"]]).toEqual([
    200,
    `application/dicom; transfer-syntax=${ExplicitVRLittleEndian}`,
  ]);
});

test.each([
  ["requestType=WADX", "requestType"],
  ["requestType=WADO&studyUID=x", "studyUID"],
  ["requestType=WADO&studyUID=1&seriesUID=1", "objectUID"],
  ["requestType=WADO&studyUID=1&seriesUID=1&objectUID=1&colour=red", "colour"],
  ...[
    ["rows", "0"],
    ["columns", "x"],
    ["region", "0,0,0,1"],
    ["region", "0,0,1"],
    ["region", "0,0,1,1.5"],
    ["windowCenter", "40"],
    ["windowWidth", "40"],
    ["frameNumber", "0"],
    ["imageQuality", "101"],
    ["anonymize", "yes"],
    ["annotation", "patient"],
    ["presentationUID", "1.2"],
    ["charset", "latin-1"],
    ["transferSyntax", "explicit"],
  ].map(([name, value]) => [
    `requestType=WADO&studyUID=1&seriesUID=1&objectUID=1&${name}=${value}`,
    name === "windowCenter" ? "windowWidth" : name === "windowWidth" ? "windowCenter" : name,
  ]),
  ["requestType=WADO&studyUID=1&seriesUID=1&objectUID=1&rows=9&contentType=application/dicom", "rows"],
  [
    "requestType=WADO&studyUID=1&seriesUID=1&objectUID=1&transferSyntax=1.2&contentType=image/png",
    "transferSyntax",
  ],
])("WADO-URI %s is a 400 that names %s", async (query, path) => {
  const { status, json } = await get(`/dicomweb/wado?${query}`);
  expect([status, json().errors.map((error: { path: string }) => error.path)]).toEqual([
    400,
    expect.arrayContaining([path]),
  ]);
});

test("WADO-URI gives an object without identity, in the syntax asked for", async () => {
  const answer = await get(uri(1, "&contentType=application/dicom&anonymize=yes&transferSyntax=*"));
  expect(answer.status).toBe(200);
  const before = readPart10(await stored(1));
  const { dataSet, transferSyntaxUID } = readPart10(answer.body);
  expect(transferSyntaxUID).toBe(before.transferSyntaxUID);
  expect(text(dataSet, Tags.PatientIdentityRemoved)).toBe("YES");
  expect(answer.headers["content-disposition"]).toContain(text(dataSet, Tags.SOPInstanceUID)!);
  expect(answer.body.includes(text(before.dataSet, Tags.SOPInstanceUID)!)).toBe(false);
  expect(bytes(dataSet, Tags.PixelData)).toEqual(bytes(before.dataSet, Tags.PixelData));
  const converted = await get(uri(4, "&contentType=application/dicom&anonymize=yes"));
  expect(readPart10(converted.body).transferSyntaxUID).toBe(ExplicitVRLittleEndian);
  const both = await get(uri(1, "&contentType=image/jpeg,application/dicom&anonymize=yes&transferSyntax=*"));
  expect(both.headers["content-type"]).toMatch(/^application\/dicom/);
  expect((await get(uri(1, "&contentType=image/jpeg&anonymize=yes"))).status).toBe(400);
});

test("WADO-URI: what is not there is a 404, and what is no picture a 406", async () => {
  expect(
    (await get("/dicomweb/wado?requestType=WADO&studyUID=1.2&seriesUID=1.2.3&objectUID=9.9")).status,
  ).toBe(404);
  expect((await get(uri(1, "&frameNumber=2&contentType=text/html"))).status).toBe(406);
  expect((await get(uri(11, "&contentType=image/jpeg"))).status).toBe(406);
});

test("a rendered series is one picture for who takes no message, and says that there are more", async () => {
  const one = await get(`${study}/series/1.2.3/rendered`, "image/png");
  expect([one.status, one.headers["content-type"], one.body.toString()]).toEqual([
    200,
    "image/png",
    "picture 1.2.3.2 1",
  ]);
  expect(String(one.headers.warning)).toContain("one of 4 pictures");
  expect((await get(`${study}/series/1.2.3/rendered`)).parts).toHaveLength(4);
});

test("a rendered study has a part for each picture; thumbnails are one", async () => {
  const { parts } = await get(`${study}/rendered`, 'multipart/related; type="image/png"');
  expect(parts.map((part) => part.headers["content-type"])).toEqual(
    Array.from({ length: 6 }, () => "image/png"),
  );
  expect((await get(`${study}/series/1.2.3/thumbnail?viewport=64,64`, "image/png")).body.toString()).toBe(
    "series 1.2.3 64",
  );
  expect((await get(`${instance(1)}/frames/2/thumbnail`)).body.toString()).toBe("thumbnail 1.2.3.1 2");
});

test.each([
  "viewport=0,1",
  "viewport=1",
  "viewport=10,10,0,0,0,0",
  "viewport=10,10,1,1,,",
  "window=40",
  "window=40,0,linear",
  "window=40,400,cubic",
  "quality=0",
  "quality=101",
  "iccprofile=srgb",
  "quality=50&quality=50",
])("rendered?%s is a 400 that names it", async (query) => {
  const { status, json } = await get(`${instance(1)}/rendered?${query}`);
  expect([status, (json() as { errors: { path: string }[] }).errors[0]?.path]).toEqual([
    400,
    query.split("=")[0],
  ]);
});

test("a picture without the annotation that was asked for says so", async () => {
  const { status, headers } = await get(`${instance(1)}/rendered?annotation=patient,x%22y`, "image/jpeg");
  expect([status, String(headers.warning)]).toEqual([
    200,
    expect.stringContaining("annotation values are not supported: patient,x'y"),
  ]);
  expect((await get(`${instance(1)}/rendered?annotation=`, "image/jpeg")).headers.warning).toBeUndefined();
});

test("a report is rendered as a page that runs nothing, by WADO-RS and WADO-URI; as a picture it is a 406", async () => {
  const url = "/dicomweb/studies/1.77/series/1.77.1/instances/1.2.3.15/rendered";
  const page = await app.inject({ url, headers: { accept: "text/html" } });
  expect([page.statusCode, page.headers["content-type"], page.payload]).toEqual([
    200,
    "text/html; charset=utf-8",
    "<p>report 1.2.3.15</p>",
  ]);
  expect(page.headers["content-security-policy"]).toMatch(/default-src 'none'.*sandbox/);
  const again = await app.inject({ url, headers: { accept: "text/html", "if-none-match": '"d"' } });
  expect(again.statusCode).toBe(304);
  expect((await app.inject({ url, headers: { accept: "image/jpeg" } })).statusCode).toBe(406);
  const uri =
    "/dicomweb/wado?requestType=WADO&studyUID=1.77&seriesUID=1.77.1&objectUID=1.2.3.15&contentType=text/html";
  expect((await app.inject({ url: uri })).payload).toBe("<p>report 1.2.3.15</p>");
});

test("parameters that a resource does not have are warned of", async () => {
  expect(String((await get(`${instance(1)}/frames/1?colour=red`)).headers.warning)).toContain("colour");
  const utf8 = `${study}/series/1.2.3/metadata?accept=application/dicom%2Bjson;charset=utf-8&charset=utf-8`;
  expect((await get(utf8)).headers.warning).toBeUndefined();
  expect(String((await get(`${instance(1)}/metadata?charset=latin1`)).headers.warning)).toContain("charset");
});

test("an object that fails half-way breaks the connection", async () => {
  const failing = writePart10({
    dataSet: dataSetOf({
      SOPClassUID: SopClasses.SecondaryCaptureImageStorage,
      SOPInstanceUID: "1.5.1",
      StudyInstanceUID: "1.5",
      SeriesInstanceUID: "1.5.5",
      ...pixels(1),
      PixelData: Buffer.alloc(4_000_000),
    }),
    transferSyntaxUID: ExplicitVRLittleEndian,
  });
  archive.add(failing);
  archive.failAfter(1_000_000);
  const url = `http://127.0.0.1:${port}/dicomweb/studies/1.5`;
  const outcome = await new Promise<string>((resolve) => {
    http.get(url, { headers: { accept: anySyntax } }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve("ended"));
      answer.on("error", () => resolve("broken"));
    });
  });
  expect(outcome).toBe("broken");
  await expect.poll(() => archive.open.now).toBe(0);
});

test("a client that goes away ends the reading", async () => {
  const request = http.get(
    `http://127.0.0.1:${port}/dicomweb/studies/1.5`,
    { headers: { accept: anySyntax } },
    (answer) => {
      answer.once("data", () => request.destroy());
    },
  );
  request.on("error", () => {});
  await new Promise((resolve) => request.once("close", resolve));
  await expect.poll(() => archive.open.now).toBe(0);
});

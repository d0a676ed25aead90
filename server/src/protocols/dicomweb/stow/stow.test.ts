import net from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { IngestAnswer, IngestSource } from "../../../modules/archive/index.ts";
import { type App, Refusal } from "../../../platform/index.ts";
import { boundary, dicomMultipart, multipartBody, testServer } from "../testing.ts";
import { registerStow } from "./stow.ts";

interface Taken {
  content: string;
  source: IngestSource;
}
let taken: Taken[] = [];
let failed: unknown[] = [];
let app: App;
let waiting: Promise<void> | null = null;
const maxUploadBytes = 1_000_000;

const answerFor = (content: string): IngestAnswer => ({
  outcome: content.startsWith("quarantine")
    ? "quarantined"
    : content.startsWith("again")
      ? "already-stored"
      : "stored",
  imageId: "i",
  studyId: "s",
  seriesId: "e",
  patientId: "p",
  facilityId: "f",
  StudyInstanceUID: content.startsWith("other") ? "1.9" : "1.2",
  SeriesInstanceUID: "1.2.3",
  SOPInstanceUID: `1.2.3.${content.replace(/\D/g, "") || "0"}`,
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.7",
  PatientID: "X",
  modality: "OT",
  acquisitionDate: null,
  size: content.length,
  sha256: "",
  quarantineId: null,
});

/** Stands for the archive: what the content begins with says what happens. */
async function ingest(_viewer: unknown, source: IngestSource): Promise<IngestAnswer> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of source.chunks) {
      chunks.push(Buffer.from(chunk));
      if (Buffer.concat(chunks).includes("EARLY"))
        throw new Refusal("unprocessable", "dicom.not-dicom", "This is not a DICOM object.");
    }
  } catch (error) {
    failed.push(error);
    throw error;
  }
  const content = Buffer.concat(chunks).toString("latin1");
  if (content.startsWith("full"))
    throw new Refusal("out-of-space", "store.disk-reserve", "The disk reserve is reached.");
  if (content.startsWith("away"))
    throw new Refusal("unavailable", "store.unavailable", "The folder cannot be used at the moment.");
  if (content.startsWith("big")) throw new Refusal("too-large", "upload.too-large", "Too large.");
  if (content.startsWith("nostudy"))
    throw new Refusal("unprocessable", "dicom.no-study", "Color Palette Storage: of no study.");
  if (content.startsWith("bug")) throw new TypeError("secret");
  if (source.studyInstanceUid && source.studyInstanceUid !== answerFor(content).StudyInstanceUID)
    throw new Refusal("unprocessable", "dicom.study-mismatch", "Another study.");
  if (content.includes("DICM-refused")) throw new Refusal("unprocessable", "dicom.truncated", "Truncated.");
  taken.push({ content, source });
  await waiting;
  return answerFor(content);
}

beforeAll(async () => {
  app = await testServer((scope) =>
    registerStow(scope, {
      archive: { ingest, setAside: () => Promise.reject(new Error("nothing is set aside here")) },
      config: { publicUrl: "https://pacs.example", maxUploadBytes },
    }),
  );
  await app.listen({ port: 0, host: "127.0.0.1" });
});
afterAll(() => app.close());
beforeEach(() => {
  taken = [];
  failed = [];
  waiting = null;
});

const post = (payload: Buffer | string, headers: Record<string, string> = dicomMultipart, url = "/studies") =>
  app.inject({ method: "POST", url, payload, headers });
const sequence = (tag: string, answer: { json(): unknown }) =>
  (
    (answer.json() as Record<string, { Value?: Record<string, { Value?: unknown[] }>[] }>)[tag]?.Value ?? []
  ).map((item) =>
    Object.fromEntries(Object.entries(item).map(([key, element]) => [key, element.Value?.[0]])),
  );
const referenced = (answer: { json(): unknown }) => sequence("00081199", answer);
const failures = (answer: { json(): unknown }) => sequence("00081198", answer);
const otherFailures = (answer: { json(): unknown }) => sequence("0008119A", answer);

test("every part is stored and referenced", async () => {
  const answer = await post(multipartBody(["one 1", "again 2"]));
  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "application/dicom+json"]);
  expect(referenced(answer)).toEqual([
    {
      "00081150": "1.2.840.10008.5.1.4.1.1.7",
      "00081155": "1.2.3.1",
      "00081190": "https://pacs.example/dicomweb/studies/1.2/series/1.2.3/instances/1.2.3.1",
    },
    expect.objectContaining({ "00081155": "1.2.3.2" }),
  ]);
  expect(answer.json()["00081190"]).toEqual({
    vr: "UR",
    Value: ["https://pacs.example/dicomweb/studies/1.2"],
  });
  expect(answer.json()).not.toHaveProperty("00081198");
  expect(taken.map(({ content, source }) => [content, source.door])).toEqual([
    ["one 1", "stow-rs"],
    ["again 2", "stow-rs"],
  ]);
});

test("a part that is refused fails alone, with the UIDs of its file meta information", async () => {
  const meta = Buffer.alloc(200);
  meta.write("DICM", 128);
  // (0002,0000) UL, (0002,0002) UI, (0002,0003) UI in explicit little endian.
  const elements = Buffer.concat([
    Buffer.from([2, 0, 2, 0]),
    Buffer.from("UI\x06\x001.2.3\0", "latin1"),
    Buffer.from([2, 0, 3, 0]),
    Buffer.from("UI\x08\x001.2.3.99", "latin1"),
  ]);
  const length = Buffer.from([2, 0, 0, 0, 0x55, 0x4c, 4, 0, elements.length, 0, 0, 0]);
  const object = Buffer.concat([meta.subarray(0, 132), length, elements, Buffer.from("DICM-refused")]);
  const answer = await post(multipartBody([object, "good 5", "EARLY xxx"]));
  expect(answer.statusCode).toBe(202);
  expect(referenced(answer)).toHaveLength(1);
  expect(failures(answer)).toEqual([{ "00081150": "1.2.3", "00081155": "1.2.3.99", "00081197": 0xc000 }]);
  expect(otherFailures(answer)).toEqual([{ "00081197": 0xc000 }]);
  expect(answer.headers.warning).toEqual([
    '299 isocenter "part 1: Truncated."',
    '299 isocenter "part 3: This is not a DICOM object."',
  ]);
});

test("the same UID with other data is stored in quarantine: no failure, a warning, and no URL of another instance", async () => {
  const answer = await post(multipartBody(["quarantine 7", "one 8"]));
  expect(answer.statusCode).toBe(202);
  expect(failures(answer)).toEqual([]);
  expect(referenced(answer)).toEqual([
    expect.objectContaining({ "00081155": "1.2.3.7", "00081190": undefined }),
    expect.objectContaining({ "00081155": "1.2.3.8", "00081190": expect.stringContaining("1.2.3.8") }),
  ]);
  expect(String(answer.headers.warning)).toMatch(/^299 isocenter "part 1: Stored in quarantine/);
});

test("the study of the path is the only one taken", async () => {
  const answer = await post(multipartBody(["other 1", "one 2"]), dicomMultipart, "/studies/1.2");
  expect(answer.statusCode).toBe(202);
  expect(otherFailures(answer)).toEqual([{ "00081197": 0xa900 }]);
  expect(taken.map(({ source }) => source.studyInstanceUid)).toEqual(["1.2"]);
  expect((await post(multipartBody(["other 1"]), dicomMultipart, "/studies/1.2")).statusCode).toBe(409);
});

test.each([
  ["full", 507, 0xa700],
  ["big", 413, 0xa700],
  ["away", 503, 0xa700],
])("when nothing is stored because of %s, that is the status", async (content, status, reason) => {
  const answer = await post(multipartBody([content, content]));
  expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([
    status,
    status === 503 ? "10" : undefined,
  ]);
  expect(otherFailures(answer).map((item) => item["00081197"])).toEqual([reason, reason]);
  const mixed = await post(multipartBody([content, "one 1"]));
  expect(mixed.statusCode).toBe(202);
});

test("what is of no study is told as a SOP class that is not taken", async () => {
  const answer = await post(multipartBody(["nostudy", "one 1"]));
  expect(otherFailures(answer)).toEqual([{ "00081197": 0x0122 }]);
  expect(String(answer.headers.warning)).toContain("Color Palette Storage");
});

test("a body in gzip is taken as what it holds; a broken one and other encodings are refused", async () => {
  const gzip = { ...dicomMultipart, "content-encoding": "gzip" };
  const whole = gzipSync(multipartBody(["one 1", "one 2"]));
  expect((await post(whole, gzip)).statusCode).toBe(200);
  expect(taken.map(({ content }) => content)).toEqual(["one 1", "one 2"]);
  const broken = await post(multipartBody(["one 3"]), gzip);
  expect([broken.statusCode, broken.json().code]).toEqual([400, "request.encoding"]);
  expect((await post(whole.subarray(0, -12), gzip)).statusCode).not.toBe(200);
  const bomb = await post(gzipSync(multipartBody([Buffer.alloc(maxUploadBytes * 4, "a")])), gzip);
  expect(bomb.statusCode).toBe(413);
  const other = await post(multipartBody(["one 1"]), { ...dicomMultipart, "content-encoding": "br" });
  expect([other.statusCode, other.json().detail]).toEqual([415, expect.stringContaining("gzip")]);
});

test("a bug fails its part without telling details", async () => {
  const answer = await post(multipartBody(["bug", "one 1"]));
  expect(answer.statusCode).toBe(202);
  expect(otherFailures(answer)).toEqual([{ "00081197": 0x0110 }]);
  expect(JSON.stringify(answer.headers) + answer.body).not.toContain("secret");
});

test.each([
  ["application/dicom"],
  [`multipart/related; boundary="${boundary}"`],
  [`multipart/related; type=application/dicom; boundary="${boundary}"`],
  [`Multipart/Related;Type="APPLICATION/DICOM";Boundary="${boundary}"`],
  [`multipart/related; boundary=${boundary}; type=application/dicom`],
])("the content type %s is taken", async (type) => {
  const single = type === "application/dicom";
  const answer = await post(single ? "one 1" : multipartBody(["one 1"]), { "content-type": type });
  expect([answer.statusCode, taken.map(({ content }) => content)]).toEqual([200, ["one 1"]]);
});

test.each([
  ["text/plain", 415, "stow.type"],
  ["application/json", 415, "stow.type"],
  ["nonsense", 415, "ctp-invalid-media-type"],
  [`multipart/related; type="application/xml"; boundary=x`, 415, "stow.type"],
  [`multipart/form-data; boundary=x`, 415, "stow.type"],
  [`multipart/related; type="application/dicom"`, 400, "multipart.no-boundary"],
  [`multipart/related; type="application/dicom"; boundary=${"x".repeat(300)}`, 400, "multipart.no-boundary"],
  [`multipart/related; type="application/dicom"; boundary=other`, 400, "multipart.no-part"],
])("the content type %s is answered with %i", async (type, status, code) => {
  const answer = await post(multipartBody(["one 1"]), { "content-type": type });
  expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  expect(answer.headers["content-type"]).toContain("application/problem+json");
});

test("no content type, a compressed body and an answer that cannot be given are refused before reading", async () => {
  const none = await app.inject({
    method: "POST",
    url: "/studies",
    payload: "x",
    headers: { "content-type": "" },
  });
  expect(none.statusCode).toBe(415);
  const page = await post(multipartBody(["one 1"]), { ...dicomMultipart, accept: "text/html" });
  expect([page.statusCode, taken]).toEqual([406, []]);
});

test("application/json is given where it is asked for", async () => {
  const answer = await post(multipartBody(["one 1"]), { ...dicomMultipart, accept: "application/json" });
  expect(answer.headers["content-type"]).toBe("application/json");
});

test("the answer comes as XML where that is asked for", async () => {
  const answer = await post(multipartBody(["one 1"]), { ...dicomMultipart, accept: "application/dicom+xml" });
  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "application/dicom+xml"]);
  expect(answer.body).toContain(
    '<DicomAttribute tag="00081199" vr="SQ" keyword="ReferencedSOPSequence"><Item number="1">',
  );
});

test("a part of another type or encoding fails alone", async () => {
  const json = await post(multipartBody(["{}"], "Content-Type: application/dicom+json\r\n"));
  expect([json.statusCode, otherFailures(json)]).toEqual([409, [{ "00081197": 0xc000 }]]);
  const base64 = await post(
    multipartBody(["x"], "Content-Type: application/dicom\r\nContent-Transfer-Encoding: base64\r\n"),
  );
  expect(base64.statusCode).toBe(409);
  const plain = await post(multipartBody(["one 1"], "Content-Transfer-Encoding: binary\r\n"));
  expect(plain.statusCode).toBe(200);
});

test("a body that breaks off is a 400; what was stored before is reported", async () => {
  const whole = multipartBody(["one 1", "two 2"]);
  const broken = await post(whole.subarray(0, whole.length - 10));
  expect([broken.statusCode, referenced(broken).length]).toEqual([400, 1]);
  expect(otherFailures(broken)).toContainEqual({ "00081197": 0xc000 });
  expect(taken).toHaveLength(1);
  const first = await post(multipartBody(["one 1"]).subarray(0, 80));
  expect([first.statusCode, first.json().code, taken.length]).toEqual([400, "multipart.truncated", 1]);
  const none = await post(`--${boundary}--`);
  expect([none.statusCode, none.json().code]).toEqual([400, "multipart.no-part"]);
});

test("more bytes than are allowed are a 413, at once where the length is said, else when they have come", async () => {
  const said = await post(Buffer.alloc(maxUploadBytes + 1));
  expect([said.statusCode, said.headers.connection]).toEqual([413, "close"]);
  const { port } = app.server.address() as net.AddressInfo;
  async function* much() {
    yield multipartBody(["one 1"]).subarray(0, -2);
    yield Buffer.from(`\r\n\r\n`);
    for (let n = 0; n < 20; n += 1) yield Buffer.alloc(100_000);
  }
  const streamed = await fetch(`http://127.0.0.1:${port}/studies`, {
    method: "POST",
    headers: dicomMultipart,
    body: much() as never,
    duplex: "half",
  } as RequestInit);
  expect(streamed.status).toBe(413);
});

test("the next part is read while commits are waited for, and no part while too many are", async () => {
  let release = () => {};
  waiting = new Promise((resolve) => {
    release = resolve;
  });
  const answer = post(multipartBody(Array.from({ length: 30 }, (_, n) => `one ${n + 1}`)));
  await expect.poll(() => taken.length).toBe(12);
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toHaveLength(12);
  release();
  expect(referenced(await answer)).toHaveLength(30);
});

test("a client that goes away ends the reading", async () => {
  const { port } = app.server.address() as net.AddressInfo;
  const socket = net.connect(port, "127.0.0.1");
  socket.write(
    `POST /studies HTTP/1.1\r\nHost: x\r\nContent-Type: ${dicomMultipart["content-type"]}\r\nContent-Length: 100000\r\n\r\n`,
  );
  socket.write(multipartBody(["one 1", "two 2"]).subarray(0, -20));
  await expect.poll(() => taken.length).toBe(1);
  socket.destroy();
  await expect.poll(() => failed.length).toBe(1);
});

test("parts come in as a stream: the socket waits while the archive does", async () => {
  const { port } = app.server.address() as net.AddressInfo;
  const socket = net.connect(port, "127.0.0.1");
  const head = `POST /studies HTTP/1.1\r\nHost: x\r\nContent-Type: ${dicomMultipart["content-type"]}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const chunk = (bytes: Buffer) =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
  socket.write(head);
  const body = multipartBody(["one 1"]);
  for (let at = 0; at < body.length; at += 7) socket.write(chunk(body.subarray(at, at + 7)));
  socket.write("0\r\n\r\n");
  const answer = await new Promise<string>((resolve) =>
    socket.once("data", (data) => resolve(data.toString())),
  );
  socket.destroy();
  expect(answer).toMatch(/^HTTP\/1\.1 200/);
  expect(taken.map(({ content }) => content)).toEqual(["one 1"]);
});

import { gunzipSync } from "node:zlib";
import { dataSetOf, SopClasses, TransferSyntaxes, writePart10 } from "@isocenter/dicom";
import { expect, test } from "vitest";
import { nativeXml } from "../native-xml.ts";
import { anySyntax, document, frameBytes, instance, study, testWado } from "./testing.ts";

const { archive, get, inject } = testWado();
const { ExplicitVRLittleEndian } = TransferSyntaxes;

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
  const { headers, rawPayload } = await inject({
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

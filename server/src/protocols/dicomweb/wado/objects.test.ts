import http from "node:http";
import {
  dataSetOf,
  readPart10,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  writePart10,
} from "@isocenter/dicom";
import { unzipped } from "@isocenter/test/support/unzip.ts";
import { expect, test } from "vitest";
import { anySyntax, explicitOnly, frameBytes, instance, pixels, study, testWado } from "./testing.ts";

const { archive, get, stored, inject, address } = testWado();
const { ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, JPEGLSLossless, MPEG4HP41 } =
  TransferSyntaxes;

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
  const got = await inject({ url: "/dicomweb/studies/1.7", headers: { accept: anySyntax } });
  const messageBytes = got.rawPayload.length - large.size;
  for (const [path, accept, length] of [
    [url, "application/dicom", String(large.size)],
    [url, "application/zip", undefined],
    [url, anySyntax, undefined],
    ["/dicomweb/studies/1.7", anySyntax, String(large.size + messageBytes)],
    [`${url}/bulkdata/7FE00010`, "application/octet-stream", "4000000"],
  ] as const) {
    const { statusCode, headers, rawPayload } = await inject({
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
  const url = `${address()}/dicomweb/studies/1.5`;
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
    `${address()}/dicomweb/studies/1.5`,
    { headers: { accept: anySyntax } },
    (answer) => {
      answer.once("data", () => request.destroy());
    },
  );
  request.on("error", () => {});
  await new Promise((resolve) => request.once("close", resolve));
  await expect.poll(() => archive.open.now).toBe(0);
});

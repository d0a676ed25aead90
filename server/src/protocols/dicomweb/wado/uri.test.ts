import {
  bytes,
  dataSetOf,
  readPart10,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  writePart10,
} from "@isocenter/dicom";
import { expect, test } from "vitest";
import { testWado } from "./testing.ts";

const { archive, rendered, get, stored } = testWado();
const { ExplicitVRLittleEndian, JPEGLSLossless } = TransferSyntaxes;

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

/** What goes together with a parameter, and is named where it is left out. */
const beside: Readonly<Record<string, string>> = {
  windowCenter: "windowWidth",
  windowWidth: "windowCenter",
  presentationUID: "presentationSeriesUID",
  presentationSeriesUID: "presentationUID",
};

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
    ["presentationSeriesUID", "1.2"],
    ["charset", "latin-1"],
    ["transferSyntax", "explicit"],
  ].map(([name, value]) => [
    `requestType=WADO&studyUID=1&seriesUID=1&objectUID=1&${name}=${value}`,
    beside[name!] ?? name!,
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

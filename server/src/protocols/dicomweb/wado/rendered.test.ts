import { dataSetOf, SopClasses, TransferSyntaxes, writePart10 } from "@isocenter/dicom";
import { expect, test } from "vitest";
import { document, instance, study, testWado } from "./testing.ts";

const { archive, rendered, get, inject } = testWado();
const { ExplicitVRLittleEndian } = TransferSyntaxes;

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
  const page = await inject({ url, headers: { accept: "text/html" } });
  expect([page.statusCode, page.headers["content-type"], page.payload]).toEqual([
    200,
    "text/html; charset=utf-8",
    "<p>report 1.2.3.15</p>",
  ]);
  expect(page.headers["content-security-policy"]).toMatch(/default-src 'none'.*sandbox/);
  const again = await inject({ url, headers: { accept: "text/html", "if-none-match": '"d"' } });
  expect(again.statusCode).toBe(304);
  expect((await inject({ url, headers: { accept: "image/jpeg" } })).statusCode).toBe(406);
  const uri =
    "/dicomweb/wado?requestType=WADO&studyUID=1.77&seriesUID=1.77.1&objectUID=1.2.3.15&contentType=text/html";
  expect((await inject({ url: uri })).payload).toBe("<p>report 1.2.3.15</p>");
});

test("parameters that a resource does not have are warned of", async () => {
  expect(String((await get(`${instance(1)}/frames/1?colour=red`)).headers.warning)).toContain("colour");
  const utf8 = `${study}/series/1.2.3/metadata?accept=application/dicom%2Bjson;charset=utf-8&charset=utf-8`;
  expect((await get(utf8)).headers.warning).toBeUndefined();
  expect(String((await get(`${instance(1)}/metadata?charset=latin1`)).headers.warning)).toContain("charset");
});

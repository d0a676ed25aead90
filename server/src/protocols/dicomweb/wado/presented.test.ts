import { newUid, SopClasses } from "@isocenter/dicom";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { type Attributes, instance, type MadeInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import sharp from "sharp";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createArchive } from "../../../modules/archive/index.ts";
import { createJournal } from "../../../modules/journal/index.ts";
import { createRendering, type Rendering } from "../../../modules/rendering/index.ts";
import { type App, prepareJobs } from "../../../platform/index.ts";
import { dicomwebRoutes } from "../index.ts";
import { dicomMultipart, multipartBody, testServer } from "../testing.ts";

/*
 * Pictures as presentation states say, over the archive and the imaging threads as they are. The image has two frames of 64 × 64 pixels whose values are those of the
 * columns, 0 to 63, and 100 more in the second frame.
 */
const database = testDatabase();
const platform = testPlatform(database);
let rendering: Rendering;
let here: App;
let there: App;
let both: App;

const StudyInstanceUID = newUid();
const common: Attributes = {
  StudyInstanceUID,
  PatientName: "Curtain^Clara",
  PatientID: "C-1",
  PatientBirthDate: "19700102",
};
const image = instance({
  SOPClassUID: SopClasses.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
  ...common,
  Modality: "OT",
  NumberOfFrames: "2",
  Rows: 64,
  Columns: 64,
  SamplesPerPixel: 1,
  PhotometricInterpretation: "MONOCHROME2",
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
  PixelRepresentation: 0,
  PixelData: Uint8Array.from({ length: 2 * 64 * 64 }, (_, at) => (at % 64) + (at < 64 * 64 ? 0 : 100)),
});

const SeriesInstanceUID = newUid();
/** A state about the second frame: a window, turned by half a turn, a line in white and what more is said. */
function state(more: Attributes = {}, frame = 2, about: MadeInstance = image): MadeInstance {
  return instance({
    SOPClassUID: SopClasses.GrayscaleSoftcopyPresentationStateStorage,
    ...common,
    SeriesInstanceUID,
    Modality: "PR",
    ContentLabel: "SEEN",
    ReferencedSeriesSequence: [
      {
        SeriesInstanceUID: about.SeriesInstanceUID,
        ReferencedImageSequence: [
          {
            ReferencedSOPClassUID: SopClasses.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
            ReferencedSOPInstanceUID: about.SOPInstanceUID,
            ReferencedFrameNumber: String(frame),
          },
        ],
      },
    ],
    SoftcopyVOILUTSequence: [{ WindowCenter: "132", WindowWidth: "64", VOILUTFunction: "LINEAR_EXACT" }],
    ImageRotation: 180,
    ImageHorizontalFlip: "N",
    GraphicLayerSequence: [
      { GraphicLayer: "MARKS", GraphicLayerOrder: "1", GraphicLayerRecommendedDisplayGrayscaleValue: 65_535 },
    ],
    GraphicAnnotationSequence: [
      {
        GraphicLayer: "MARKS",
        GraphicObjectSequence: [
          {
            GraphicAnnotationUnits: "PIXEL",
            GraphicDimensions: 2,
            NumberOfGraphicPoints: 2,
            GraphicData: [4, 10.5, 30, 10.5],
            GraphicType: "POLYLINE",
            GraphicFilled: "N",
          },
        ],
      },
    ],
    ...more,
  });
}
const seen = state();
const masked = state({ MaskSubtractionSequence: [{ MaskOperation: "AVG_SUB", MaskFrameNumbers: 1 }] });
const nowhere = state({}, 1, instance({ ...common, SOPClassUID: SopClasses.CTImageStorage }));
const beyond = state({}, 9);
/** About the image of the first department, and kept in the second alone. */
const onlyThere = state({ ContentLabel: "FOREIGN" });
const blending = state({ SOPClassUID: SopClasses.BlendingSoftcopyPresentationStateStorage });

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  const archive = createArchive(platform, createJournal(platform));
  rendering = await createRendering({ platform, archive });
  const routes = dicomwebRoutes({ config: platform.config, archive, rendering });
  const [one, other] = [await makeFacility(database.db), await makeFacility(database.db)];
  here = await testServer(routes, viewerAt([one]));
  there = await testServer(routes, viewerAt([other]));
  both = await testServer(routes, viewerAt([other, one]));
  const store = async (app: App, objects: readonly MadeInstance[]) => {
    const answer = await app.inject({
      method: "POST",
      url: "/dicomweb/studies",
      headers: dicomMultipart,
      payload: multipartBody(objects.map(({ bytes }) => Buffer.from(bytes).toString("latin1"))),
    });
    expect([answer.statusCode, answer.json()["00081199"].Value.length]).toEqual([200, objects.length]);
  };
  await store(here, [image, seen, masked, nowhere, beyond, blending]);
  await store(there, [onlyThere]);
});
afterAll(async () => {
  for (const app of [here, there, both]) await app.close();
  await rendering.close();
});

const rendered = ({ SOPInstanceUID }: MadeInstance, query = "") =>
  `/dicomweb/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances/${SOPInstanceUID}/rendered${query}`;
const uri = (by: MadeInstance, query = "") =>
  `/dicomweb/wado?requestType=WADO&studyUID=${StudyInstanceUID}&seriesUID=${image.SeriesInstanceUID}&objectUID=${image.SOPInstanceUID}` +
  `&contentType=image/png&presentationSeriesUID=${SeriesInstanceUID}&presentationUID=${by.SOPInstanceUID}${query}`;
const get = (app: App, url: string, headers: Record<string, string> = {}) =>
  app.inject({ url, headers: { accept: "image/png", ...headers } });

async function pixelsOf(bytes: Buffer) {
  const { data, info } = await sharp(bytes).toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => data[(y * info.width + x) * info.channels];
  return { width: info.width, height: info.height, at };
}

test("a state's rendered resource is the first frame that it is about, in its window, turned, with its line", async () => {
  const answer = await get(here, rendered(seen));
  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "image/png"]);
  const { width, height, at } = await pixelsOf(answer.rawPayload);
  // Values 100 to 163 of the second frame, from white to black, because right and left are changed.
  expect([width, height, at(0, 40), at(32, 40), at(63, 40)]).toEqual([64, 64, 251, 124, 0]);
  // Row 10 from above is row 53; columns 4 to 30 are 59 to 33.
  expect([at(45, 53), at(45, 10)]).toEqual([255, 72]);
  const kept = await get(here, rendered(seen), { "if-none-match": String(answer.headers.etag) });
  expect(kept.statusCode).toBe(304);
  const large = await pixelsOf((await get(here, rendered(seen, "?viewport=256,256"))).rawPayload);
  expect(large.width).toBe(256);
  expect(Math.max(large.at(180, 213)!, large.at(180, 214)!)).toBeGreaterThan(150);
  const still = await get(here, rendered(seen), { accept: "image/gif" });
  expect([still.headers["content-type"], (await sharp(still.rawPayload).metadata()).pages ?? 1]).toEqual([
    "image/gif",
    1,
  ]);
  const frame = `/dicomweb/studies/${StudyInstanceUID}/series/${image.SeriesInstanceUID}/instances/${image.SOPInstanceUID}/frames/2/rendered`;
  const bare = await get(here, frame);
  expect(bare.headers.etag).not.toBe(answer.headers.etag);
});

test("WADO-URI shows an image as a state of its study says", async () => {
  const answer = await get(here, uri(seen));
  expect([answer.statusCode, answer.rawPayload.equals((await get(here, rendered(seen))).rawPayload)]).toEqual(
    [200, true],
  );
  expect((await get(here, uri(seen, "&frameNumber=2"))).headers.etag).toBe(answer.headers.etag);
  const sized = await pixelsOf((await get(here, uri(seen, "&rows=32&columns=32"))).rawPayload);
  expect([sized.width, sized.height]).toEqual([32, 32]);
});

test.each([
  ["a frame that the state is not about", () => uri(seen, "&frameNumber=1"), 400, "state.not-about"],
  ["a window beside the state", () => uri(seen, "&windowCenter=1&windowWidth=2"), 400, "wado.invalid"],
  ["a region beside the state", () => uri(seen, "&region=0,0,1,0.5"), 400, "wado.invalid"],
  ["an image in place of a state", () => uri(image), 404, "image.not-found"],
  ["a window of the rendered state", () => rendered(seen, "?window=1,2,linear"), 400, "rendered.invalid"],
  ["a part of the rendered state", () => rendered(seen, "?viewport=9,9,0,0,5,5"), 400, "rendered.invalid"],
  ["a state that subtracts a mask", () => rendered(masked), 406, "state.not-renderable"],
  ["a state of an image that is not here", () => rendered(nowhere), 404, "image.not-found"],
  ["a state of a frame that there is not", () => rendered(beyond), 404, "frame.not-found"],
  ["a state that blends", () => rendered(blending), 406, "image.no-pixels"],
])("%s is refused with its reason", async (_what, url, status, code) => {
  const answer = await get(here, url());
  expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
});

test("another department's state is not there, and a state never lies over another department's image", async () => {
  expect((await get(there, rendered(seen))).statusCode).toBe(404);
  expect((await get(there, uri(seen))).statusCode).toBe(404);
  // It is theirs, the image is not.
  for (const app of [there, both]) {
    const answer = await get(app, rendered(onlyThere));
    expect([answer.statusCode, answer.json().code]).toEqual([404, "image.not-found"]);
  }
  expect((await get(both, uri(onlyThere))).statusCode).toBe(404);
  expect((await get(both, rendered(seen))).statusCode).toBe(200);
  expect((await get(both, uri(seen))).statusCode).toBe(200);
});

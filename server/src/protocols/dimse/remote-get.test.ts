import {
  implementationClassUid,
  readPart10,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
} from "@isocenter/dicom";
import { answerContexts, createDimseServer } from "@isocenter/dimse";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { ctInstance, ctSeries, instance, type MadeInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { type Archive, createArchive } from "../../modules/archive/index.ts";
import { createJournal, type Journal } from "../../modules/journal/index.ts";
import { type App, createHttpServer, newId, type Viewer } from "../../platform/index.ts";
import { dimseRoutes, getContexts } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
let archive: Archive;
let journal: Journal;
let app: App;
let facilityId: string;
let viewer: Viewer;

beforeAll(async () => {
  await platform.objects.check();
  facilityId = await makeFacility(database.db);
  journal = createJournal(platform);
  archive = createArchive(platform, journal);
  app = await createHttpServer({
    config: platform.config,
    log: platform.log,
    metrics: platform.metrics,
    authentication: (scope) => {
      scope.addHook("onRequest", async (request) => {
        request.viewer = viewer;
      });
    },
    root: [],
    api: [dimseRoutes({ platform, journal, archive })],
  });
});
afterAll(() => app.close());
beforeEach(async () => {
  viewer = viewerAt([facilityId], { roles: ["RADIOLOGIST"] });
  await database.db`delete from modality`;
});

/**
 * Another archive that gives these on a C-GET, and takes each presentation context by its first transfer syntax.
 * @param waitsAfter the number of images after which it waits to be cancelled
 */
async function archiveWith(images: readonly MadeInstance[], waitsAfter = Number.POSITIVE_INFINITY) {
  const statuses: number[] = [];
  const waiting = Promise.withResolvers<void>();
  const server = createDimseServer<null>({
    acceptsCalled: () => true,
    decide: (request) => ({
      accept: true,
      contexts: answerContexts(request, ({ transferSyntaxes }) => transferSyntaxes[0]!),
      roles: request.user.roles.map((role) => ({ ...role, scu: false, scp: true })),
      data: null,
    }),
    handlers: {
      async *get({ association, signal }) {
        let [completed, failed] = [0, 0];
        for (const { bytes, SOPInstanceUID, transferSyntaxUID } of images) {
          if (statuses.length === waitsAfter) {
            waiting.resolve();
            if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
            const remaining = images.length - completed - failed;
            return { status: 0xfe00, subOperations: { remaining, completed, failed, warning: 0 } };
          }
          const { dataSet, dataSetOffset } = readPart10(bytes);
          const request = {
            sopClassUid: text(dataSet, Tags.SOPClassUID)!,
            sopInstanceUid: SOPInstanceUID,
            transferSyntax: transferSyntaxUID,
            chunks: [bytes.subarray(dataSetOffset)],
          };
          const { status } = await association.requests.store(request).catch(({ status }) => ({ status }));
          statuses.push(status);
          if (status === 0) completed++;
          else failed++;
          yield { remaining: images.length - completed - failed, completed, failed, warning: 0 };
        }
        const status = failed > 0 ? 0xb000 : 0;
        return { status, subOperations: { completed, failed, warning: 0 } };
      },
    },
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
    maxAssociations: 5,
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close({ graceMs: 0 }));
  const id = newId(platform.clock);
  await database.db`
    insert into modality (id, ae_title, host, port, facility_id, permissions, patient_id_issuer, created_at)
    values (${id}, 'PACS2', '127.0.0.1', ${port}, ${facilityId}, '{}', 'OTHER-HOSPITAL', now())`;
  return { id, statuses, waiting: waiting.promise };
}

const get = async (id: string, payload: object) => {
  const answer = await app.inject({ method: "POST", url: `/api/v1/modalities/${id}/get`, payload });
  return { status: answer.statusCode, body: answer.json() };
};

test("what is fetched is in the archive as sent by the modality, reports and compressed images as well", async () => {
  const plain = ctSeries(2);
  const { StudyInstanceUID } = plain[0]!;
  const images = [
    ...plain,
    ...[
      TransferSyntaxes.JPEGLosslessSV1,
      TransferSyntaxes.JPEG2000Lossless,
      TransferSyntaxes.RLELossless,
    ].map((transferSyntaxUID) =>
      ctInstance({ StudyInstanceUID, PixelData: undefined }, { transferSyntaxUID }),
    ),
    instance({
      SOPClassUID: SopClasses.BasicTextSRStorage,
      StudyInstanceUID,
      Modality: "SR",
      PatientID: "P-1",
      PatientName: "Doe^Jane",
    }),
  ];
  const { id, statuses } = await archiveWith(images);
  const { status, body } = await get(id, { studyInstanceUids: [StudyInstanceUID] });
  expect([status, body]).toEqual([
    200,
    {
      outcome: "DONE",
      completed: 6,
      warnings: 0,
      failed: 0,
      remaining: null,
      destinationAeTitle: platform.config.aeTitle,
    },
  ]);
  expect(statuses).toEqual(images.map(() => 0));
  const rows = await database.db`
    select door, sender, issuer from instance i join series s on s.id = i.series_id join study y on y.id = s.study_id
      join patient_identifier p on p.patient_id = y.patient_id
    where y.study_instance_uid = ${StudyInstanceUID}`;
  expect(rows).toEqual(images.map(() => ({ door: "c-store", sender: "PACS2", issuer: "OTHER-HOSPITAL" })));
  const [fact] =
    await database.db`select actor_id, outcome, data from fact where type = 'modality.retrieved'`;
  expect(fact).toMatchObject({ actor_id: viewer.id, outcome: "success", data: { completed: 6, studies: 1 } });
});

test("an object that is refused is counted, and the others come", async () => {
  const [good] = ctSeries(1);
  const bad = instance({ StudyInstanceUID: undefined, Modality: "CT" });
  const { id, statuses } = await archiveWith([bad, good!]);
  const { body } = await get(id, { studyInstanceUids: [good!.StudyInstanceUID] });
  expect(body).toMatchObject({ outcome: "WITH_FAILURES", completed: 1, failed: 1 });
  expect(statuses).toEqual([0xc000, 0]);
});

test("it is cancelled when whoever asked has gone, and what came before stays", async () => {
  const images = ctSeries(3);
  const { id, statuses, waiting } = await archiveWith(images, 1);
  const gone = new AbortController();
  const [{ StudyInstanceUID }] = images as [MadeInstance];
  const asked = fetch(`${await app.listen({ host: "127.0.0.1", port: 0 })}/api/v1/modalities/${id}/get`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ studyInstanceUids: [StudyInstanceUID] }),
    signal: gone.signal,
  });
  await waiting;
  gone.abort();
  await expect(asked).rejects.toThrow("aborted");
  await expect
    .poll(
      () => database.db`select outcome, data ->> 'completed' as completed from fact
        where type = 'modality.retrieved' and subject_id = ${id}`,
    )
    .toEqual([{ outcome: "failed", completed: "1" }]);
  expect(statuses).toEqual([0]);
  expect(await database.db`select from study where study_instance_uid = ${StudyInstanceUID}`).toHaveLength(1);
});

test("it is asked by who may search elsewhere, and says what is missing before anybody is called", async () => {
  const { id } = await archiveWith([]);
  const codeOf = async (payload: object) => (await get(id, payload)).body.code;
  expect(await codeOf({})).toBe("query.nothing");
  expect(await codeOf({ seriesInstanceUids: ["1.2"] })).toBe("query.no-study");
  expect((await get(id, { studyInstanceUids: ["1.2"], destinationAeTitle: "OTHER" })).status).toBe(400);
  viewer = viewerAt([facilityId], { roles: ["PHYSICIAN"] });
  expect((await get(id, { studyInstanceUids: ["1.2"] })).status).toBe(403);
  viewer = viewerAt([newId(platform.clock)]);
  expect((await get(id, { studyInstanceUids: ["1.2"] })).status).toBe(404);
});

test("there is room for what a hospital has: usual images also compressed, reports, plans, curves, documents", () => {
  const syntaxesOf = (uid: string) =>
    getContexts.filter(({ abstractSyntax }) => abstractSyntax === uid).map((one) => one.transferSyntaxes[0]);
  const { ExplicitVRLittleEndian, JPEGLosslessSV1, JPEG2000Lossless, JPEGLSLossless, JPEGBaseline8Bit } =
    TransferSyntaxes;
  expect(getContexts.length).toBeLessThanOrEqual(127);
  expect(syntaxesOf(SopClasses.CTImageStorage)).toEqual([
    ExplicitVRLittleEndian,
    JPEGLosslessSV1,
    JPEG2000Lossless,
    JPEGLSLossless,
    JPEGBaseline8Bit,
    TransferSyntaxes.RLELossless,
  ]);
  for (const uid of [
    SopClasses.BasicTextSRStorage,
    SopClasses.KeyObjectSelectionDocumentStorage,
    SopClasses.EncapsulatedPDFStorage,
    SopClasses.TwelveLeadECGWaveformStorage,
    SopClasses.RTStructureSetStorage,
    SopClasses.GrayscaleSoftcopyPresentationStateStorage,
    SopClasses.VideoEndoscopicImageStorage,
  ])
    expect(syntaxesOf(uid)).toEqual([ExplicitVRLittleEndian]);
});

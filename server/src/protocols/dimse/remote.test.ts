import {
  dataSetOf,
  implementationClassUid,
  readDataSet,
  SopClasses,
  Tags,
  text,
  writeDataSet,
} from "@isocenter/dicom";
import { answerContexts, createDimseServer, type Handlers, StatusError } from "@isocenter/dimse";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import type { Archive } from "../../modules/archive/index.ts";
import { createJournal, type Journal } from "../../modules/journal/index.ts";
import { type App, createHttpServer, newId, type Viewer } from "../../platform/index.ts";
import { dimseRoutes } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
let journal: Journal;
let app: App;
let facilityId: string;
let viewer: Viewer;

beforeAll(async () => {
  facilityId = await makeFacility(database.db);
  journal = createJournal(platform);
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
    api: [dimseRoutes({ platform, journal, archive: {} as Archive })],
  });
});
afterAll(() => app.close());
beforeEach(async () => {
  viewer = viewerAt([facilityId]);
  await database.db`delete from modality`;
});

/** A modality with these handlers, and its id. */
async function modality(handlers: Handlers<null>): Promise<string> {
  const server = createDimseServer<null>({
    acceptsCalled: () => true,
    decide: (request) => ({
      accept: true,
      contexts: answerContexts(request, ({ abstractSyntax, transferSyntaxes }) =>
        handlers.find === undefined &&
        abstractSyntax === SopClasses.StudyRootQueryRetrieveInformationModelFind
          ? { refused: 3 }
          : transferSyntaxes[0]!,
      ),
      data: null,
    }),
    handlers,
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
    maxAssociations: 5,
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close({ graceMs: 0 }));
  return register(port);
}
async function register(port: number): Promise<string> {
  const id = newId(platform.clock);
  await database.db`insert into modality (id, ae_title, host, port, facility_id, permissions, created_at)
    values (${id}, 'PACS2', '127.0.0.1', ${port}, ${facilityId}, '{}', now())`;
  return id;
}
const call = async (url: string, payload: object) => {
  const answer = await app.inject({ method: "POST", url: `/api/v1/modalities/${url}`, payload });
  return { status: answer.statusCode, body: answer.json() };
};

const match = (StudyInstanceUID: string, syntax: string) =>
  writeDataSet(
    dataSetOf({ QueryRetrieveLevel: "STUDY", PatientName: "Müller^Jürgen", StudyInstanceUID }),
    syntax,
  );

test("a search is asked with the keys given and the usual ones, and its matches are DICOM JSON", async () => {
  const asked: (string | undefined)[] = [];
  const id = await modality({
    async *find({ presentationContext }, bytes) {
      const set = readDataSet(bytes, presentationContext.transferSyntax);
      asked.push(text(set, Tags.QueryRetrieveLevel), text(set, Tags.PatientName), text(set, Tags.StudyDate));
      expect([...set.elements.keys()]).toContain(Tags.ModalitiesInStudy);
      yield { status: 0xff00, identifier: match("1.2.3", presentationContext.transferSyntax) };
    },
  });
  const { status, body } = await call(`${id}/find`, {
    level: "study",
    keys: { PatientName: "MÜLL*", StudyDate: "20260101-" },
  });
  expect(status).toBe(200);
  expect(asked).toEqual(["STUDY", "MÜLL*", "20260101-"]);
  expect(body).toMatchObject({
    complete: true,
    data: [{ "0020000D": { Value: ["1.2.3"] }, "00100010": { Value: [{ Alphabetic: "Müller^Jürgen" }] } }],
  });
  await journal.drain();
  const accesses = await database.db`select action, actor_id from access where action = 'modality.searched'`;
  expect(accesses).toEqual([{ action: "modality.searched", actor_id: viewer.id }]);
});

test("it ends at the limit, and the modality is told; and after the time", async () => {
  const cancelled = Promise.withResolvers<void>();
  const id = await modality({
    async *find({ presentationContext, signal }) {
      signal.addEventListener("abort", () => cancelled.resolve());
      for (let n = 1; !signal.aborted; n++) {
        yield { status: 0xff00 as const, identifier: match(`1.2.${n}`, presentationContext.transferSyntax) };
        if (n > 5) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      }
    },
  });
  const { body } = await call(`${id}/find`, { level: "STUDY", limit: 3 });
  await cancelled.promise;
  expect([body.data.length, body.complete]).toEqual([3, false]);
  const late = await call(`${id}/find`, { level: "STUDY", timeoutSeconds: 1 });
  expect([late.body.data.length, late.body.complete]).toEqual([6, false]);
});

test("what the modality refuses, does not offer, or does not answer is told as such", async () => {
  const refusing = await modality({
    // biome-ignore lint/correctness/useYield: it refuses before the first match
    async *find() {
      throw new StatusError(0xa700, "too busy");
    },
  });
  const said = async (id: string, path = "find", payload: object = { level: "STUDY" }) => {
    const { status, body } = await call(`${id}/${path}`, payload);
    return [status, body.code, body.detail];
  };
  expect(await said(refusing)).toEqual([
    422,
    "modality.refused",
    "PACS2 answered with status A700H: too busy.",
  ]);
  await database.db`delete from modality`;
  expect((await said(await modality({})))[1]).toBe("modality.not-offered");
  await database.db`delete from modality`;
  const away = await register(1);
  expect(await said(away)).toEqual([
    503,
    "modality.unreachable",
    "PACS2: Nothing answers at its host and port.",
  ]);
  expect((await said(away, "find", { level: "WORLD" }))[0]).toBe(400);
  expect((await said(away, "move", {}))[1]).toBe("query.nothing");
  expect((await said(away, "move", { seriesInstanceUids: ["1.2"] }))[1]).toBe("query.no-study");
  expect((await said(away, "move", { studyInstanceUids: ["1.2"], destinationAeTitle: "A\\B" }))[0]).toBe(400);
  viewer = viewerAt([facilityId], { roles: ["PHYSICIAN"] });
  expect((await said(away))[0]).toBe(403);
  viewer = viewerAt([newId(platform.clock)]);
  expect((await said(away))[0]).toBe(404);
});

test("an unknown key is named; nobody is called", async () => {
  const id = await register(1);
  const { status, body } = await call(`${id}/find`, { level: "STUDY", keys: { NoSuchAttribute: "x" } });
  expect([status, body.code]).toEqual([400, "query.invalid-key"]);
});

test("a retrieval tells how it ended, and is a fact", async () => {
  let to: string[] = [];
  const id = await modality({
    async *move({ command, presentationContext }, bytes) {
      const set = readDataSet(bytes, presentationContext.transferSyntax);
      to = [command.moveDestination, text(set, Tags.QueryRetrieveLevel)!, text(set, Tags.StudyInstanceUID)!];
      yield { remaining: 2, completed: 1, failed: 0, warning: 0 };
      return { status: 0xb000, subOperations: { completed: 2, failed: 1, warning: 0 } };
    },
  });
  const { status, body } = await call(`${id}/move`, { studyInstanceUids: ["1.2.3"] });
  expect([status, body]).toEqual([
    200,
    {
      outcome: "WITH_FAILURES",
      completed: 2,
      warnings: 0,
      failed: 1,
      remaining: null,
      destinationAeTitle: platform.config.aeTitle,
    },
  ]);
  expect(to).toEqual([platform.config.aeTitle, "STUDY", "1.2.3"]);
  const [fact] = await database.db`select outcome, data from fact where type = 'modality.retrieved'`;
  expect(fact).toMatchObject({ outcome: "failed", data: { completed: 2, failed: 1, studies: 1 } });
});

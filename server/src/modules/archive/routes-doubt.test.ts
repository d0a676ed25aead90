import { viewerAt } from "@isocenter/test/support/archive.ts";
import { decisionsArchive } from "@isocenter/test/support/decisions.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type App, createHttpServer, createLog, createMetrics, type Viewer } from "../../platform/index.ts";
import { archiveRoutes, doubtRoutes } from "./routes.ts";

const at = decisionsArchive();
let app: App;
let viewer: Viewer;

beforeAll(async () => {
  const { platform, archive, journal } = at;
  app = await createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log: createLog({ logLevel: "silent" }),
    metrics: createMetrics(),
    authentication(scope) {
      scope.decorateRequest("viewer");
      scope.addHook("onRequest", async (request) => {
        if (!request.routeOptions.config.public) request.viewer = viewer;
      });
    },
    api: [archiveRoutes({ platform, archive }), doubtRoutes({ platform, journal, archive })],
    root: [],
  });
});
afterAll(() => app.close());
beforeEach(() => {
  viewer = at.viewer;
});

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
const call = async (method: Method, url: string, payload?: object, headers = {}) => {
  const answer = await app.inject({
    method,
    url: `/api/v1${url}`,
    headers,
    ...(payload ? { payload } : {}),
  });
  return {
    status: answer.statusCode,
    body: answer.body === "" ? null : answer.json(),
    headers: answer.headers,
  };
};

test("reconciliation: listed, looked at, decided, taken back", async () => {
  const known = await at.ingest(at.image());
  const image = await at.ingest(at.image({ PatientID: known.PatientID, PatientName: "Miller^Paul" }));
  const list = await call("GET", "/reconciliation?status=open");
  expect(list.body.pagination).toMatchObject({ total: 1 });
  const { id, version } = list.body.data[0];
  expect((await call("GET", `/reconciliation/${id}`)).headers.etag).toBe(`"${version}"`);
  const wrong = await call("POST", `/reconciliation/${id}/resolve`, { action: "guess" });
  expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, "body.action"]);
  const stale = await call(
    "POST",
    `/reconciliation/${id}/resolve`,
    { action: "attach" },
    { "if-match": '"8"' },
  );
  expect([stale.status, stale.body.code]).toEqual([409, "version.conflict"]);
  const decided = await call(
    "POST",
    `/reconciliation/${id}/resolve`,
    { action: "attach" },
    { "if-match": '"1"' },
  );
  expect(decided.body).toMatchObject({ status: "RESOLVED", patient: { id: known.patientId }, version: 2 });
  const twice = await call("POST", `/reconciliation/${id}/resolve`, { action: "attach" });
  expect([twice.status, twice.body.code]).toEqual([409, "reconciliation.resolved"]);
  expect((await call("GET", "/reconciliation?status=RESOLVED")).body.pagination.total).toBe(1);
  expect((await call("GET", "/reconciliation?status=done")).status).toBe(400);
  const undone = await call("POST", `/reconciliation/${id}/undo`);
  expect(undone.body).toMatchObject({ status: "OPEN", patient: { id: image.patientId } });
  viewer = { ...at.viewer, roles: ["RADIOLOGIST"] };
  expect((await call("POST", `/reconciliation/${id}/undo`)).status).toBe(403);
});

test("deleting an image, a series and a study; bringing back; purging", async () => {
  const { imageId, studyId, seriesId } = await at.ingest(at.image());
  expect((await call("DELETE", `/images/${imageId}?reason=blurred`)).status).toBe(204);
  expect((await call("GET", `/images/${imageId}`)).status).toBe(404);
  expect((await call("GET", `/studies/${studyId}`)).status).toBe(404);
  expect((await call("DELETE", `/images/${imageId}`)).status).toBe(404);
  const [deletion] = (await call("GET", "/deletions")).body.data;
  expect(deletion).toMatchObject({ kind: "IMAGE", subjectId: imageId, reason: "blurred", status: "DELETED" });
  expect((await call("GET", `/deletions/${deletion.id}`)).body).toEqual(deletion);
  expect((await call("POST", `/images/${imageId}/restore`)).body).toMatchObject({ status: "RESTORED" });
  expect((await call("GET", `/images/${imageId}`)).status).toBe(200);
  expect((await call("DELETE", `/series/${seriesId}`, { reason: "wrong patient" })).status).toBe(204);
  const [series] = (await call("GET", "/deletions")).body.data;
  expect((await call("POST", `/deletions/${series.id}/restore`)).status).toBe(200);
  const { version } = (await call("GET", `/studies/${studyId}`)).body;
  expect((await call("DELETE", `/studies/${studyId}`, undefined, { "if-match": '"99"' })).status).toBe(409);
  expect((await call("DELETE", `/studies/${studyId}`, { expectedVersion: version })).status).toBe(204);
  const [whole] = (await call("GET", "/deletions")).body.data;
  const rules = { data: [{ modality: "", years: 0, untilAge: null }] };
  expect((await call("GET", "/retention-rules")).body.data[0]).toMatchObject({ years: 10, untilAge: 28 });
  const named = (...modalities: string[]) => ({
    data: modalities.map((modality) => ({ modality, years: 30, untilAge: null })),
  });
  // A rule counts for what images say, however a person calls it.
  expect((await call("PUT", "/retention-rules", named("MRI", "x-ray", " ct "))).body.data).toMatchObject(
    ["CT", "DX", "MR"].map((modality) => ({ modality })),
  );
  expect((await call("PUT", "/retention-rules", named("MRI", "mr"))).body.code).toBe("retention.duplicate");
  const wrong = await call("PUT", "/retention-rules", named("CT", "breast?"));
  expect([wrong.status, wrong.body.code]).toEqual([400, "retention.invalid-modality"]);
  expect(wrong.body.errors).toMatchObject([{ path: "body.data.1.modality" }]);
  expect((await call("PUT", "/retention-rules", rules)).body).toEqual(rules);
  viewer = viewerAt(at.viewer.facilityIds);
  expect((await call("POST", `/deletions/${whole.id}/purge`, {})).status).toBe(400);
  expect((await call("POST", `/deletions/${whole.id}/purge`, { reason: "over" })).body.status).toBe("PURGED");
  viewer = { ...at.viewer, roles: ["TECHNOLOGIST"] };
  expect((await call("GET", "/deletions")).status).toBe(403);
});

test("legal holds: placed, listed, lifted", async () => {
  const { studyId } = await at.ingest(at.image());
  expect((await call("POST", "/legal-holds", { reason: "a lawsuit" })).status).toBe(400);
  const placed = await call("POST", "/legal-holds", { studyId, reason: "a lawsuit" });
  expect([placed.status, placed.body.studyId]).toEqual([201, studyId]);
  const refused = await call("DELETE", `/studies/${studyId}`);
  expect([refused.status, refused.body.code]).toEqual([409, "hold.placed"]);
  expect((await call("POST", `/legal-holds/${placed.body.id}/lift`, { reason: "settled" })).status).toBe(204);
  expect((await call("GET", "/legal-holds")).body.data[0]).toMatchObject({ actions: [] });
  expect((await call("DELETE", `/studies/${studyId}`)).status).toBe(204);
});

test("quarantine: listed, its bytes, decided, taken back", async () => {
  const archived = at.image();
  const { PatientID, imageId } = await at.ingest(archived);
  const { SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID } = archived;
  const came = at.image({ PatientID, SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID, WindowWidth: "9" });
  await at.ingest(came);
  const list = await call("GET", "/quarantine");
  const [{ id }] = list.body.data;
  expect((await call("GET", `/quarantine/${id}`)).body).toMatchObject({ image: { id: imageId } });
  const content = await app.inject({ method: "GET", url: `/api/v1/quarantine/${id}/content` });
  expect(content.rawPayload.equals(Buffer.from(came.bytes))).toBe(true);
  expect(content.headers["x-content-type-options"]).toBe("nosniff");
  const decided = await call("POST", `/quarantine/${id}/resolve`, { action: "replace", reason: "newer" });
  expect(decided.body).toMatchObject({
    status: "RESOLVED",
    resolution: { action: "REPLACE" },
    actions: ["undo"],
  });
  expect((await call("POST", `/quarantine/${id}/resolve`, { action: "keep" })).status).toBe(409);
  expect((await call("POST", `/quarantine/${id}/undo`)).body).toMatchObject({ status: "OPEN" });
  viewer = { ...at.viewer, facilityIds: [], homeFacilityId: "" };
  expect((await call("GET", `/quarantine/${id}`)).status).toBe(404);
  expect((await call("GET", `/quarantine/${id}/content`)).status).toBe(404);
});

test("corrections of images and studies, their versions, and the original", async () => {
  const made = at.image();
  const { imageId, studyId } = await at.ingest(made);
  const url = `/images/${imageId}/metadata`;
  const bad = await call("PATCH", url, { attributes: { PatientName: "X^Y" } });
  expect([bad.status, bad.body.errors[0].path]).toEqual([400, "body.attributes.PatientName"]);
  const given = { attributes: { SeriesDescription: "Koronar", InstanceNumber: 9 }, reason: "typed wrong" };
  expect((await call("PATCH", url, given, { "if-match": '"7"' })).status).toBe(409);
  const corrected = await call("PATCH", url, given, { "if-match": '"1"' });
  expect(corrected.body).toMatchObject({ instanceNumber: 9, version: 2 });
  expect(corrected.headers.etag).toBe('"2"');
  const study = {
    studyDescription: "CT Thorax",
    referringPhysician: "Wilson, James Evan",
    studyDate: "2026-01-04",
  };
  expect((await call("PATCH", `/studies/${studyId}`, study)).body).toMatchObject(study);
  expect((await call("PATCH", `/studies/${studyId}`, { reason: "nothing" })).status).toBe(400);
  const { data } = (await call("GET", `/images/${imageId}/versions`)).body;
  expect(data).toHaveLength(4);
  expect(data.at(-1)).toMatchObject({ kind: "RECEIVED", id: imageId });
  const oldest = (await call("GET", `/images/${imageId}/versions?sort=at&limit=3`)).body;
  expect(oldest.data).toEqual(data.toReversed().slice(0, 3));
  expect(oldest.pagination).toMatchObject({ total: 4, limit: 3, next: expect.stringContaining("after=3") });
  const original = await app.inject({
    method: "GET",
    url: `/api/v1/images/${imageId}/versions/${imageId}/content`,
  });
  expect(original.rawPayload.equals(Buffer.from(made.bytes))).toBe(true);
  const link = (await call("GET", `/images/${imageId}/url`)).body.url as string;
  const sent = await app.inject({ method: "GET", url: new URL(link).pathname });
  expect(Number(sent.headers["content-length"])).toBe(sent.rawPayload.length);
  expect(sent.rawPayload.includes(Buffer.from("CT Thorax"))).toBe(true);
  // Whoever reads the image sees what was corrected; the bytes from before are for who corrects.
  viewer = { ...at.viewer, roles: ["RADIOLOGIST"] };
  expect((await call("GET", `/images/${imageId}/versions`)).body.data).toHaveLength(4);
  expect((await call("GET", `/images/${imageId}/versions/${imageId}/content`)).status).toBe(403);
  viewer = { ...at.viewer, roles: ["PHYSICIAN"] };
  expect((await call("GET", `/images/${imageId}/versions`)).status).toBe(404);
  viewer = { ...at.viewer, roles: ["BILLING"] };
  expect((await call("GET", `/images/${imageId}/versions`)).status).toBe(403);
});

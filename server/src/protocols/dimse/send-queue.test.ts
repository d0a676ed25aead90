import { newUid } from "@isocenter/dicom";
import { DimseError } from "@isocenter/dimse";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { chunked, ctInstance, ctSeries, type MadeInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { type Archive, createArchive, settleStudy } from "../../modules/archive/index.ts";
import { createJournal, type Journal } from "../../modules/journal/index.ts";
import {
  createQueueWork,
  modalityRoutes,
  routingRuleRoutes,
  sendQueueRoutes,
} from "../../modules/peers/index.ts";
import { type App, createHttpServer, newId, prepareJobs, type Viewer } from "../../platform/index.ts";
import { dimseRoutes } from "./routes.ts";
import { registerRouting } from "./routing.ts";
import { createSendQueueRunner, type Deliver } from "./send-queue.ts";

const database = testDatabase();
const platform = testPlatform(database);
let journal: Journal;
let archive: Archive;
let app: App;
let facilityId: string;
let viewer: Viewer;
/** What each destination took, and how it behaves. */
let took: Record<string, string[]>;
let deliver: Deliver;

const takeAll: Deliver = async (destination, instances, report) => {
  for (const instance of instances) {
    took[destination.ae_title] = [...(took[destination.ae_title] ?? []), instance.SOPInstanceUID];
    report.taken(instance, null);
  }
};
const work = () => createQueueWork(platform.db, { clock: platform.clock, journal });
const runner = () =>
  createSendQueueRunner({ platform, archive, work: work(), deliver: (...given) => deliver(...given) });

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  facilityId = await makeFacility(database.db);
  viewer = viewerAt([facilityId]);
  journal = createJournal(platform);
  archive = createArchive(platform, journal);
  registerRouting(platform, journal, archive);
  // Routing begins with what settles from now on.
  await journal.drain();
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
    api: [
      modalityRoutes(platform, journal),
      sendQueueRoutes(platform, journal),
      routingRuleRoutes(platform, journal),
      dimseRoutes({ platform, journal, archive }),
    ],
  });
});
afterAll(() => app.close());
beforeEach(async () => {
  await database.db`delete from send_item`;
  await database.db`delete from routing_rule`;
  await database.db`delete from modality`;
  took = {};
  deliver = takeAll;
  viewer = viewerAt([facilityId]);
});

const call = async (method: "GET" | "POST" | "PATCH" | "DELETE", url: string, payload?: object) => {
  const answer = await app.inject({ method, url: `/api/v1${url}`, ...(payload ? { payload } : {}) });
  return {
    status: answer.statusCode,
    body: answer.body === "" ? null : answer.json(),
    headers: answer.headers,
  };
};
const modality = async (aeTitle: string, more = {}): Promise<string> =>
  (await call("POST", "/modalities", { aeTitle, host: "10.0.0.5", port: 104, permissions: [], ...more })).body
    .id;
const item = async (id: string) => (await call("GET", `/send-queue/${id}`)).body;
const facts = async () =>
  (
    await database.db<{ type: string }[]>`select type from fact where type ~ '^(send|routing)' order by id`
  ).map(({ type }) => type);

/** Archives the images, as if the AE had sent them by C-STORE. */
async function archived(made: readonly MadeInstance[], from = "CT1"): Promise<string> {
  const sender = viewerAt([facilityId], { kind: "peer", id: from, grants: ["images.upload"] });
  let studyId = "";
  for (const { bytes } of made) {
    const answer = await archive.ingest(sender, { chunks: chunked(bytes), door: "c-store", facilityId });
    studyId = answer.studyId;
  }
  return studyId;
}
const uidsOf = (made: readonly MadeInstance[]) => made.map(({ SOPInstanceUID }) => SOPInstanceUID);

describe("sending by hand", () => {
  test("studies, series and instances go by id or UID; each is told how far it is", async () => {
    const id = await modality("PACS2");
    const series = ctSeries(3);
    const other = ctInstance({ PatientID: "P-2" });
    const studyId = await archived(series);
    await archived([other]);
    const byId = await call("POST", `/modalities/${id}/send`, { studies: [studyId.toUpperCase()] });
    expect(byId).toMatchObject({
      status: 202,
      body: {
        state: "PENDING",
        aeTitle: "PACS2",
        total: 3,
        sent: 0,
        requestedBy: "Somebody",
        selection: [{ studyInstanceUid: series[0]!.StudyInstanceUID }],
        actions: ["retry", "cancel"],
      },
      headers: { location: `/api/v1/send-queue/${byId.body.id}`, etag: '"1"' },
    });
    const byUid = await call("POST", `/modalities/${id}/send`, {
      series: [series[0]!.SeriesInstanceUID],
      instances: [other.SOPInstanceUID],
    });
    expect(byUid.body.total).toBe(4);
    await runner().drain();
    expect(took.PACS2).toEqual([...uidsOf(series), ...uidsOf(series), other.SOPInstanceUID]);
    expect(await item(byId.body.id)).toMatchObject({
      state: "SENT",
      sent: 3,
      failed: 0,
      attempts: 1,
      nextAttemptAt: null,
      commitment: null,
      actions: [],
    });
    const list = await call("GET", `/send-queue?state=sent&studyInstanceUid=${other.StudyInstanceUID}`);
    expect(list.body.data.map((one: { id: string }) => one.id)).toEqual([byUid.body.id]);
    expect((await facts()).slice(-4)).toEqual(["send.queued", "send.queued", "send.sent", "send.sent"]);
    await journal.drain();
    const exported = await database.db<{ subject: string }[]>`
      select subject_id as subject from access where action = 'study.exported' and actor_id = ${viewer.id}`;
    expect(exported.map(({ subject }) => subject).filter((subject) => subject === studyId)).toHaveLength(2);
  });

  test("what is not there, nothing at all, and who may not send are refused; nothing is queued", async () => {
    const id = await modality("PACS2");
    const refused = async (payload: object) => {
      const { status, body } = await call("POST", `/modalities/${id}/send`, payload);
      return [status, body.code];
    };
    expect(await refused({})).toEqual([400, "send.nothing"]);
    expect(await refused({ studies: ["1.2.3.999"] })).toEqual([404, "selection.not-found"]);
    expect(await refused({ series: [newId(platform.clock)] })).toEqual([404, "selection.not-found"]);
    expect((await call("POST", `/modalities/${newId(platform.clock)}/send`, { studies: ["1"] })).status).toBe(
      404,
    );
    const study = await archived([ctInstance()]);
    viewer = viewerAt([facilityId], { roles: ["RESIDENT"] });
    expect((await refused({ studies: [study] }))[0]).toBe(403);
    viewer = viewerAt([await makeFacility(database.db, { name: "Other", issuer: "OTHER" })]);
    expect((await refused({ studies: [study] }))[0]).toBe(404);
    expect((await call("GET", "/send-queue")).body.pagination.total).toBe(0);
  });

  test("a destination that is away is waited for, in order, and holds nothing of another up", async () => {
    const away = await modality("AWAY");
    const there = await modality("THERE");
    const first = await archived([ctInstance()]);
    const second = await archived([ctInstance()]);
    let reachable = false;
    deliver = async (destination, ...rest) => {
      if (destination.ae_title === "AWAY" && !reachable)
        throw new DimseError("connection-failed", "no connection");
      await takeAll(destination, ...rest);
    };
    const a = (await call("POST", `/modalities/${away}/send`, { studies: [first] })).body.id;
    const b = (await call("POST", `/modalities/${away}/send`, { studies: [second] })).body.id;
    await call("POST", `/modalities/${there}/send`, { studies: [first] });
    await runner().drain();
    expect(Object.keys(took)).toEqual(["THERE"]);
    expect(await item(a)).toMatchObject({
      state: "PENDING",
      attempts: 1,
      lastError: "Nothing answers at its host and port.",
      nextAttemptAt: new Date(platform.clock.now().getTime() + 10_000).toISOString(),
    });
    expect(await item(b)).toMatchObject({ state: "PENDING", attempts: 0 });
    reachable = true;
    await runner().drain();
    expect(took.AWAY).toBeUndefined();
    platform.clock.advance(10_000);
    await runner().drain();
    expect(took.AWAY).toHaveLength(2);
    expect([(await item(a)).state, (await item(b)).state]).toEqual(["SENT", "SENT"]);
  });

  test("what is refused is tried again alone, and gives up with an alarm; by hand it begins anew", async () => {
    const id = await modality("PACS2");
    const series = ctSeries(3);
    const study = await archived(series);
    const bad = series[1]!.SOPInstanceUID;
    const attempts: string[][] = [];
    let refuses = true;
    deliver = async (destination, instances, report, signal) => {
      attempts.push(instances.map(({ SOPInstanceUID }) => SOPInstanceUID));
      for (const instance of instances) {
        if (refuses && instance.SOPInstanceUID === bad) report.refused(instance, "status A900H", 0xa900);
        else await takeAll(destination, [instance], report, signal);
      }
    };
    const sent = (await call("POST", `/modalities/${id}/send`, { studies: [study] })).body.id;
    await runner().drain();
    expect(await item(sent)).toMatchObject({
      state: "PENDING",
      sent: 2,
      failed: 1,
      failures: [{ sopInstanceUid: bad, problem: "status A900H" }],
      lastError: "1 not taken: status A900H",
    });
    for (let n = 0; n < 10; n++) {
      platform.clock.advance(3_600_000);
      await runner().drain();
    }
    expect(attempts.slice(0, 2)).toEqual([uidsOf(series), [bad]]);
    expect(attempts).toHaveLength(6);
    expect(await item(sent)).toMatchObject({ state: "FAILED", sent: 2, failed: 1, actions: ["retry"] });
    expect((await facts()).at(-1)).toBe("send.failed");
    refuses = false;
    expect((await call("POST", `/send-queue/${sent}/retry`)).body).toMatchObject({
      state: "PENDING",
      failed: 0,
    });
    await runner().drain();
    expect(await item(sent)).toMatchObject({ state: "SENT", sent: 3, failures: [] });
    expect((await call("POST", `/send-queue/${sent}/retry`)).status).toBe(409);
    expect((await call("POST", `/send-queue/${sent}/cancel`)).status).toBe(409);
  });

  test("after a crash in the middle another goes on behind what was confirmed, once the dead one is silent", async () => {
    const id = await modality("PACS2");
    const series = ctSeries(250);
    const study = await archived(series);
    const halted = Promise.withResolvers<void>();
    deliver = async (destination, instances, report, signal) => {
      await takeAll(destination, instances.slice(0, 230), report, signal);
      halted.resolve();
      await new Promise(() => {});
    };
    const sent = (await call("POST", `/modalities/${id}/send`, { studies: [study] })).body.id;
    const dead = work();
    void createSendQueueRunner({
      platform,
      archive,
      work: { ...dead, heartbeat: () => new Promise(() => {}) },
      deliver,
    }).drain();
    await halted.promise;
    // 200 are durable: two batches.
    while ((await item(sent)).sent < 200) await new Promise((resolve) => setImmediate(resolve));
    took = {};
    deliver = takeAll;
    await runner().drain();
    expect(took).toEqual({});
    await database.db`update send_item set leased_until = now() - interval '1 second' where id = ${sent}`;
    await runner().drain();
    expect(took.PACS2).toEqual(uidsOf(series).slice(-took.PACS2!.length));
    expect(took.PACS2!.length).toBeLessThanOrEqual(50);
    expect(await item(sent)).toMatchObject({ state: "SENT", sent: 250, total: 250 });
  });

  test("while it goes, what was chosen, taken and refused is told, also when it breaks off before the end", async () => {
    const id = await modality("PACS2");
    const studies = [await archived(ctSeries(3)), await archived(ctSeries(2))];
    const sent = (await call("POST", `/modalities/${id}/send`, { studies })).body.id;
    expect(await item(sent)).toMatchObject({ total: 5, sent: 0, failed: 0 });
    let meanwhile = await item(sent);
    let taken = "";
    deliver = async (_destination, [first, second], report) => {
      taken = first!.SOPInstanceUID;
      report.taken(first!, null);
      report.refused(second!, "A700H", 0xa700);
      while (meanwhile.failed === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        meanwhile = await item(sent);
      }
      throw new DimseError("connection-lost", "gone");
    };
    await runner().drain();
    const counted = { total: 5, sent: 1, failed: 1, skipped: 0 };
    expect(meanwhile).toMatchObject({ state: "SENDING", ...counted });
    expect(await item(sent)).toMatchObject({ state: "PENDING", ...counted });
    // One image less by then: all of it is counted anew, by who goes through it.
    const [gone] = await database.db`
      update instance set deleted_at = now() where id in (select i.id from instance i join series s on s.id = i.series_id
        where s.study_id = any(${studies}::uuid[]) and i.sop_instance_uid <> ${taken} limit 1) returning id`;
    expect(gone).toBeDefined();
    deliver = takeAll;
    platform.clock.advance(3_600_000);
    await runner().drain();
    expect(await item(sent)).toMatchObject({ state: "SENT", total: 4, sent: 4, failed: 0, failures: [] });
  });

  test("a cancelled item is not sent, and one under way ends; a removed modality takes its items with it", async () => {
    const id = await modality("PACS2");
    const study = await archived(ctSeries(2));
    const waiting = (await call("POST", `/modalities/${id}/send`, { studies: [study] })).body.id;
    expect((await call("POST", `/send-queue/${waiting}/cancel`)).body).toMatchObject({ state: "CANCELLED" });
    await runner().drain();
    expect(took).toEqual({});
    const running = (await call("POST", `/modalities/${id}/send`, { studies: [study] })).body.id;
    deliver = async (destination, [instance], report, signal) => {
      await takeAll(destination, [instance!], report, signal);
      await call("POST", `/send-queue/${running}/cancel`);
      // The next confirmation hears of it.
      while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
      signal.throwIfAborted();
    };
    await runner().drain();
    expect(await item(running)).toMatchObject({ state: "CANCELLED", sent: 1 });
    const last = (await call("POST", `/modalities/${id}/send`, { studies: [study] })).body.id;
    expect((await call("DELETE", `/modalities/${id}`)).status).toBe(204);
    expect(await item(last)).toMatchObject({
      state: "CANCELLED",
      modalityId: null,
      aeTitle: "PACS2",
      actions: [],
    });
    expect((await call("POST", `/send-queue/${last}/retry`)).body.code).toBe("send.destination-gone");
  });

  test("two runners never send to one destination at a time, and keep the order", async () => {
    const id = await modality("PACS2");
    const studies: string[] = [];
    for (let n = 0; n < 4; n++) studies.push(await archived([ctInstance()]));
    let inside = 0;
    let most = 0;
    deliver = async (...given) => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await takeAll(...given);
      inside -= 1;
    };
    const queued: string[] = [];
    for (const study of studies)
      queued.push((await call("POST", `/modalities/${id}/send`, { studies: [study] })).body.id);
    await Promise.all([runner().drain(), runner().drain(), runner().drain()]);
    await runner().drain();
    expect(most).toBe(1);
    const ended = await database.db<{ id: string }[]>`select id from send_item order by created_at, id`;
    expect(ended.map((row) => row.id)).toEqual(queued);
    expect(took.PACS2).toHaveLength(4);
  });
});

describe("routing rules", () => {
  const rule = (destinationId: string, more = {}) =>
    call("POST", "/routing-rules", { name: "To the other archive", destinationId, ...more });
  async function settle(studyId: string): Promise<void> {
    platform.clock.advance(platform.config.settleSeconds * 1000 + 1);
    await settleStudy(platform, journal, studyId);
    await journal.drain();
    await runner().drain();
  }

  test("are made, changed and removed; what is wrong is named", async () => {
    const destinationId = await modality("PACS2");
    const made = await rule(destinationId, { conditions: { modalities: ["mri"], doors: ["c-store"] } });
    expect(made).toMatchObject({
      status: 201,
      body: {
        enabled: true,
        scope: "STUDY",
        sendBack: false,
        commit: null,
        facilityId,
        conditions: { modalities: ["MR"], doors: ["C_STORE"] },
      },
    });
    const { id } = made.body;
    const changed = await call("PATCH", `/routing-rules/${id}`, {
      scope: "series",
      conditions: {},
      expectedVersion: 1,
    });
    expect(changed.body).toMatchObject({ scope: "SERIES", conditions: {}, version: 2 });
    expect((await call("PATCH", `/routing-rules/${id}`, { enabled: false, expectedVersion: 1 })).status).toBe(
      409,
    );
    for (const [body, path] of [
      [{ conditions: { doors: ["window"] } }, "conditions.doors"],
      [{ conditions: { sopClassUids: ["CT"] } }, "conditions.sopClassUids"],
      [{ conditions: { colour: ["red"] } }, "body.conditions.colour"],
      [{ scope: "WORLD" }, "scope"],
      [{ destinationId: newId(platform.clock) }, "destinationId"],
      [{ facilityId: newId(platform.clock) }, "facilityId"],
    ] as const) {
      const answer = await rule(destinationId, body);
      expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
    }
    viewer = viewerAt([facilityId], { roles: ["TECHNOLOGIST"] });
    expect((await call("GET", "/routing-rules")).status).toBe(403);
    viewer = viewerAt([facilityId]);
    expect((await call("GET", "/routing-rules")).body.pagination.total).toBe(1);
    expect((await call("DELETE", `/routing-rules/${id}`)).status).toBe(204);
    expect((await facts()).filter((type) => type.startsWith("routing")).sort()).toEqual([
      "routing-rule.changed",
      "routing-rule.created",
      "routing-rule.removed",
    ]);
  });

  test("a study that settles goes where it fits, once; what comes later goes alone", async () => {
    const destinationId = await modality("PACS2");
    await rule(destinationId, { conditions: { studyDescription: ["ct *"], sourceAeTitles: ["CT1"] } });
    await rule(await modality("NEVER"), { conditions: { modalities: ["MG"] } });
    await rule(await modality("OFF"), { enabled: false });
    const StudyInstanceUID = newUid();
    const series = ctSeries(3, { StudyInstanceUID });
    const study = await archived(series);
    await settle(study);
    expect(took).toEqual({ PACS2: uidsOf(series) });
    const [first] = (await call("GET", "/send-queue")).body.data;
    expect(first).toMatchObject({ state: "SENT", requestedBy: "To the other archive", sent: 3, skipped: 0 });
    const late = ctInstance({
      StudyInstanceUID,
      SeriesInstanceUID: series[0]!.SeriesInstanceUID,
      InstanceNumber: 9,
    });
    await archived([late]);
    await settle(study);
    expect(took.PACS2).toEqual([...uidsOf(series), late.SOPInstanceUID]);
    const [second] = (await call("GET", "/send-queue")).body.data;
    expect(second).toMatchObject({ state: "SENT", sent: 1, skipped: 3, total: 4 });
  });

  test("nothing goes back to where it came from, two rules for one destination send once", async () => {
    const destinationId = await modality("CT1");
    await rule(destinationId);
    const study = { StudyInstanceUID: newUid(), SeriesInstanceUID: newUid() };
    const own = ctInstance(study);
    const foreign = ctInstance(study);
    await archived([own], "CT1");
    const studyId = await archived([foreign], "MR1");
    await rule(destinationId, { conditions: { modalities: ["CT"] }, scope: "SERIES" });
    await settle(studyId);
    expect(took).toEqual({ CT1: [foreign.SOPInstanceUID] });
    expect((await call("GET", "/send-queue")).body.data).toMatchObject([{ sent: 1, skipped: 1 }]);
    const only = await archived([ctInstance()], "CT1");
    await settle(only);
    expect((await call("GET", "/send-queue")).body.pagination.total).toBe(1);
    await rule(destinationId, { sendBack: true, name: "Back" });
    const back = ctInstance();
    await settle(await archived([back], "CT1"));
    expect(took.CT1).toEqual([foreign.SOPInstanceUID, back.SOPInstanceUID]);
  });

  test("images of the demonstration leave by no rule that does not name it", async () => {
    await database.db`update facility set demonstration = true where id = ${facilityId}`;
    try {
      const destinationId = await modality("PACS2");
      const refused = await rule(destinationId);
      expect([refused.status, refused.body.code]).toEqual([400, "routing.demonstration"]);
      await settle(await archived([ctInstance()]));
      expect(took).toEqual({});
      expect((await rule(destinationId, { facilityId })).status).toBe(201);
      const image = ctInstance();
      await settle(await archived([image]));
      expect(took).toEqual({ PACS2: [image.SOPInstanceUID] });
    } finally {
      await database.db`update facility set demonstration = false where id = ${facilityId}`;
    }
  });

  test("a study that went to another facility before it was told goes by the rules there", async () => {
    await rule(await modality("PACS2"));
    const elsewhere = await makeFacility(database.db);
    const studyId = await archived([ctInstance()]);
    platform.clock.advance(platform.config.settleSeconds * 1000 + 1);
    await settleStudy(platform, journal, studyId);
    await database.db`update study set facility_id = ${elsewhere} where id = ${studyId}`;
    await journal.drain();
    await runner().drain();
    expect(took).toEqual({});
  });
});

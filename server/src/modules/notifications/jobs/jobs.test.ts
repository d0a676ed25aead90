import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, expect, test } from "vitest";
import { newId, systemViewer, type Viewer } from "../../../platform/index.ts";
import { sessionRoutes } from "../../identity/index.ts";
import { createNotifications, type Notifications } from "../index.ts";
import { getJob } from "./jobs.ts";

const database = testDatabase();
const platform = testPlatform(database);
let notifications: Notifications;
const server = testServer(platform, ({ identity, journal }) => {
  notifications = createNotifications(platform, journal, []);
  return [sessionRoutes(identity), ...notifications.routes];
});
let headers: { authorization: string };
let mended = false;
let runs = 0;

beforeAll(async () => {
  const here = await server.addFacility();
  const admin = await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [here] });
  headers = await server.signIn(admin.username);
  platform.jobs.define({
    name: "test.broken",
    maxAttempts: 1,
    run: async () => {
      runs += 1;
      if (!mended) throw new Error("broken\nwith a stack");
    },
  });
  platform.jobs.define({ name: "test.later", run: async () => {} });
  await platform.jobs.add(database.db, "test.broken", {});
  await platform.jobs.add(
    database.db,
    "test.later",
    {},
    { runAt: new Date(platform.clock.now().getTime() + 3600_000) },
  );
  await platform.jobs.drain();
});

const get = async (path: string) =>
  (await server.app.inject({ method: "GET", url: `/api/v1${path}`, headers })).json();
const retry = (id: string) => server.app.inject({ method: "POST", url: `/api/v1/jobs/${id}/retry`, headers });

test("a job that gave up is told to administrators once, is listed, and is done when it is tried again", async () => {
  await notifications.announceGaveUp();
  await notifications.announceGaveUp();
  const notices = (await get("/notifications?kind=job.gave-up")).data;
  expect(notices).toMatchObject([{ level: "ALARM", data: { name: "test.broken", attempts: 1 } }]);
  const all = await get("/jobs?limit=1");
  expect([all.data[0].name, all.data[0].state, all.pagination.total]).toEqual(["test.later", "WAITING", 2]);
  expect((await get(all.pagination.next.replace("/api/v1", ""))).data[0].name).toBe("test.broken");
  const oldest = await get("/jobs?limit=1&sort=createdAt");
  expect(oldest.data[0].name).toBe("test.broken");
  expect((await get(oldest.pagination.next.replace("/api/v1", ""))).data[0].name).toBe("test.later");
  expect((await get("/jobs?state=waiting")).data).toHaveLength(1);
  expect((await get("/jobs?state=lazy")).code).toBe("job.unknown-state");
  const [job] = (await get("/jobs?state=gave_up&name=test.broken")).data;
  expect(job).toMatchObject({ attempts: 1, maxAttempts: 1, lastError: "broken", actions: ["retry"] });
  expect(job).not.toHaveProperty("payload");

  expect((await retry(job.id)).json()).toMatchObject({ state: "WAITING", attempts: 0 });
  await platform.jobs.drain();
  await notifications.announceGaveUp();
  expect((await get("/notifications?kind=job.gave-up")).data).toHaveLength(2);

  await database.db`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'w' where id = ${job.id}`;
  expect((await retry(job.id)).json().code).toBe("job.running");
  await database.db`update graphile_worker._private_jobs set locked_at = null, locked_by = null where id = ${job.id}`;
  mended = true;
  await retry(job.id);
  await platform.jobs.drain();
  expect([runs, (await get("/jobs?name=test.broken")).data]).toEqual([3, []]);
  expect((await retry(job.id)).statusCode).toBe(404);
});

test("a request that is answered later is made anew, not tried again", async () => {
  const mine = newId(platform.clock);
  const { id: viewerId } = await get("/users/me");
  await database.db`
    insert into deferred_request (id, viewer_kind, viewer_id, request_id, method, url, headers, state, created_at, expires_at)
    values (${mine}, 'user', ${viewerId}, 'r', 'POST', '/api/v1/exports', '{}', 'FAILED', now(), now() + interval '1 day')`;
  const refused = await retry(mine);
  expect([refused.statusCode, refused.json().code]).toEqual([409, "job.of-request"]);
  const other = await retry(newId(platform.clock));
  expect([other.statusCode, other.json().code]).toEqual([404, "job.not-found"]);
  expect((await retry("nonsense")).statusCode).toBe(400);
});

test("jobs are for who may see them", async () => {
  const here = await server.addFacility();
  const user = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [here] });
  const theirs = await server.signIn(user.username);
  const answer = await server.app.inject({ method: "GET", url: "/api/v1/jobs", headers: theirs });
  expect(answer.statusCode).toBe(403);
  // Its route is for everybody, as one's own requests are found there too.
  const reader: Viewer = { ...systemViewer([here]), kind: "user", roles: ["RADIOLOGIST"] };
  await expect(getJob(database.db, reader, "1")).rejects.toMatchObject({ kind: "forbidden" });
});

import { roles } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  departmentHeadOf,
  onCallAt,
  onCallColleagueOf,
  onCallRoutes,
  sessionRoutes,
  staffRoutes,
} from "../index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity }) => [
  sessionRoutes(identity),
  staffRoutes(identity),
  onCallRoutes(identity),
]);

let here: string;
let there: string;
let headers: { authorization: string };
let anna: string;
let ben: string;
let cleo: string;

const person = async (facilityIds = [here], active = true) =>
  (await server.addUser({ roles: ["PHYSICIAN"], facilityIds, active })).id;
const signInAs = async (role: (typeof roles)[number], facilityIds = [here]) => {
  const user = await server.addUser({ roles: [role], facilityIds });
  headers = await server.signIn(user.username);
};
const ask = async (method: "GET" | "POST" | "PUT", url: string, payload?: object, more = {}) => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...headers, ...more },
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
};
const at = (day: number, hour = 0) =>
  `2026-03-${String(day).padStart(2, "0")}T${String(hour).padStart(2, "0")}:00:00.000Z`;
const shift = (userId: string, from: number, to: number, level = 1) => ({
  userId,
  startsAt: at(from),
  endsAt: at(to),
  level,
});
const put = (service: string, entries: object[], more: object = {}) =>
  ask("PUT", "/on-call", { service, from: at(1), to: at(31), entries, ...more });
const shape = (entries: { user: { id: string }; startsAt: string; endsAt: string; level: number }[]) =>
  entries.map(({ user, startsAt, endsAt, level }) => [user.id, startsAt, endsAt, level]);

beforeAll(async () => {
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
});
beforeEach(async () => {
  platform.clock.advance(3600_000);
  await signInAs("ADMINISTRATOR");
  [anna, ben, cleo] = [await person(), await person(), await person()];
});

describe("the roster", () => {
  test("says who is on call at a time, by service without case, who is called first first", async () => {
    const saved = await put("Neuro", [shift(anna, 2, 4, 2), shift(ben, 2, 4, 1), shift(cleo, 4, 6)]);
    expect(saved.status).toBe(200);
    expect(saved.headers.etag).toBe('"1"');
    expect(saved.body).toMatchObject({ facilityId: here, service: "Neuro", version: 1, actions: ["change"] });
    expect(saved.body.entries[0].actions).toEqual(["change"]);
    const now = await ask("GET", `/on-call?at=${at(3)}&service=NEURO`);
    expect(
      shape(now.body.data)
        .map(([id]) => id)
        .sort(),
    ).toEqual([anna, ben].sort());
    // The end is not part of a turn, its beginning is.
    expect(shape((await ask("GET", `/on-call?at=${at(4)}&service=neuro`)).body.data)).toEqual([
      [cleo, at(4), at(6), 1],
    ]);
    expect((await ask("GET", `/on-call?at=${at(6)}&service=neuro`)).body.data).toEqual([]);
    expect(shape((await ask("GET", `/on-call?userId=${anna}`)).body.data)).toEqual([[anna, at(2), at(4), 2]]);
    expect((await ask("GET", `/on-call?service=neuro&from=${at(4)}&to=${at(5)}`)).body.pagination.total).toBe(
      1,
    );
    const both = await ask("GET", `/on-call?at=${at(4)}&from=${at(1)}`);
    expect([both.status, both.body.code]).toEqual([400, "query.at-and-range"]);
    expect((await ask("GET", "/on-call?at=tomorrow")).status).toBe(400);
  });

  test("is replaced between two times alone: what reaches over them is cut there", async () => {
    await put("Trauma", [shift(anna, 1, 10), shift(ben, 10, 12)]);
    const replaced = await put("Trauma", [shift(cleo, 4, 5)], { from: at(3), to: at(6) });
    expect(shape(replaced.body.entries)).toEqual([[cleo, at(4), at(5), 1]]);
    expect(shape((await ask("GET", "/on-call?service=trauma")).body.data)).toEqual([
      [anna, at(1), at(3), 1],
      [cleo, at(4), at(5), 1],
      [anna, at(6), at(10), 1],
      [ben, at(10), at(12), 1],
    ]);
    expect((await put("Trauma", [])).body).toMatchObject({ version: 3, entries: [] });
    const [fact] = await database.db`
      select type, data from fact where subject_id = 'Trauma' order by id desc limit 1`;
    expect(fact).toMatchObject({ type: "on-call.changed", data: { version: 3, entries: 0 } });
  });

  test("refuses two people at one level and one person at two levels at a time", async () => {
    for (const entries of [
      [shift(anna, 1, 3), shift(ben, 2, 4)],
      [shift(anna, 1, 5, 1), shift(anna, 2, 3, 2)],
    ]) {
      const refused = await put("Overlap", entries);
      expect([refused.status, refused.body.code]).toEqual([409, "on-call.overlap"]);
    }
    expect((await ask("GET", "/on-call?service=overlap")).body.data).toEqual([]);
  });

  test("refuses a roster that was changed meanwhile", async () => {
    expect((await put("Version", [shift(anna, 1, 2)], { expectedVersion: 0 })).status).toBe(200);
    const stale = await put("Version", [], { expectedVersion: 0 });
    expect([stale.status, stale.body.code]).toEqual([409, "version.conflict"]);
    const header = await ask(
      "PUT",
      "/on-call",
      { service: "Version", from: at(1), to: at(2), entries: [] },
      { "if-match": '"7"' },
    );
    expect(header.status).toBe(409);
    expect((await ask("GET", "/on-call?service=version")).body.data[0].version).toBe(1);
  });

  test("refuses times that are none and people who cannot be called, by their path", async () => {
    const stranger = await person([there]);
    const gone = await person([here], false);
    for (const [entries, more, code, path] of [
      [[], { from: at(3), to: at(3) }, "on-call.invalid-range", "body.to"],
      [[], { from: at(3), to: "2028-01-01T00:00:00Z" }, "on-call.invalid-range", "body.to"],
      [[shift(anna, 3, 2)], {}, "on-call.invalid-entry", "body.entries.0.endsAt"],
      [[shift(anna, 5, 7)], { to: at(6) }, "on-call.invalid-entry", "body.entries.0.startsAt"],
      [[shift(anna, 1, 2), shift(stranger, 2, 3)], {}, "user.unknown", "body.entries.1.userId"],
      [[shift(gone, 2, 3)], {}, "user.unknown", "body.entries.0.userId"],
      [[{ ...shift(anna, 1, 2), level: 10 }], {}, "validation", "body.entries.0.level"],
    ] as const) {
      const refused = await put("Wrong", entries as never, more);
      expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([400, code, path]);
    }
    expect((await put("Wrong", [], { facilityId: there })).status).toBe(404);
    const [row] =
      await database.db`select count(*)::int as count from on_call_roster where service_folded = 'wrong'`;
    expect(row?.count).toBe(0);
  });

  test("of another facility does not exist", async () => {
    await put("Isolated", [shift(anna, 1, 2)]);
    await signInAs("ADMINISTRATOR", [there]);
    expect((await ask("GET", `/on-call?service=isolated`)).body.pagination.total).toBe(0);
    expect((await ask("GET", `/on-call?facilityId=${here}`)).body.pagination.total).toBe(0);
  });

  test.each(roles)("%s: everyone reads, administrators and radiologists write", async (role) => {
    await put(`For ${role}`, [shift(anna, 1, 2)]);
    await signInAs(role);
    const { status, body } = await ask("GET", `/on-call?service=${encodeURIComponent(`for ${role}`)}`);
    const may = role === "ADMINISTRATOR" || role === "RADIOLOGIST";
    expect([status, body.data.map((entry: { actions: string[] }) => entry.actions)]).toEqual([
      200,
      [may ? ["change"] : []],
    ]);
    expect((await put(`Of ${role}`, [shift(anna, 1, 2)])).status).toBe(may ? 200 : 403);
  });

  test("two who replace it at once leave one roster, with the versions of both", async () => {
    const answers = await Promise.all([
      put("Race", [shift(anna, 1, 5)]),
      put("Race", [shift(ben, 2, 6)]),
      put("Race", [shift(cleo, 3, 7)]),
    ]);
    expect(answers.map(({ body }) => body.version).sort()).toEqual([1, 2, 3]);
    expect((await ask("GET", "/on-call?service=race")).body.pagination.total).toBe(1);
  });
});

describe("the ladder", () => {
  const noon = new Date(at(3, 12));
  const enter = (userId: string, department: string) =>
    ask("POST", "/staff", {
      firstName: "A",
      lastName: "B",
      profession: "Physician",
      department,
      userId,
    });

  test("who is on call, without those who cannot sign in here any more", async () => {
    await put("Stroke", [shift(anna, 3, 4, 2), shift(ben, 3, 4, 1)]);
    const called = async () =>
      (await onCallAt(database.db, here, "STROKE", noon)).map(({ userId }) => userId);
    expect(await called()).toEqual([ben, anna]);
    expect(await onCallAt(database.db, there, "stroke", noon)).toEqual([]);
    await database.db`update app_user set active = false where id = ${ben}`;
    expect(await called()).toEqual([anna]);
  });

  test("the colleague is of one's department, then of the rosters that one takes turns on, and never oneself", async () => {
    await enter(anna, "Ward 1");
    await put("Ward 1", [shift(anna, 3, 4, 1), shift(ben, 3, 4, 2)]);
    await put("Nights", [shift(anna, 10, 12), shift(cleo, 3, 4)]);
    const colleague = async (userId: string) =>
      (await onCallColleagueOf(database.db, here, userId, noon))?.userId ?? null;
    expect(await colleague(anna)).toBe(ben);
    expect(await colleague(ben)).toBe(anna);
    await put("Ward 1", []);
    expect(await colleague(anna)).toBe(cleo);
    expect(await colleague(await person())).toBeNull();
    // A turn of long ago makes no colleague.
    expect(await onCallColleagueOf(database.db, here, anna, new Date("2027-03-03T00:00:00Z"))).toBeNull();
  });

  test("the head is of one's department at the facility, active, and not oneself", async () => {
    const { body } = await enter(anna, "Ward 2");
    const head = async (userId: string) => departmentHeadOf(database.db, here, userId);
    expect(await head(anna)).toBeNull();
    await database.db`update department set head_id = ${cleo} where id = ${body.departmentId}`;
    expect(await head(anna)).toBe(cleo);
    expect(await head(ben)).toBeNull();
    expect(await departmentHeadOf(database.db, there, anna)).toBeNull();
    await enter(cleo, "Ward 2");
    expect(await head(cleo)).toBeNull();
    await database.db`update app_user set active = false where id = ${cleo}`;
    expect(await head(anna)).toBeNull();
  });
});

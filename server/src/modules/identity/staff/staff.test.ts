import { roles } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId } from "../../../platform/index.ts";
import { sessionRoutes, staffRoutes } from "../index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity }) => [sessionRoutes(identity), staffRoutes(identity)]);

let here: string;
let there: string;
let headers: { authorization: string };

const signInAs = async (role: (typeof roles)[number], facilityIds = [here]) => {
  const user = await server.addUser({ roles: [role], facilityIds });
  headers = await server.signIn(user.username);
  return user;
};
const ask = async (method: "GET" | "POST" | "PATCH", url: string, payload?: object, more = {}) => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...headers, ...more },
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
};
const ada = (more: object = {}) => ({
  firstName: "Ada",
  lastName: "Byron",
  profession: "Radiographer",
  department: "Radiology",
  licenceNumber: `L-${newId(platform.clock)}`,
  email: "ada@example.org",
  phone: "+44 1",
  ...more,
});
const lastFact = async (subject: string) =>
  (
    await database.db`select type, people, data from fact where subject_id = ${subject} order by id desc limit 1`
  )[0];

beforeAll(async () => {
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
});
beforeEach(async () => {
  platform.clock.advance(3600_000);
  await signInAs("ADMINISTRATOR");
});

describe("staff", () => {
  test("is entered at one's facility, in a department that is made where it is new", async () => {
    const made = await ask("POST", "/staff", ada());
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe(`/api/v1/staff/${made.body.id}`);
    expect(made.headers.etag).toBe('"1"');
    expect(made.body).toMatchObject({
      firstName: "Ada",
      lastName: "Byron",
      profession: "Radiographer",
      department: "Radiology",
      facilityIds: [here],
      userId: null,
      active: true,
      actions: ["edit"],
    });
    const again = await ask("POST", "/staff", ada({ department: "RADIOLOGY" }));
    expect(again.body.departmentId).toBe(made.body.departmentId);
    expect((await ask("GET", `/staff/${made.body.id}`)).body).toEqual(made.body);
    expect(await lastFact(made.body.id)).toMatchObject({ type: "staff.created" });
  });

  test("is found by words, profession, department, facility, user and whether active", async () => {
    await signInAs("ADMINISTRATOR", [here, there]);
    const user = await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [there] });
    const grace = (
      await ask(
        "POST",
        "/staff",
        ada({
          firstName: "Grace",
          lastName: "Hopper",
          profession: "Nurse",
          department: "Ward 9",
          facilityIds: [there],
          userId: user.id,
          active: false,
        }),
      )
    ).body;
    const found = async (query: string) =>
      (await ask("GET", `/staff?${query}`)).body.data.map(({ id }: { id: string }) => id);
    for (const query of [
      "query=hop%20gra",
      `query=${grace.licenceNumber}`,
      "profession=NURSE",
      "department=ward%209",
      `facilityId=${there}`,
      `userId=${user.id}`,
      "active=false",
    ])
      expect([query, await found(query)]).toEqual([query, [grace.id]]);
    expect(await found("query=hopper%20zzz")).toEqual([]);
    expect(await found(`query=hopper&facilityId=${here}`)).toEqual([]);
    expect((await ask("GET", "/staff?shoeSize=9")).status).toBe(400);
    expect((await ask("GET", "/staff?sort=phone")).body.code).toBe("query.invalid-sort");
  });

  test("pages by key in either order", async () => {
    for (const number of [1, 2, 3])
      await ask("POST", "/staff", ada({ profession: "Pager", lastName: `N${number}` }));
    const names: string[] = [];
    let url: string | null = "/staff?profession=pager&sort=-name&limit=1";
    while (url) {
      const { body } = await ask("GET", url);
      names.push(body.data[0].lastName);
      url = body.pagination.next?.replace("/api/v1", "") ?? null;
    }
    expect(names).toEqual(["N3", "N2", "N1"]);
  });

  test("has one licence and one user: a second person with them is refused, and nothing is entered", async () => {
    const user = await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [here] });
    const first = await ask("POST", "/staff", ada({ licenceNumber: "DE-77", userId: user.id }));
    expect(first.status).toBe(201);
    const licence = await ask("POST", "/staff", ada({ licenceNumber: " de-77 ", department: "Nowhere" }));
    expect([licence.status, licence.body.code]).toEqual([409, "staff.licence-taken"]);
    const same = await ask("POST", "/staff", ada({ userId: user.id }));
    expect([same.status, same.body.code]).toEqual([409, "staff.user-taken"]);
    const other = (await ask("POST", "/staff", ada())).body;
    const change = await ask("PATCH", `/staff/${other.id}`, { licenceNumber: "DE-77" });
    expect([change.status, change.body.code]).toEqual([409, "staff.licence-taken"]);
    expect(
      (await ask("GET", "/departments")).body.data.map(({ name }: { name: string }) => name),
    ).not.toContain("Nowhere");
  });

  test("refuses what is missing or unknown, by its path", async () => {
    const stranger = await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [there] });
    const gone = await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [here], active: false });
    for (const [wrong, path] of [
      [{ lastName: " " }, "body.lastName"],
      [{ profession: undefined }, "body.profession"],
      [{ email: "nobody" }, "body.email"],
      [{ shoeSize: 9 }, "body.shoeSize"],
      [{ facilityIds: [there] }, "body.facilityIds"],
      [{ facilityIds: [] }, "body.facilityIds"],
      [{ userId: stranger.id }, "body.userId"],
      [{ userId: gone.id }, "body.userId"],
    ] as const) {
      const answer = await ask("POST", "/staff", ada(wrong));
      expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, path]);
    }
  });

  test("is changed with its version, and keeps what is not named", async () => {
    const made = (await ask("POST", "/staff", ada())).body;
    expect((await ask("PATCH", `/staff/${made.id}`, { phone: null, expectedVersion: 9 })).body.code).toBe(
      "version.conflict",
    );
    const changed = await ask(
      "PATCH",
      `/staff/${made.id}`,
      { phone: null, department: "Surgery", active: false },
      { "if-match": '"1"' },
    );
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      phone: null,
      department: "Surgery",
      active: false,
      version: 2,
      licenceNumber: made.licenceNumber,
    });
    expect(await lastFact(made.id)).toMatchObject({
      type: "staff.changed",
      data: { changed: ["phone", "department", "active"] },
    });
    const cleared = await ask("PATCH", `/staff/${made.id}`, { department: null });
    expect([cleared.body.department, cleared.body.departmentId]).toEqual([null, null]);
  });

  test("of another facility does not exist; who works at both is changed by who belongs to both", async () => {
    await signInAs("ADMINISTRATOR", [here, there]);
    const both = (await ask("POST", "/staff", ada({ facilityIds: [here, there] }))).body;
    const elsewhere = (await ask("POST", "/staff", ada({ facilityIds: [there] }))).body;
    await signInAs("ADMINISTRATOR");
    expect((await ask("GET", `/staff/${elsewhere.id}`)).status).toBe(404);
    expect((await ask("PATCH", `/staff/${elsewhere.id}`, { phone: "1" })).status).toBe(404);
    const seen = (await ask("GET", `/staff/${both.id}`)).body;
    expect([seen.facilityIds, seen.actions]).toEqual([[here], []]);
    const refused = await ask("PATCH", `/staff/${both.id}`, { phone: "1" });
    expect([refused.status, refused.body.code]).toEqual([403, "staff.beyond-your-facilities"]);
    expect(
      (await ask("GET", "/staff?limit=200")).body.data.map(({ id }: { id: string }) => id),
    ).not.toContain(elsewhere.id);
  });

  test.each(roles)("%s reads; administrators alone write", async (role) => {
    const made = (await ask("POST", "/staff", ada())).body;
    await signInAs(role);
    expect((await ask("GET", "/staff")).status).toBe(200);
    expect((await ask("GET", `/staff/${made.id}`)).body.actions).toEqual(
      role === "ADMINISTRATOR" ? ["edit"] : [],
    );
    expect((await ask("GET", "/departments")).status).toBe(200);
    const may = role === "ADMINISTRATOR";
    expect((await ask("POST", "/staff", ada())).status).toBe(may ? 201 : 403);
    expect((await ask("PATCH", `/staff/${made.id}`, { phone: "2" })).status).toBe(may ? 200 : 403);
    expect((await ask("POST", "/departments", { name: `Of ${role}` })).status).toBe(may ? 201 : 403);
    expect((await ask("PATCH", `/departments/${made.departmentId}`, { headId: null })).status).toBe(
      may ? 200 : 403,
    );
  });
});

describe("departments", () => {
  test("have a head, who is a user of the facility", async () => {
    const head = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [here] });
    const made = await ask("POST", "/departments", { name: "Cardiology", headId: head.id });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      facilityId: here,
      name: "Cardiology",
      head: { id: head.id, name: `Full ${head.username}` },
      version: 1,
    });
    const renamed = await ask("PATCH", `/departments/${made.body.id}`, {
      name: "Heart",
      headId: null,
      expectedVersion: 1,
    });
    expect(renamed.body).toMatchObject({ name: "Heart", head: null, version: 2 });
    const stale = await ask("PATCH", `/departments/${made.body.id}`, { name: "X", expectedVersion: 1 });
    expect([stale.status, stale.body.code]).toEqual([409, "version.conflict"]);
    const stranger = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [there] });
    const refused = await ask("PATCH", `/departments/${made.body.id}`, { headId: stranger.id });
    expect([refused.status, refused.body.code]).toEqual([400, "user.unknown"]);
  });

  test("have one name in a facility, and are of the facility's people alone", async () => {
    const made = (await ask("POST", "/departments", { name: "Oncology" })).body;
    const again = await ask("POST", "/departments", { name: "oncology" });
    expect([again.status, again.body.code]).toEqual([409, "department.name-taken"]);
    const other = (await ask("POST", "/departments", { name: "Urology" })).body;
    expect((await ask("PATCH", `/departments/${other.id}`, { name: "ONCOLOGY" })).body.code).toBe(
      "department.name-taken",
    );
    expect((await ask("POST", "/departments", { name: "X", facilityId: there })).status).toBe(404);
    const third = await server.addFacility("Third");
    await signInAs("ADMINISTRATOR", [third]);
    expect((await ask("GET", `/departments/${made.id}`)).status).toBe(404);
    expect((await ask("GET", "/departments")).body.pagination.total).toBe(0);
    expect((await ask("POST", "/departments", { name: "Oncology" })).status).toBe(201);
  });
});

import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { transact } from "../../platform/index.ts";
import { sessionRoutes } from "../identity/index.ts";
import { addCareRelations, patientRoutes } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity, journal }) => [
  sessionRoutes(identity),
  patientRoutes({ platform, journal }),
]);

let here: string;
let there: string;
let me: { id: string; username: string };
let headers: Record<string, string>;

const signInAs = async (roles: Parameters<typeof server.addUser>[0]["roles"], facilityId = here) => {
  me = await server.addUser({ roles, facilityIds: [facilityId] });
  headers = await server.signIn(me.username);
};
const call = async (method: "GET" | "POST" | "PATCH", url: string, payload?: object, more = {}) => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...headers, ...more },
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
};
const jane = { firstName: "Jane", lastName: "Doe", birthDate: "1970-01-02", sex: "F" };
const enter = async (more: object = {}) => (await call("POST", "/patients", { ...jane, ...more })).body;

beforeAll(async () => {
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
});
beforeEach(async () => signInAs(["FRONT_DESK"]));

describe("entering a patient", () => {
  test("answers with the patient, its place and version; an identifier is given when none comes", async () => {
    const made = await call("POST", "/patients", { ...jane, middleName: "Q", phone: "+33 1" });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe(`/api/v1/patients/${made.body.id}`);
    expect(made.headers.etag).toBe('"1"');
    expect(made.body).toMatchObject({
      ...jane,
      middleName: "Q",
      phone: "+33 1",
      provisional: false,
      version: 1,
    });
    expect(made.body.identifiers).toEqual([
      { value: expect.stringMatching(/^P\d{8}$/), issuer: expect.any(String) },
    ]);
    expect(made.body.facilityIds).toEqual([here]);
    expect(made.body.actions).toEqual(["change", "merge"]);
  });

  test("refuses an identifier that is taken, and what is no name, date or sex", async () => {
    await enter({ identifiers: [{ value: "X-1", issuer: "A" }] });
    const again = await call("POST", "/patients", { ...jane, identifiers: [{ value: "X-1", issuer: "A" }] });
    expect([again.status, again.body.code]).toEqual([409, "patient.identifier-taken"]);
    for (const wrong of [
      { lastName: "" },
      { lastName: "Doe^Jane" },
      { birthDate: "1970-02-30" },
      { birthDate: "2970-01-01" },
      { sex: "X" },
      { nickname: "J" },
    ])
      expect([(await call("POST", "/patients", { ...jane, ...wrong })).status, wrong]).toEqual([400, wrong]);
    const count = await call("GET", "/patients?identifier=X-1");
    expect(count.body.pagination.total).toBe(1);
  });

  test("needs the right", async () => {
    await signInAs(["RADIOLOGIST"]);
    expect((await call("POST", "/patients", jane)).status).toBe(403);
  });
});

describe("finding patients", () => {
  test("by words of the name in any order, by identifier and by birth date, within the facility", async () => {
    const made = await enter({
      lastName: "Lefèvre",
      firstName: "Zoé",
      birthDate: "1999-09-09",
      identifiers: [{ value: "LZ-77", issuer: "A" }],
    });
    for (const query of [
      "query=lefevre",
      "query=zoe%20lef",
      "query=Lefèvre,%20Z",
      "query=LZ-7",
      "identifier=LZ-77",
      "birthDate=1999-09-09",
    ]) {
      const found = await call("GET", `/patients?${query}`);
      expect([query, found.body.data.map((patient: { id: string }) => patient.id)]).toEqual([
        query,
        [made.id],
      ]);
    }
    expect((await call("GET", "/patients?query=lefevre%20x")).body.data).toEqual([]);
    expect((await call("GET", "/patients?query=%25")).body.data).toEqual([]);
    expect((await call("GET", "/patients?name=x")).status).toBe(400);
    await signInAs(["FRONT_DESK"], there);
    expect((await call("GET", "/patients?query=lefevre")).body.pagination.total).toBe(0);
    expect((await call("GET", `/patients/${made.id}`)).status).toBe(404);
    expect((await call("PATCH", `/patients/${made.id}`, { lastName: "X" })).status).toBe(404);
  });

  test("pages by key, sorted either way, and refuses keys and fields that are none", async () => {
    for (let number = 0; number < 5; number++) await enter({ lastName: `Paging ${number}` });
    const names: string[] = [];
    let url: string | null = "/api/v1/patients?query=paging&limit=2&sort=-name";
    while (url) {
      const page: { data: { lastName: string }[]; pagination: { next: string | null } } = (
        await call("GET", url.replace("/api/v1", ""))
      ).body;
      names.push(...page.data.map((patient) => patient.lastName));
      url = page.pagination.next;
    }
    expect(names).toEqual([4, 3, 2, 1, 0].map((number) => `Paging ${number}`));
    expect((await call("GET", "/patients?sort=shoeSize")).body.code).toBe("query.invalid-sort");
    expect((await call("GET", "/patients?after=abc")).body.code).toBe("query.invalid-after");
    const forged = Buffer.from(JSON.stringify(["birthDate", "no date", me.id])).toString("base64url");
    expect((await call("GET", `/patients?sort=birthDate&after=${forged}`)).body.code).toBe(
      "query.invalid-after",
    );
  });

  test("a physician finds those in their care", async () => {
    const made = await enter({ lastName: "Incare" });
    await enter({ lastName: "Incare" });
    await signInAs(["PHYSICIAN"]);
    expect((await call("GET", "/patients?query=incare")).body.pagination.total).toBe(0);
    await transact(database.db, (tx) =>
      addCareRelations(tx, platform.clock, [
        { patientId: made.id, facilityId: here, personId: me.id, source: "order" },
      ]),
    );
    const found = await call("GET", "/patients?query=incare");
    expect(found.body.data.map((patient: { id: string }) => patient.id)).toEqual([made.id]);
    expect(found.body.data[0].actions).toEqual([]);
    expect((await call("GET", `/patients/${made.id}`)).status).toBe(200);
  });
});

describe("changing a patient", () => {
  test("makes a new version, records what was changed, and leaves the rest", async () => {
    const made = await enter({ phone: "1", email: "j@example.org" });
    const changed = await call("PATCH", `/patients/${made.id}`, {
      lastName: "Roe",
      phone: null,
      expectedVersion: 1,
    });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      lastName: "Roe",
      firstName: "Jane",
      phone: null,
      email: "j@example.org",
      version: 2,
      birthDate: "1970-01-02",
    });
    const facts = await database.db`select type, data from fact where subject_id = ${made.id} order by id`;
    expect(facts).toEqual([
      { type: "patient.created", data: {} },
      { type: "patient.changed", data: { fields: ["lastName", "phone"] } },
    ]);
  });

  test("a part of the name and a contact that is null or empty is none; an e-mail address has to be one", async () => {
    const none = { middleName: "", prefix: "", suffix: "", phone: null, email: null, address: null };
    const made = await enter({ ...none, middleName: null, prefix: null, suffix: null, email: "", phone: "" });
    expect(made).toMatchObject(none);
    const url = `/patients/${made.id}`;
    const filled = { middleName: "Q", prefix: "Dr", suffix: "Jr", email: "j@example.org" };
    expect((await call("PATCH", url, filled)).body).toMatchObject(filled);
    const emptied = { middleName: null, prefix: null, suffix: null, email: "" };
    expect((await call("PATCH", url, emptied)).body).toMatchObject(none);
    expect((await call("PATCH", url, { email: "x" })).body.errors[0].path).toBe("body.email");
  });

  test("refuses a version that is not the present one, in the body and in If-Match", async () => {
    const made = await enter();
    const change = { lastName: "Roe" };
    expect((await call("PATCH", `/patients/${made.id}`, { ...change, expectedVersion: 7 })).status).toBe(409);
    expect((await call("PATCH", `/patients/${made.id}`, change, { "if-match": '"9"' })).body.code).toBe(
      "version.conflict",
    );
    expect((await call("PATCH", `/patients/${made.id}`, change, { "if-match": '"1"' })).status).toBe(200);
  });

  test("replaces identifiers, and refuses one that another patient has", async () => {
    await enter({ identifiers: [{ value: "T-1", issuer: "A" }] });
    const made = await enter({ identifiers: [{ value: "T-2", issuer: "A" }] });
    const identifiers = [
      { value: "T-3", issuer: "A" },
      { value: "T-3", issuer: "B" },
    ];
    const changed = await call("PATCH", `/patients/${made.id}`, { identifiers });
    expect(changed.body.identifiers).toEqual(identifiers);
    const taken = await call("PATCH", `/patients/${made.id}`, {
      identifiers: [{ value: "T-1", issuer: "A" }],
    });
    expect(taken.status).toBe(409);
    expect((await call("GET", `/patients/${made.id}`)).body.identifiers).toEqual(identifiers);
  });
});

test("who looked at a patient is written down", async () => {
  const made = await enter();
  await call("GET", `/patients/${made.id}`);
  await server.journal.drain();
  const rows = await database.db`
    select action, actor_id, patient_id from access where subject_id = ${made.id} and outcome = 'success'`;
  expect(rows).toEqual([{ action: "patient.viewed", actor_id: me.id, patient_id: made.id }]);
});

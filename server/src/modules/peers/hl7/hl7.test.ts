import net from "node:net";
import { hl7InTransitions, hl7MessageStatuses, hl7OutTransitions } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { type App, createHttpServer, newId, type Viewer } from "../../../platform/index.ts";
import { createJournal, type Journal } from "../../journal/index.ts";
import { clearMessages } from "./jobs.ts";
import { hl7Routes } from "./routes.ts";

const database = testDatabase();
const platform = testPlatform(database);
const facilityA = newId(platform.clock);
const facilityB = newId(platform.clock);
const administrator = (facilityId: string): Viewer => ({
  kind: "user",
  id: newId(platform.clock),
  name: "Ada",
  roles: ["ADMINISTRATOR"],
  facilityIds: [facilityId],
  homeFacilityId: facilityId,
  requestId: "r1",
  address: "127.0.0.1",
});
const viewers: Record<string, Viewer> = {
  a: administrator(facilityA),
  b: administrator(facilityB),
  technologist: { ...administrator(facilityA), roles: ["TECHNOLOGIST"] },
};
let app: App;
let journal: Journal;

beforeAll(async () => {
  journal = createJournal(platform);
  await journal.start();
  for (const [id, name] of [
    [facilityA, "A"],
    [facilityB, "B"],
  ] as const)
    await database.db`
      insert into facility (id, name, time_zone, patient_id_issuer, created_at)
      values (${id}, ${name}, 'Europe/Berlin', ${name}, ${platform.clock.now()})`;
  app = await createHttpServer({
    config: platform.config,
    log: platform.log,
    metrics: platform.metrics,
    authentication: (scope) => {
      scope.addHook("onRequest", async (request) => {
        request.viewer = viewers[String(request.headers["x-viewer"] ?? "a")]!;
      });
    },
    root: [],
    api: [hl7Routes(platform, journal, async () => {})],
  });
});
afterAll(async () => {
  await app.close();
  await journal.stop();
});
beforeEach(async () => {
  await database.db`delete from hl7_messages`;
  await database.db`delete from hl7_systems`;
});

const call = async (
  method: "GET" | "POST" | "PATCH" | "DELETE",
  url: string,
  payload?: object,
  viewer = "a",
) => {
  const answer = await app.inject({
    method,
    url: `/api/v1/hl7${url}`,
    headers: { "x-viewer": viewer },
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.body === "" ? null : answer.json() };
};
const his = { name: "Hospital", application: "HIS", address: "10.0.0.7", receives: ["ADT", "ORDERS"] };

/** Puts a message down as it stands after it came or was queued. */
async function message(values: Record<string, unknown>): Promise<string> {
  const row = {
    id: newId(platform.clock),
    direction: "IN",
    facility_id: facilityA,
    control_id: "42",
    message_type: "ADT^A08",
    status: "REFUSED",
    text: Buffer.from("MSH|^~\\&|HIS|||||||42\rPID|1||7^^^A&B~8||DOE^J\\F\\"),
    happened_at: platform.clock.now(),
    ...values,
  };
  await database.db`insert into hl7_messages ${database.db(row)}`;
  return row.id;
}

test("a system is added, changed by its version, and removed", async () => {
  const { status, body: system } = await call("POST", "/systems", his);
  expect([status, system]).toMatchObject([
    201,
    {
      ...his,
      facilityId: facilityA,
      sendingFacility: null,
      hl7Version: "2.5.1",
      enabled: true,
      version: 1,
      actions: ["change", "remove"],
    },
  ]);
  const changed = await call("PATCH", `/systems/${system.id}`, {
    host: "ris.hospital",
    port: 2575,
    sends: ["RESULTS"],
    expectedVersion: 1,
  });
  expect(changed.body).toMatchObject({
    host: "ris.hospital",
    address: "10.0.0.7",
    version: 2,
    actions: ["change", "remove", "test"],
  });
  expect((await call("PATCH", `/systems/${system.id}`, { name: "x", expectedVersion: 1 })).status).toBe(409);
  expect((await call("GET", "/systems")).body.data).toMatchObject([{ id: system.id }]);
  expect((await call("DELETE", `/systems/${system.id}`)).status).toBe(204);
  expect((await call("GET", `/systems/${system.id}`)).status).toBe(404);
});

test("another facility's system does not exist, and nobody but who manages HL7 sees one", async () => {
  const { body } = await call("POST", "/systems", his);
  expect((await call("GET", `/systems/${body.id}`, undefined, "b")).status).toBe(404);
  expect((await call("GET", "/systems", undefined, "b")).body.data).toEqual([]);
  expect((await call("POST", "/systems", { ...his, facilityId: facilityB })).status).toBe(400);
  expect((await call("GET", "/systems", undefined, "technologist")).status).toBe(403);
});

test.each([
  [{ characterSet: "KLINGON" }, "hl7-system.unknown-character-set"],
  [{ host: "ris.hospital" }, "hl7-system.no-port"],
  [{ sends: ["RESULTS"] }, "hl7-system.no-host"],
  [{ address: "no host" }, "modality.invalid-host"],
  [{ providerId: newId(platform.clock) }, "hl7-system.unknown-provider"],
])("what does not go together is refused: %j", async (wrong, code) => {
  expect(await call("POST", "/systems", { ...his, ...wrong })).toMatchObject({ status: 400, body: { code } });
});

test("two systems do not bear the same names, however they are written", async () => {
  await call("POST", "/systems", his);
  expect(await call("POST", "/systems", { ...his, application: "his" })).toMatchObject({
    status: 409,
    body: { code: "hl7-system.names-taken" },
  });
  expect((await call("POST", "/systems", { ...his, sendingFacility: "NORTH" })).status).toBe(201);
});

test("a test connects where the system listens, and says nothing", async () => {
  let bytes = 0;
  const server = net.createServer((socket) =>
    socket.on("data", (chunk) => (bytes += chunk.length)).on("error", () => {}),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const { body: system } = await call("POST", "/systems", { ...his, host: "127.0.0.1", port });
  expect((await call("POST", `/systems/${system.id}/test`)).body).toMatchObject({
    reached: true,
    problem: null,
  });
  await new Promise((resolve) => server.close(resolve));
  expect((await call("POST", `/systems/${system.id}/test`)).body).toMatchObject({
    reached: false,
    problem: "Nothing listens at this host and port.",
  });
  expect(bytes).toBe(0);
  const { body: silent } = await call("POST", "/systems", { ...his, application: "OTHER" });
  expect((await call("POST", `/systems/${silent.id}/test`)).body.code).toBe("hl7-system.nothing-sent");
});

test("messages are listed without text, those of unknown senders too, and narrowed by what they are", async () => {
  const mine = await message({});
  const unknown = await message({
    facility_id: null,
    status: "REJECTED",
    message_type: "ORM^O01",
    control_id: "43",
  });
  await message({ facility_id: facilityB });
  const listed = async (query: string) =>
    (await call("GET", `/messages?${query}`)).body.data.map(({ id }: { id: string }) => id);
  expect(await listed("")).toEqual([unknown, mine]);
  expect(await listed("status=refused&direction=in")).toEqual([mine]);
  expect(await listed("messageType=ORM")).toEqual([unknown]);
  expect(await listed("messageType=adt^a08")).toEqual([mine]);
  expect(await listed("q=43")).toEqual([unknown]);
  expect(await listed("since=2999-01-01")).toEqual([]);
  expect((await call("GET", "/messages?status=LOST")).status).toBe(400);
  expect((await call("GET", "/messages")).body.data[0].text).toBeUndefined();
});

test("a message is read with its segments taken apart, and whoever reads it is written down", async () => {
  const patientId = newId(platform.clock);
  const id = await message({ patient_id: patientId, acknowledgement: "MSH|^~\\&|\rMSA|AE|42\r" });
  const { body } = await call("GET", `/messages/${id}`);
  expect(body).toMatchObject({
    text: "MSH|^~\\&|HIS|||||||42\nPID|1||7^^^A&B~8||DOE^J\\F\\",
    acknowledgement: "MSH|^~\\&|\nMSA|AE|42",
  });
  expect(body.segments[1]).toEqual({
    name: "PID",
    fields: [
      { number: 1, value: "1" },
      { number: 3, value: "7^^^A&B~8" },
      { number: 5, value: "DOE^J\\F\\" },
    ],
  });
  await journal.drain();
  const accesses = await database.db`select action, patient_id from access where subject_id = ${id}`;
  expect([...accesses]).toEqual([{ action: "hl7-message.viewed", patient_id: patientId }]);
  expect((await call("GET", `/messages/${id}`, undefined, "b")).status).toBe(404);
});

test("what is no message is shown as far as it can be", async () => {
  const id = await message({ text: Buffer.from("GET / HTTP/1.1\r\n\0\xff", "latin1") });
  expect((await call("GET", `/messages/${id}`)).body).toMatchObject({
    text: "GET / HTTP/1.1\n\ufffdÿ",
    segments: [],
  });
});

test("each state of each direction is dismissed where the table says so, and otherwise a conflict says what may follow", async () => {
  const tables = { IN: hl7InTransitions, OUT: hl7OutTransitions } as const;
  for (const [direction, table] of Object.entries(tables))
    for (const status of hl7MessageStatuses.filter((one) => one in table)) {
      const may: readonly string[] = table[status as keyof typeof table];
      const id = await message({ direction, status });
      const answer = await call("POST", `/messages/${id}/dismiss`, { reason: "Told by phone" });
      if (may.includes("DISMISSED"))
        expect(answer.body).toMatchObject({
          status: "DISMISSED",
          dismissedReason: "Told by phone",
          actions: [],
          nextAttemptAt: null,
        });
      else expect([answer.status, answer.body.code]).toEqual([409, "hl7-message.illegal-transition"]);
    }
});

test("what was settled long ago is forgotten; what a person must look at stays", async () => {
  const old = new Date(Date.parse("2020-01-01"));
  const finished = (status: string, direction = "IN") => message({ status, direction, finished_at: old });
  await finished("ACCEPTED");
  await finished("DISMISSED");
  await finished("ACKNOWLEDGED", "OUT");
  const kept = [
    await message({ status: "REFUSED" }),
    await message({ status: "ACCEPTED", finished_at: new Date(Date.parse("2020-03-01")) }),
  ];
  await clearMessages(database.db, new Date(Date.parse("2020-02-01")));
  const left = await database.db<{ id: string }[]>`select id from hl7_messages order by id`;
  expect(left.map(({ id }) => id)).toEqual(kept.sort());
});

test("what waits for a system fails when the system is removed", async () => {
  const { body: system } = await call("POST", "/systems", { ...his, host: "h", port: 1 });
  const id = await message({ direction: "OUT", status: "QUEUED", system_id: system.id });
  onTestFinished(() => database.db`delete from hl7_messages`.then(() => {}));
  await call("DELETE", `/systems/${system.id}`);
  const [item] = (await call("GET", "/messages")).body.data;
  expect(item).toMatchObject({
    id,
    status: "FAILED",
    systemId: null,
    reason: "The system was removed.",
    actions: ["dismiss"],
  });
});

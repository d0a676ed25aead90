import http from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { Role } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { newId, systemViewer, transact } from "../../platform/index.ts";
import { type Authenticated, administrationRoutes, sessionRoutes } from "../identity/index.ts";
import { type CareRelation, createLiveFeed, type LiveFeed, liveFeedRoutes, notify } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
let feed: LiveFeed;
let care: CareRelation[] = [];
const asked = vi.fn();
const server = testServer(platform, ({ identity, journal }) => {
  feed = createLiveFeed(platform, journal, identity, {
    careRelations: async (people, patients) => {
      asked(people, patients);
      return care;
    },
    heartbeatMs: 100,
    connectionsPerViewer: 2,
    bufferBytes: 64 * 1024,
  });
  return [sessionRoutes(identity), administrationRoutes(identity), liveFeedRoutes(feed)];
});

let base: string;
let here: string;
let there: string;
const open: AbortController[] = [];

beforeAll(async () => {
  await server.journal.start();
  await server.app.listen({ port: 0, host: "127.0.0.1" });
  base = `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}/api/v1`;
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
});
afterEach(() => {
  for (const controller of open.splice(0)) controller.abort();
  care = [];
  asked.mockClear();
});

interface Told {
  id: number;
  event: string;
  data: { type: string; subject: { id: string }; patientId: string | null; facilityId: string; at: string };
}

/** By a connection of its own: one that an earlier test of the file left open may be ended at the moment in which it is used again. */
async function askFeed(headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) =>
    http.get(`${base}/events`, { headers, signal, agent: false }, resolve).once("error", reject),
  );
  const said = Object.entries(answer.headers).map(
    ([name, value]) => [name, String(value)] as [string, string],
  );
  return new Response(Readable.toWeb(answer) as ReadableStream, {
    status: answer.statusCode!,
    headers: said,
  });
}

/** A connection that keeps what it is told. */
async function listen(headers: { authorization: string }, lastEventId?: number | string) {
  const controller = new AbortController();
  open.push(controller);
  const response = await askFeed(
    { ...headers, ...(lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) }) },
    controller.signal,
  );
  const told: Told[] = [];
  let text = "";
  let ended = false;
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
        const lines = text.slice(0, at).split("\n");
        text = text.slice(at + 2);
        const value = (name: string) =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const data = value("data");
        if (data !== undefined)
          told.push({ id: Number(value("id")), event: value("event") ?? "", data: JSON.parse(data) });
      }
    }
  })()
    .catch(() => {})
    .finally(() => {
      ended = true;
    });
  return {
    response,
    told,
    /** Without the sign-ins of the test itself, which administrators hear of. */
    types: () => told.map(({ data }) => data.type).filter((type) => type !== "user.signed-in"),
    isEnded: () => ended,
    end: async () => {
      controller.abort();
      await reading;
    },
  };
}

const signInAs = async (role: Role, facilityIds: string[] = [here]) => {
  const user = await server.addUser({ roles: [role], facilityIds });
  return { ...user, headers: await server.signIn(user.username) };
};
const record = (type: string, more: object = {}) =>
  transact(database.db, (tx) =>
    server.journal.record(tx, systemViewer([here]), {
      type,
      subject: { type: "study", id: "s1" },
      facilityId: here,
      ...more,
    }),
  );

describe("what a viewer is told", () => {
  test("is what happens in the facilities and within the rights, with ids only", async () => {
    const { headers } = await signInAs("RADIOLOGIST");
    const connection = await listen(headers);
    expect(connection.response.headers.get("content-type")).toBe("text/event-stream");
    expect(connection.response.headers.get("cache-control")).toBe("no-store");
    const patientId = newId(platform.clock);
    await record("study.received", { facilityId: there });
    await record("study.received", { facilityId: null });
    await record("unknown.thing");
    await record("user.changed");
    await record("job.gave-up");
    await record("study.received", { patientId, data: { count: 3 } });
    await record("study.settled");
    await expect.poll(() => connection.types()).toEqual(["study.received", "study.settled"]);
    expect(connection.told[0]!.data).toEqual({
      type: "study.received",
      subject: { type: "study", id: "s1" },
      patientId,
      facilityId: here,
      at: platform.clock.now().toISOString(),
    });
    expect(connection.told[0]!.id).toBeLessThan(connection.told[1]!.id);
  });

  test("an administrator hears of accounts as well; front desk and billing hear nothing of images", async () => {
    const connections = await Promise.all(
      (["ADMINISTRATOR", "FRONT_DESK", "BILLING", "INTEGRATION", "TECHNOLOGIST", "RESIDENT"] as const).map(
        async (role) => await listen((await signInAs(role)).headers),
      ),
    );
    await record("study.received");
    await record("user.changed");
    await record("patient.changed");
    await expect
      .poll(() => connections.map((connection) => connection.types()))
      .toEqual([
        ["study.received", "user.changed", "patient.changed"],
        ["patient.changed"],
        [],
        ["study.received", "patient.changed"],
        ["study.received", "patient.changed"],
        ["study.received", "patient.changed"],
      ]);
  });

  test("a physician hears of patients in care and of what names them, and of nothing else; everybody is asked about at once", async () => {
    const one = await signInAs("PHYSICIAN");
    const two = await signInAs("PHYSICIAN");
    const connections = [await listen(one.headers), await listen(two.headers)];
    const [mine, other] = [newId(platform.clock), newId(platform.clock)];
    care = [
      { personId: one.id, patientId: mine, facilityId: here },
      { personId: one.id, patientId: other, facilityId: there },
    ];
    await transact(database.db, (tx) =>
      server.journal.recordMany(
        tx,
        systemViewer([here]),
        [
          { patientId: mine, id: "in-care" },
          { patientId: other, id: "in-care-elsewhere" },
          { patientId: null, id: "no-patient" },
          { patientId: other, id: "named", people: [two.id] },
        ].map(({ id, ...more }) => ({
          type: "study.received",
          subject: { type: "study", id },
          facilityId: here,
          ...more,
        })),
      ),
    );
    const subjects = () => connections.map(({ told }) => told.map(({ data }) => data.subject.id));
    await expect.poll(() => subjects()).toEqual([["in-care"], ["named"]]);
    expect(asked.mock.calls).toHaveLength(1);
  });

  test("whose account is changed hears of it whatever their rights, and nobody else without them does", async () => {
    const [own, other] = [await signInAs("FRONT_DESK"), await signInAs("FRONT_DESK")];
    const connections = [await listen(own.headers), await listen(other.headers)];
    const about = { subject: { type: "user", id: own.id }, people: [own.id] };
    await record("user.changed", about);
    await record("user.changed", { ...about, facilityId: there });
    await record("user.password-reset", about);
    await record("patient.changed");
    await expect
      .poll(() => connections.map((connection) => connection.types()))
      .toEqual([["user.changed", "user.changed", "patient.changed"], ["patient.changed"]]);
  });

  test("a notice is told to its recipient alone, by its id", async () => {
    const one = await signInAs("PHYSICIAN");
    const connections = [await listen(one.headers), await listen((await signInAs("ADMINISTRATOR")).headers)];
    await transact(database.db, async (tx) => {
      await notify(tx, platform.clock, [
        {
          kind: "report.available",
          level: "INFO",
          facilityId: here,
          subject: { type: "report", id: "r1" },
          to: { people: [one.id] },
          key: "live",
        },
      ]);
    });
    await record("facility.changed");
    await expect.poll(() => connections[0]!.types()).toEqual(["notice.created"]);
    await expect.poll(() => connections[1]!.types()).toEqual(["facility.changed"]);
    const [notice] = await database.db<{ id: string }[]>`select id from notice where key = 'live'`;
    expect(connections[0]!.told[0]!.data.subject).toEqual({ type: "notice", id: notice!.id });
  });

  test("without care relations a physician hears only of what names them", async () => {
    const strict = createLiveFeed(platform, server.journal, server.identity);
    const physician = await signInAs("PHYSICIAN");
    const authenticated = await server.identity.authenticate(physician.headers.authorization, {
      requestId: "r",
      address: null,
    });
    const stream = await strict.open(authenticated, null);
    let text = "";
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    await record("study.received", { patientId: newId(platform.clock) });
    await record("study.settled", { patientId: newId(platform.clock), people: [physician.id] });
    await expect.poll(() => text).toContain("study.settled");
    expect(text).not.toContain("study.received");
    strict.close();
  });
});

describe("a connection", () => {
  test("resumes where it was", async () => {
    const { headers } = await signInAs("RADIOLOGIST");
    const first = await listen(headers);
    await record("study.received");
    await expect.poll(() => first.told).toHaveLength(1);
    await first.end();
    await record("study.received", { facilityId: there });
    await record("study.settled");
    await expect.poll(() => server.journal.position()).toBeGreaterThanOrEqual(first.told[0]!.id + 2);
    const second = await listen(headers, first.told[0]!.id);
    await record("study.received");
    await expect.poll(() => second.types()).toEqual(["study.settled", "study.received"]);
  });

  test("that missed too much is told to begin anew", async () => {
    const { headers } = await signInAs("RADIOLOGIST");
    await server.journal.drain();
    const before = await server.journal.position();
    await transact(database.db, (tx) =>
      server.journal.recordMany(
        tx,
        systemViewer([here]),
        Array.from({ length: 1001 }, () => ({
          type: "study.received",
          subject: { type: "study", id: "many" },
          facilityId: here,
        })),
      ),
    );
    await expect.poll(() => server.journal.position()).toBe(before + 1001);
    const connection = await listen(headers, before);
    await expect.poll(() => connection.told.map(({ event }) => event)).toEqual(["reset"]);
    expect(connection.told[0]!.id).toBe(before + 1001);
    const ahead = await listen(headers, before + 5000);
    await expect.poll(() => ahead.told.map(({ event }) => event)).toEqual(["reset"]);
  });

  test("needs a token, takes no nonsense, and has a limit for each viewer", async () => {
    expect((await fetch(`${base}/events`)).status).toBe(401);
    const { headers } = await signInAs("RADIOLOGIST");
    expect((await listen(headers, "nonsense")).response.status).toBe(400);
    expect((await fetch(`${base}/events?colour=red`, { headers })).status).toBe(400);
    const kept = [await listen(headers), await listen(headers)];
    const third = await listen(headers);
    expect([third.response.status, third.response.headers.get("retry-after")]).toEqual([429, "30"]);
    await kept[0]!.end();
    await expect.poll(async () => (await listen(headers)).response.status).toBe(200);
  });

  test("ends with its session", async () => {
    const { headers } = await signInAs("RADIOLOGIST");
    const other = await signInAs("RADIOLOGIST");
    const [connection, stays] = [await listen(headers), await listen(other.headers)];
    await server.app.inject({ method: "POST", url: "/api/v1/users/logout", headers });
    await expect.poll(() => connection.isEnded()).toBe(true);
    await record("study.received");
    await expect.poll(() => stays.types()).toEqual(["study.received"]);
    expect([stays.isEnded(), connection.types()]).toEqual([false, []]);
  });

  test("ends when its session ends by time", async () => {
    const { headers } = await signInAs("RADIOLOGIST");
    const connection = await listen(headers);
    platform.clock.advance(13 * 3600_000);
    await expect.poll(() => connection.isEnded()).toBe(true);
  });

  test("tells at once by the roles and facilities of now", async () => {
    const radiologist = await signInAs("RADIOLOGIST");
    const admin = await signInAs("ADMINISTRATOR");
    const connection = await listen(radiologist.headers);
    const patched = await server.app.inject({
      method: "PATCH",
      url: `/api/v1/users/${radiologist.id}`,
      headers: admin.headers,
      payload: { roles: ["FRONT_DESK"] },
    });
    expect(patched.statusCode).toBe(200);
    await record("study.received");
    await record("patient.changed");
    await expect.poll(() => connection.types()).toEqual(["user.changed", "patient.changed"]);
  });

  test("that takes nothing is ended before it fills the memory", async () => {
    const { headers } = await signInAs("RADIOLOGIST");
    const authenticated = await server.identity.authenticate(headers.authorization, {
      requestId: "r",
      address: null,
    });
    const stream = await feed.open(authenticated, null);
    const ended = vi.fn();
    stream.once("close", ended);
    const before = await server.journal.position();
    for (let i = 0; i < 4; i++) {
      await transact(database.db, (tx) =>
        server.journal.recordMany(
          tx,
          systemViewer([here]),
          Array.from({ length: 200 }, () => ({
            type: "study.received",
            subject: { type: "study", id: "x".repeat(100) },
            facilityId: here,
          })),
        ),
      );
    }
    await expect.poll(() => ended).toHaveBeenCalled();
    // What is sealed later would be told to whoever listens next, and be too much for them as well.
    await expect.poll(() => server.journal.position()).toBeGreaterThanOrEqual(before + 800);
  });

  test("hears a heartbeat", async () => {
    const { headers } = await signInAs("RADIOLOGIST");
    const controller = new AbortController();
    open.push(controller);
    const response = await askFeed(headers, controller.signal);
    let text = "";
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (text.includes(": heartbeat")) break;
    }
    expect(text).toMatch(/^retry: 3000\n: connected\nid: \d+\n\n/);
  });
});

test("a graceful stop ends the connections and does not wait for them", async () => {
  const { headers } = await signInAs("RADIOLOGIST");
  const connection = await listen(headers);
  const authenticated = await server.identity.authenticate(headers.authorization, {
    requestId: "r",
    address: null,
  });
  await server.app.close();
  await expect.poll(() => connection.isEnded()).toBe(true);
  await expect(feed.open(authenticated, null)).rejects.toMatchObject({ kind: "unavailable" });
});

test("no heartbeat comes before the greeting that says from where one hears", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const position = Promise.withResolvers<number>();
    const journal = { follow: () => () => {}, position: () => position.promise, factsAfter: async () => [] };
    const identity = { again: async (one: Authenticated) => one, onChange: () => () => {} };
    const slow = createLiveFeed(platform, journal as never, identity, { heartbeatMs: 100 });
    const opening = slow.open({ viewer: systemViewer([here], "test") } as Authenticated, null);
    vi.advanceTimersByTime(200);
    position.resolve(7);
    const stream = await opening;
    vi.advanceTimersByTime(100);
    slow.close();
    expect((await stream.setEncoding("utf8").toArray()).join("")).toBe(
      "retry: 3000\n: connected\nid: 7\n\n: heartbeat\nid: 7\n\n",
    );
  } finally {
    vi.useRealTimers();
  }
});

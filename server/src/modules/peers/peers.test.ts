import { X509Certificate } from "node:crypto";
import net, { type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { implementationClassUid } from "@isocenter/dicom";
import { answerContexts, createDimseServer } from "@isocenter/dimse";
import { makeCertificate } from "@isocenter/test/support/certificate.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { type App, createHttpServer, newId, reach, type Viewer } from "../../platform/index.ts";
import { createJournal, type Journal } from "../journal/index.ts";
import { createPeers, modalityRoutes, type Peers } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const facilityA = newId(platform.clock);
const facilityB = newId(platform.clock);
let journal: Journal;
let peers: Peers;
const resolved: Record<string, string[]> = { "ct1.hospital": ["10.0.0.5", "10.0.0.6"] };
let lookups = 0;
const resolve = async (host: string) => {
  lookups += 1;
  const addresses = resolved[host];
  if (!addresses) throw new Error("ENOTFOUND");
  return addresses;
};

const administrator = (...facilityIds: string[]): Viewer => ({
  kind: "user",
  id: newId(platform.clock),
  name: "Ada",
  roles: ["ADMINISTRATOR"],
  facilityIds,
  homeFacilityId: facilityIds[0]!,
  requestId: "r1",
  address: "127.0.0.1",
});
const viewers: Record<string, Viewer> = {
  a: administrator(facilityA),
  b: administrator(facilityB),
  radiologist: { ...administrator(facilityA), roles: ["RADIOLOGIST"] },
};
let app: App;

beforeAll(async () => {
  journal = createJournal(platform);
  peers = createPeers(platform, journal, { resolve });
  const facility = (id: string, name: string, minute: number) => database.db`
    insert into facility (id, name, time_zone, patient_id_issuer, created_at)
    values (${id}, ${name}, 'Europe/Berlin', ${name}, ${new Date(Date.UTC(2026, 0, 1, 0, minute))})`;
  await facility(facilityA, "A", 0);
  await facility(facilityB, "B", 1);
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
    api: [modalityRoutes(platform, journal)],
  });
});
afterAll(() => app.close());
beforeEach(async () => {
  await database.db`delete from modality`;
  await database.db`delete from knocking_caller`;
});

const ct = { aeTitle: "CT1", host: "10.0.0.5", port: 104, permissions: ["echo", "STORE"] };
const call = async (
  method: "GET" | "POST" | "PATCH" | "DELETE",
  url: string,
  payload?: object,
  headers = {},
) => {
  const answer = await app.inject({ method, url: `/api/v1${url}`, headers, ...(payload ? { payload } : {}) });
  return {
    status: answer.statusCode,
    body: answer.body === "" ? null : answer.json(),
    headers: answer.headers,
  };
};
const caller = (callingAeTitle: string, remoteAddress: string) => ({
  callingAeTitle,
  calledAeTitle: "ISOCENTER",
  remoteAddress,
  implementation: "TEST",
});
const factTypes = async () =>
  (await database.db<{ type: string }[]>`select type from fact order by id`).map(({ type }) => type);

test("a modality is made, read, changed and removed, each a fact", async () => {
  const before = (await factTypes()).length;
  const made = await call("POST", "/modalities", ct);
  expect(made).toMatchObject({
    status: 201,
    body: {
      aeTitle: "CT1",
      host: "10.0.0.5",
      port: 104,
      description: null,
      facilityId: facilityA,
      permissions: ["echo", "store"],
      version: 1,
      actions: ["change", "remove", "echo"],
    },
    headers: { etag: '"1"' },
  });
  const { id } = made.body;
  expect((await call("GET", `/modalities/${id}`)).body).toEqual(made.body);
  const changed = await call(
    "PATCH",
    `/modalities/${id}`,
    { port: 11112, permissions: ["find"] },
    { "if-match": '"1"' },
  );
  expect(changed.body).toMatchObject({ port: 11112, permissions: ["find"], version: 2 });
  const stale = await call("PATCH", `/modalities/${id}`, { port: 1, expectedVersion: 1 });
  expect([stale.status, stale.body.code]).toEqual([409, "version.conflict"]);
  expect((await call("PATCH", `/modalities/${id}`, { port: 11112 })).body.version).toBe(2);
  expect((await call("DELETE", `/modalities/${id}`)).status).toBe(204);
  expect((await call("GET", `/modalities/${id}`)).status).toBe(404);
  expect((await factTypes()).slice(before)).toEqual([
    "modality.created",
    "modality.changed",
    "modality.removed",
  ]);
});

test("wrong input is named and changes nothing", async () => {
  const wrong: [object, string][] = [
    [{ ...ct, aeTitle: "A/B" }, "body.aeTitle"],
    [{ ...ct, aeTitle: "A\\B" }, "body.aeTitle"],
    [{ ...ct, aeTitle: ".." }, "body.aeTitle"],
    [{ ...ct, aeTitle: " CT1" }, "body.aeTitle"],
    [{ ...ct, aeTitle: "SEVENTEEN_LETTERS" }, "body.aeTitle"],
    [{ ...ct, port: 0 }, "body.port"],
    [{ ...ct, certificateSha256: "ab" }, "body.certificateSha256"],
    [{ ...ct, host: "not a host" }, "host"],
    [{ ...ct, transferSyntaxes: ["1.2.840.10008.5.1.4.1.1.2"] }, "transferSyntaxes"],
    [{ ...ct, permissions: ["print"] }, "permissions"],
    [{ ...ct, facilityId: facilityB }, "facilityId"],
  ];
  for (const [body, path] of wrong) {
    const answer = await call("POST", "/modalities", body);
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
  }
  expect((await call("GET", "/modalities")).body.pagination.total).toBe(0);
  await call("POST", "/modalities", ct);
  const again = await call("POST", "/modalities", { ...ct, host: "10.0.0.9" });
  expect([again.status, again.body.code]).toEqual([409, "modality.title-taken"]);
});

test("what belongs to another facility does not exist; who may not manage is refused by the commands themselves", async () => {
  const { id } = (await call("POST", "/modalities", ct)).body;
  const other = { "x-viewer": "b" };
  expect((await call("GET", "/modalities", undefined, other)).body.pagination.total).toBe(0);
  expect((await call("PATCH", `/modalities/${id}`, { port: 1 }, other)).status).toBe(404);
  expect((await call("DELETE", `/modalities/${id}`, undefined, other)).status).toBe(404);
  expect((await call("POST", `/modalities/${id}/echo`, undefined, other)).status).toBe(404);
  expect((await call("DELETE", `/modalities/${id}`, undefined, { "x-viewer": "radiologist" })).status).toBe(
    403,
  );
});

test.for([
  ["", ["CT0", "CT1", "CT2", "CT3", "CT4"]],
  ["&sort=-aeTitle", ["CT4", "CT3", "CT2", "CT1", "CT0"]],
  ["&sort=createdAt", ["CT3", "CT0", "CT4", "CT1", "CT2"]],
] as const)("lists page by key and stay exact%s", async ([sort, expected]) => {
  for (const n of [3, 0, 4, 1, 2]) await call("POST", "/modalities", { ...ct, aeTitle: `CT${n}` });
  const titles: string[] = [];
  let url: string | null = `/modalities?limit=2${sort}`;
  while (url) {
    const {
      body,
    }: { body: { data: { aeTitle: string }[]; pagination: { total: number; next: string | null } } } =
      await call("GET", url);
    expect(body.pagination.total).toBe(5);
    titles.push(...body.data.map(({ aeTitle }) => aeTitle));
    url = body.pagination.next?.replace("/api/v1", "") ?? null;
  }
  expect(titles).toEqual(expected);
  expect(await call("GET", "/modalities?sort=port")).toMatchObject({
    status: 400,
    body: { code: "query.invalid-sort" },
  });
});

test("a known caller is recognized by title and address, and may do what it may", async () => {
  const patientIdIssuer = "HOSPITAL";
  await call("POST", "/modalities", {
    ...ct,
    host: "ct1.hospital",
    description: "CT in room 1",
    patientIdIssuer,
  });
  const peer = await peers.recognize(caller("CT1", "::ffff:10.0.0.6"));
  expect(peer).toMatchObject({
    known: true,
    permissions: ["echo", "store"],
    facilityId: facilityA,
    patientIdIssuer,
    viewer: { kind: "peer", id: "CT1", name: "CT in room 1", facilityIds: [facilityA], address: "10.0.0.6" },
  });
  expect(reach(peer!.viewer, "images.upload")).toBe("all");
  expect(reach(peer!.viewer, "images.read")).toBeNull();
  const before = lookups;
  await peers.recognize(caller("CT1", "10.0.0.5"));
  expect(lookups).toBe(before);
  platform.clock.advance(61_000);
  await peers.recognize(caller("CT1", "10.0.0.5"));
  expect(lookups).toBe(before + 1);
});

test("a caller that nobody knows may echo and store from this machine, into the first facility", async () => {
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1", ...own.map((entry) => entry.address)]) {
    const peer = await peers.recognize(caller("ANY", address));
    expect(peer).toMatchObject({ known: false, permissions: ["echo", "store"], facilityId: facilityA });
    expect(reach(peer!.viewer, "images.read")).toBeNull();
  }
  // The demonstration's own is older than any, and goes again with all that is in it.
  const demonstration = newId(platform.clock);
  await database.db`
    insert into facility (id, name, time_zone, patient_id_issuer, created_at, demonstration)
    values (${demonstration}, 'Demonstration', 'UTC', 'DEMO', '2001-01-01', true)`;
  expect(await peers.recognize(caller("ANY", "127.0.0.1"))).toMatchObject({ facilityId: facilityA });
  await database.db`delete from facility where id = ${demonstration}`;
});

test("anyone else is refused and knocks: counted, told, bounded, and gone when it becomes known", async () => {
  await call("POST", "/modalities", ct);
  const before = (await factTypes()).length;
  expect(await peers.recognize(caller("CT1", "10.9.9.9"))).toBeNull();
  expect(await peers.recognize(caller("MR1", "10.9.9.9"))).toBeNull();
  expect(await peers.recognize(caller("MR1", "10.9.9.9"))).toBeNull();
  platform.clock.advance(3_600_000);
  expect(await peers.recognize(caller("MR1", "10.9.9.9"))).toBeNull();
  expect((await factTypes()).slice(before)).toEqual([
    "modality.refused",
    "modality.refused",
    "modality.refused",
  ]);
  const { body } = await call("GET", "/modalities/knocking");
  expect(body.data).toMatchObject([
    { aeTitle: "MR1", address: "10.9.9.9", reason: "UNKNOWN_TITLE", attempts: 3, calledAeTitle: "ISOCENTER" },
    { aeTitle: "CT1", address: "10.9.9.9", reason: "OTHER_ADDRESS", attempts: 1 },
  ]);
  const letIn = await call("POST", `/modalities/knocking/${body.data[0].id}/let-in`, { description: "MR" });
  expect([letIn.status, letIn.body]).toMatchObject([
    201,
    { aeTitle: "MR1", host: "10.9.9.9", port: 104, description: "MR", permissions: ["echo", "store"] },
  ]);
  expect((await call("GET", "/modalities/knocking")).body.data).toHaveLength(1);
  expect(await peers.recognize(caller("MR1", "10.9.9.9"))).toMatchObject({ permissions: ["echo", "store"] });

  const now = platform.clock.now();
  await database.db`
    insert into knocking_caller (ae_title, address, called_ae_title, implementation, reason, first_seen_at, last_seen_at, recorded_at)
    select 'OLD' || n, '10.1.1.1', 'X', '', 'UNKNOWN_TITLE', ${now}::timestamptz - interval '1 day',
      ${now}::timestamptz - interval '1 day', ${now} from generate_series(1, 1000) n`;
  await peers.recognize(caller("NEW", "10.9.9.9"));
  const knocking = (await call("GET", "/modalities/knocking?limit=1")).body;
  expect(knocking.data[0].aeTitle).toBe("NEW");
  expect(knocking.pagination.total).toBe(1000);
  const { body: after } = await call("GET", knocking.pagination.next.replace("/api/v1", ""));
  expect(after.data[0].aeTitle).toBe("CT1");
  expect((await call("GET", "/modalities/knocking?sort=lastSeenAt")).body.data[0].aeTitle).toMatch(/OLD/);
});

const fingerprint = (digit: string) => digit.repeat(64);
const knocks = async () => (await call("GET", "/modalities/knocking")).body.data;

test("a certificate recognizes a caller in place of its address, and nothing else does then", async () => {
  const colons = fingerprint("A").match(/../g)!.join(":");
  const made = await call("POST", "/modalities", { ...ct, certificateSha256: colons });
  expect(made.body).toMatchObject({ tls: false, certificateSha256: fingerprint("a") });
  const from = (address: string, more = {}) => peers.recognize({ ...caller("CT1", address), ...more });
  const tls = { tls: true, certificateSha256: fingerprint("a") };
  expect(await from("10.9.9.9", tls)).toMatchObject({ known: true });
  expect(await from("10.0.0.5")).toBeNull();
  expect(await from("10.0.0.5", { ...tls, certificateSha256: fingerprint("b") })).toBeNull();
  // On this machine neither, although a guest of another title may.
  expect(await from("127.0.0.1")).toBeNull();
  expect(await peers.recognize(caller("GUEST", "127.0.0.1"))).toMatchObject({ known: false });
});

test("a caller with another address or certificate is let in by changing the modality that has its title", async () => {
  const { id } = (await call("POST", "/modalities", { ...ct, patientIdIssuer: "HOSPITAL" })).body;
  await peers.recognize(caller("CT1", "10.9.9.9"));
  const [moved] = await knocks();
  expect(moved).toMatchObject({ reason: "OTHER_ADDRESS", tls: false, actions: ["let-in", "dismiss"] });
  const other = { "x-viewer": "b" };
  expect((await call("POST", `/modalities/knocking/${moved.id}/let-in`, {}, other)).status).toBe(409);
  const radiologist = { "x-viewer": "radiologist" };
  expect((await call("POST", `/modalities/knocking/${moved.id}/let-in`, {}, radiologist)).status).toBe(403);
  expect((await call("POST", `/modalities/knocking/${moved.id}/let-in`, {})).body).toMatchObject({
    id,
    host: "10.9.9.9",
    port: 104,
    patientIdIssuer: "HOSPITAL",
    version: 2,
  });
  expect(await peers.recognize(caller("CT1", "10.9.9.9"))).toMatchObject({ known: true });

  await call("PATCH", `/modalities/${id}`, { certificateSha256: fingerprint("a") });
  await peers.recognize(caller("CT1", "10.9.9.9"));
  const [bare] = await knocks();
  expect(bare).toMatchObject({ reason: "OTHER_CERTIFICATE", actions: ["dismiss"] });
  const refused = await call("POST", `/modalities/knocking/${bare.id}/let-in`, {});
  expect([refused.status, refused.body.code]).toEqual([409, "knock.mend-at-modality"]);
  await peers.recognize({ ...caller("CT1", "10.8.8.8"), tls: true, certificateSha256: fingerprint("c") });
  const [renewed] = await knocks();
  expect(renewed).toMatchObject({ reason: "OTHER_CERTIFICATE", tls: true, actions: ["let-in", "dismiss"] });
  expect((await call("POST", `/modalities/knocking/${renewed.id}/let-in`, {})).body).toMatchObject({
    id,
    host: "10.9.9.9",
    certificateSha256: fingerprint("c"),
  });
});

test("a knock is dismissed, and says why: also a known caller that calls us by another title", async () => {
  await call("POST", "/modalities", ct);
  await peers.knock({ ...caller("CT1", "10.0.0.5"), calledAeTitle: "OLDPACS" }, "OTHER_CALLED_TITLE");
  const [knock] = await knocks();
  expect(knock).toMatchObject({
    reason: "OTHER_CALLED_TITLE",
    explanation: "CT1 is known, but calls us OLDPACS. Correct the called AE title at the modality.",
    actions: ["dismiss"],
  });
  expect((await call("POST", `/modalities/knocking/${knock.id}/let-in`, {})).status).toBe(409);
  expect((await call("DELETE", `/modalities/knocking/${knock.id}`)).status).toBe(204);
  expect(await knocks()).toEqual([]);
  expect((await call("DELETE", `/modalities/knocking/${knock.id}`)).status).toBe(404);
  expect((await factTypes()).at(-1)).toBe("modality.knock-dismissed");
});

test("echo reaches a modality that is there, and says why it does not reach another", async () => {
  let callingAeTitle = "";
  const server = createDimseServer<null>({
    acceptsCalled: (title) => title === "CT1",
    decide(request) {
      callingAeTitle = request.callingAeTitle;
      return {
        accept: true,
        contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
        data: null,
      };
    },
    handlers: { echo: () => ({ status: 0 }) },
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
    maxAssociations: 5,
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close({ graceMs: 0 }));
  const there = (await call("POST", "/modalities", { ...ct, host: "127.0.0.1", port })).body;
  expect(await call("POST", `/modalities/${there.id}/echo`)).toMatchObject({
    status: 200,
    body: { reached: true, problem: null },
  });
  expect(callingAeTitle).toBe(platform.config.aeTitle);
  const other = (await call("POST", "/modalities", { ...ct, aeTitle: "CT2", host: "127.0.0.1", port })).body;
  expect((await call("POST", `/modalities/${other.id}/echo`)).body).toMatchObject({
    reached: false,
    problem: "It has another AE title than the one that is entered here.",
  });
  await server.close({ graceMs: 0 });
  expect((await call("POST", `/modalities/${there.id}/echo`)).body).toMatchObject({
    reached: false,
    problem: "Nothing answers at this host and port.",
  });
});

test("a modality is called by TLS, and must have the certificate put down for it", async () => {
  const { cert, key } = makeCertificate();
  const server = createDimseServer<null>({
    acceptsCalled: () => true,
    decide: (request) => ({
      accept: true,
      contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
      data: null,
    }),
    handlers: { echo: () => ({ status: 0 }) },
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
    maxAssociations: 5,
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0, tls: { cert, key } });
  onTestFinished(() => server.close({ graceMs: 0 }));
  const certificateSha256 = new X509Certificate(cert).fingerprint256;
  const peer = { ...ct, host: "127.0.0.1", port, tls: true };
  const { id } = (await call("POST", "/modalities", { ...peer, certificateSha256 })).body;
  expect((await call("POST", `/modalities/${id}/echo`)).body).toMatchObject({ reached: true });
  // Nobody whom this system trusts has signed it; another certificate is none of its own; and without TLS there is no answer.
  const problem = async (change: object) => {
    await call("PATCH", `/modalities/${id}`, change);
    return (await call("POST", `/modalities/${id}/echo`)).body.problem;
  };
  expect(await problem({ certificateSha256: null })).toMatch(/^Nobody whom this system trusts/);
  expect(await problem({ certificateSha256: fingerprint("a") })).toBe(
    "It shows another certificate than the one that is entered here.",
  );
  expect(await problem({ tls: false })).toMatch(/^The modality closed the connection|^What answers/);
  expect(await problem({ tls: true, host: "no-such-host.invalid" })).toMatch(
    /^There is no host of this name|looked up/,
  );
  const plain = net.createServer((socket) => socket.end("220 hello\r\n"));
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void plain.close());
  const elsewhere = { host: "127.0.0.1", port: (plain.address() as AddressInfo).port };
  expect(await problem(elsewhere)).toBe("It answers, but not by TLS as it is entered here.");
  expect(await problem({ tls: false })).toBe(
    "What answers at this port does not speak DICOM as it should. Is the port right?",
  );
});

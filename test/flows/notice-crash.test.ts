import fs from "node:fs/promises";
import { afterEach, expect, test } from "vitest";
import { testPassword } from "../support/identity.ts";
import { ctSeries } from "../support/instances.ts";
import { eventually, type Program, startProgram, temporaryFolder } from "../support/program.ts";
import { httpReceiver, mailServer } from "../support/receivers.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Delivery {
  recipient: { id: string };
  kind: string;
  channel: string;
  state: string;
  repeated: boolean;
  attempts: { outcome: string }[];
}

async function asker(program: Program, username = "admin", password?: string) {
  const headers =
    password === undefined ? await program.login() : { authorization: await signedIn(username, password) };
  async function signedIn(name: string, word: string): Promise<string> {
    const answer = await fetch(`${program.url}/api/v1/users/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: name, password: word }),
    });
    return `Bearer ${((await answer.json()) as { accessToken: string }).accessToken}`;
  }
  // biome-ignore lint/suspicious/noExplicitAny: what it answers the test knows
  return async (method: string, path: string, body?: object): Promise<any> => {
    const answer = await fetch(`${program.url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  };
}

const own = `${testPassword} again`;
async function person(program: Program, username: string, role: string): Promise<string> {
  const given = { username, password: testPassword };
  const admin = await asker(program);
  const { id } = await admin("POST", "/users", {
    ...given,
    fullName: username,
    roles: [role],
    email: `${username}@example.org`,
  });
  const fresh = await asker(program, username, testPassword);
  await fresh("POST", "/users/me/password", { currentPassword: testPassword, newPassword: own });
  return id;
}

test("kill -9 between the raise and its delivery: nothing is lost, and nothing comes twice without saying so", async () => {
  const dataDir = await temporaryFolder();
  cleanups.push(() => fs.rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const [mail, service] = await Promise.all([mailServer(), httpReceiver()]);
  cleanups.push(
    () => mail.close(),
    () => service.close(),
  );
  const start = async () => {
    const program = await startProgram({
      dataDir,
      env: {
        SMTP_URL: mail.url,
        SMTP_FROM: "radiology@example.org",
        NOTIFICATION_SERVICE_URL: service.url,
      },
    });
    cleanups.push(() => program.stop("SIGKILL"));
    return program;
  };
  const first = await start();
  const [aalto, birk] = [await person(first, "aalto", "PHYSICIAN"), await person(first, "birk", "PHYSICIAN")];
  await person(first, "reader", "RADIOLOGIST");
  const form = new FormData();
  form.append("file", new Blob([ctSeries(1)[0]!.bytes as Uint8Array<ArrayBuffer>]), "x.dcm");
  const stored = await fetch(`${first.url}/api/v1/images`, {
    method: "POST",
    headers: await first.login(),
    body: form,
  });
  const { studyId } = (await stored.json()) as { studyId: string };

  // Of two notices by each channel the first is handed over and has no answer; the second waits behind it.
  mail.refuse = "hold";
  service.hold = true;
  const reader = await asker(first, "reader", own);
  const { id } = await reader("POST", "/critical-findings", {
    studyId,
    description: "Tension pneumothorax",
    severity: "CRITICAL",
    recipients: [aalto, birk],
  });
  await eventually(async () => mail.received.length === 1 && service.received.length === 1);
  await first.stop("SIGKILL");
  mail.refuse = null;
  service.hold = false;

  const second = await start();
  const again = await asker(second, "reader", own);
  const deliveries = await eventually(async () => {
    const all = (await again("GET", `/critical-findings/${id}/history`)).deliveries as Delivery[];
    return all.length > 0 && all.every(({ state }) => state === "SENT") && all;
  });

  // Each of the two once in the app and by each channel; who may have it already is told so, the other is not.
  expect(deliveries.map(({ recipient, channel }) => `${recipient.id} ${channel}`).sort()).toEqual(
    [aalto, birk]
      .flatMap((who) => ["EMAIL", "IN_APP", "SERVICE"].map((channel) => `${who} ${channel}`))
      .sort(),
  );
  const outcomes = (channel: string) =>
    deliveries
      .filter((delivery) => delivery.channel === channel)
      .map(({ repeated, attempts }) => [repeated, ...attempts.map(({ outcome }) => outcome)].join(" "))
      .sort();
  for (const channel of ["EMAIL", "SERVICE"])
    expect(outcomes(channel)).toEqual(["false SENT", "true UNKNOWN SENT"]);

  const header = (text: string, name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(text)?.[1]?.trim();
  const mails = mail.received.map(({ to, text }) => ({
    to: to[0]!,
    id: header(text, "Message-ID"),
    said: /sent again/.test(header(text, "Subject") ?? "") && /may have received this message/.test(text),
  }));
  const [interrupted] = mails;
  expect(mails.filter(({ to }) => to === interrupted!.to)).toEqual([
    { ...interrupted, said: false },
    { ...interrupted, said: true },
  ]);
  expect(mails.filter(({ to }) => to !== interrupted!.to)).toEqual([
    { to: expect.stringMatching(/^(aalto|birk)@/), id: expect.any(String), said: false },
  ]);
  const posts = service.received.map(({ headers, body }) => ({
    key: headers["idempotency-key"],
    ...(JSON.parse(body) as { repeated: boolean; recipient: { id: string } }),
  }));
  const [held] = posts;
  expect(posts.filter(({ key }) => key === held!.key).map(({ repeated }) => repeated)).toEqual([false, true]);
  expect(posts.filter(({ key }) => key !== held!.key).map(({ repeated }) => repeated)).toEqual([false]);

  // What was delivered has moved the finding, and is no contact yet; the answer of one ends the alarm of the other.
  expect(await again("GET", `/critical-findings/${id}`)).toMatchObject({
    status: "NOTIFIED",
    contactedAt: null,
  });
  const [one, other] = [await asker(second, "aalto", own), await asker(second, "birk", own)];
  const alarmsOf = async (ask: typeof one) =>
    (await ask("GET", "/notifications?level=ALARM&unread=true")).data.length as number;
  expect(await alarmsOf(other)).toBe(1);
  await one("POST", `/critical-findings/${id}/acknowledge`, { readBack: "left chest tube now" });
  expect(await alarmsOf(other)).toBe(0);
});

import fs from "node:fs/promises";
import { afterEach, expect, test } from "vitest";
import { testPassword } from "../support/identity.ts";
import { ctSeries } from "../support/instances.ts";
import { eventually, type Program, startProgram, temporaryFolder } from "../support/program.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Headers = Record<string, string>;
const async = { prefer: "wait=0, respond-async" };

async function started(dataDir: string): Promise<Program> {
  const program = await startProgram({ dataDir });
  cleanups.push(() => program.stop("SIGKILL"));
  return program;
}

/** Asks, and reads JSON where there is some. */
async function ask(
  program: Program,
  method: string,
  path: string,
  headers: Headers,
  body?: FormData | object,
) {
  const json = body !== undefined && !(body instanceof FormData);
  const answer = await fetch(path.startsWith("http") ? path : `${program.url}${path}`, {
    method,
    headers: { ...headers, ...(json ? { "content-type": "application/json" } : {}) },
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as FormData) }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const isJson = (answer.headers.get("content-type") ?? "").includes("json");
  // biome-ignore lint/suspicious/noExplicitAny: what it answers the test knows
  const value: any = isJson ? JSON.parse(bytes.toString()) : null;
  return { status: answer.status, headers: answer.headers, bytes, value };
}

const signIn = async (program: Program, username: string, password: string): Promise<Headers> => {
  const { value } = await ask(program, "POST", "/api/v1/users/login", {}, { username, password });
  return { authorization: `Bearer ${value.accessToken}` };
};

const ended = (program: Program, location: string, headers: Headers) =>
  eventually(async () => {
    const { value } = await ask(program, "GET", location, headers);
    return (value.state === "DONE" || value.state === "FAILED") && value;
  });

test("an answer that is not waited for is kept for who asked, also over kill -9, and for nobody else", async () => {
  const dataDir = await temporaryFolder();
  cleanups.push(() => fs.rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const first = await started(dataDir);
  const admin = await first.login();
  const person = { username: "tech", password: testPassword };
  await ask(first, "POST", "/api/v1/users", admin, { ...person, fullName: "T", roles: ["TECHNOLOGIST"] });
  const fresh = await signIn(first, person.username, person.password);
  const own = `${testPassword} again`;
  await ask(first, "POST", "/api/v1/users/me/password", fresh, {
    currentPassword: testPassword,
    newPassword: own,
  });
  const tech = await signIn(first, person.username, own);

  const made = ctSeries(30);
  const form = new FormData();
  for (const { bytes } of made) form.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), "x.dcm");
  const taken = await ask(first, "POST", "/api/images", { ...tech, ...async }, form);
  expect([taken.status, taken.headers.get("preference-applied")]).toEqual([202, "respond-async"]);
  const location = taken.headers.get("location") ?? "";
  expect(location).toBe(`/api/jobs/${taken.value.id}`);
  expect(taken.value).toMatchObject({ name: "POST /api/images", result: null });
  // What was taken on is done, whatever happens to the program.
  await first.stop("SIGKILL");

  const second = await started(dataDir);
  // The session is in the database: its token is good for the new program too.
  const job = await eventually(async () => {
    const { value } = await ask(second, "GET", location, tech);
    return value.state === "DONE" && value;
  });
  expect(job).toMatchObject({ state: "DONE", status: 201 });
  const answer = await ask(second, "GET", job.result, tech);
  expect([answer.status, answer.value.data.length, answer.value.refused]).toEqual([201, made.length, []]);
  expect(answer.headers.get("cache-control")).toBe("private, no-store");
  const other = await second.login();
  for (const path of [location, job.result])
    expect((await ask(second, "GET", path, other)).value).toMatchObject({
      status: 404,
      code: "job.not-found",
    });

  const studyId = answer.value.data[0].studyId as string;
  const exported = await ask(second, "GET", `/api/v1/studies/${studyId}/export`, { ...tech, ...async });
  const zip = await ended(second, exported.headers.get("location") ?? "", tech);
  const archive = await ask(second, "GET", zip.result, tech);
  expect([
    archive.status,
    archive.headers.get("content-type"),
    archive.bytes.subarray(0, 2).toString(),
  ]).toEqual([200, "application/zip", "PK"]);
  expect(archive.headers.get("content-disposition")).toContain(`study-${studyId}`);

  // What is refused is refused there as it would have been at once.
  const wrong = new FormData();
  wrong.append("file", new Blob(["no image"]), "x.dcm");
  const refused = await ask(second, "POST", "/api/v1/images", { ...tech, ...async }, wrong);
  const failed = await ended(second, refused.headers.get("location") ?? "", tech);
  const atOnce = new FormData();
  atOnce.append("file", new Blob(["no image"]), "x.dcm");
  const plain = await ask(second, "POST", "/api/v1/images", tech, atOnce);
  const later = await ask(second, "GET", failed.result, tech);
  expect([failed.state, later.status, later.value.code]).toEqual(["FAILED", plain.status, plain.value.code]);
  // What may not be asked is refused before, and so is what another route does not know.
  expect((await ask(second, "GET", "/api/v1/jobs/1", tech)).status).toBe(403);
  expect((await ask(second, "POST", "/api/v1/exports", { ...tech, ...async }, { studyIds: [] })).status).toBe(
    400,
  );
  expect((await ask(second, "GET", "/api/v1/studies", { ...tech, ...async })).status).toBe(200);
});

import { readPart10, Tags, text } from "@isocenter/dicom";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { pdfText } from "@isocenter/test/support/pdf-text.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { doubtRoutes } from "../../archive/index.ts";
import { createRendering, type Rendering } from "../../rendering/index.ts";
import { shareRoutes } from "./routes.ts";

const database = testDatabase();
const platform = testPlatform(database, { publicUrl: "https://pacs.example" });
let rendering: Rendering | undefined;
const room = testReadingRoom(database, platform, ({ journal, archive }) => [
  doubtRoutes({ platform, journal, archive }),
  async (app) => {
    rendering = await createRendering({ platform, archive });
    await shareRoutes({ platform, journal, archive, rendering })(app);
  },
]);
afterAll(() => rendering?.close());
let radiologist: Person;
beforeAll(async () => {
  radiologist = await room.person(["RADIOLOGIST"]);
});
beforeEach(() => {
  // Past the minute in which links that do not open are counted.
  platform.clock.advance(61_000);
});

/** Without a token, as whoever was sent the link. */
const open = (url: string) => room.server.app.inject({ url: new URL(url).pathname + new URL(url).search });
const share = async (who: Person, studyId: string, body?: object) =>
  room.call(who, "POST", `/studies/${studyId}/share`, body);

test("a link shows one study and its images, without signing in, and every opening is written down", async () => {
  const study = await room.study({ images: 2 });
  const made = await share(radiologist, study.id, { expiresInHours: 2, note: "for the GP" });
  expect(made.status).toBe(201);
  expect(made.body.url).toMatch(/^https:\/\/pacs\.example\/api\/v1\/shares\/[A-Za-z0-9_-]{43}$/);
  expect(made.body.expiresAt).toBe(new Date(platform.clock.now().getTime() + 7_200_000).toISOString());
  const answer = await open(made.body.url);
  expect([answer.statusCode, answer.headers["cache-control"]]).toEqual([200, "no-store"]);
  const shown = answer.json();
  expect(shown).toMatchObject({
    patientName: expect.stringContaining("Doe, Jane"),
    modalities: ["CT"],
    report: null,
    next: null,
  });
  expect(shown.images).toHaveLength(2);
  expect(JSON.stringify(shown)).not.toContain("for the GP");
  const preview = await open(shown.images[0].previewUrl);
  expect([preview.statusCode, preview.headers["content-type"]]).toEqual([200, "image/jpeg"]);
  const content = await open(shown.images[0].contentUrl);
  expect(text(readPart10(content.rawPayload).dataSet, Tags.PatientID)).toBe(study.attributes.PatientID);
  await room.server.journal.drain();
  const accesses = await database.db`
    select action, actor_kind as kind from access where subject_type = 'share' and subject_id = ${made.body.id} order by action`;
  expect(accesses).toEqual([
    { action: "share.images-viewed", kind: "link" },
    { action: "share.opened", kind: "link" },
  ]);
  const listed = (await room.call(radiologist, "GET", `/studies/${study.id}/shares`)).body.data;
  expect(listed).toMatchObject([{ id: made.body.id, opened: 1, state: "OPEN", note: "for the GP" }]);
  const token = made.body.url.split("/").at(-1);
  const [kept] = await database.db`select * from study_share where id = ${made.body.id}`;
  expect(JSON.stringify(kept)).not.toContain(token);
});

test("the link of one study gives nothing of another, and nothing of reports unless asked", async () => {
  const mine = await room.study();
  const other = await room.study();
  const report = await room.begin(radiologist, mine.id);
  const withReport = (await share(radiologist, mine.id, { includeReport: true })).body.url;
  expect((await open(withReport)).json().report).toBeNull();
  expect((await open(`${withReport}/report`)).statusCode).toBe(404);
  expect((await room.sign(radiologist, report)).status).toBe(200);
  await room.server.journal.drain();
  await platform.jobs.drain();
  const url = (await share(radiologist, mine.id)).body.url;
  const shown = (await open(url)).json();
  expect(shown.images.map((image: { modality: string }) => image.modality)).toEqual(["CT"]);
  expect([shown.report, shown.modalities, shown.numberOfInstances]).toEqual([null, ["CT"], 1]);
  expect((await open(`${url}/report`)).statusCode).toBe(404);
  const [foreign] = (await room.call(radiologist, "GET", `/studies/${other.id}/images`)).body.data;
  const documents = (await room.call(radiologist, "GET", `/studies/${mine.id}/images`)).body.data.filter(
    (image: { modality: string }) => image.modality !== "CT",
  );
  expect(documents.length).toBe(2);
  for (const { id } of [foreign, ...documents])
    for (const what of ["preview", "content"])
      expect((await open(`${url}/images/${id}/${what}`)).statusCode).toBe(404);
  const told = (await open(withReport)).json();
  expect(told.report.status).toBe("FINAL");
  const letter = await open(told.report.url);
  expect([letter.statusCode, letter.headers["content-type"]]).toEqual([200, "application/pdf"]);
  expect(pdfText(letter.rawPayload).join(" ").replace(/\s+/g, " ")).toContain("No fracture.");
});

test("what is wrong, expired, revoked or of a deleted study is not there", async () => {
  const study = await room.study();
  const { id, url } = (await share(radiologist, study.id, { expiresInHours: 1 })).body;
  const [image] = (await open(url)).json().images;
  expect((await open(`${url.slice(0, -1)}${url.endsWith("A") ? "B" : "A"}`)).statusCode).toBe(404);
  expect((await open(`${url}x`)).statusCode).toBe(404);
  platform.clock.advance(3_600_000 - 1);
  expect((await open(url)).statusCode).toBe(200);
  platform.clock.advance(1);
  for (const late of [url, image.previewUrl, image.contentUrl, `${url}/report`]) {
    const answer = await open(late);
    expect([answer.statusCode, answer.json().code]).toEqual([404, "share.not-found"]);
  }
  const again = await room.server.signIn("user1");
  const who = { ...radiologist, headers: again };
  expect((await room.call(who, "GET", `/studies/${study.id}/shares`)).body.data).toMatchObject([
    { id, state: "EXPIRED" },
  ]);
  const second = (await share(who, study.id)).body;
  expect((await room.call(who, "DELETE", `/shares/${second.id}`)).status).toBe(204);
  expect((await room.call(who, "DELETE", `/shares/${second.id}`)).status).toBe(204);
  expect((await open(second.url)).statusCode).toBe(404);
  const third = (await share(who, study.id)).body;
  await database.db`update study set deleted_at = now() where id = ${study.id}`;
  expect((await open(third.url)).statusCode).toBe(404);
  radiologist = who;
});

test("the links of a study that turns out to be another patient's end, and new ones are given", async () => {
  const [study, other] = [await room.study(), await room.study()];
  const [row] = await database.db<{ patientId: string }[]>`
    select patient_id as "patientId" from study where id = ${other.id}`;
  const who = await room.person(["RADIOLOGIST"]);
  const before = (await share(who, study.id)).body;
  const elsewhere = (await share(who, other.id)).body;
  const technologist = await room.person(["TECHNOLOGIST"]);
  const body = { patientId: row!.patientId, reason: "The wristband was another's" };
  expect((await room.call(technologist, "PATCH", `/studies/${study.id}`, body)).status).toBe(200);
  await room.server.journal.drain();
  expect((await open(before.url)).statusCode).toBe(404);
  expect((await room.call(who, "GET", `/studies/${study.id}/shares`)).body.data).toMatchObject([
    { id: before.id, state: "REVOKED" },
  ]);
  expect((await open(elsewhere.url)).statusCode).toBe(200);
  platform.clock.advance(1000);
  expect((await open((await share(who, study.id)).body.url)).statusCode).toBe(200);
});

test("a browser is shown a page, with nothing in it that the study could smuggle in", async () => {
  const browser = {
    accept: "text/html,application/xhtml+xml,*/*;q=0.8",
    "accept-language": "fr-CH,fr;q=0.9",
  };
  const study = await room.study({ images: 2 });
  await database.db`update study set description = '<script>alert(1)</script>' where id = ${study.id}`;
  const { url } = (await share(radiologist, study.id)).body;
  const look = (at: string) => room.server.app.inject({ url: new URL(at).pathname, headers: browser });
  const page = await look(url);
  expect([page.statusCode, page.headers["content-type"], page.headers["cache-control"]]).toEqual([
    200,
    "text/html; charset=utf-8",
    "no-store",
  ]);
  expect(page.headers["content-security-policy"]).toContain("default-src 'none'; img-src 'self'");
  expect(page.body).toContain("Doe, Jane");
  expect(page.body).toContain("Fichier DICOM");
  const [end] = await database.db<{ at: Date }[]>`
    update facility set time_zone = 'Asia/Kolkata' where id = ${room.facilityId} returning
      (select expires_at from study_share where study_id = ${study.id}) as at`;
  const local = end!.at.toLocaleTimeString("fr", { timeZone: "Asia/Kolkata", timeStyle: "short" });
  expect((await look(url)).body).toMatch(
    new RegExp(`jusqu’au \\d+ \\S+ \\d{4} à ${local} \\(Asia/Kolkata\\)`),
  );
  expect(page.body).not.toContain("<script");
  const pictures = [...page.body.matchAll(/<img src="([^"]+)"/g)].map(([, src]) => src!);
  expect(pictures).toHaveLength(2);
  expect((await look(pictures[0]!)).headers["content-type"]).toBe("image/jpeg");
  const gone = await look(`${url.slice(0, -1)}${url.endsWith("A") ? "B" : "A"}`);
  expect([gone.statusCode, gone.headers["content-type"]]).toEqual([404, "text/html; charset=utf-8"]);
  expect(gone.body).toContain("il a expiré");
});

test("links are not guessed by trying", async () => {
  const study = await room.study();
  const { url } = (await share(radiologist, study.id)).body;
  const statuses = [];
  for (let tries = 0; tries < 31; tries++)
    statuses.push((await open("https://pacs.example/api/v1/shares/none")).statusCode);
  expect([statuses[29], statuses[30], (await open(url)).statusCode]).toEqual([404, 429, 429]);
  platform.clock.advance(60_001);
  expect((await open(url)).statusCode).toBe(200);
});

test("who may share is who exports, and physicians for those in their care", async () => {
  const study = await room.study();
  const elsewhere = await room.server.addFacility("Elsewhere");
  for (const [role, status, at] of [
    ["ADMINISTRATOR", 201],
    ["RADIOLOGIST", 201],
    ["TECHNOLOGIST", 201],
    ["INTEGRATION", 201],
    ["RESIDENT", 403],
    ["FRONT_DESK", 403],
    ["BILLING", 403],
    ["PHYSICIAN", 404],
    ["RADIOLOGIST", 404, elsewhere],
  ] as const) {
    const who = await room.person([role], at);
    expect((await share(who, study.id)).status, role).toBe(status);
  }
  const physician = await room.person(["PHYSICIAN"]);
  await database.db`insert into care_relation (patient_id, facility_id, person_id, source, created_at)
    values (${study.patientId}, ${room.facilityId}, ${physician.id}, 'order', now())`;
  const own = await share(physician, study.id, { includeReport: true });
  expect(own.status).toBe(201);
  const others = (await share(radiologist, study.id)).body;
  expect((await room.call(physician, "DELETE", `/shares/${others.id}`)).status).toBe(404);
  expect((await room.call(physician, "DELETE", `/shares/${own.body.id}`)).status).toBe(204);
  expect((await share(radiologist, study.id, { expiresInHours: 721 })).status).toBe(400);
  expect((await share(radiologist, study.id, { expiresInHours: 0 })).status).toBe(400);
});

import { newUid } from "@isocenter/dicom";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { controlsOf, violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { ctInstance } from "../support/instances.ts";
import { eventually } from "../support/program.ts";
import { own, ownPassword, webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())("a radiologist's work in the browser", () => {
  const flow = webFlow({ env: { SETTLE_SECONDS: "1" } });
  const { call, person } = flow;
  let physician: string;

  /** A patient of this name with an order and its one image, ready to be read. */
  async function arrives(family: string, priority: string): Promise<void> {
    const patient = await call("POST", "/patients", {
      lastName: family,
      firstName: "Eve",
      birthDate: "1970-01-02",
      sex: "F",
    });
    const order = await call("POST", "/imaging-orders", {
      patientId: patient.id,
      providerId: physician,
      modality: "CT",
      bodyPart: "HEAD",
      clinicalIndication: `fall, ${family.toLowerCase()}`,
      priority,
    });
    const { bytes } = ctInstance({
      PatientName: `${family}^Eve`,
      PatientID: patient.identifiers[0].value,
      IssuerOfPatientID: patient.identifiers[0].issuer,
      PatientBirthDate: "19700102",
      PatientSex: "F",
      AccessionNumber: order.accessionNumber,
      StudyDescription: `Head ${family}`,
    });
    await flow.store(bytes);
  }

  /** The one study of this name, which came without an order, once its images are complete. */
  async function settled(name: string): Promise<{ id: string }[]> {
    const read = async () => (await call("GET", `/studies?query=${name}`)).data;
    await eventually(async () => (await read())[0]?.status === "COMPLETED");
    return await read();
  }

  /** Which study the viewer has come to from another by itself: the one that its reader has claimed there. */
  async function wentOn(page: Page, from: string, reader: string) {
    await page.waitForURL((url) => url.pathname.endsWith("/view") && url.pathname !== from);
    return eventually(async () =>
      (await call("GET", "/worklist?limit=100")).data.find(
        (one: { studyInstanceUid: string; claim: { user: { name: string } } | null }) =>
          one.claim?.user.name === reader && page.url().includes(`/${one.studyInstanceUid}/`),
      ),
    );
  }

  const focused = (page: Page) => page.evaluate<string>("document.activeElement?.id ?? ''");

  beforeAll(async () => {
    physician = await person("aalto", "Niko Aalto", "PHYSICIAN");
    await person("reader", "Ada Reader", "RADIOLOGIST");
    await person("tahir", "Maya Tahir", "RADIOLOGIST");
    await arrives("Emergency", "STAT");
    await arrives("Ordinary", "ROUTINE");
    await eventually(async () => (await call("GET", "/worklist")).data.length === 2);
  });

  test("goes from the list to a signed report by keyboard, and the order is completed", async () => {
    // A wrong password is a 422.
    const page = await flow.open({ expected: (text) => /status of 4(09|22)/.test(text) });
    await signInByForm(page, "reader", ownPassword);
    await page.getByRole("link", { name: "Reading" }).click();
    const list = page.getByRole("grid", { name: "Studies to read" });
    const rows = list.getByRole("row").filter({ hasText: "Eve" });
    await rows.nth(1).waitFor();
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringContaining("Emergency"),
      expect.stringContaining("Ordinary"),
    ]);
    expect((await controlsOf(page)).unnamed).toEqual([]);
    // Where the keys are is seen, also before a row is chosen.
    await page.keyboard.press("Tab");
    await list.focus();
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");

    await page.keyboard.press("j");
    const panel = page.getByRole("complementary", { name: /Emergency/ });
    await panel.getByText("fall, emergency").waitFor();
    await page.keyboard.press("c");
    await rows.first().getByText("You read").waitFor();
    await page.keyboard.press("r");
    await page.getByRole("button", { name: "Begin the report" }).waitFor();
    await page.keyboard.press("Enter");

    // Whoever has begun it writes at once.
    await expect.poll(() => focused(page)).toBe("section-findings");
    await page.keyboard.type("No haemorrhage.");
    await page.getByLabel("Impression").fill("Normal.");
    await page.getByText("All is saved").waitFor();
    await page.reload();
    await expect.poll(() => page.getByLabel("Findings").inputValue()).toBe("No haemorrhage.");
    expect((await controlsOf(page)).unnamed).toEqual([]);

    await page.getByLabel("Impression").press("Control+Enter");
    const dialog = page.getByRole("dialog", { name: "Sign the report" });
    // It covers the name, so it says it; and whoever goes back goes on where they were.
    await dialog.getByText("Emergency, Eve").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => focused(page)).toBe("section-impression");
    await page.keyboard.press("Control+Enter");
    await dialog.getByLabel("Password").fill("not the password");
    await dialog.getByLabel("Password").press("Enter");
    await dialog.getByText(/password is wrong/i).waitFor();
    await dialog.getByLabel("Password").fill(ownPassword);
    await dialog.getByLabel("Password").press("Enter");
    await page.getByText("Electronically signed by Ada Reader").waitFor();

    await page.getByRole("button", { name: "Amend" }).click();
    const amend = page.getByRole("dialog", { name: "Amend the report" });
    await amend.getByLabel("What changed and why").fill("a second look");
    // What is said against it is seen, however long the text is.
    await page.setViewportSize({ width: 1280, height: 640 });
    const problem = { code: "version.conflict", detail: "Somebody else was faster." };
    await page.route(
      "**/amend",
      (route) =>
        route.fulfill({
          status: 409,
          contentType: "application/problem+json",
          body: JSON.stringify(problem),
        }),
      { times: 1 },
    );
    await amend.getByLabel("Password").fill(ownPassword);
    await amend.getByLabel("Password").press("Enter");
    const against = amend.getByRole("alert").filter({ hasText: problem.detail });
    await against.waitFor();
    const { y = 0, height = 0 } = (await against.boundingBox()) ?? {};
    expect(y + height).toBeLessThan(640);
    await amend.getByLabel("Impression").fill("Normal. A small calcification.");
    await amend.getByLabel("Recommendations").fill("None.");
    await amend.getByLabel("Password").fill(ownPassword);
    await amend.getByLabel("Password").press("Enter");
    await page.getByText("A small calcification.").waitFor();
    await expect
      .poll(async () => (await call("GET", "/imaging-orders?status=COMPLETED")).data.length)
      .toBe(1);
  });

  test("a report of a study without an order is not said to be told to anybody", async () => {
    await flow.store(ctInstance({ PatientID: "Z-1", PatientName: "Unasked^Uwe" }).bytes);
    const [study] = await settled("Unasked");
    const page = await flow.open({ as: own("reader") });
    await page.goto(`/report/${study?.id}`);
    await page.getByRole("button", { name: "Begin the report" }).click();
    await page.getByLabel("Impression").fill("Normal.");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("dialog").getByLabel("Password").fill(ownPassword);
    await page.keyboard.press("Enter");
    await page.getByText("nobody is told of the report by itself").first().waitFor();
  });

  test("is told while writing that the study was given to another patient, and signs for whom they see", async () => {
    await flow.store(ctInstance({ PatientID: "Z-2", PatientName: "Mistaken^Mona" }).bytes);
    const [study] = await settled("Mistaken");
    const page = await flow.open({ as: own("reader"), expected: (text) => /status of 409/.test(text) });
    await page.goto(`/report/${study?.id}`);
    await page.getByRole("button", { name: "Begin the report" }).click();
    await page.getByLabel("Impression").fill("Normal.");
    await page.getByText("All is saved").waitFor();
    await page.keyboard.press("Control+Enter");
    const dialog = page.getByRole("dialog", { name: "Sign the report" });
    await dialog.getByText("Mistaken, Mona").waitFor();
    const rita = { lastName: "Rightful", firstName: "Rita", birthDate: "1950-05-05", sex: "F" };
    const patient = await call("POST", "/patients", rita);
    await call("PATCH", `/studies/${study?.id}`, {
      patientId: patient.id,
      reason: "the wrong line was taken",
    });
    await dialog.getByLabel("Password").fill(ownPassword);
    await page.keyboard.press("Enter");
    await dialog.getByText(/its study was given to another patient/).waitFor();
    await dialog.getByText("Rightful, Rita").waitFor();
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    expect((await call("GET", `/reports/study/${study?.id}`)).data[0].status).toBe("DRAFT");
    await page.keyboard.press("Enter");
    await page.getByText("Electronically signed by Ada Reader").waitFor();

    // And without a window open, as soon as it happens.
    await flow.store(ctInstance({ PatientID: "Z-3", PatientName: "Mixed^Mona" }).bytes);
    const [mixed] = await settled("Mixed");
    await page.goto(`/report/${mixed?.id}`);
    await page.getByRole("button", { name: "Begin the report" }).click();
    await page.getByLabel("Impression").fill("Normal.");
    await page.getByText("All is saved").waitFor();
    await call("PATCH", `/studies/${mixed?.id}`, {
      patientId: patient.id,
      reason: "the wrong line was taken",
    });
    const told = page.getByRole("alert").filter({ hasText: "the study was given to another patient" });
    await told.getByText("Mixed, Mona").waitFor();
    await told.getByText("Rightful, Rita").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await told.getByRole("button", { name: "The text is about them" }).click();
    await told.waitFor({ state: "detached" });
    expect(await page.getByLabel("Impression").inputValue()).toBe("Normal.");
    await call("POST", `/studies/${mixed?.id}/release`);

    // Of a merge it is said that both are one person.
    const [rightful] = (await call("GET", "/patients?query=rightful")).data;
    const known = await call("POST", "/patients", { ...rita, lastName: "Renamed", firstName: "Renate" });
    const [again] = (await call("GET", `/studies?patientId=${rightful.id}`)).data;
    expect(again.id).toBe(mixed?.id);
    await call("POST", `/patients/${rightful.id}/merge`, {
      intoPatientId: known.id,
      reason: "she married",
      expectedVersion: rightful.version,
    });
    const merged = page.getByRole("alert").filter({ hasText: "was merged into another record" });
    await merged.getByText("Rightful, Rita").waitFor();
    await merged.getByText("Renamed, Renate").waitFor();
    await merged.getByRole("button", { name: "The text is about them" }).click();
    await merged.waitFor({ state: "detached" });
  });

  test("is told while reading that images were taken away, and that the study was taken back", async () => {
    const named = { PatientID: "Z-4", PatientName: "Blurred^Bo", StudyInstanceUID: newUid() };
    for (const SeriesNumber of [1, 2]) await flow.store(ctInstance({ ...named, SeriesNumber }).bytes);
    const [study] = await settled("Blurred");
    const page = await flow.open({ as: own("reader"), expected: (text) => /status of 404/.test(text) });
    await page.goto(`/studies/${named.StudyInstanceUID}/view?read=true`);
    const report = page.getByRole("complementary", { name: "Report", exact: true });
    await report.getByRole("button", { name: "Begin the report" }).waitFor();
    const [series] = (await call("GET", `/studies/${study?.id}/series`)).data;
    await call("DELETE", `/series/${series.id}`, { reason: "the patient moved" });
    const taken = report.getByRole("alert").filter({ hasText: "1 image was taken from this study" });
    await taken.waitFor();
    const { version } = await call("GET", `/studies/${study?.id}`);
    const back = { status: "IN_PROGRESS", reason: "is repeated", expectedVersion: version };
    await call("PATCH", `/studies/${study?.id}/status`, back);
    await report.getByText("taken back from the readers").waitFor();
    expect(await violationsOf(page, ".report-beside")).toEqual([]);
    await taken.getByRole("button", { name: "Load it anew" }).click();
    await taken.waitFor({ state: "detached" });
    await report.getByRole("button", { name: "Begin the report" }).waitFor();
  });

  test("raises a critical finding, and the physician who asked answers it with what they understood", async () => {
    const page = await flow.open();
    await signInByForm(page, "reader", ownPassword);
    await arrives("Bleeding", "ROUTINE");
    await eventually(async () => (await call("GET", "/worklist?query=Bleeding")).data.length === 1);
    const [study] = (await call("GET", "/worklist?query=Bleeding")).data;
    await page.goto(`/report/${study.id}`);
    await page.getByRole("button", { name: "Begin the report" }).click();
    await page.getByRole("button", { name: "Critical finding" }).click();
    const dialog = page.getByRole("dialog", { name: "Critical finding" });
    await dialog.getByLabel("What was found").fill("Acute subdural haematoma");
    await dialog.getByRole("button", { name: "Raise" }).click();
    await page.getByText("Critical finding raised", { exact: true }).waitFor();
    // It stands beside the report that it was raised from.
    const about = page.getByRole("complementary", { name: "About this examination" });
    await about.getByRole("link", { name: "Acute subdural haematoma" }).waitFor();

    const theirs = await flow.open();
    await signInByForm(theirs, "aalto", ownPassword);
    // The alarm says whom it is about, and leads there.
    const alarm = theirs.getByRole("alert").filter({ hasText: /Bleeding.*Acute subdural haematoma/ });
    await alarm.getByRole("button", { name: "Open" }).click();
    const panel = theirs.getByRole("complementary", { name: /Critical finding/ });
    await panel.getByText("Told Niko Aalto").waitFor();
    const button = panel.getByRole("button", { name: "Acknowledge with read-back" });
    expect(await button.isDisabled()).toBe(true);
    await panel.getByLabel(/Read back/).fill("subdural haematoma, calling neurosurgery");
    expect((await controlsOf(theirs)).unnamed).toEqual([]);
    await button.click();
    await theirs.getByText("Nobody waits for an answer").waitFor();
    const [finding] = (await call("GET", "/critical-findings?status=ACKNOWLEDGED")).data;
    expect(finding.acknowledgement).toMatchObject({
      by: { id: physician },
      readBack: "subdural haematoma, calling neurosurgery",
    });
  });

  test("reads beside the images: measures into the report, signs, and goes to the next study", async () => {
    await arrives("Beside", "URGENT");
    await eventually(async () => (await call("GET", "/worklist?query=Beside")).data.length === 1);
    const page = await flow.open({ as: own("reader"), width: 1600 });
    await page.goto("/reading");
    await page.getByRole("row").filter({ hasText: "Beside" }).click();
    // While its images are still coming it is opened without being claimed.
    await page.getByRole("button", { name: "Open and claim" }).waitFor();
    // Pressed again while it opens, it is claimed once.
    let claims = 0;
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/claim")) claims++;
    });
    await page.route(
      "**/claim",
      async (route) => {
        await page
          .getByRole("button", { name: "Open and claim" })
          .and(page.locator("[aria-disabled=true]"))
          .waitFor();
        await page.keyboard.press("Enter");
        await route.continue();
      },
      { times: 1 },
    );
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/view\?read=/);
    expect(claims).toBe(1);
    const report = page.getByRole("complementary", { name: "Report", exact: true });
    await report.getByRole("button", { name: "Begin the report" }).click();
    const findings = report.getByLabel("Findings", { exact: true });
    await findings.fill("A lesion of");
    const pane = page.locator(".vw-pane:not([hidden])[data-state=shown]").first();
    await pane.waitFor();
    // From the report to the images, where single keys are tools again.
    await page.keyboard.press("F6");
    // Where nothing is measured it is the key image that goes into the report.
    await page.keyboard.press("k");
    await pane.getByText("Key image").waitFor();
    await page.keyboard.press("m");
    await expect.poll(() => findings.inputValue()).toMatch(/^A lesion of Key image \(.*Im \d+\)$/);
    await findings.fill("A lesion of");
    await page.keyboard.press("F6");
    await page.keyboard.press("l");
    const { x = 0, y = 0, width = 0, height = 0 } = (await pane.boundingBox()) ?? {};
    await page.mouse.move(x + width * 0.4, y + height * 0.4);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height * 0.5, { steps: 6 });
    await page.mouse.up();
    await expect
      .poll(async () => {
        // A measurement is one when its figures are there.
        if ((await findings.inputValue()) === "A lesion of") await page.keyboard.press("m");
        return await findings.inputValue();
      })
      .toMatch(/^A lesion of [\d.]+ (mm|px|pixels)/);
    expect(await violationsOf(page, ".report-beside")).toEqual([]);
    await page.keyboard.press("F6");
    expect(await focused(page)).toBe("section-findings");
    await report.getByLabel("Impression").fill("A lesion.");
    await page.getByText("All is saved").waitFor();
    // The letter lies beside what is written until it is closed, and the images are not left by that.
    await report.getByRole("button", { name: "Letter", exact: true }).click();
    const letter = report.getByRole("region", { name: "Letter" });
    await letter.waitFor();
    const [paper, beside] = [await letter.boundingBox(), await report.boundingBox()];
    expect(paper!.x + paper!.width).toBeLessThan(beside!.x + 2);
    await page.keyboard.press("Escape");
    await letter.waitFor({ state: "detached" });
    await page.keyboard.press("Control+Enter");
    const dialog = page.getByRole("dialog", { name: "Sign the report" });
    await dialog.getByLabel("Password").fill(ownPassword);
    await dialog.getByLabel("Password").press("Enter");
    await report.getByText("This study is read.").waitFor();
    const from = new URL(page.url()).pathname;
    await page.keyboard.press("Alt+n");
    const next = await wentOn(page, from, "Ada Reader");
    await call("POST", `/studies/${next.id}/release`);
  });

  test("a resident hands over what is written, and goes on; the attending sees whose it is", async () => {
    await person("resident", "Rue Resident", "RESIDENT");
    await arrives("Taught", "URGENT");
    await arrives("After", "URGENT");
    await eventually(async () => (await call("GET", "/worklist?query=After")).data.length === 1);
    const page = await flow.open({ as: own("resident") });
    await page.goto("/reading");
    await page.getByRole("row").filter({ hasText: "Taught" }).click();
    await page.keyboard.press("Enter");
    const report = page.getByRole("complementary", { name: "Report", exact: true });
    await report.getByText("fall, taught").waitFor();
    await report.getByRole("button", { name: "Begin the report" }).click();
    await report.getByLabel("Impression").fill("Normal.");
    await report.getByRole("button", { name: "Submit" }).click();
    await report.getByText("It waits to be signed.").waitFor();
    await report.getByText("preliminary", { exact: true }).waitFor();
    const from = new URL(page.url()).pathname;
    await page.keyboard.press("Alt+n");
    const next = await wentOn(page, from, "Rue Resident");
    await call("POST", `/studies/${next.id}/release`);

    const theirs = await flow.open({ as: own("reader") });
    const [{ id }] = (await call("GET", "/worklist?query=Taught")).data;
    await theirs.goto(`/report/${id}`);
    await theirs.getByText("submitted by Rue Resident").waitFor();
  });

  test("what is written while the network is away stays in sight until it is saved", async () => {
    await arrives("Offline", "ROUTINE");
    await eventually(async () => (await call("GET", "/worklist?query=Offline")).data.length === 1);
    const [{ id }] = (await call("GET", "/worklist?query=Offline")).data;
    const page = await flow.open({
      as: own("tahir"),
      expected: (text) => /INTERNET_DISCONNECTED/.test(text),
    });
    await page.goto(`/report/${id}`);
    await page.getByRole("button", { name: "Begin the report" }).click();
    const findings = page.getByLabel("Findings", { exact: true });
    await findings.waitFor();
    await page.context().setOffline(true);
    await findings.fill("Written on a train.");
    await page.getByText("Not saved; it is tried again").waitFor();
    await page.getByText(/^Not connected since/).waitFor();
    await page.getByRole("link", { name: "Findings", exact: true }).click();
    const leaving = page.getByRole("dialog", { name: "What you wrote is not saved yet" });
    await leaving.getByRole("button", { name: "Back" }).click();
    await page.context().setOffline(false);
    await page.getByText("All is saved").waitFor();
    await page.getByRole("link", { name: "Findings", exact: true }).click();
    await page.waitForURL(/\/findings$/);
    expect((await call("GET", `/reports/study/${id}`)).data[0].findings).toBe("Written on a train.");
  });

  test("what is written while another signs is no silent amendment, and whoever wrote it decides about it", async () => {
    await person("pupil", "Paul Pupil", "RESIDENT");
    await arrives("Meanwhile", "ROUTINE");
    await eventually(async () => (await call("GET", "/worklist?query=Meanwhile")).data.length === 1);
    const [{ id }] = (await call("GET", "/worklist?query=Meanwhile")).data;
    const { accessToken } = await call("POST", "/users/login", { username: "reader", password: ownPassword });
    const reader = { authorization: `Bearer ${accessToken}` };
    const page = await flow.open({
      as: own("pupil"),
      expected: (text) => /INTERNET_DISCONNECTED|status of 409/.test(text),
    });
    await page.goto(`/report/${id}`);
    await page.getByRole("button", { name: "Begin the report" }).click();
    await page.getByLabel("Impression", { exact: true }).fill("Normal.");
    await page.getByText("All is saved").waitFor();
    await page.context().setOffline(true);
    await page.getByLabel("Findings", { exact: true }).fill("A nodule after all.");
    await page.getByText("Not saved; it is tried again").waitFor();
    const [report] = (await call("GET", `/reports/study/${id}`, undefined, reader)).data;
    const signature = { patientId: report.patientId, password: ownPassword };
    await call(
      "POST",
      `/reports/${report.id}/sign`,
      { ...signature, expectedVersion: report.version },
      reader,
    );
    await page.context().setOffline(false);
    const note = page
      .getByRole("alert")
      .filter({ hasText: "Ada Reader signed this report while you wrote." });
    await note.getByText("Findings: A nodule after all.").waitFor();
    const signed = await call("GET", `/reports/${report.id}`, undefined, reader);
    expect([signed.amendment, signed.findings]).toEqual([null, ""]);
    await note.getByRole("button", { name: "Leave it out" }).click();
    await note.waitFor({ state: "detached" });
    // Who looks on sees what others do.
    const amendment = { ...signature, kind: "AMENDED", reason: "seen late", findings: "A nodule." };
    await call(
      "POST",
      `/reports/${report.id}/amend`,
      { ...amendment, expectedVersion: signed.version },
      reader,
    );
    await page.getByText("A nodule.", { exact: true }).waitFor();
  });

  test("what was not saved when the session was ended elsewhere is in the report again after signing in", async () => {
    await arrives("Ended", "ROUTINE");
    await eventually(async () => (await call("GET", "/worklist?query=Ended")).data.length === 1);
    const [{ id }] = (await call("GET", "/worklist?query=Ended")).data;
    const writer = await person("vermeer", "Jo Vermeer", "RADIOLOGIST");
    const page = await flow.open({
      as: own("vermeer"),
      expected: (text) => /status of 401|ERR_FAILED/.test(text),
    });
    await page.goto(`/report/${id}`);
    await page.getByRole("button", { name: "Begin the report" }).click();
    const findings = page.getByLabel("Findings", { exact: true });
    await findings.waitFor();
    await page.route("**/api/v1/reports/*", (route) => route.abort());
    await findings.fill("Half a sentence");
    await page.getByText("Not saved; it is tried again").waitFor();
    await call("DELETE", `/users/${writer}/sessions`);
    await page.getByText("Your session has ended").waitFor();
    await page.unroute("**/api/v1/reports/*");
    await page.getByLabel("User name").fill("vermeer");
    await page.getByLabel("Password", { exact: true }).fill(ownPassword);
    await page.getByRole("button", { name: /^Sign in/ }).click();
    await page.getByText("All is saved").waitFor();
    expect(await findings.inputValue()).toBe("Half a sentence");
    await expect
      .poll(async () => (await call("GET", `/reports/study/${id}`)).data[0].findings)
      .toBe("Half a sentence");
  });

  test("sees who reads what, and what somebody else has written meanwhile", async () => {
    const mine = await flow.open({ as: own("reader"), expected: (text) => /status of 409/.test(text) });
    await mine.goto("/reading");
    // Filters under a name stay with the person, and a digit shows them.
    await mine.getByRole("button", { name: "Priority any" }).click();
    await mine.getByRole("menuitemcheckbox", { name: "Routine" }).click();
    await mine.keyboard.press("Escape");
    await mine.getByRole("button", { name: "Save view" }).click();
    await mine.getByRole("dialog", { name: "Save view" }).getByLabel("Name").fill("My routine");
    // It is on the screen before the server has it.
    const kept = mine.waitForResponse(
      (answer) => answer.url().endsWith("/users/me/preferences") && answer.request().method() !== "GET",
    );
    await mine.keyboard.press("Enter");
    const view = mine.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "My routine" });
    await view.waitFor();
    expect(await violationsOf(mine, "main")).toEqual([]);
    await mine.keyboard.press("1");
    await mine.waitForURL(/\/reading$/);
    await kept;
    await mine.reload();
    await view.waitFor();
    await mine.keyboard.press("6");
    await mine.waitForURL(/\/reading\?priority=ROUTINE$/);
    await mine.getByRole("button", { name: "Delete the view My routine" }).click();
    await expect.poll(() => view.count()).toBe(0);
    await mine.getByRole("button", { name: "Bring back" }).click();
    await view.waitFor();
    await mine.getByRole("row").filter({ hasText: "Ordinary" }).click();
    await mine.getByRole("button", { name: /^Report/ }).click();
    await mine.getByRole("button", { name: "Begin the report" }).click();
    await mine.getByLabel("Findings").fill("Mine.");
    await mine.getByText("All is saved").waitFor();

    const { accessToken } = await call("POST", "/users/login", { username: "tahir", password: ownPassword });
    const other = { authorization: `Bearer ${accessToken}` };
    const [item] = (await call("GET", "/worklist?query=Ordinary", undefined, other)).data;
    const [report] = (await call("GET", `/reports/study/${item.id}`, undefined, other)).data;
    await call(
      "PATCH",
      `/reports/${report.id}`,
      { findings: "Theirs.", expectedVersion: report.version },
      other,
    );

    await mine.getByLabel("Findings", { exact: true }).fill("Mine, and more.");
    await mine.getByText("Nothing of yours is lost").waitFor();
    expect(await mine.getByLabel("Findings, theirs").innerText()).toBe("Theirs.");
    await mine.getByRole("button", { name: "Keep mine" }).click();
    await mine.getByText("All is saved").waitFor();
    const again = await call("GET", `/reports/${report.id}`, undefined, other);
    expect(again.findings).toBe("Mine, and more.");

    // Another section of theirs joins, and mine is kept.
    const theirImpression = { impression: "Their impression.", expectedVersion: again.version };
    await call("PATCH", `/reports/${report.id}`, theirImpression, other);
    await mine.getByLabel("Findings", { exact: true }).fill("Mine, and still more.");
    await mine.getByText("it stands here now: Impression.").waitFor();
    await mine.getByText("All is saved").waitFor();
    expect(await mine.getByLabel("Impression", { exact: true }).inputValue()).toBe("Their impression.");
    expect(await call("GET", `/reports/${report.id}`, undefined, other)).toMatchObject({
      findings: "Mine, and still more.",
      impression: "Their impression.",
    });

    const theirs = await flow.open({ as: own("tahir"), expected: (text) => /status of 409/.test(text) });
    await theirs.goto("/reading");
    const row = theirs.getByRole("row").filter({ hasText: "Ordinary" });
    await row.getByText("Reading: Ada Reader").waitFor();

    // Whoever gets to it all the same is told whose it is before they write, with a report and without one.
    await theirs.goto(`/report/${item.id}`);
    await theirs.getByText("Ada Reader has been reading this study since").waitFor();
    await theirs.getByLabel("Findings", { exact: true }).waitFor();
    await arrives("Claimed", "ROUTINE");
    await eventually(async () => (await call("GET", "/worklist?query=Claimed")).data.length === 1);
    const [taken] = (await call("GET", "/worklist?query=Claimed")).data;
    const { accessToken: readers } = await call("POST", "/users/login", {
      username: "reader",
      password: ownPassword,
    });
    await call("POST", `/studies/${taken.id}/claim`, undefined, { authorization: `Bearer ${readers}` });
    await theirs.goto(`/report/${taken.id}`);
    await theirs.getByRole("button", { name: "Begin the report" }).click();
    await theirs.getByText("Ada Reader has been reading this study since").waitFor();
    await call("POST", `/studies/${taken.id}/release`, undefined, { authorization: `Bearer ${readers}` });
  });

  test("writes by auto-text, places to fill in and dictation, compares, looks at the letter, marks what the final changed", async () => {
    await arrives("Prose", "ROUTINE");
    await eventually(async () => (await call("GET", "/worklist?query=Prose")).data.length === 1);
    const [study] = (await call("GET", "/worklist?query=Prose")).data;
    const prior = ctInstance({
      PatientName: "Prose^Eve",
      PatientID: study.patient.identifier,
      IssuerOfPatientID: study.patient.issuer,
      PatientBirthDate: "19700102",
      PatientSex: "F",
      StudyDate: "20200102",
      StudyDescription: "Head before",
    });
    await flow.store(prior.bytes);
    const page = await flow.open({ width: 1600 });
    await page.addInitScript(() => {
      // A browser that hears one sentence.
      class Heard {
        onresult: ((event: object) => void) | null = null;
        onend: (() => void) | null = null;
        start() {
          const words = [{ transcript: "no effusion full stop" }];
          const results = [Object.assign(words, { isFinal: true })];
          setTimeout(() => this.onresult?.({ resultIndex: 0, results }));
        }
        stop() {
          this.onend?.();
        }
      }
      Object.assign(globalThis, { SpeechRecognition: Heard });
    });
    await signInByForm(page, "reader", ownPassword);
    await page.goto(`/report/${study.id}`);
    await page.getByRole("button", { name: "Begin the report" }).click();
    const findings = page.getByLabel("Findings", { exact: true });
    await findings.fill("");
    await page.keyboard.press("Alt+a");
    const autotext = page.getByRole("dialog", { name: "Auto-text" });
    await autotext.getByLabel("Name of a new one").fill("nodule");
    await autotext.getByLabel("Its text").fill("Nodule of [size] mm in [lobe].");
    await autotext.getByRole("button", { name: "Keep auto-text" }).click();
    await autotext.getByRole("button", { name: /^\.nodule/ }).waitFor();
    await autotext.getByRole("button", { name: "Change nodule" }).click();
    await autotext.getByLabel("Its text").fill("A nodule of [size] mm in [lobe].");
    await autotext.getByRole("button", { name: "Save auto-text" }).click();
    // In the list: what is being written says the same before it is saved.
    await autotext.getByRole("button", { name: /^\.nodule\s*A nodule of/ }).waitFor();
    await autotext.getByRole("button", { name: "Change nodule" }).click();
    await autotext.getByLabel("Its text").fill("Nodule of [size] mm in [lobe].");
    await autotext.getByRole("button", { name: "Save auto-text" }).click();
    await autotext.getByRole("button", { name: /^\.nodule\s*Nodule of/ }).waitFor();
    // Nothing is thrown away by one press.
    await autotext.getByRole("button", { name: "Delete nodule" }).click();
    await autotext.getByRole("button", { name: "Keep it" }).click();
    expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
    await page.keyboard.press("Escape");
    await findings.pressSequentially(".nodule ");
    await expect.poll(() => findings.inputValue()).toBe("Nodule of [size] mm in [lobe]. ");
    await expect.poll(() => page.evaluate("getSelection().toString()")).toBe("[size]");
    // Its first place is what one types next.
    await page.keyboard.type("8");
    await page.keyboard.press("Tab");
    await page.keyboard.type("the left lobe");
    await findings.press("Control+End");
    await page.keyboard.press("Alt+d");
    const notice = page.getByRole("dialog", { name: "Dictation by the browser" });
    await notice.getByText(/send the audio to its vendor/).waitFor();
    await notice.getByRole("button", { name: "Switch on and dictate" }).click();
    const text = "Nodule of 8 mm in the left lobe. No effusion.";
    await expect.poll(() => findings.inputValue()).toBe(text);
    await page.keyboard.press("Alt+d");
    await page.getByRole("button", { name: /^Dictate/ }).waitFor();
    await page.keyboard.press("Alt+p");
    await expect
      .poll(() => page.getByLabel("Comparison", { exact: true }).inputValue())
      .toBe("Compared with CT Head before of 2 Jan 2020.");
    await page.getByLabel("Impression", { exact: true }).fill("A nodule.");
    await page.getByRole("button", { name: "Letter" }).click();
    await page.locator("iframe[title=Letter][src^='blob:']").waitFor();
    expect(await violationsOf(page, ".report-page")).toEqual([]);
    await page.getByRole("button", { name: "Close the letter" }).click();
    await page.getByRole("button", { name: "Submit" }).click();
    await page.getByText("preliminary", { exact: true }).waitFor();
    await page.getByLabel("Impression", { exact: true }).fill("A nodule, to be followed.");
    await page.keyboard.press("Control+Enter");
    const dialog = page.getByRole("dialog", { name: "Sign the report" });
    await dialog.getByLabel("Password").fill(ownPassword);
    await dialog.getByLabel("Password").press("Enter");
    await page.getByRole("button", { name: "Discrepancy" }).click();
    const discrepancy = page.getByRole("dialog", { name: "Discrepancy with the preliminary report" });
    await discrepancy.getByLabel("What differs").fill("follow-up was missing");
    await discrepancy.getByRole("button", { name: "Mark discrepancy" }).click();
    await page.getByText("Differs from the preliminary report").waitFor();
    await page.getByRole("button", { name: "2 versions" }).click();
    const versions = page.getByRole("dialog", { name: "Versions of the report" });
    const impression = versions.getByRole("region", { name: "Impression" });
    await impression.locator("ins").first().waitFor();
    expect((await impression.locator("ins").allInnerTexts()).join("")).toMatch(/nodule, to be followed\./);
    expect((await impression.locator("del").allInnerTexts()).join("")).toMatch(/nodule\./);
    expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Verify the signature" }).click();
    await page.getByText("It says what was signed: 2 versions compared").waitFor();

    await page.getByRole("button", { name: "Entered in error" }).click();
    const wrong = page.getByRole("dialog", { name: "Entered in error" });
    await wrong.getByLabel("Why it should not have been").fill("another patient");
    expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
    await wrong.getByLabel("Password").fill(ownPassword);
    await wrong.getByLabel("Password").press("Enter");
    const none = page.getByRole("heading", { name: "There is no report that counts" });
    await none.waitFor();
    const note = page.getByRole("note").filter({ hasText: "withdrawn by Ada Reader" });
    await note.getByText("another patient").waitFor();
    await note.getByRole("button", { name: "What it said" }).click();
    await versions.getByText("Reason: another patient").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Begin the report" }).click();
    await page.getByLabel("Impression", { exact: true }).fill("Begun too early.");
    await page.getByRole("button", { name: "Give up" }).click();
    const giveUp = page.getByRole("dialog", { name: "Give up the draft" });
    await giveUp.getByRole("button", { name: "Give up the draft" }).click();
    await none.waitFor();
    const { data: reports } = await call("GET", `/reports/study/${study.id}`);
    expect(reports.map(({ status }: { status: string }) => status)).toEqual([
      "CANCELLED",
      "ENTERED_IN_ERROR",
    ]);
  });
});

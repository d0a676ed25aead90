import {
  implementationClassUid,
  newUid,
  readPart10,
  SopClasses,
  TransferSyntaxes,
  writeDataSet,
} from "@isocenter/dicom";
import { type ClientAssociation, openAssociation } from "@isocenter/dimse";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { ctInstance } from "../support/instances.ts";
import { pdfText } from "../support/pdf-text.ts";
import { eventually } from "../support/program.ts";
import {
  type Authorization,
  admin,
  own,
  ownPassword,
  webFlow,
  zoneWhereItIsMorning,
} from "../support/web.ts";

const scannerTitle = "CT1";
const syntax = TransferSyntaxes.ExplicitVRLittleEndian;
const phone = { width: 390, height: 844 };

describe.skipIf(chromiumMissing())("from the ward to the scanner and back in the browser", () => {
  const flow = webFlow({ env: { SETTLE_SECONDS: "600" } });
  const { call, person } = flow;
  let reader: Authorization;
  let physicianId: string;
  let scanner: ClientAssociation | undefined;
  let thorsby: Awaited<ReturnType<typeof order>>;

  const signedIn = async (username: string): Promise<Authorization> => {
    const { accessToken } = await call("POST", "/users/login", { username, password: ownPassword });
    return { authorization: `Bearer ${accessToken}` };
  };

  async function order(family: string, more: object = {}) {
    const patient = await call("POST", "/patients", {
      lastName: family,
      firstName: "Eve",
      birthDate: "1970-01-02",
      sex: "F",
    });
    const placed = await call("POST", "/imaging-orders", {
      patientId: patient.id,
      providerId: physicianId,
      modality: "CT",
      bodyPart: "HEAD",
      clinicalIndication: `fall, ${family.toLowerCase()}`,
      ...more,
    });
    return { patient, placed };
  }

  /** An image as a scanner makes it that took the line of the order from the worklist. */
  const imageOf = ({ patient, placed }: Awaited<ReturnType<typeof order>>, more: object = {}) =>
    ctInstance({
      PatientName: `${patient.lastName}^Eve`,
      PatientID: patient.identifiers[0].value,
      IssuerOfPatientID: patient.identifiers[0].issuer,
      PatientBirthDate: "19700102",
      PatientSex: "F",
      AccessionNumber: placed.accessionNumber,
      StudyInstanceUID: placed.studyInstanceUid,
      StudyDescription: "CT head",
      ...more,
    });

  /** A study whose report is signed. */
  async function reported(family: string, impression: string) {
    const asked = await order(family);
    await flow.store(imageOf(asked).bytes);
    const study = await eventually(
      async () => (await call("GET", `/studies?accessionNumber=${asked.placed.accessionNumber}`)).data[0],
    );
    const draft = await call(
      "POST",
      "/reports",
      { studyId: study.id, findings: "As seen.", impression },
      reader,
    );
    const password = { password: ownPassword };
    const signed = await call(
      "POST",
      `/reports/${draft.id}/sign`,
      { expectedVersion: draft.version, ...password },
      reader,
    );
    return { study, report: signed, password };
  }

  /** What the letter of a report says. */
  async function letter(reportId: string): Promise<string> {
    const answer = await fetch(`${flow.program.url}/api/v1/reports/${reportId}/pdf`, {
      headers: { ...reader },
    });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/pdf"]);
    return pdfText(new Uint8Array(await answer.arrayBuffer()))
      .join(" ")
      .replace(/\s+/g, " ");
  }

  beforeAll(async () => {
    const [facility] = (await call("GET", "/facilities")).data;
    await call("PATCH", `/facilities/${facility.id}`, { timeZone: zoneWhereItIsMorning() });
    physicianId = await person("aalto", "Niko Aalto", "PHYSICIAN");
    await person("reader", "Ada Reader", "RADIOLOGIST");
    reader = await signedIn("reader");
  });

  test("a physician on the ward sees what is new and what changed, by phone", async () => {
    const { study, report, password } = await reported("Bellweather", "Normal. No haemorrhage.");
    await reported("Carrow", "Old infarct.");
    await order("Rask");
    const page = await flow.open(phone);
    await signInByForm(page, "aalto", ownPassword);
    await page.waitForURL(/\/results$/);
    const fresh = page.getByRole("link", { name: /Bellweather, Eve/ });
    await fresh.getByText(", unread").waitFor();
    await page.getByRole("link", { name: /^New 2$/ }).waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await call(
      "POST",
      `/reports/${report.id}/amend`,
      {
        kind: "AMENDED",
        reason: "a second look",
        expectedVersion: report.version,
        impression: "Acute haemorrhage.",
        ...password,
      },
      reader,
    );
    await call(
      "POST",
      "/critical-findings",
      { studyId: study.id, reportId: report.id, description: "Acute haemorrhage", severity: "CRITICAL" },
      reader,
    );
    const card = page.getByRole("article", { name: "Critical finding: Acute haemorrhage" });
    await fresh.getByText("amended").waitFor();
    await card.getByRole("link", { name: "Read and acknowledge" }).click();

    await page.getByRole("heading", { name: "Bellweather, Eve" }).waitFor();
    await page.getByText("Changed because: a second look").waitFor();
    const impression = page.getByRole("region", { name: "Impression" });
    expect(await impression.locator("del").allInnerTexts()).toContainEqual(
      expect.stringContaining("Normal."),
    );
    expect(await impression.locator("ins").allInnerTexts()).toContainEqual(expect.stringContaining("Acute"));
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("checkbox", { name: "Mark what changed" }).uncheck();
    await impression.getByText("Acute haemorrhage.", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^Open (all|the image)/ }).click();
    await page.waitForURL(/\/view$/);
    await page.locator(".vw-pane[data-state=shown]").first().waitFor();
  });

  test("a physician answers a critical finding with read-back, and sees what is still waited for", async () => {
    const page = await flow.open(phone);
    await signInByForm(page, "aalto", ownPassword);
    await page.getByRole("link", { name: "Read and acknowledge" }).click();
    const answer = page.getByRole("region", { name: "Critical finding: Acute haemorrhage" });
    const acknowledge = answer.getByRole("button", { name: "Acknowledge with read-back" });
    expect(await acknowledge.isDisabled()).toBe(true);
    await answer.getByLabel(/Read back/).fill("haemorrhage, calling neurosurgery");
    await acknowledge.click();
    await answer.waitFor({ state: "detached" });
    const [finding] = (await call("GET", "/critical-findings?status=ACKNOWLEDGED")).data;
    expect(finding.acknowledgement).toMatchObject({
      by: { id: physicianId },
      readBack: "haemorrhage, calling neurosurgery",
    });

    await page.getByRole("main").getByRole("link", { name: "Results" }).click();
    await page.getByRole("link", { name: /^New 1$/ }).waitFor();
    await page.getByRole("link", { name: /^Waiting/ }).click();
    const mine = page.getByRole("list", { name: "My orders" });
    await mine.getByText("Rask, Eve").waitFor();
    await mine.getByText("To be scheduled").waitFor();
    expect(await mine.getByText("Bellweather").count()).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
  });

  /** Sends images by C-STORE, as the scanner does. */
  async function send(...images: ReturnType<typeof imageOf>[]): Promise<void> {
    scanner ??= await openAssociation({
      host: "127.0.0.1",
      port: flow.program.dicomPort,
      callingAeTitle: scannerTitle,
      calledAeTitle: "ISOCENTER",
      implementation: { classUid: implementationClassUid, versionName: "TEST" },
      contexts: [{ abstractSyntax: SopClasses.CTImageStorage, transferSyntaxes: [syntax] }],
    });
    for (const { bytes, SOPInstanceUID } of images) {
      const answer = await scanner.store({
        sopClassUid: SopClasses.CTImageStorage,
        sopInstanceUid: SOPInstanceUID,
        transferSyntax: syntax,
        chunks: [writeDataSet(readPart10(bytes).dataSet, syntax)],
      });
      expect(answer.status).toBe(0);
    }
  }
  afterAll(() => scanner?.release().catch(() => {}));

  const booked = (family: string, minutes: number) =>
    order(family, {
      procedureCode: "CTHEAD",
      stationAeTitle: scannerTitle,
      scheduledAt: new Date(Date.now() + minutes * 60_000).toISOString(),
    });
  const seriesOf = (asked: Awaited<ReturnType<typeof order>>, number: number) => {
    const shared = {
      SeriesNumber: number,
      SeriesDescription: `Axial ${number}`,
      SeriesInstanceUID: newUid(),
    };
    return (instance: number) => imageOf(asked, { ...shared, InstanceNumber: instance });
  };
  const row = (page: Page, name: string) => page.getByRole("main").getByRole("button", { name });
  const imagesOf = (page: Page, name: string) =>
    page
      .getByRole("complementary", { name: `Examination: ${name}` })
      .getByRole("region", { name: "Images", exact: true });

  test("a technologist checks who it is, starts, and sees the images as they come", async () => {
    await person("runa", "Runa Achterberg", "TECHNOLOGIST");
    await call("POST", "/stations", { aeTitle: scannerTitle, name: "CT 1", modalities: ["CT"] });
    const peer = { aeTitle: scannerTitle, host: "127.0.0.1", port: 104, permissions: ["store"] };
    await call("POST", "/modalities", peer);
    await call("POST", "/procedures", {
      code: "CTHEAD",
      name: "CT head without contrast",
      modality: "CT",
      durationMinutes: 10,
      preparation: "Take off ear-rings",
    });
    thorsby = await booked("Thorsby", 1);
    const absent = await booked("Absent", 24);
    const overnight = await booked("Overnight", -24 * 60);
    await call("PATCH", `/imaging-orders/${overnight.placed.id}`, { status: "ARRIVED" });

    const page = await flow.open({ width: 1280, height: 800 });
    await signInByForm(page, "runa", ownPassword);
    await page.waitForURL(/\/station$/);
    await page.getByLabel("Station", { exact: true }).selectOption({ label: "CT 1" });
    await row(page, "Thorsby, Eve").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    // Who waits since yesterday is not sent home by midnight.
    const night = page
      .getByRole("region", { name: "Waiting" })
      .getByRole("button", { name: "Overnight, Eve" });
    await night.waitFor();
    const left = { status: "CANCELLED", reason: "went home" };
    await call("PATCH", `/imaging-orders/${overnight.placed.id}`, left);
    await night.waitFor({ state: "detached" });

    // A colleague who is faster is no second start.
    const taken = await booked("Taken", 36);
    await call("PATCH", `/imaging-orders/${taken.placed.id}`, { status: "ARRIVED" });
    await page.getByRole("region", { name: "Waiting" }).getByRole("button", { name: "Taken, Eve" }).click();
    await page.keyboard.press("s");
    const question = page.getByRole("dialog", { name: "Is this the patient?" });
    await question.waitFor();
    await call("PATCH", `/imaging-orders/${taken.placed.id}`, { status: "IN_PROGRESS" });
    await page.getByRole("alert").getByText("Somebody else was faster").waitFor();
    await question.waitFor({ state: "detached" });
    await call("PATCH", `/imaging-orders/${taken.placed.id}`, { status: "DISCONTINUED", reason: "a test" });
    await page.getByRole("region", { name: "Did not take place" }).getByText("Taken, Eve").waitFor();
    await page.getByRole("button", { name: "I have read it" }).click();
    await page.keyboard.press("Escape");

    await page.keyboard.press("j");
    const panel = page.getByRole("complementary", { name: "Examination: Thorsby, Eve" });
    await panel.getByText("Take off ear-rings").waitFor();
    await page.keyboard.press("a");
    await panel.getByRole("button", { name: "Check identity and start" }).waitFor();
    await page.keyboard.press("s");
    const check = page.getByRole("dialog", { name: "Is this the patient?" });
    await check.getByText(thorsby.patient.identifiers[0].value).waitFor();
    const start = check.getByRole("button", { name: "Start the examination" });
    expect(await start.isDisabled()).toBe(true);
    await page.keyboard.press(" ");
    await check.getByLabel(/wristband/).check();
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    await page.keyboard.press("Enter");
    await panel.getByText("In progress").waitFor();
    await page.getByRole("region", { name: "In the room" }).waitFor();
    const checks = await call(
      "GET",
      `/logs?subjectType=order&subjectId=${thorsby.placed.id}&action=IDENTITY_CHECKED`,
    );
    expect(checks.data).toHaveLength(1);

    // A key that slipped ends no examination of which nothing is here.
    await panel.getByRole("button", { name: "End the examination" }).waitFor();
    await page.keyboard.press("e");
    await page.getByRole("dialog", { name: "No image has come" }).waitFor();
    await page.keyboard.press("Escape");

    const images = imagesOf(page, "Thorsby, Eve");
    const [first, second] = [seriesOf(thorsby, 1), seriesOf(thorsby, 2)];
    await send(first(1), first(2));
    await images.getByText("2 images in 1 series").waitFor();
    await send(second(1));
    await images.getByText("3 images in 2 series").waitFor();
    await page.keyboard.press("e");
    await panel.getByText("Performed").waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await row(page, "Absent, Eve").click();
    await page.keyboard.press("n");
    await page.getByRole("dialog").getByLabel("Reason").fill("called, nobody answered");
    await page.getByRole("dialog").getByRole("button", { name: "Did not come" }).click();
    await page.getByRole("region", { name: "Did not take place" }).getByText("Absent, Eve").waitFor();
    await expect
      .poll(() => call("GET", `/imaging-orders/${absent.placed.id}`))
      .toMatchObject({ status: "NO_SHOW", statusReason: "called, nobody answered" });
    // The computer stands at this station.
    await page.goto("/station");
    await row(page, "Thorsby, Eve").waitFor();
    expect(await page.getByLabel("Station", { exact: true }).inputValue()).toBe(scannerTitle);
  });

  test("a technologist rejects, repeats, accepts, notes, and gives images to whom they are of", async () => {
    const carver = await booked("Carver", 12);
    const page = await flow.open({ width: 1280, height: 800 });
    await signInByForm(page, "runa", ownPassword);
    await row(page, "Thorsby, Eve").click();
    const images = imagesOf(page, "Thorsby, Eve");
    await images.getByText("3 images in 2 series").waitFor();
    await page.keyboard.press("q");
    await images.getByText("Completed", { exact: true }).waitFor();
    await images.getByText("Images checked and accepted").waitFor();

    await images.getByRole("button", { name: "Reject 2 · Axial 2" }).click();
    const rejecting = page.getByRole("dialog", { name: "Reject 2 · Axial 2" });
    await rejecting.getByLabel("Why").selectOption({ label: "The patient moved" });
    await rejecting.getByLabel(/It is repeated/).waitFor();
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    await rejecting.getByRole("button", { name: "Reject" }).click();
    await images.getByText("2 images in 1 series").waitFor();
    const [deleted] = (await call("GET", "/deletions")).data;
    expect(deleted).toMatchObject({ kind: "SERIES", reason: "The patient moved" });
    await send(seriesOf(thorsby, 3)(1));
    await images.getByText("3 images in 2 series").waitFor();
    const again = images.getByRole("button", { name: "Accept: ready to read" });
    await again.click();
    await again.waitFor({ state: "detached" });

    await page.keyboard.press("m");
    await page.getByRole("dialog").getByLabel("Note").fill("80 ml contrast, moved in the first run");
    await page.getByRole("button", { name: "Keep the note" }).click();
    await images.getByText("80 ml contrast, moved in the first run").waitFor();

    await images.getByRole("button", { name: "Wrong patient" }).click();
    const whose = page.getByRole("dialog", { name: "Whose images are these?" });
    await whose.getByLabel(/Carver, Eve/).check();
    await whose.getByLabel("How you know").fill("the wrong line was taken");
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    await whose.getByRole("button", { name: "Move the images" }).click();
    await whose.waitFor({ state: "detached" });
    await row(page, "Carver, Eve").click();
    await imagesOf(page, "Carver, Eve").getByText("3 images in 2 series").waitFor();
    const [study] = (await call("GET", "/studies?query=Carver")).data;
    expect(study).toMatchObject({ patientId: carver.patient.id, orderId: carver.placed.id });
    // Whose images they were not is still to be examined: the order that counts as performed is placed once more.
    await row(page, "Thorsby, Eve").click();
    await page.getByText("No image of this examination is here.").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("link", { name: "To the order" }).click();
    await page.getByRole("article", { name: "Order" }).waitFor();
    // Technologists move orders on and place none: no page offers what would be refused.
    for (const address of [
      `/orders/${thorsby.placed.id}`,
      "/orders?view=all",
      "/schedule",
      `/patients/${thorsby.patient.id}`,
    ]) {
      await page.goto(address);
      await page.getByText("Thorsby, Eve").first().waitFor();
      expect(await page.getByRole("button", { name: /^(New order|Order it again|Order an)/ }).count()).toBe(
        0,
      );
    }
    const office = await flow.open({ as: admin });
    await office.goto(`/orders/${thorsby.placed.id}`);
    await office.getByRole("button", { name: "Order it again" }).click();
    const form = office.getByRole("dialog", { name: "New order" });
    await form.getByRole("button", { name: "Order the examination" }).click();
    await office.waitForURL((url) => !url.pathname.endsWith(thorsby.placed.id));
    const [placed] = (await call("GET", `/imaging-orders?patientId=${thorsby.patient.id}&status=PENDING`))
      .data;
    const { procedureCode, providerId, priority, clinicalIndication } = thorsby.placed;
    expect(placed).toMatchObject({ procedureCode, providerId, priority, clinicalIndication });

    const reading = await flow.open();
    await signInByForm(reading, "reader", ownPassword);
    await reading.getByRole("row").filter({ hasText: "Carver" }).click();
    await reading
      .getByRole("complementary", { name: /Carver/ })
      .getByText("80 ml contrast, moved in the first run")
      .waitFor();
  });

  test("a report whose study turns out to be another patient's says so on every page and on paper until it is amended", async () => {
    const { study, report, password } = await reported("Wrongly", "Old infarct.");
    const { patient } = await order("Rightly");
    const reason = "The wristband was another's";
    await call("PATCH", `/studies/${study.id}`, { patientId: patient.id, reason });

    const ward = await flow.open({ ...phone, as: own("aalto") });
    await ward.goto(`/results/${study.id}`);
    await ward.getByRole("heading", { name: "Rightly, Eve" }).waitFor();
    const stop = ward.getByRole("alert").filter({ hasText: "ask the department before you act on it" });
    await stop.waitFor();
    expect(await violationsOf(ward)).toEqual([]);

    const page = await flow.open({ as: own("reader") });
    await page.goto(`/report/${study.id}`);
    const anew = page.getByRole("alert").filter({ hasText: "read it anew and amend it" });
    await anew.waitFor();
    await page
      .getByText(/names another patient/)
      .first()
      .waitFor();
    expect(await violationsOf(page, ".report-page")).toEqual([]);
    const warning = "ANOTHER PATIENT'S: DO NOT USE THIS LETTER";
    expect(await letter(report.id)).toContain(warning);

    await page.getByRole("button", { name: "Amend" }).click();
    const amend = page.getByRole("dialog", { name: "Amend the report" });
    await amend.getByLabel("What changed and why").fill("read again for whom it is");
    await amend.getByLabel("Impression").fill("No infarct.");
    await amend.getByLabel("Password").fill(password.password);
    await amend.getByLabel("Password").press("Enter");
    await amend.waitFor({ state: "detached" });
    await page.getByText("No infarct.").first().waitFor();
    await anew.waitFor({ state: "detached" });
    await expect.poll(() => letter(report.id)).not.toContain(warning);
    await ward.goto(`/results/${study.id}`);
    await ward.getByText("Changed because: read again for whom it is").waitFor();
    expect(await stop.count()).toBe(0);
    // The one before is still what it was.
    await ward.getByLabel("Version").selectOption("1");
    await stop.waitFor();
  });
});

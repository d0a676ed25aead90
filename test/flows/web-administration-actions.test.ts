import path from "node:path";
import { implementationClassUid } from "@isocenter/dicom";
import { answerContexts, createDimseServer } from "@isocenter/dimse";
import { connect } from "@isocenter/server/platform/database/database.ts";
import { embeddedSocketPath } from "@isocenter/server/platform/database/embedded-postgres.ts";
import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing } from "../support/browser.ts";
import { hl7Receiver } from "../support/hl7-receiver.ts";
import { ctInstance } from "../support/instances.ts";
import { httpReceiver } from "../support/receivers.ts";
import { admin, ownPassword, webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())("what an administrator decides in the browser", () => {
  // What settles later waits as a job.
  const flow = webFlow({ env: { SETTLE_SECONDS: "900", WEBHOOK_PRIVATE_HOSTS: "127.0.0.1" } });
  const { call } = flow;

  async function at(
    section: string,
    { username, password }: typeof admin | Credentials = admin,
  ): Promise<Page> {
    const page = await flow.open({ as: { username, password }, expected: (text) => text.includes("409") });
    await go(page, section);
    return page;
  }
  interface Credentials {
    username: string;
    password: string;
  }
  async function go(page: Page, section: string): Promise<void> {
    await page.goto(`/administration/${section}`);
    await page.locator(".admin-main h2").first().waitFor();
  }
  /** The program's own database, until the test is over. */
  function connectTo(dataDir: string) {
    const socketPath = embeddedSocketPath(path.join(dataDir, "pg"));
    const db = connect({ url: null, socketPath, database: "isocenter", max: 1 });
    onTestFinished(() => db.end());
    return db;
  }
  const asked = (page: Page) => page.getByRole("dialog");
  const side = (page: Page) => page.locator("aside.admin-side");

  test("sees what an HL7 system refused, sends it again, and lets a system in that nobody knew", async () => {
    const receiver = await hl7Receiver();
    onTestFinished(() => receiver.shut());
    receiver.reply = () => ({ code: "AE", text: "No such patient here" });
    const page = await at("hl7-systems");
    await page.getByText("No HL7 system").waitFor();
    await page.keyboard.press("n");
    const form = asked(page);
    await form.getByLabel("Name").fill("Hospital");
    await form.getByLabel("Application (MSH-3)").fill("HIS");
    await form.getByLabel("Listens at").fill("127.0.0.1");
    await form.getByRole("textbox", { name: "Port" }).fill(String(receiver.port));
    await form.getByLabel("What becomes of orders (ORM)").check();
    await form.getByRole("button", { name: "Add system" }).click();
    await side(page).getByRole("button", { name: "Test the connection" }).click();
    await side(page)
      .getByText(/^\d+ ms$/)
      .waitFor();
    expect(await violationsOf(page)).toEqual([]);

    const [{ id: facilityId }] = (await call("GET", "/facilities")).data;
    const { id: patientId } = await call("POST", "/patients", {
      firstName: "Jane",
      lastName: "Doe",
      birthDate: "1970-01-02",
      sex: "F",
    });
    await call("POST", "/imaging-orders", {
      patientId,
      providerId: await flow.person("house", "Gregory House", "PHYSICIAN"),
      facilityId,
      modality: "CT",
      bodyPart: "CHEST",
      clinicalIndication: "Cough",
    });
    await go(page, "hl7-messages?kind=OUT");
    const row = page.getByRole("row", { name: /ORM\^O01/ });
    await row.getByText("Refused").waitFor();
    await row.getByRole("button").click();
    await side(page).getByText("No such patient here").waitFor();
    await side(page).getByText("Doe^Jane").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    receiver.reply = () => ({ code: "AA" });
    await side(page).getByRole("button", { name: "Send again" }).click();
    await row.getByText("Accepted by its receiver").waitFor();
    await side(page).getByRole("radio", { name: "Answer" }).click();
    await side(page).getByText("MSA|AA|").waitFor();

    const db = connectTo(flow.program.dataDir);
    await db`
      insert into hl7_messages (id, direction, control_id, message_type, status, text, reason, happened_at, sending_application, sending_facility, address)
      values (gen_random_uuid(), 'IN', 'X-1', 'ADT^A04', 'REJECTED', ${Buffer.from("MSH|^~\\&|LAB|EAST||||||X-1\r")}, 'Nobody knows LAB.', now(), 'LAB', 'EAST', '192.0.2.9')`;
    await go(page, "hl7-messages?status=REJECTED");
    await page
      .getByRole("row", { name: /ADT\^A04/ })
      .getByRole("button")
      .click();
    await side(page).getByRole("button", { name: "Add this system" }).click();
    expect(await asked(page).getByLabel("Facility in messages (MSH-4)").inputValue()).toBe("EAST");
    await asked(page).getByRole("button", { name: "Add system" }).click();
    await asked(page).waitFor({ state: "detached" });
    const known = (await call("GET", "/hl7/systems")).data;
    expect(known.find((one: { name: string }) => one.name === "LAB")).toMatchObject({
      application: "LAB",
      address: "192.0.2.9",
      receives: ["ADT"],
    });
  });

  test("lets a caller in that knocks, which is called back at once", async () => {
    const scanner = createDimseServer({
      acceptsCalled: (title) => title === "MR_SOUTH",
      decide: (request) => ({
        accept: true,
        contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
        data: null,
      }),
      handlers: { echo: () => ({ status: 0 }) },
      implementation: { classUid: implementationClassUid, versionName: "TEST" },
      maxAssociations: 5,
    });
    const port = await scanner.listen({ host: "127.0.0.1", port: 0 });
    onTestFinished(() => scanner.close({ graceMs: 0 }));
    // From another machine, which no test has: what this one calls from is never a stranger.
    const db = connectTo(flow.program.dataDir);
    await db`
      insert into knocking_caller (ae_title, address, called_ae_title, implementation, reason, first_seen_at, last_seen_at, recorded_at)
      values ('MR_SOUTH', '192.0.2.77', 'ISOCENTER', 'SCANNER_2', 'UNKNOWN_TITLE', now(), now(), now()),
        ('CT_NORTH', '192.0.2.78', 'ISOCENTER', 'SCANNER_1', 'UNKNOWN_TITLE', now(), now(), now())`;
    const page = await at("modalities");
    const caller = page.getByRole("article", { name: "MR_SOUTH" });
    await caller.getByLabel("Description").fill("MR in the south wing");
    await caller.getByRole("button", { name: "Allow and echo" }).click();
    await caller.waitFor({ state: "detached" });
    const echoes = side(page).getByRole("region", { name: "Echo" });
    // Beside the opened modality there is room for the decision about the next caller.
    const next = page.getByRole("article", { name: "CT_NORTH" });
    const right = ({ x, width }: { x: number; width: number }) => x + width;
    const main = await page.locator(".admin-main").boundingBox();
    for (const word of ["Allow and echo", "Turn away"])
      expect(right((await next.getByRole("button", { name: word }).boundingBox())!)).toBeLessThan(
        right(main!),
      );
    await side(page).getByLabel("Address").fill("127.0.0.1");
    await side(page).getByLabel("Port").fill(String(port));
    await side(page).getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(async () => (await call("GET", "/modalities")).data[0].port).toBe(port);
    await side(page).getByRole("button", { name: "Echo", exact: true }).click();
    await echoes.getByText(/^\d+ ms$/).waitFor();
    expect((await call("GET", "/modalities")).data).toMatchObject([
      { aeTitle: "MR_SOUTH", port, description: "MR in the south wing" },
    ]);
  });

  test("decides a case, takes it back, sets the study aside, and brings it back as the words promise", async () => {
    const known = ctInstance({ PatientName: "Doe^Jane", AccessionNumber: "" });
    const doubtful = ctInstance({ PatientName: "Roe^Robert", PatientSex: "M", AccessionNumber: "" });
    await flow.store(known.bytes);
    await flow.store(doubtful.bytes);
    const study = async () =>
      (await call("GET", `/studies?studyInstanceUid=${doubtful.StudyInstanceUID}`)).data[0];
    const was = (await study()).patientId;
    const page = await at("reconciliation");
    const open = () => page.getByRole("button", { name: /Roe, Robert/ }).click();
    await open();
    await side(page).getByLabel("It is the known patient").check();
    await side(page).getByRole("button", { name: "Decide" }).click();
    await page.getByText("Nothing is in doubt").waitFor();
    expect((await study()).patientId).not.toBe(was);
    await page.getByLabel("State").selectOption("RESOLVED");
    await open();
    await side(page).getByRole("button", { name: "Take it back" }).click();
    await expect.poll(async () => (await call("GET", "/reconciliation")).data.length).toBe(1);
    expect((await study()).patientId).toBe(was);

    await page.getByLabel("State").selectOption("OPEN");
    await open();
    await side(page).getByLabel("Set the study aside").check();
    await side(page).getByLabel("Reason", { exact: true }).fill("Sent by mistake");
    await side(page).getByRole("button", { name: "Decide" }).click();
    await page.getByText("Nothing is in doubt").waitFor();
    expect(await study()).toBeUndefined();
    await go(page, "deleted");
    await page.getByRole("button", { name: /Roe, Robert/ }).click();
    await side(page).getByText("Sent by mistake").waitFor();
    await side(page).getByRole("button", { name: "Bring it back" }).click();
    await page.getByText("Nothing here").waitFor();
    expect((await study()).numberOfInstances).toBe(1);
  });

  test("replaces an archived image by another under its UID, and discards one for good", async () => {
    const first = ctInstance({ PatientID: "P-7", PatientName: "Swap^Sam", WindowCenter: "40" });
    const { SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID } = first;
    const uids = { SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID };
    const other = (WindowCenter: string) =>
      ctInstance({ PatientID: "P-7", PatientName: "Swap^Sam", WindowCenter, ...uids }).bytes;
    await flow.store(first.bytes);
    await flow.store(other("99")).catch(() => {});
    const page = await at("quarantine");
    const open = () => page.getByRole("button", { name: /Swap, Sam/ }).click();
    const decide = async (word: string) => {
      await open();
      await side(page).getByLabel(word).check();
      expect(await side(page).getByRole("button", { name: "Decide" }).isDisabled()).toBe(true);
      await side(page).getByLabel("Reason", { exact: true }).fill("The scanner sent it again");
      await side(page).getByRole("button", { name: "Decide" }).click();
      await page.getByText("Quarantine is empty").waitFor();
    };
    await decide("Replace it by what came");
    const [study] = (await call("GET", `/studies?studyInstanceUid=${StudyInstanceUID}`)).data;
    const [image] = (await call("GET", `/studies/${study.id}/images`)).data;
    const versions = (await call("GET", `/images/${image.id}/versions`)).data;
    expect(versions.length).toBeGreaterThan(0);
    await flow.store(other("55")).catch(() => {});
    await decide("Discard what came");
    await page.getByLabel("State").selectOption("RESOLVED");
    await page
      .getByRole("button", { name: /Swap, Sam/ })
      .first()
      .click();
    await side(page).getByText("Discard what came").waitFor();
    expect(await side(page).getByRole("button", { name: "Take it back" }).count()).toBe(0);
  });

  test("holds, retains and purges in two steps of two people", async () => {
    const image = ctInstance({ PatientID: "P-8", PatientName: "Hold^Hanna", StudyDate: "20100105" });
    await flow.store(image.bytes);
    const [study] = (await call("GET", `/studies?studyInstanceUid=${image.StudyInstanceUID}`)).data;
    await call("DELETE", `/studies/${study.id}`, { reason: "Wrong patient" });
    const page = await at("retention");
    await page.getByRole("button", { name: "Place a hold" }).click();
    await asked(page).getByRole("textbox").or(asked(page).getByRole("combobox")).first().fill("Hold");
    await asked(page).getByText("Hold, Hanna").first().click();
    await asked(page).getByLabel("Reason").fill("Court case 7");
    await asked(page).getByRole("button", { name: "Place a hold" }).click();
    await page.getByRole("row", { name: /Court case 7/ }).waitFor();
    const rules = page.getByRole("form", { name: "Rules of the home facility" });
    await rules.getByRole("button", { name: "Add a rule" }).click();
    await rules.getByLabel("Modality").last().fill("ct");
    await rules.getByLabel("Years").last().fill("5");
    await rules.getByRole("button", { name: "Save" }).click();
    await expect
      .poll(async () => (await call("GET", "/retention-rules")).data)
      .toContainEqual({ modality: "CT", years: 5, untilAge: null });

    await go(page, "deleted");
    await page
      .getByRole("row", { name: /Hold, Hanna/ })
      .getByText("legal hold")
      .waitFor();
    await page.getByRole("button", { name: /Hold, Hanna/ }).click();
    await side(page).getByRole("button", { name: "Bring it back" }).waitFor();
    // Who deleted it is not offered the second step.
    expect(await side(page).getByRole("button", { name: "Purge" }).count()).toBe(0);

    await flow.person("second", "Second Administrator", "ADMINISTRATOR");
    const theirs = await at("deleted", { username: "second", password: ownPassword });
    await theirs.getByRole("button", { name: /Hold, Hanna/ }).click();
    await side(theirs).getByRole("button", { name: "Bring it back" }).waitFor();
    expect(await side(theirs).getByRole("button", { name: "Purge" }).count()).toBe(0);

    await go(page, "retention");
    await page
      .getByRole("row", { name: /Court case 7/ })
      .getByRole("button", { name: "Lift" })
      .click();
    await asked(page).getByLabel("Reason").fill("The case is closed");
    await asked(page).getByRole("button", { name: "Lift" }).click();
    await page.getByText(/^lifted/).waitFor();

    await go(theirs, "deleted");
    await theirs.getByRole("button", { name: /Hold, Hanna/ }).click();
    await side(theirs).getByRole("button", { name: "Purge" }).click();
    await asked(theirs).getByLabel("Reason").fill("Retention is over");
    await asked(theirs).getByRole("button", { name: "Purge" }).click();
    await theirs.getByText("Nothing here").waitFor();
    expect((await call("GET", "/deletions?status=PURGED")).data).toMatchObject([
      { patient: { name: "Hold, Hanna" } },
    ]);
    await expect(call("GET", `/studies/${study.id}`)).rejects.toThrow("404");
  });

  test("has a job that waits for its hour run at once, which is not called trying again", async () => {
    await flow.store(ctInstance({ PatientID: "P-9", PatientName: "Late^Lena" }).bytes);
    const [{ id, name }] = (await call("GET", "/jobs")).data;
    const page = await at("jobs");
    // Said in words; the program's own name is there for whoever points at it.
    const row = page.getByRole("row").filter({ has: page.getByTitle(name, { exact: true }) });
    expect(await row.first().innerText()).not.toContain(name);
    await row
      .first()
      .getByRole("button", { name: /^Run now: / })
      .click();
    await page.getByText("It is done now").first().waitFor();
    expect(await row.getByRole("button", { name: /^Try again: / }).count()).toBe(0);
    await expect
      .poll(async () => (await call("GET", "/audit?action=job.retried")).data[0]?.subject.id)
      .toBe(id);
  });

  test("saves one policy; what is typed into another stays, and is saved after it", async () => {
    const page = await at("policies");
    const card = (name: string) => page.getByRole("region", { name, exact: true });
    await card("High").getByLabel("Reached within").fill("45");
    await card("Critical").getByLabel("Reached within").fill("20");
    await card("Critical").getByRole("button", { name: "Save" }).click();
    const reached = async (severity: string) =>
      (await call("GET", "/critical-finding-policies")).policies.find(
        (one: { severity: string }) => one.severity === severity,
      ).contactMinutes;
    await expect.poll(() => reached("CRITICAL")).toBe(20);
    await page.getByText("Saved").first().waitFor();
    // The list is longer than the screen, and the page is not.
    expect(await page.evaluate("document.documentElement.scrollHeight - innerHeight")).toBe(0);
    expect(await card("High").getByLabel("Reached within").inputValue()).toBe("45");
    await card("High").getByRole("button", { name: "Save" }).click();
    await expect.poll(() => reached("HIGH")).toBe(45);

    // What the server would refuse is said before it is asked.
    await card("Critical").getByLabel("Acknowledged within").fill("30 min");
    await card("Critical").getByText("The alarm comes no later than").waitFor();
    expect(await card("Critical").getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  });

  test("gives somebody another role, which their open page shows at once", async () => {
    await flow.person("mover", "Mona Mover", "BILLING");
    const page = await flow.open({ as: { username: "mover", password: ownPassword } });
    await page.goto("/billing");
    await page.getByText("Live", { exact: false }).first().waitFor();
    expect(await page.getByRole("link", { name: "Schedule" }).count()).toBe(0);
    const [{ id, version }] = (await call("GET", "/users?query=mover")).data;
    await call("PATCH", `/users/${id}`, { roles: ["BILLING", "FRONT_DESK"], expectedVersion: version });
    await page.getByRole("link", { name: "Schedule" }).first().waitFor();
  });

  test("makes a webhook, tries it and sees what was answered", async () => {
    const receiver = await httpReceiver();
    onTestFinished(() => receiver.close());
    receiver.answer = { status: 302, body: "try the new address" };
    const page = await at("webhooks");
    await page.keyboard.press("n");
    await asked(page).getByLabel("Address").fill(`${receiver.url}/hook`);
    await asked(page).getByLabel("Events").fill("report.*, study.*");
    await asked(page).getByRole("button", { name: "Create webhook" }).click();
    const secret = await asked(page).getByLabel("Secret", { exact: true }).innerText();
    expect(secret.length).toBeGreaterThan(20);
    await asked(page).getByRole("button", { name: "I have noted it" }).click();
    await side(page).getByRole("button", { name: "Send a test" }).click();
    await side(page).getByRole("status").getByText("Redirects are not followed").waitFor();
    await side(page).getByText("try the new address").waitFor();
    receiver.answer = { status: 200 };
    await side(page).getByRole("button", { name: "Send a test" }).click();
    const log = side(page).getByRole("region", { name: "Deliveries" });
    await log
      .getByText(/answered 200/)
      .first()
      .waitFor();
    await log
      .getByText(/answered 302/)
      .first()
      .waitFor();
    await side(page).getByRole("button", { name: "New secret" }).click();
    await asked(page).getByText("with the one before as well").waitFor();
    await asked(page).getByRole("button", { name: "I have noted it" }).click();
    expect(receiver.received.map(({ path }) => path)).toEqual(["/hook", "/hook"]);
    await side(page).getByLabel("Description").fill("tells the ward");
    await side(page).getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /tells the ward/ }).waitFor();
    await side(page).getByRole("button", { name: "Remove" }).click();
    await asked(page).getByRole("button", { name: "Remove" }).click();
    await page.getByText("No webhook").waitFor();
  });

  test("makes a facility's department with a head, a station and a procedure", async () => {
    const page = await at("facilities");
    await page.locator(".admin-table .open").first().click();
    await side(page).getByRole("textbox", { name: "New department" }).fill("Emergency radiology");
    await side(page).getByRole("button", { name: "Add department" }).click();
    await side(page).getByLabel("Head of Emergency radiology").selectOption({ index: 1 });
    await expect
      .poll(async () => (await call("GET", "/departments")).data)
      .toMatchObject([{ name: "Emergency radiology", head: { name: expect.any(String) } }]);

    await go(page, "stations");
    await page.keyboard.press("n");
    await asked(page).getByLabel("Name").fill("CT 1");
    await asked(page).getByLabel("AE title").fill("CT_ONE");
    await asked(page).getByLabel("Modalities").fill("ct");
    await asked(page).getByLabel("Saturday").fill("08:00-12:00");
    await asked(page).getByRole("button", { name: "Create station" }).click();
    await page.getByRole("row", { name: /CT 1/ }).waitFor();
    expect((await call("GET", "/stations")).data).toMatchObject([
      { aeTitle: "CT_ONE", modalities: ["CT"], openingHours: { 6: expect.anything() } },
    ]);

    await go(page, "procedures");
    await page.keyboard.press("n");
    await asked(page).getByLabel("Code").fill("CTCH");
    await asked(page).getByLabel("Name").fill("CT of the chest");
    await asked(page).getByLabel("Modality").fill("ct");
    await asked(page).getByLabel("Minutes").fill("20");
    await asked(page).getByLabel("Price (not needed)").fill("120");
    await asked(page).getByLabel("Currency").fill("eur");
    await asked(page).getByRole("button", { name: "Create procedure" }).click();
    await page.getByRole("row", { name: /CT of the chest/ }).waitFor();
    expect((await call("GET", "/procedures")).data).toMatchObject([
      { code: "CTCH", modality: "CT", durationMinutes: 20, currency: "EUR" },
    ]);
  });
});

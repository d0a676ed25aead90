import { implementationClassUid } from "@isocenter/dicom";
import { implicitVrLittleEndian, openAssociation, verificationSopClass } from "@isocenter/dimse";
import { describe, expect, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { ctInstance } from "../support/instances.ts";
import { admin, own, webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())("an administrator's day in the browser", () => {
  const flow = webFlow({ env: { SETTLE_SECONDS: "1" } });
  const { call } = flow;

  /** Opens an association for C-ECHO, as a scanner does that tries its connection. */
  const knock = () =>
    openAssociation({
      host: "127.0.0.1",
      port: flow.program.dicomPort,
      callingAeTitle: "CT_NORTH",
      calledAeTitle: "ISOCENTER",
      implementation: { classUid: implementationClassUid, versionName: "SCANNER_1" },
      contexts: [{ abstractSyntax: verificationSopClass, transferSyntaxes: [implicitVrLittleEndian] }],
    });

  test("makes a user, who signs in with the password that was shown once", async () => {
    const page = await flow.open();
    await signInByForm(page, admin.username, admin.password);
    await page.getByRole("link", { name: "Admin" }).click();
    await page.getByRole("heading", { name: "Users" }).first().waitFor();
    await page.keyboard.press("n");
    const form = page.getByRole("dialog", { name: "New user" });
    await form.getByLabel("Full name").fill("Ada Reader");
    await form.getByLabel("User name").fill("reader");
    await form.getByLabel("Radiologist").check();
    await form.getByRole("button", { name: "Create user" }).click();
    const once = page.getByRole("dialog", { name: "The password of reader" });
    const password = await once.getByLabel("Password", { exact: true }).innerText();
    await once.getByRole("button", { name: "I have noted it" }).click();
    await page.getByRole("complementary", { name: "Ada Reader" }).waitFor();
    await page.getByRole("row", { name: /Ada Reader.*First password/ }).waitFor();
    expect(await violationsOf(page)).toEqual([]);

    const theirs = await flow.open();
    await signInByForm(theirs, "reader", password);
    await theirs.waitForURL(/\/password(\?|$)/);

    await page.goto("/administration/audit?action=user.created");
    const entry = page.getByRole("row").filter({ hasText: "Made a user" }).first();
    await entry.getByRole("button").click();
    const details = page.getByRole("complementary", { name: "Made a user" });
    await details.getByText("Place in the chain").waitFor();
    // What it is about is said by name, and leads there; how it is recorded is said as well.
    const name = (await entry.getByRole("link").textContent()) ?? "";
    await details.getByRole("link", { name }).waitFor();
    await details.getByText(/^user\.created user /).waitFor();
    await page.getByRole("button", { name: "Verify the chain" }).click();
    await page.getByText(/^Intact:/).waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  test("sees who knocks, mends what kept it out, and the scanner is answered", async () => {
    await call("POST", "/modalities", {
      aeTitle: "CT_NORTH",
      host: "127.0.0.1",
      port: flow.program.dicomPort,
      certificateSha256: "ab".repeat(32),
      permissions: ["echo", "store"],
    });
    await expect(knock()).rejects.toThrow();
    const page = await flow.open({ as: admin });
    await page.goto("/administration/modalities");
    const caller = page.getByRole("article", { name: "CT_NORTH" });
    await caller.getByText("SCANNER_1").waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await page
      .getByRole("table", { name: "Known" })
      .getByRole("button", { name: "CT_NORTH", exact: true })
      .click();
    const side = page.getByRole("complementary", { name: "CT_NORTH" });
    await side.getByLabel("Certificate (not needed)").fill("");
    await side.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved").first().waitFor();
    const association = await knock();
    await association.release();
    // Whoever is let in does not knock any more.
    await caller.waitFor({ state: "detached" });
  });

  test("decides what becomes of another image under a known UID, and takes the decision back", async () => {
    const first = ctInstance({ PatientName: "Doe^Jane", WindowCenter: "40" });
    const { SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID } = first;
    const other = ctInstance({
      PatientName: "Roe^Jane",
      WindowCenter: "99",
      SOPInstanceUID,
      StudyInstanceUID,
      SeriesInstanceUID,
    });
    await flow.store(first.bytes);
    // The second file is kept apart, and the answer says so.
    await flow.store(other.bytes).catch(() => {});
    const page = await flow.open({ as: admin });
    await page.goto("/administration/quarantine");
    await page.getByRole("button", { name: /Roe, Jane/ }).click();
    const side = page.getByRole("complementary", { name: "Roe, Jane" });
    await side
      .getByRole("row")
      .filter({ hasText: /Roe, Jane.*Doe, Jane.*differs/s })
      .waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const decide = async () => {
      await side.getByLabel("Keep the archived one").check();
      await side.getByRole("button", { name: "Decide" }).click();
      await page.getByText("Quarantine is empty").waitFor();
    };
    await decide();
    // What was said of it offers the way back.
    const told = page.getByRole("listitem").filter({ hasText: /Decided.*Keep the archived one/s });
    await told.getByRole("button", { name: "Take it back" }).click();
    await page.getByRole("button", { name: /Roe, Jane/ }).click();
    await decide();

    await page.getByLabel("State").selectOption("RESOLVED");
    await page.getByRole("button", { name: /Roe, Jane/ }).click();
    await side.getByRole("button", { name: "Take it back" }).click();
    await expect.poll(async () => (await call("GET", "/quarantine")).data.length).toBe(1);
  });

  test("opens what stands behind the first page, and clears what was sought there", async () => {
    const make = (code: string) =>
      call("POST", "/procedures", { code, name: `Procedure ${code}`, modality: "CT", durationMinutes: 15 });
    for (let n = 100; n < 201; n++) await make(`P${n}`);
    const last = await make("ZZZ");
    const page = await flow.open({ as: admin });
    await page.goto(`/administration/procedures?id=${last.id}`);
    await page.getByRole("complementary", { name: "Procedure ZZZ" }).waitFor();

    await page.goto("/administration/procedures?q=nothing+of+it");
    const sought = page.getByLabel("Name or code");
    expect(await sought.inputValue()).toBe("nothing of it");
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await page.getByRole("row", { name: /Procedure P100/ }).waitFor();
    expect(await sought.inputValue()).toBe("");

    // What is mended in the middle of a word stays there, although the address follows later.
    await page.goto("/administration/hl7-messages?q=34");
    const number = page.getByLabel("Control id");
    await number.press("Home");
    await number.pressSequentially("12");
    await page.waitForURL(/q=1234$/);
    expect(await number.inputValue()).toBe("1234");
  });

  test("is kept from whoever has no part in it", async () => {
    await flow.person("desk", "Dora Desk", "FRONT_DESK");
    const page = await flow.open({ as: own("desk") });
    await page.goto("/administration/users");
    await page.getByText("Not part of your role").waitFor();
    expect(await page.getByRole("link", { name: "Admin" }).count()).toBe(0);
  });
});

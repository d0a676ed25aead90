import { beforeAll, describe, expect, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, clinicHost, signInByForm } from "../support/browser.ts";
import { own, ownPassword, webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())("the front desk's morning in the browser", () => {
  const flow = webFlow();
  const { call, person } = flow;
  let physicianId: string;

  beforeAll(async () => {
    physicianId = await person("aalto", "Niko Aalto", "PHYSICIAN");
    await person("desk", "Dora Desk", "FRONT_DESK");
    await call("POST", "/procedures", {
      code: "CTHEAD",
      name: "CT head without contrast",
      modality: "CT",
      durationMinutes: 20,
      preparation: "Take off ear-rings",
    });
    await call("POST", "/patients", {
      lastName: "Abiodun",
      firstName: "Tomi",
      birthDate: "1967-03-02",
      sex: "F",
    });
  });

  test("registers a patient, is told of one who may be the same, and orders by keyboard", async () => {
    // As most people reach it: by a name, over plain HTTP, where the browser offers less and says so.
    const page = await flow.open({
      baseURL: flow.program.url.replace("127.0.0.1", clinicHost),
      expected: (text) => text.includes("Cross-Origin-Opener-Policy"),
    });
    await signInByForm(page, "desk", ownPassword);
    await page.getByRole("row", { name: /Abiodun, Tomi/ }).waitFor();
    expect(await page.evaluate("isSecureContext")).toBe(false);
    expect(await violationsOf(page)).toEqual([]);
    const form = page.getByRole("dialog", { name: "New patient" });
    // Who means to lose it does, and the keys are the page's again.
    await page.keyboard.press("n");
    await form.getByLabel("Family name").fill("Abi");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Close and lose it" }).click();
    await form.waitFor({ state: "detached" });
    await page.keyboard.press("n");
    await form.getByLabel("Family name").fill("Abiodun");
    await form.getByLabel("Given name").fill("Tomi");
    await form.getByLabel("Birth date").fill("1967-03-02");
    await form.getByText("Somebody here may be the same person.").waitFor();
    await form.getByRole("button", { name: "Register" }).click();
    await form.getByText("Needed", { exact: true }).waitFor();
    await form.getByLabel("Birth date").fill("1999-03-02");
    await form.getByLabel("Given name").fill("Taiwo");
    await form.getByLabel("Sex").selectOption("M");
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    await form.getByRole("button", { name: "Register" }).click();
    await page.getByRole("heading", { name: /Abiodun, Taiwo/ }).waitFor();

    await page.keyboard.press("n");
    const order = page.getByRole("dialog", { name: "New order" });
    await order.getByLabel("Examination").selectOption({ label: "CT · CT head without contrast" });
    await order.getByText("Preparation: Take off ear-rings").waitFor();
    await order.getByLabel("Asked for by").selectOption({ label: "Niko Aalto" });
    await order.getByLabel("Clinical question").fill("fell from a ladder");
    // What is written goes by no single key, and is there again under the cursor.
    const lost = page.getByRole("dialog", { name: "What you wrote is not saved yet" });
    await page.keyboard.press("Escape");
    await lost.waitFor();
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    await page.keyboard.press("Escape");
    await lost.waitFor({ state: "detached" });
    await page.waitForFunction("document.activeElement?.value === 'fell from a ladder'");
    await order.getByRole("button", { name: "Close" }).click();
    await lost.getByRole("button", { name: "Go on writing" }).click();
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    // Nor by the browser's step back.
    await page.evaluate("history.back()");
    await lost.getByRole("button", { name: "Leave and lose it" }).waitFor();
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    await lost.getByRole("button", { name: "Back", exact: true }).click();
    await lost.waitFor({ state: "detached" });
    await order.getByRole("button", { name: "Order the examination" }).click();
    await page.waitForURL(/\/orders\//);
    await page.getByText("fell from a ladder").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    // On paper the request stands alone, black on white.
    await page.emulateMedia({ media: "print" });
    const paper = page.locator(".paper");
    await paper.getByRole("heading", { name: "Request: CT head without contrast" }).waitFor();
    expect(await paper.innerText()).toContain("Abiodun, Taiwo");
    expect(await page.locator("main").isVisible()).toBe(false);
    await page.emulateMedia({ media: "screen" });
    await paper.waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Cancel the order" }).click();
    const reason = page.getByRole("dialog", { name: "Cancel the order" });
    await reason.getByLabel("Reason").fill("the patient does not want it");
    await page.keyboard.press("Control+Enter");
    await reason.waitFor({ state: "detached" });
    await page.getByText("the patient does not want it").waitFor();
    const [known] = (await call("GET", "/imaging-orders?status=CANCELLED")).data;
    expect(known).toMatchObject({ providerId: physicianId, statusReason: "the patient does not want it" });
  });

  test("changes a patient whom somebody else has changed meanwhile without losing either, and merges two", async () => {
    const twice = { lastName: "Abiodun", firstName: "Tobenna", birthDate: "1999-03-02", sex: "M" };
    await call("POST", "/patients", twice);
    const page = await flow.open({ as: own("desk"), expected: (text) => /status of 409/.test(text) });
    await page.goto("/patients?query=abiodun+tomi");
    await page.getByRole("row", { name: /Abiodun, Tomi/ }).dblclick();
    await page.getByRole("heading", { name: /Abiodun, Tomi/ }).waitFor();
    await page.keyboard.press("e");
    const form = page.getByRole("dialog", { name: "Change the patient" });
    await form.getByLabel("Phone").fill("020 7946 0118");
    const [tomi] = (await call("GET", "/patients?query=abiodun tomi")).data;
    await call("PATCH", `/patients/${tomi.id}`, {
      address: "14 Quayside Row",
      expectedVersion: tomi.version,
    });
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByText("Somebody else has changed this patient meanwhile.").waitFor();
    await form.getByRole("cell", { name: "14 Quayside Row" }).waitFor();
    await form.getByRole("button", { name: /I have seen it/ }).click();
    await form.getByRole("button", { name: "Save" }).click();
    await form.waitFor({ state: "detached" });
    await page.waitForFunction("document.activeElement !== document.body");
    expect(await call("GET", `/patients/${tomi.id}`)).toMatchObject({
      phone: "020 7946 0118",
      address: "14 Quayside Row",
    });

    await page.getByRole("button", { name: "Merge" }).click();
    const merge = page.getByRole("dialog", { name: "Merge with another patient" });
    await merge.getByRole("combobox").fill("tobenna");
    // The list is still that of her name: Enter chooses nobody of it.
    await page.keyboard.press("Enter");
    await merge.getByRole("option", { name: /Tobenna/, selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await merge.getByRole("columnheader", { name: "Stays" }).waitFor();
    await merge.getByLabel("Why they are one person").fill("registered twice");
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    await merge.getByRole("button", { name: /^Merge into/ }).click();
    await page.getByRole("heading", { name: /Abiodun, Tobenna/ }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The merge is undone", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Undo" }).waitFor({ state: "detached" });
    await page.waitForFunction("document.activeElement?.textContent === 'Merged'");
  });

  test("a physician orders for somebody who is not in their care by identifier and birth date", async () => {
    const { identifiers } = await call("POST", "/patients", {
      lastName: "Okafor",
      firstName: "Ngozi",
      birthDate: "1988-11-23",
      sex: "F",
    });
    const page = await flow.open({ as: own("aalto"), expected: (text) => /status of 422/.test(text) });
    await page.goto("/orders");
    await page.getByRole("button", { name: /New order/ }).click();
    const order = page.getByRole("dialog", { name: "New order" });
    await order.getByRole("combobox").fill("okafor");
    await order.getByText("No such patient here.").waitFor();
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    await order.getByRole("button", { name: "A patient not yet in my care" }).click();
    await order.getByLabel("Examination").selectOption({ label: "CT · CT head without contrast" });
    await order.getByLabel("Clinical question").fill("headache");
    const send = order.getByRole("button", { name: "Order the examination" });
    expect(await send.isDisabled()).toBe(true);
    await order.getByLabel("Identifier").fill(identifiers[0].value);
    await order.getByLabel("Birth date").fill("1988-11-24");
    await send.click();
    await order.getByText("No patient here has this identifier and birth date.").waitFor();
    expect(await violationsOf(page, ".dialog")).toEqual([]);
    await order.getByLabel("Birth date").fill("1988-11-23");
    await send.click();
    await page.waitForURL(/\/orders\//);
    await page.getByText("headache").waitFor();
    await page
      .getByRole("link", { name: /Okafor/ })
      .first()
      .waitFor();
  });

  test("works at a phone's width", async () => {
    const page = await flow.open({ width: 390, height: 800 });
    await signInByForm(page, "desk", ownPassword);
    await page.getByRole("row", { name: /Abiodun, Tomi/ }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth <= 390")).toBe(true);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Orders" }).click();
    await page.waitForURL(/\/orders$/);
  });

  test("opens a patient by the tap of a finger", async () => {
    const page = await flow.open({ width: 1024, height: 768, hasTouch: true, as: own("desk") });
    await page.goto("/patients");
    // There is room for a finger, and no word of keys.
    for (const name of [/New patient/, /your account/, /Patient, accession number/]) {
      const { height = 0 } = (await page.getByRole("button", { name }).boundingBox()) ?? {};
      expect(height).toBeGreaterThanOrEqual(40);
    }
    expect(await page.getByText("all shortcuts").isVisible()).toBe(false);
    await page.getByRole("row", { name: /Abiodun, Tomi/ }).tap();
    await page.waitForURL(/\/patients\/[0-9a-f-]{36}$/);
  });

  test("turns the pages of patients and of orders to their ends", async () => {
    for (let number = 1; number <= 51; number++) {
      const name = { lastName: `Zz${String(number).padStart(2, "0")}`, firstName: "Paula" };
      const patient = await call("POST", "/patients", { ...name, birthDate: "1980-01-01", sex: "F" });
      await call("POST", "/imaging-orders", {
        patientId: patient.id,
        providerId: physicianId,
        modality: "CT",
        bodyPart: "HEAD",
        clinicalIndication: `page ${number}`,
      });
    }
    const page = await flow.open({ as: own("desk") });
    for (const [address, last] of [
      ["/patients?query=zz", "Zz51, Paula"],
      ["/orders", "page 1"],
    ] as const) {
      await page.goto(address);
      const pages = page.getByRole("navigation", { name: "Pages" });
      await pages.getByText(/^1–50 of/).waitFor();
      await pages.getByRole("button", { name: "Next" }).click();
      await pages.getByText(/^51–/).waitFor();
      await page.getByRole("row").filter({ hasText: last }).first().waitFor();
      await pages.getByRole("button", { name: "First" }).click();
      await pages.getByText(/^1–50 of/).waitFor();
    }
  });
});

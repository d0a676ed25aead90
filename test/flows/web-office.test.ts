import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { ctInstance } from "../support/instances.ts";
import { eventually } from "../support/program.ts";
import { type Authorization, admin, ownPassword, webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())("those who ask, bill and lead, in the browser", () => {
  const flow = webFlow({ env: { SETTLE_SECONDS: "1" } });
  const { call } = flow;
  let reader: Authorization;
  let physician: string;

  /** A user with a password of their own, signed in to the API as well. */
  async function person(username: string, fullName: string, role: string) {
    const id = await flow.person(username, fullName, role);
    const { accessToken } = await call("POST", "/users/login", { username, password: ownPassword });
    return { id, headers: { authorization: `Bearer ${accessToken}` } };
  }

  /** An order of the physician with its study in the archive. */
  async function examination(lastName: string) {
    const patient = await call("POST", "/patients", {
      lastName,
      firstName: "Eve",
      birthDate: "1970-01-02",
      sex: "F",
    });
    const order = await call("POST", "/imaging-orders", {
      patientId: patient.id,
      providerId: physician,
      modality: "CT",
      bodyPart: "HEAD",
      clinicalIndication: "headache",
      priority: "ROUTINE",
    });
    const { bytes } = ctInstance({
      PatientName: `${lastName}^Eve`,
      PatientID: patient.identifiers[0].value,
      IssuerOfPatientID: patient.identifiers[0].issuer,
      PatientBirthDate: "19700102",
      PatientSex: "F",
      AccessionNumber: order.accessionNumber,
      StudyDescription: `Head of ${lastName}`,
    });
    await flow.store(bytes);
    const study = await eventually(
      async () => (await call("GET", `/studies?query=${lastName}`)).data[0],
      30_000,
    );
    return { patient, order, study };
  }

  async function sign(studyId: string, impression: string): Promise<string> {
    const report = await call("POST", "/reports", { studyId, findings: "As seen.", impression }, reader);
    await call(
      "POST",
      `/reports/${report.id}/sign`,
      { password: ownPassword, expectedVersion: report.version },
      reader,
    );
    return report.id;
  }

  const signedIn = async (username: string, password: string, options = {}): Promise<Page> => {
    const page = await flow.open(options);
    await signInByForm(page, username, password);
    return page;
  };

  beforeAll(async () => {
    physician = (await person("aalto", "Niko Aalto", "PHYSICIAN")).id;
    reader = (await person("reader", "Ada Reader", "RADIOLOGIST")).headers;
    await person("cashier", "Cara Cashier", "BILLING");
    await person("clerk", "Cleo Clerk", "BILLING");
  });

  test("a bill is issued, paid in part, refunded, and ages; who was overtaken is told and decides again", async () => {
    const { study, order } = await examination("Debtor");
    await sign(study.id, "Normal.");
    // A version that is old is a 409.
    const page = await signedIn("cashier", ownPassword, {
      expected: (text: string) => /status of 409/.test(text),
    });
    await page.getByRole("link", { name: "Billing" }).click();
    await page.getByText("No bills yet").waitFor();
    await page.getByRole("link", { name: "Without price" }).click();
    await page.getByRole("button", { name: `Issue a bill for ${order.accessionNumber}` }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Debtor").waitFor();
    await dialog.getByLabel("Code, line 1").fill("CT-1");
    await dialog.getByLabel(/Price of one/).fill("120,5");
    await dialog.getByLabel("Quantity, line 1").fill("2");
    await dialog.getByText("Total €241.00").waitFor();
    await dialog.getByLabel(/To be paid until/).fill("2026-01-31");
    expect(await violationsOf(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Issue the bill" }).click();

    const bill = page.getByRole("article", { name: /^Bill / });
    await bill.getByText("Overdue", { exact: true }).waitFor();
    await page.keyboard.press("p");
    await dialog.getByLabel("Amount in EUR").fill("300");
    await dialog.getByText("No more is taken than is owed.").waitFor();
    await dialog.getByLabel("Amount in EUR").fill("100.50");
    // Somebody else takes a euro before.
    const { id } = (await call("GET", "/billing")).data[0];
    const { accessToken } = await call("POST", "/users/login", { username: "clerk", password: ownPassword });
    const clerk = { authorization: `Bearer ${accessToken}` };
    await page.route(
      `**/api/v1/billing/${id}/pay`,
      async (route) => {
        await call("PUT", `/billing/${id}/pay`, { amount: 100, method: "CASH" }, clerk);
        await route.continue();
      },
      { times: 1 },
    );
    await dialog.getByRole("button", { name: "Take €100.50" }).click();
    await dialog.getByText(/Somebody changed this bill meanwhile/).waitFor();
    await dialog.getByText(/with €241.00 owed, and is Overdue with €240.00 owed/).waitFor();
    await dialog.getByRole("button", { name: "Take €100.50" }).click();
    await bill.getByRole("row", { name: /Payment.*Card.*€100.50/ }).waitFor();

    await bill.getByRole("button", { name: "Refund" }).click();
    await dialog.getByLabel("Amount in EUR").fill("20");
    await dialog.getByLabel("Why").fill("charged twice");
    await dialog.getByRole("button", { name: "Give it back" }).click();
    await bill.getByRole("row", { name: /Refund charged twice.*-€20.00/ }).waitFor();
    expect(await call("GET", `/billing/${id}`)).toMatchObject({
      total: 24_100,
      paid: 10_150,
      refunded: 2_000,
      outstanding: 15_950,
    });
    expect(await violationsOf(page)).toEqual([]);
    expect(await bill.getByRole("button", { name: "Make void" }).count()).toBe(0);
    // On paper it stands alone, and says whose it is and what is owed in black on white.
    await page.emulateMedia({ media: "print" });
    const owes = page.locator(".paper tfoot tr").last();
    expect(await owes.innerText()).toMatch(/Owed\s+€159.50/);
    const ink = "getComputedStyle(document.querySelector('.paper tfoot tr:last-child td')).color";
    expect(await page.evaluate<string>(ink)).toBe("rgb(0, 0, 0)");
    expect(await page.locator(".paper").innerText()).toMatch(/Identifier\s+P\d+/);
    expect(await page.locator("main").isVisible()).toBe(false);
    await page.emulateMedia({ media: "screen" });

    // Back where they came from, which offers no key that does nothing there.
    await page.keyboard.press("Escape");
    await page.getByText("Everything that was reported has its bill").waitFor();
    expect(await page.getByText("export CSV").count()).toBe(0);
    await page.getByRole("link", { name: "All bills" }).click();
    const owed = page.getByRole("region", { name: "What is owed" });
    await owed.getByText("€159.50").first().waitFor();
    const late = (await call("GET", "/billing/aging")).data[0].buckets.find(
      (one: { count: number }) => one.count > 0,
    );
    expect(late).toMatchObject({ bucket: "OVER_90", outstanding: 15_950 });
    await page.getByRole("row", { name: /Debtor.*Overdue.*days late.*€159.50/ }).waitFor();
    const size = page.viewportSize()!;
    await page.setViewportSize({ width: 768, height: 1024 });
    const column = await page.getByRole("columnheader", { name: "Owed", exact: true }).boundingBox();
    expect(column!.x + column!.width).toBeLessThanOrEqual(768);
    const save = await page.getByRole("button", { name: "CSV of what is owed" }).boundingBox();
    expect(save!.x + save!.width).toBeLessThanOrEqual(768);
    await page.setViewportSize(size);
    const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("e")]);
    expect(await readFile(await file.path(), "utf8")).toContain("OVERDUE");
    expect(await violationsOf(page)).toEqual([]);

    // What was wrong is given back, made void and issued anew, with the lines that it had.
    await page
      .getByRole("row", { name: /Debtor/ })
      .getByRole("link")
      .first()
      .click();
    await bill.getByRole("button", { name: "Refund" }).click();
    await dialog.getByLabel("Why").fill("another price");
    await dialog.getByRole("button", { name: "Give it back" }).click();
    await bill.getByRole("button", { name: "Make void" }).click();
    await dialog.getByLabel("Why").fill("another price");
    await dialog.getByRole("button", { name: "Make the bill void" }).click();
    await bill.getByRole("button", { name: "Issue it anew" }).click();
    await dialog.getByText(/Debtor.*, in the place of the void bill/).waitFor();
    await dialog.getByLabel("Quantity, line 1").fill("1");
    await dialog.getByRole("button", { name: "Issue the bill" }).click();
    await bill.getByText("€120.50").first().waitFor();
    await page.goBack();
    await bill.getByText("Void", { exact: true }).waitFor();
    expect(await bill.getByRole("button", { name: "Issue it anew" }).count()).toBe(0);
    const bills = (await call("GET", `/billing?orderId=${order.id}`)).data;
    expect(bills.map((one: { total: number; status: string }) => [one.total, one.status])).toEqual([
      [12_050, "PENDING"],
      [24_100, "VOID"],
    ]);
  });

  test("figures that could not be read are not said to be counted", async () => {
    const page = await flow.open({ as: admin, expected: (text) => /status of 500/.test(text) });
    const failing = { status: 500, contentType: "application/problem+json", body: "{}" };
    await page.route("**/api/v1/analytics/**", (route) => route.fulfill(failing));
    await page.goto("/analytics");
    const short = page.getByRole("region", { name: "In short" });
    await short.getByText("could not be read").nth(3).waitFor();
    expect(await short.getByText(/…|n 0/).count()).toBe(0);
    expect(await page.getByText("Counted at").count()).toBe(0);
    await page.unroute("**/api/v1/analytics/**");
    await page.reload();
    await page.getByText("Counted at").waitFor();
  });

  test("figures are those of the API, and their CSV is the table", async () => {
    const page = await signedIn(admin.username, admin.password);
    await page.getByRole("link", { name: "Insight" }).click();
    await page.getByRole("img", { name: /^Turnaround/ }).waitFor();
    await page.getByRole("img", { name: /^Volumes/ }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    // Values are read with the arrow keys.
    await page.getByRole("img", { name: /^Turnaround/ }).focus();
    await page.keyboard.press("ArrowDown");
    await page
      .getByRole("status")
      .filter({ hasText: /Routine CT.*target 24 h/ })
      .waitFor();

    await page.getByRole("navigation", { name: "Figures" }).getByRole("link", { name: "Volumes" }).click();
    await page.getByRole("combobox", { name: "Put together" }).selectOption({ label: "by modality" });
    await page.getByRole("combobox", { name: "Modality", exact: true }).selectOption("CT");
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Insight" }).click();
    await page.keyboard.press("t");
    const url = new URL(page.url());
    expect(Object.fromEntries(url.searchParams)).toEqual({
      view: "volumes",
      by: "modality",
      modality: "CT",
      table: "yes",
    });
    const table = page.getByRole("table", { name: "Volumes" });
    const shown = await table
      .getByRole("row")
      .evaluateAll((rows) =>
        rows
          .slice(1)
          .map((row) =>
            [...row.querySelectorAll("td")].map((cell) => cell.dataset.value ?? cell.textContent ?? ""),
          ),
      );
    const answer = await call("GET", "/analytics/volumes?groupBy=modality&modality=CT");
    const { group, ...figures } = answer.data[0];
    expect(shown).toEqual([[group.modality, ...Object.values(figures).map(String)]]);
    expect(figures).toMatchObject({ examinations: 1, signed: 1, routine: 1 });
    const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("e")]);
    const lines = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
    expect(lines.slice(1).map((line) => line.split(","))).toEqual(shown);
    expect(await violationsOf(page)).toEqual([]);
  });
});

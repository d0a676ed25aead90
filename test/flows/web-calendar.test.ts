import { beforeAll, describe, expect, test } from "vitest";
import { controlsOf, violationsOf } from "../support/accessibility.ts";
import { chromiumMissing } from "../support/browser.ts";
import { own, webFlow } from "../support/web.ts";

const zone = "Europe/Berlin";
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
/** A day on which the station is open, and no Sunday: that one is open around the clock, and its sheet begins at midnight. */
const date = inDays(inDays(9).getUTCDay() === 0 ? 10 : 9)
  .toISOString()
  .slice(0, 10);

describe.skipIf(chromiumMissing())("the day of the front desk and of the technologist in the browser", () => {
  const flow = webFlow({ env: { SETTLE_SECONDS: "1" } });
  const { call, person } = flow;
  let physician: string;

  async function order(family: string, more: object = {}) {
    const patient = await call("POST", "/patients", {
      lastName: family,
      firstName: "Eve",
      birthDate: "1970-01-02",
      sex: "F",
    });
    const placed = await call("POST", "/imaging-orders", {
      patientId: patient.id,
      providerId: physician,
      procedureCode: "CTH",
      clinicalIndication: "headache",
      ...more,
    });
    return { ...placed, identifier: patient.identifiers[0] };
  }

  beforeAll(async () => {
    const [facility] = (await call("GET", "/facilities")).data;
    await call("PATCH", `/facilities/${facility.id}`, { timeZone: zone });
    const day = [["08:00", "18:00"]];
    for (const [aeTitle, name, modality] of [
      ["CT1", "CT 1", "CT"],
      ["MR1", "MR 1", "MR"],
    ])
      await call("POST", "/stations", {
        aeTitle,
        name,
        modalities: [modality],
        openingHours:
          modality === "MR"
            ? {}
            : { 1: day, 2: day, 3: day, 4: day, 5: day, 6: day, 7: [["00:00", "24:00"]] },
      });
    await call("POST", "/procedures", {
      code: "CTH",
      name: "CT head",
      modality: "CT",
      durationMinutes: 30,
      preparation: "Metal off the head",
      protocol: "Axial 1 mm",
    });
    physician = await person("oduya", "Sam Oduya", "PHYSICIAN");
    await person("desk", "Lea Brandt", "FRONT_DESK");
    await person("tech", "Tom Techno", "TECHNOLOGIST");
  });

  const minutes = async (family: string): Promise<number> => {
    const { data } = await call("GET", "/imaging-orders?status=SCHEDULED,ARRIVED");
    const one = data.find(({ patient }: { patient: { name: string } }) => patient.name.startsWith(family));
    const parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
    }).format(new Date(one.scheduledAt));
    const [hour = 0, minute = 0] = parts.split(":").map(Number);
    return hour * 60 + minute;
  };

  test("books an order where it is looked at, by one key", async () => {
    const { id } = await order("Whitlock");
    const page = await flow.open({ as: own("desk") });
    await page.goto(`/orders/${id}`);
    await page.getByRole("button", { name: "Find a slot" }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press("m");
    const dialog = page.getByRole("dialog", { name: "Find a slot" });
    await dialog.getByLabel("Day", { exact: true }).fill(date);
    await dialog.getByRole("button", { name: "08:00" }).click();
    await page.getByRole("button", { name: "Move the appointment" }).waitFor();
    expect(await minutes("Whitlock")).toBe(480);
    // Out of the way of the others.
    await call("PATCH", `/imaging-orders/${id}`, { status: "CANCELLED", reason: "tried" });
  });

  test("books by keyboard, moves by drag, is told what is in the way, and receives the patient", async () => {
    await order("Thorsby", { priority: "URGENT" });
    await order("Jarrow");
    const page = await flow.open({ as: own("desk"), expected: (text) => /status of 409/.test(text) });
    await page.goto(`/schedule?date=${date}`);
    const list = page.getByRole("complementary", { name: "Day list" });
    await list.getByRole("button", { name: /Thorsby/ }).waitFor();
    expect((await controlsOf(page)).unnamed).toEqual([]);
    expect(await violationsOf(page)).toEqual([]);

    // By keyboard: the first of the list is the urgent one.
    await page.keyboard.press("j");
    await page.getByRole("complementary", { name: /Appointment: Thorsby/ }).waitFor();
    await page.keyboard.press("m");
    const dialog = page.getByRole("dialog", { name: "Find a slot" });
    await dialog.getByRole("button", { name: "10:00" }).focus();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const grid = page.getByRole("region", { name: "Calendar" });
    const thorsby = grid.getByRole("button", { name: /10:30–11:00, Thorsby/ });
    await thorsby.waitFor();
    await expect.poll(() => minutes("Thorsby")).toBe(630);

    // By drag from the list, onto the taken time: refused, and everything stays.
    const drag = async (from: ReturnType<typeof list.getByRole>, by: { x: number; y: number }) => {
      await from.scrollIntoViewIfNeeded();
      await from.hover({ position: { x: 20, y: 4 } });
      await page.mouse.down();
      await page.mouse.move(by.x, by.y - 10, { steps: 3 });
      await page.mouse.move(by.x, by.y, { steps: 3 });
      await page.mouse.up();
    };
    const waiting = list.getByRole("button", { name: /Jarrow/ });
    const taken = (await thorsby.boundingBox())!;
    await drag(waiting, { x: taken.x + 20, y: taken.y + 12 });
    const alert = page.getByRole("alert").filter({ hasText: "stays where they were" });
    await alert.getByText(/In the way: Thorsby, Eve, CT head, 10:30–11:00/).waitFor();
    await list.getByRole("button", { name: /Jarrow.*CT head/s }).waitFor();

    // An hour and a half later it is free: 72 pixels are an hour.
    // The words of the refusal stand over the grid as long as they do.
    const below = (await thorsby.boundingBox())!;
    await drag(waiting, { x: below.x + 20, y: below.y + 108 });
    await grid.getByRole("button", { name: /12:00–12:30, Jarrow/ }).waitFor();
    await expect.poll(() => minutes("Jarrow")).toBe(720);
    // It can be moved on when the page has the answer too.
    await page
      .locator(".toast")
      .filter({ hasText: /Jarrow, Eve.* 12:00/ })
      .waitFor();
    await drag(grid.getByRole("button", { name: /12:00–12:30, Jarrow/ }), {
      x: taken.x + 20,
      y: taken.y + 108 + 72 + 4,
    });
    await expect.poll(() => minutes("Jarrow")).toBe(780);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => minutes("Jarrow")).toBe(720);

    // On paper each station's day stands alone, black on white, with the moment it was true.
    await page.emulateMedia({ media: "print" });
    const paper = page.locator(".paper");
    await paper.getByRole("heading", { name: /^CT 1 · / }).waitFor();
    const printed = await paper.innerText();
    for (const one of [/As it stood on /, /10:30–11:00\s+Thorsby, Eve/, /12:00–12:30\s+Jarrow, Eve/])
      expect(printed).toMatch(one);
    expect(await paper.locator(".paper-house").count()).toBe(await paper.locator("section").count());
    expect(await page.locator("main").isVisible()).toBe(false);
    await page.emulateMedia({ media: "screen" });
    await paper.waitFor({ state: "detached" });

    await grid.getByRole("button", { name: /Jarrow/ }).click();
    const panel = page.getByRole("complementary", { name: /Appointment: Jarrow/ });
    await panel.getByRole("button", { name: /arrived/ }).waitFor();
    await page.keyboard.press("a");
    await grid.getByRole("button", { name: /Jarrow.*Arrived/ }).waitFor();
    await page.keyboard.press("w");
    await grid.getByRole("button", { name: /Jarrow/ }).waitFor();
    await expect.poll(() => grid.getByRole("region").count()).toBe(7);
    expect(await violationsOf(page)).toEqual([]);
  });
});

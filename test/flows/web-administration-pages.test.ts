import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { ctInstance } from "../support/instances.ts";
import { admin, ownPassword, webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())("what an administrator keeps in order in the browser", () => {
  const flow = webFlow({ env: { SETTLE_SECONDS: "1" } });
  const { call } = flow;

  /** A refused change is told to the console by the browser. */
  const stale = { expected: (text: string) => text.includes("409") };
  /** The administrator at a page of administration. */
  async function at(section: string): Promise<Page> {
    const page = await flow.open({ as: admin, ...stale });
    await page.goto(`/administration/${section}`);
    await page.locator(".admin-main h2").first().waitFor();
    return page;
  }
  const side = (page: Page, name: string) => page.getByRole("complementary", { name, exact: true });
  const asked = (page: Page) => page.getByRole("dialog");

  test("staff are entered, changed and leave; a change meanwhile is not written over", async () => {
    const page = await at("staff");
    await page.getByText("No staff yet").waitFor();
    await page.keyboard.press("n");
    const form = page.getByRole("dialog", { name: "New member of staff" });
    await form.getByLabel("First name").fill("Grace");
    await form.getByLabel("Last name").fill("Ward");
    await form.getByLabel("Profession").fill("Nurse");
    await form.getByLabel("Department (not needed)").fill("Neuroradiology");
    await form.getByRole("button", { name: "Enter" }).click();
    const open = side(page, "Ward, Grace");
    await open.waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await open.getByLabel("Phone (not needed)").fill("555 0101");
    const [one] = (await call("GET", "/staff")).data;
    await call("PATCH", `/staff/${one.id}`, { profession: "Head nurse", expectedVersion: 1 });
    await open.getByText("Somebody else has changed this meanwhile").waitFor();
    await open.getByRole("button", { name: "Save", exact: true }).click();
    await open.getByRole("alert").filter({ hasText: "changed" }).nth(1).waitFor();
    expect((await call("GET", `/staff/${one.id}`)).phone).toBeNull();
    await open.getByRole("button", { name: "Show what is there now" }).click();
    expect(await open.getByLabel("Profession").inputValue()).toBe("Head nurse");
    await open.getByLabel("Phone (not needed)").fill("555 0101");
    await open.getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(async () => (await call("GET", `/staff/${one.id}`)).phone).toBe("555 0101");

    await open.getByRole("button", { name: "Left the department" }).click();
    await asked(page).getByRole("button", { name: "Left the department" }).click();
    await expect.poll(async () => (await call("GET", `/staff/${one.id}`)).active).toBe(false);
    await page.getByText("No staff yet").waitFor();
  });

  test("what was written and not sent is lost by no step back, link, other record or reload, and nobody else is asked", async () => {
    const names = ["Adler", "Boone"];
    for (const lastName of names)
      await call("POST", "/staff", { firstName: "Ida", lastName, profession: "Nurse" });
    const page = await at("staff");
    const link = (name: string) => page.getByRole("navigation", { name: "Administration" }).getByText(name);
    const lost = page.getByRole("dialog", { name: "What you wrote is not saved yet" });
    const open = side(page, "Adler, Ida");
    const phone = open.getByLabel("Phone (not needed)");
    const stays = async (leave: () => Promise<unknown>) => {
      await leave();
      await lost.waitFor();
      await lost.getByRole("button", { name: "Back", exact: true }).click();
      await lost.waitFor({ state: "detached" });
      expect(await phone.inputValue()).toBe("555 0102");
    };
    // Nothing is written: nobody is asked.
    await link("Care teams").click();
    await link("Staff").click();
    await page.getByRole("row", { name: /Adler, Ida/ }).dblclick();
    await phone.fill("555 0102");
    await stays(() => link("Care teams").click());
    await stays(() => page.evaluate("history.back()"));
    await stays(() => page.getByRole("row", { name: /Boone, Ida/ }).dblclick());
    await stays(() => open.getByRole("button", { name: "Close the details, Escape" }).click());
    // The filters leave the form where it is.
    await page.getByLabel("State").first().selectOption("all");
    await page.waitForURL(/status=all/);
    expect(await phone.inputValue()).toBe("555 0102");
    const asksBefore = () => page.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))");
    expect(await asksBefore()).toBe(true);
    // The browser asks in its own words; whoever stays has it all.
    const browser = page.waitForEvent("dialog");
    const reload = page.evaluate("location.reload()");
    const question = await browser;
    expect(question.type()).toBe("beforeunload");
    await question.dismiss();
    await reload;
    expect(await phone.inputValue()).toBe("555 0102");

    await open.getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(async () => (await call("GET", "/staff")).data[0].phone).toBe("555 0102");
    await page.getByText("Saved", { exact: true }).first().waitFor();
    expect(await asksBefore()).toBe(false);
    await phone.fill("555 0103");
    await link("Care teams").click();
    await lost.getByRole("button", { name: "Leave and lose it" }).click();
    await page.getByRole("heading", { name: "Care teams" }).waitFor();
    expect(await asksBefore()).toBe(false);
    await link("Staff").click();
    await page.getByRole("row", { name: /Boone, Ida/ }).waitFor();
    for (const { id } of (await call("GET", "/staff")).data)
      await call("PATCH", `/staff/${id}`, {
        active: false,
        expectedVersion: (await call("GET", `/staff/${id}`)).version,
      });
  });

  test("a key is shown once, works, and works no more when it is revoked", async () => {
    const page = await at("api-keys");
    await page.keyboard.press("n");
    const form = asked(page);
    await form.getByLabel("Name").fill("Portal");
    await form.getByRole("button", { name: "Create key" }).click();
    const once = page.getByRole("dialog", { name: "The key of Portal" });
    const key = await once.getByLabel("Key", { exact: true }).innerText();
    const authorization = { authorization: `Bearer ${key}` };
    expect((await call("GET", "/patients", undefined, authorization)).data).toEqual([]);
    await once.getByRole("button", { name: "I have noted it" }).click();
    await page.getByRole("button", { name: "Revoke Portal" }).click();
    expect(await violationsOf(page)).toEqual([]);
    await asked(page).getByRole("button", { name: "Revoke" }).click();
    await page.getByText("No key").waitFor();
    await expect(call("GET", "/patients", undefined, authorization)).rejects.toThrow("401");
  });

  test("a template is made with fields and auto-text, seen as the editor shows it, and taken out of use", async () => {
    const page = await at("templates");
    await page.keyboard.press("n");
    const form = page.getByRole("form", { name: "Template" });
    await form.getByLabel("Name", { exact: true }).fill("CT chest");
    await form.getByLabel("Modality").fill("ct");
    await form.getByLabel("Findings").fill("The lungs are clear.");
    // Nobody loses it by a press beside what they meant.
    await page.getByRole("button", { name: "All templates" }).click();
    await asked(page).getByText("What you wrote is not saved yet").waitFor();
    await page.keyboard.press("Escape");
    await form.getByRole("button", { name: "Add a field" }).click();
    await form.getByLabel("Label").fill("Largest nodule");
    await form.getByLabel("Kind").selectOption("NUMBER");
    await form.getByLabel("Unit (UCUM)").fill("mm");
    await form.getByLabel("At least").fill("0");
    await form.getByRole("button", { name: "Add auto-text" }).click();
    await form.getByLabel("Name of auto-text 1").fill("nl");
    await form.getByLabel("Stands for").fill("Normal.");
    const preview = page.getByRole("region", { name: "Preview" });
    expect(await preview.getByLabel("Findings").inputValue()).toBe("The lungs are clear.");
    await preview.getByText("0 – … mm").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await form.getByRole("button", { name: "Create template" }).click();
    await page.getByRole("heading", { name: "CT chest" }).waitFor();
    const [made] = (await call("GET", "/report-templates")).data;
    expect(made).toMatchObject({
      name: "CT chest",
      modality: "CT",
      sections: { findings: "The lungs are clear." },
      fields: [{ key: "largestNodule", type: "NUMBER", unit: "mm", minimum: 0 }],
      macros: { nl: "Normal." },
    });
    await page.getByRole("button", { name: "Take out of use" }).click();
    await asked(page).getByRole("button", { name: "Take out of use" }).click();
    await page.getByRole("button", { name: "Use again" }).waitFor();
    expect((await call("GET", "/report-templates")).data).toEqual([]);
  });

  test("a roster is filled, and what is left open of the week is told loudly", async () => {
    const id = await flow.person("neuro", "Nora Neuro", "RADIOLOGIST");
    const page = await at("on-call?from=2026-03-25");
    await page.keyboard.press("n");
    await asked(page).getByLabel("Service").fill("Neuroradiology");
    await asked(page).getByRole("button", { name: "Fill the week" }).click();
    const week = side(page, "Neuroradiology");
    await week.getByRole("button", { name: "Add a shift" }).click();
    await week.getByLabel("Who").selectOption({ label: "Nora Neuro (neuro)" });
    await week.getByRole("textbox", { name: "To" }).fill("2026-03-27T08:00");
    await week.getByRole("button", { name: "Save the week" }).click();
    const service = page.getByRole("region", { name: "Neuroradiology", exact: true });
    await service.getByText("Nobody is on call in 1 stretch of time").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const [facility] = (await call("GET", "/facilities")).data;
    const kept = await call("GET", "/on-call?from=2026-03-20T00:00:00Z&to=2026-04-05T00:00:00Z");
    expect(kept.data).toMatchObject([{ service: "Neuroradiology", user: { id }, level: 1 }]);
    const clock = new Intl.DateTimeFormat("sv-SE", {
      timeZone: facility.timeZone,
      dateStyle: "short",
      timeStyle: "short",
    });
    const read = (iso: string) => clock.format(new Date(iso));
    expect([read(kept.data[0].startsAt), read(kept.data[0].endsAt)]).toEqual([
      "2026-03-23 00:00",
      "2026-03-27 08:00",
    ]);
  });

  test("a rule sends what fits; what it could not send is tried again or cancelled, and the rule goes", async () => {
    await call("POST", "/modalities", {
      aeTitle: "OTHER_PACS",
      host: "127.0.0.1",
      port: 1,
      permissions: ["store"],
    });
    const page = await at("routing");
    await page.keyboard.press("n");
    const form = asked(page);
    await form.getByLabel("Name", { exact: true }).fill("To the other archive");
    await form.getByLabel("Send to").selectOption({ label: "OTHER_PACS" });
    await form.getByLabel("Modalities").fill("CT");
    await form.getByRole("button", { name: "Create rule" }).click();
    await side(page, "To the other archive").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await flow.store(ctInstance({ PatientName: "Doe^Jane" }).bytes);
    await page.goto("/administration/send-queue");
    await page.getByRole("button", { name: /OTHER_PACS/ }).click();
    const item = side(page, "OTHER_PACS");
    await expect.poll(async () => (await call("GET", "/send-queue")).data[0]?.attempts).toBeGreaterThan(0);
    await item.getByRole("button", { name: "Try again" }).click();
    await page.getByText("It is tried again now").first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await item.getByRole("button", { name: "Cancel" }).click();
    await asked(page).getByRole("button", { name: "Send no more" }).click();
    await expect.poll(async () => (await call("GET", "/send-queue")).data[0].state).toBe("CANCELLED");

    await page.goto("/administration/routing");
    await page.getByRole("button", { name: /To the other archive/ }).click();
    await side(page, "To the other archive").getByRole("button", { name: "Remove" }).click();
    await asked(page).getByRole("button", { name: "Remove" }).click();
    await page.getByText("No rule").waitFor();
  });

  test("a patient is watched and has a team; studies have a time to be read in", async () => {
    const doctor = await flow.person("doctor", "Dora Doctor", "PHYSICIAN");
    const patient = await call("POST", "/patients", {
      firstName: "Vera",
      lastName: "Known",
      birthDate: "1970-01-02",
      sex: "F",
    });
    const page = await at("watched");
    await page.keyboard.press("n");
    await asked(page).getByRole("textbox").or(asked(page).getByRole("combobox")).first().fill("Known");
    await asked(page).getByText("Known, Vera").first().click();
    await asked(page).getByRole("button", { name: "Watch", exact: true }).click();
    await page.getByRole("row", { name: /Known, Vera/ }).waitFor();
    expect((await call("GET", `/patients/${patient.id}`)).vip).toBe(true);
    expect((await call("GET", "/patients?vip=false")).data.map(({ id }: { id: string }) => id)).not.toContain(
      patient.id,
    );
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Watch no more: Known, Vera" }).click();
    await asked(page).getByRole("button", { name: "Watch no more" }).click();
    await page.getByText("Nobody is watched").waitFor();

    await page.goto(`/administration/care-teams?patient=${patient.id}`);
    await page.getByRole("button", { name: "Add a member" }).click();
    await page.getByLabel("Who").selectOption({ label: "Dora Doctor (doctor)" });
    await page.getByLabel("What they are on the team").fill("Attending");
    await page.getByRole("button", { name: "Save the team" }).click();
    await expect
      .poll(async () => (await call("GET", `/patients/${patient.id}/care-team`)).members)
      .toMatchObject([{ user: { id: doctor }, role: "Attending" }]);
    expect(await violationsOf(page)).toEqual([]);

    await page.goto("/administration/reading-targets");
    await page.getByLabel("STAT").fill("30 min");
    await page.getByRole("button", { name: "Save" }).click();
    await expect.poll(async () => (await call("GET", "/reading-targets")).minutes.STAT).toBe(30);
    expect(await violationsOf(page)).toEqual([]);
  });

  test("a radiologist keeps templates and rosters, sees what is sent and what they did themselves, and nothing else", async () => {
    const page = await flow.open();
    await signInByForm(page, "neuro", ownPassword);
    await page.getByRole("link", { name: "Admin" }).click();
    const nav = page.getByRole("navigation", { name: "Administration" });
    await nav.getByRole("link").first().waitFor();
    expect(await nav.getByRole("link").allTextContents()).toEqual([
      "Other systems",
      "Send queue",
      "Report templates",
      "On call",
      "Reading targets",
      "Audit",
      "Break-glass",
    ]);
  });
});

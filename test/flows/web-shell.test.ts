import { beforeAll, describe, expect, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { testPassword } from "../support/identity.ts";
import { ctInstance } from "../support/instances.ts";
import { admin, ownPassword, webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())("what stands around every page", () => {
  const flow = webFlow({ env: { SETTLE_SECONDS: "1" } });
  const { call } = flow;

  beforeAll(async () => {
    await flow.store(
      ctInstance({ PatientName: "Palette^Paul", PatientID: "PA-1", AccessionNumber: "PAL-77" }).bytes,
    );
    const second = await call("POST", "/facilities", { name: "North clinic" });
    const [first] = (await call("GET", "/facilities")).data.filter(
      ({ id }: { id: string }) => id !== second.id,
    );
    await flow.person("mover", "Mia Mover", "RADIOLOGIST", { facilityIds: [first.id] });
  });

  test("the palette finds a patient by name, a study by number and a page, by keys alone", async () => {
    const page = await flow.open();
    await signInByForm(page, admin.username, admin.password);
    await page.getByText(/^Live/).waitFor();
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Search and commands" });
    await palette.getByRole("combobox").fill("palette");
    await palette
      .getByRole("option", { name: /Palette, Paul/ })
      .first()
      .waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await palette.getByRole("combobox").fill("PAL-77");
    // As a scanner does: at once.
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/studies\/[\d.]+\/view$/);
    await page.goBack();
    await page.keyboard.press("Control+k");
    await palette.getByRole("combobox").fill("findings");
    await palette.getByRole("option", { name: "Findings" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/findings$/);
  });

  test("what is typed before the palette has come is for it, not for the keys of the page", async () => {
    const page = await flow.open({ as: admin });
    const here = Promise.withResolvers<void>();
    await page.route("**/assets/CommandPalette-*.js", async (route) => {
      await here.promise;
      await route.continue();
    });
    await page.goto("/orders");
    await page.getByText(/^Live/).waitFor();
    const asked = page.waitForRequest("**/assets/CommandPalette-*.js");
    await page.keyboard.press("Control+k");
    await asked;
    // As a scanner types: a number, with an Enter behind it. N would place an order, and G F would lead to the findings.
    for (const key of ["n", "g", "f", "Backspace", "Backspace", "Backspace", ..."PAL-77", "Enter"])
      await page.keyboard.press(key);
    expect(new URL(page.url()).pathname).toBe("/orders");
    expect(await page.getByRole("dialog").count()).toBe(0);
    here.resolve();
    await page.waitForURL(/\/studies\/[\d.]+\/view$/);
  });

  test("a locked screen shows nothing, keeps what was typed, and opens by the password alone", async () => {
    const page = await flow.open({ expected: (text) => /users\/login|401/.test(text) });
    await signInByForm(page, admin.username, admin.password);
    await page.getByRole("row", { name: "Palette, Paul" }).waitFor();
    await page.getByRole("searchbox").fill("palette");
    await page.getByRole("button", { name: /your account/ }).click();
    await page.getByRole("menuitem", { name: "Lock the screen" }).click();
    const lock = page.getByRole("dialog", { name: "The screen is locked" });
    await lock.waitFor();
    // Nothing of the page can be pointed at, or reached by the keyboard.
    expect(
      await page.evaluate("document.elementFromPoint(700, 300).closest('dialog.lock-screen') !== null"),
    ).toBe(true);
    for (let presses = 0; presses < 8; presses++) {
      await page.keyboard.press("Tab");
      expect(
        await page.evaluate(
          "document.activeElement === document.body || document.activeElement.closest('dialog') !== null",
        ),
      ).toBe(true);
    }
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await lock.getByLabel("Password", { exact: true }).fill("not the password");
    await page.keyboard.press("Enter");
    await lock.getByText("The user name or the password is wrong.").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await lock.getByLabel("Password", { exact: true }).fill(admin.password);
    await page.keyboard.press("Enter");
    await lock.waitFor({ state: "detached" });
    await page.getByRole("row", { name: "Palette, Paul" }).waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("palette");
    await page.getByText(/^Live/).waitFor();
  });

  test("a page of an older version keeps what is typed and says that it should be loaded anew; without anything typed it does that itself", async () => {
    const page = await flow.open({ expected: (text) => /404/.test(text), as: admin });
    const gone = () => page.route("**/assets/**", (route) => route.fulfill({ status: 404, body: "gone" }));
    await page.goto("/");
    await page.getByRole("row", { name: "Palette, Paul" }).waitFor();
    await page.getByRole("searchbox").fill("palette");
    await gone();
    await page.keyboard.press("Control+k");
    const banner = page.getByRole("alert").filter({ hasText: "Isocenter was brought up to date." });
    await banner.waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("palette");
    await page.unroute("**/assets/**");
    await banner.getByRole("button", { name: "Load anew" }).click();
    await banner.waitFor({ state: "detached" });
    await page.getByRole("row", { name: "Palette, Paul" }).waitFor();
    await page.getByText(/^Live/).waitFor();
    await gone();
    const anew = page.waitForEvent("load");
    // The next version is there as soon as the page is asked for.
    page.on("request", (request) => {
      if (request.isNavigationRequest()) void page.unroute("**/assets/**");
    });
    await page.keyboard.press("Control+k");
    await anew;
    await page.getByRole("row", { name: "Palette, Paul" }).waitFor();
  });

  test("a session that was ended elsewhere says so, and goes on where it was; who leaves leaves no page behind", async () => {
    const page = await flow.open({ expected: (text) => /401/.test(text) });
    await signInByForm(page, "mover", ownPassword);
    await page.getByRole("link", { name: "Findings" }).click();
    await page.getByText(/^Live/).waitFor();
    const [mover] = (await call("GET", "/users?query=mover")).data;
    await call("DELETE", `/users/${mover.id}/sessions`);
    await page.getByText("Your session has ended.").waitFor();
    await page.getByLabel("User name").fill("mover");
    await page.getByLabel("Password", { exact: true }).fill(ownPassword);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/findings$/);

    await page.getByRole("button", { name: /your account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/\/sign-in$/);
    expect(await page.getByText("Your session has ended.").count()).toBe(0);
  });

  test("who has to choose a password comes to the page that they asked for", async () => {
    const given = { username: "newcomer", password: testPassword };
    await call("POST", "/users", { ...given, fullName: "Nia Newcomer", roles: ["RADIOLOGIST"] });
    const page = await flow.open();
    await page.goto("/studies?query=palette");
    await page.getByLabel("User name").fill(given.username);
    await page.getByLabel("Password", { exact: true }).fill(given.password);
    await page.keyboard.press("Enter");
    // What was given a moment ago is not asked for again.
    await page.getByLabel("New password", { exact: true }).fill(ownPassword);
    expect(await page.getByLabel("Current password").count()).toBe(0);
    await page.getByLabel("New password again").fill(ownPassword);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/studies\?query=palette$/);
  });

  test("the screen locks itself when nobody has touched it for as long as is set", async () => {
    const page = await flow.open();
    await signInByForm(page, admin.username, admin.password);
    await page.getByRole("row", { name: "Palette, Paul" }).waitFor();
    await page.clock.setSystemTime(Date.now() + 14 * 60_000);
    expect(await page.getByRole("dialog", { name: "The screen is locked" }).count()).toBe(0);
    await page.clock.setSystemTime(Date.now() + 16 * 60_000);
    await page.getByRole("dialog", { name: "The screen is locked" }).waitFor();
  });

  test("who works at several facilities chooses one, and sees what is there alone", async () => {
    const page = await flow.open();
    await signInByForm(page, admin.username, admin.password);
    await page.getByRole("row", { name: "Palette, Paul" }).waitFor();
    await page.getByRole("button", { name: /^Facility: 2 facilities/ }).click();
    await page.getByRole("menuitemradio", { name: "North clinic" }).click();
    await page.getByRole("button", { name: /^Facility: North clinic/ }).waitFor();
    await page.getByRole("grid", { name: "Studies" }).waitFor({ state: "detached" });
    expect(await page.getByRole("row", { name: "Palette, Paul" }).count()).toBe(0);
    await page.getByRole("button", { name: /^Facility: North clinic/ }).click();
    await page.getByRole("menuitemradio", { name: "All my facilities" }).click();
    await page.getByRole("row", { name: "Palette, Paul" }).waitFor();
  });

  test("a notice comes by itself, leads to what it is about, and is read then", async () => {
    const page = await flow.open();
    await signInByForm(page, "mover", ownPassword);
    await page.getByText(/^Live/).waitFor();
    await page.getByRole("button", { name: "Notices" }).waitFor();
    const [study] = (await call("GET", "/studies?query=palette")).data;
    const [mover] = (await call("GET", "/users?query=mover")).data;
    await call("POST", `/studies/${study.id}/assign`, { userId: mover.id });
    await page.getByRole("button", { name: "1 unread notice" }).click();
    const notice = page.getByRole("button", { name: /A study was given to you to read/ });
    await notice.waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await notice.click();
    await page.waitForURL(/\/report\//);
    await page.getByRole("button", { name: "Notices", exact: true }).waitFor();
  });

  test("French is spoken from the sign-in on, once chosen, and where one is signed in is told", async () => {
    const page = await flow.open();
    await signInByForm(page, "mover", ownPassword);
    await page.getByRole("button", { name: /your account/ }).click();
    // What one needs to read comes along to every workstation.
    const textSize = () => page.evaluate<string>("getComputedStyle(document.documentElement).fontSize");
    const before = Number.parseFloat(await textSize());
    const kept = page.waitForResponse(
      (answer) => answer.url().endsWith("/users/me/preferences") && answer.request().method() === "PUT",
    );
    await page.getByRole("menuitemradio", { name: "Large" }).click();
    expect(Number.parseFloat(await textSize())).toBeCloseTo(before * 1.25, 1);
    expect((await kept).ok()).toBe(true);
    await page.evaluate(`localStorage.removeItem("isocenter.size")`);
    await page.reload();
    await expect.poll(async () => Number.parseFloat(await textSize())).toBeCloseTo(before * 1.25, 1);
    await page.getByRole("button", { name: /your account/ }).click();
    await page.getByRole("menuitemradio", { name: "Français" }).click();
    await page.getByRole("link", { name: "Lecture" }).waitFor();
    expect(await page.evaluate("document.documentElement.lang")).toBe("fr");
    await page.getByRole("button", { name: /votre compte/ }).click();
    await page.getByRole("menuitem", { name: "Mes sessions ouvertes" }).click();
    const dialog = page.getByRole("dialog", { name: "Mes sessions ouvertes" });
    await dialog.getByText("celle-ci").waitFor();
    await dialog.getByRole("button", { name: "Fermer toutes les autres" }).click();
    await expect.poll(() => dialog.getByRole("listitem").count()).toBe(1);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /votre compte/ }).click();
    await page.getByRole("menuitem", { name: "Se déconnecter" }).click();
    await page.getByRole("heading", { name: "Connexion" }).waitFor();
  });
});

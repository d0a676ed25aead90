import path from "node:path";
import { connect } from "@isocenter/server/platform/database/database.ts";
import { embeddedSocketPath } from "@isocenter/server/platform/database/embedded-postgres.ts";
import { describe, expect, test } from "vitest";
import { controlsOf, violationsOf } from "../support/accessibility.ts";
import { chromiumMissing } from "../support/browser.ts";
import { dcmtkMissing, run } from "../support/dcmtk.ts";
import { webFlow } from "../support/web.ts";

const withoutDcmtk = dcmtkMissing("echoscu");

/** A refused sign-in is an error on the browser's console, whatever the page makes of it. */
const refusedSignIn = (text: string) => /status of 401.*users\/login/s.test(text);
const refusedRemoval = (text: string) => /status of 409.*\/demo\)/s.test(text);

describe.skipIf(chromiumMissing())("the first start, as a person meets it", () => {
  const flow = webFlow({
    fresh: true,
    env: { ADMIN_PASSWORD: undefined, AE_TITLE: "FIRSTFLOOR", HOST: "0.0.0.0" },
  });

  test("the printed password signs in, must be changed, and leads to an empty archive that says how to fill it", async () => {
    const printed = /First sign-in: user (\S+), password (\S+)/.exec(flow.program.output());
    expect(printed).not.toBeNull();
    // It takes a while, and says what for.
    expect(flow.program.output()).toContain("Making the database, once");
    const [, username = "", password = ""] = printed!;
    const page = await flow.open({ expected: (text) => refusedSignIn(text) || refusedRemoval(text) });
    await page.goto("/");
    await page.waitForURL("**/sign-in");
    const signIn = page.getByRole("button", { name: /^Sign in/ });

    await page.getByLabel("User name").fill(username);
    await page.getByLabel("Password", { exact: true }).fill(`${password}x`);
    await signIn.click();
    await page.getByText("The user name or the password is wrong.").first().waitFor();
    expect(await controlsOf(page)).toMatchObject({ unnamed: [] });

    await page.getByLabel("Password", { exact: true }).fill(password);
    await signIn.click();
    await page.waitForURL(/\/password(\?|$)/);
    await page.getByRole("heading", { name: "Choose your own password" }).waitFor();
    await page.goto("/studies");
    await page.waitForURL(/\/password(\?|$)/);

    const own = "seven words that nobody guesses";
    await page.getByLabel("Current password").fill(password);
    await page.getByLabel("New password", { exact: true }).fill("short");
    await page.getByLabel("New password again").fill("short");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("At least 12 characters; this has 5").waitFor();
    await page.getByLabel("New password", { exact: true }).fill(own);
    await page.getByLabel("New password again").fill(own);
    expect(await controlsOf(page)).toMatchObject({ unnamed: [] });
    await page.getByRole("button", { name: "Change password" }).click();
    await page.waitForURL("**/studies");

    await page.getByRole("heading", { name: "The archive is empty. Three ways to fill it." }).waitFor();
    const scanner = page.getByRole("region", { name: "Send from a scanner" });
    const { program } = flow;
    const host = /FIRSTFLOOR at (\S+), port/.exec(program.output())?.[1];
    await scanner.getByText(`storescu -aec FIRSTFLOOR ${host} ${program.dicomPort} +sd +r`).waitFor();
    const shown = await scanner.innerText();
    expect(shown).toMatch(
      new RegExp(`AE title\\s+FIRSTFLOOR\\s+Host\\s+${host}\\s+Port\\s+${program.dicomPort}`, "i"),
    );
    expect(shown).toContain(`echoscu -aec FIRSTFLOOR ${host} ${program.dicomPort}\n`);
    expect(shown).toContain(`${program.url}/dicomweb`);
    expect((await controlsOf(page)).unnamed).toEqual([]);

    if (!withoutDcmtk) {
      const [echoscu = ""] = (await scanner.locator("pre").innerText()).split("\n");
      const [program = "", ...values] = echoscu.split(" ");
      expect(await run(program, "-v", ...values)).toMatchObject({
        code: 0,
        output: expect.stringContaining("Received Echo Response (Success)"),
      });
    }

    // A demonstration that was cut short, as after a kill; and one that is there to its end.
    const db = connect({
      url: null,
      socketPath: embeddedSocketPath(path.join(program.dataDir, "pg")),
      database: "isocenter",
      max: 1,
    });
    try {
      await db`insert into demonstration (number, state, prefix, started_at) values (1, 'FAILED', 'demo', now())`;
      await page.reload();
      const card = page.getByRole("region", { name: "Load the demonstration" });
      await card.getByText("The last one was cut short").waitFor();
      await card.getByRole("button", { name: "Take it away" }).click();
      await page.getByText("The demonstration is taken away", { exact: true }).waitFor();
      await card.getByText("takes about a minute").waitFor();
      const signedIn = await fetch(`${flow.program.url}/api/v1/users/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username, password: own }),
      });
      const headers = {
        authorization: `Bearer ${((await signedIn.json()) as { accessToken: string }).accessToken}`,
      };
      const make = async (path: string, body: object, at: Record<string, string> = {}) => {
        const answer = await fetch(`${flow.program.url}/api/v1${path}`, {
          method: "POST",
          headers: { ...headers, ...at, "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        return (await answer.json()) as { id: string; identifiers?: { value: string }[] };
      };
      const { id: facility } = await make("/facilities", { name: "Trial" });
      await db`update facility set demonstration = true where id = ${facility}`;
      await db`insert into user_facility (user_id, facility_id, position) select id, ${facility}, 5 from app_user on conflict do nothing`;
      const tried = { lastName: "Tried", firstName: "Pat", birthDate: "1970-01-02", sex: "F" };
      const patient = await make("/patients", tried, { "x-isocenter-facility": facility });
      await db`update demonstration set state = 'READY', facility_id = ${facility}`;
      await page.goto("/administration/facilities");
      await page.getByRole("button", { name: "Remove the demonstration" }).click();
      const dialog = page.getByRole("dialog", { name: "Remove the demonstration" });
      expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
      await dialog.getByRole("button", { name: "Remove it" }).click();
      // Somebody registered a patient there: it is said who, and by leave they go as well.
      const number = patient.identifiers?.[0]?.value ?? "";
      const link = dialog
        .getByRole("region", { name: "Patients whom others registered" })
        .getByRole("link", { name: number });
      expect(await link.getAttribute("href")).toBe(`/patients/${patient.id}`);
      expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
      await dialog.getByLabel("What this facility has of these patients may go").check();
      await dialog.getByRole("button", { name: "Remove it" }).click();
      await dialog.waitFor({ state: "detached" });
      await page.getByRole("region", { name: "The demonstration" }).waitFor({ state: "detached" });
      const [row] = await db`select state from demonstration`;
      expect(row).toEqual({ state: "REMOVED" });
    } finally {
      await db.end();
    }

    const again = await flow.open({ expected: refusedSignIn });
    await again.goto("/sign-in");
    await again.getByLabel("User name").fill(username);
    await again.getByLabel("Password", { exact: true }).fill(password);
    await again.keyboard.press("Enter");
    await again.getByText("The user name or the password is wrong.").first().waitFor();
    await again.getByLabel("Password", { exact: true }).fill(own);
    await again.keyboard.press("Enter");
    await again.waitForURL("**/studies");
  });
});

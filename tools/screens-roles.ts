import type { Browser, Page } from "playwright-core";
import { openPage, signInByForm } from "../test/support/browser.ts";
import { isTrue, picture, settled } from "./screens-picture.ts";

interface Look {
  width?: number;
  height?: number;
  theme?: "light";
  language?: "fr";
}

/** A page of the program as one person has it before them. */
interface Scene extends Look {
  name: string;
  path: string;
  /** What is done there before the picture is taken. */
  go?: (page: Page) => Promise<void>;
}

/** Opens the panel beside a list. */
async function firstRow(page: Page): Promise<void> {
  await page.locator(".wait").first().waitFor();
  await page.keyboard.press("j");
  await page.locator(".peek").waitFor();
}

const phone = { width: 390, height: 844 } as const;
const administration = (name: string, section = name): Scene => ({
  name,
  path: `/administration/${section}`,
});

/** By the person's user name; every main page is here once. */
function scenes(order: { id: string; patientId: string }): Readonly<Record<string, readonly Scene[]>> {
  return {
    "demo-radiologist": [
      { name: "reading", path: "/reading", go: firstRow },
      { name: "reading-french", path: "/reading", language: "fr", theme: "light" },
      {
        name: "report",
        path: "/reading",
        async go(page) {
          await page.getByRole("row").filter({ hasText: "CT chest, lung screening" }).first().click();
          await page.keyboard.press("r");
          await page.waitForURL(/\/report\//);
          await page.getByRole("button", { name: "Begin the report" }).click();
          await page.locator("textarea").first().waitFor();
        },
      },
      { name: "findings", path: "/findings", go: firstRow },
      { name: "patient", path: `/patients/${order.patientId}` },
      { name: "insight", path: "/analytics" },
    ],
    "demo-technologist": [
      {
        name: "station",
        path: "/station",
        async go(page) {
          await page.locator(".station-row").filter({ hasText: "MR brain, stroke protocol" }).first().click();
          await page.locator(".station-series li").first().waitFor();
        },
      },
      administration("reconciliation"),
      administration("quarantine"),
    ],
    "demo-front-desk": [
      { name: "patients", path: "/patients", theme: "light" },
      { name: "orders", path: "/orders" },
      { name: "order", path: `/orders/${order.id}` },
      { name: "schedule", path: "/schedule" },
      { name: "schedule-light", path: "/schedule", theme: "light" },
    ],
    "demo-physician": [
      {
        name: "results-phone",
        path: "/results",
        ...phone,
        go: (page) => page.locator(".result-row").first().waitFor(),
      },
      {
        name: "result-phone",
        path: "/results",
        ...phone,
        async go(page) {
          await page.locator(".critical-card").first().getByRole("link").click();
          await page.locator(".result-report").waitFor();
        },
      },
    ],
    "demo-billing": [
      { name: "billing", path: "/billing" },
      {
        name: "bill",
        path: "/billing",
        async go(page) {
          await page.locator("tbody tr").filter({ hasText: "Paid" }).first().locator("a").click();
          await page.waitForURL(/\/billing\/.+/);
        },
      },
    ],
    "demo-admin": [
      administration("users"),
      administration("roles"),
      administration("administration", "modalities"),
      administration("hl7-systems"),
      {
        ...administration("hl7-messages"),
        async go(page) {
          await page.getByRole("row").filter({ hasText: "ORM^O01" }).first().click();
          await page.locator(".admin-side").waitFor();
        },
      },
      administration("stations"),
      administration("procedures"),
      administration("templates"),
      administration("policies"),
      administration("on-call"),
      administration("retention"),
      administration("audit"),
      administration("jobs"),
      administration("health"),
    ],
  };
}

/** Makes the pictures of what people of the demonstration have before them. */
export async function roles(
  browser: Browser,
  baseURL: string,
  password: string,
  order: { id: string; patientId: string },
): Promise<void> {
  const missed: string[] = [];
  for (const [username, all] of Object.entries(scenes(order))) {
    for (const looks of Map.groupBy(all, ({ width, language }) => `${width} ${language}`).values()) {
      const { width = 1440, height = 900, language = "en" } = looks[0]!;
      const { page, context } = await openPage(browser, { baseURL, reducedMotion: "reduce", width, height });
      await signInByForm(page, username, password);
      await page.evaluate(`localStorage.setItem("isocenter.language", "${language}")`);
      for (const { name, path, go, theme } of looks) {
        await page.goto(path);
        await page.locator("main").waitFor();
        if (theme) await page.evaluate(`document.documentElement.dataset.theme = "${theme}"`);
        try {
          await go?.(page);
        } catch (error) {
          missed.push(`${name}: ${(error as Error).message}`);
          continue;
        }
        await isTrue(page, `document.querySelector("main").innerText.length > 60`);
        // Parts that come on demand, and what they ask for.
        await page.waitForTimeout(800);
        await isTrue(page, `document.querySelector("[aria-busy=true], .skeleton") === null`);
        await settled(page);
        await picture(page, name);
      }
      await context.close();
    }
  }
  // All others are made all the same.
  if (missed.length > 0) throw new Error(missed.join("\n"));
}

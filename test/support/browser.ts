import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, type ConsoleMessage, chromium, type Page } from "playwright-core";

/** The name by which a test may reach the program as from another machine. */
export const clinicHost = "isocenter.clinic.test";

/** Debian's Chromium without windows, which takes a quarter less of the processor for the same pages. */
const headlessShell = "/usr/bin/chromium-headless-shell";
/** The system's Chromium; WebGL runs in software. */
const executablePath =
  process.env.CHROMIUM ?? (existsSync(headlessShell) ? headlessShell : "/usr/bin/chromium");
/** Of Chromium's own surface: two pages that stand behind the address bar, and one for whatever may come next; for each page that a test opens. */
const surface = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxFullPopup",
  "WebUIOmniboxAimPopup",
  "SpareRendererForSitePerProcess",
];
/** What Playwright turns off itself, in a list of its own: Chromium reads the last list alone. */
const unfitForTests = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
];
const args = [
  `--disable-features=${[...surface, ...unfitForTests].join(",")}`,
  "--no-sandbox",
  "--headless",
  "--disable-gpu",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-sync",
  "--no-first-run",
  "--metrics-recording-only",
  // A machine of the clinic by its name: over plain HTTP such a page is no secure context, as it is where people work.
  `--host-resolver-rules=MAP ${clinicHost} 127.0.0.1`,
];

/**
 * Whether Chromium is there. Where it is not, tests skip with a printed reason; with ISOCENTER_REQUIRE_TOOLS=1 they fail.
 */
export function chromiumMissing(): false | string {
  if (existsSync(executablePath)) return false;
  const reason = `Chromium is not at ${executablePath} (CHROMIUM)`;
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

/** Starts a browser. Whoever starts it closes it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args });
}

export interface OpenedPage {
  context: BrowserContext;
  page: Page;
  /** Errors of the page so far: exceptions, console errors and refusals of the content security policy. */
  problems: string[];
}

export interface Person {
  username: string;
  password: string;
}

export interface PageOptions {
  baseURL: string;
  width?: number;
  height?: number;
  deviceScaleFactor?: number;
  /** A screen for fingers. */
  hasTouch?: boolean;
  reducedMotion?: "reduce" | "no-preference";
  /** Who is signed in here already, as they are when they come back after the form: for tests that are not about signing in. */
  as?: Person;
  /** Console errors that the test provokes, such as a refused sign-in. */
  expected?: (text: string) => boolean;
}

/**
 * Leaves in a browser what the form leaves: the cookie of the session, and that there is one (web/src/api/client.ts). The latter is written as the
 * tab first comes to the origin, because a page that is opened to write it would cost as much as the one that is wanted.
 */
async function signIn(context: BrowserContext, baseURL: string, person: Person): Promise<void> {
  const { hostname, origin } = new URL(baseURL);
  const answer = await fetch(`${origin}/api/v1/users/login`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-isocenter-client": "web" },
    body: JSON.stringify(person),
  });
  const [, name, value] = /^(\w+)=([^;]+);/.exec(answer.headers.get("set-cookie") ?? "") ?? [];
  if (!name || !value) throw new Error(`sign-in failed: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
  const cookie = { name, value, domain: hostname, path: "/api", httpOnly: true, secure: false };
  await context.addCookies([{ ...cookie, sameSite: "Strict" }]);
  await context.addInitScript(`if (self.origin === ${JSON.stringify(origin)} && !sessionStorage.getItem("test.signed-in")) {
    sessionStorage.setItem("test.signed-in", "yes");
    localStorage.setItem("isocenter.signed-in", "yes");
  }`);
}

/** Opens a page of its own, with its own cookies and storage, and keeps account of what goes wrong in it. */
export async function openPage(browser: Browser, options: PageOptions): Promise<OpenedPage> {
  const { baseURL, width = 1440, height = 900, deviceScaleFactor = 1, hasTouch = false } = options;
  const { reducedMotion, as, expected } = options;
  const context = await browser.newContext({
    baseURL,
    viewport: { width, height },
    deviceScaleFactor,
    hasTouch,
    isMobile: hasTouch,
    ...(reducedMotion ? { reducedMotion } : {}),
  });
  if (as) await signIn(context, baseURL, as);
  // Before the test's own time is over, so that the failure says what was waited for.
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const problems: string[] = [];
  const note = (text: string) => {
    if (!expected?.(text)) problems.push(text);
  };
  page.on("pageerror", (error) => note(`exception: ${error.message}`));
  page.on("console", (message: ConsoleMessage) => {
    if (message.type() === "error") note(`console: ${message.text()} (${message.location().url})`);
  });
  return { context, page, problems };
}

/** Signs in by the form, as a person does, and waits for the page behind it. */
export async function signInByForm(page: Page, username: string, password: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: /^Sign in/ }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

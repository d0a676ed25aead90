/**
 * Makes the pictures of docs/screens: `node tools/screens.ts`. Runs the program on an empty folder with the demonstration and needs
 * Chromium, and the ports 3006, 11112 and 2575, which the pictures show. It is forenoon in them, whenever they are made.
 */
import fs from "node:fs/promises";
import { newUid, readPart10, text, withElements, writePart10 } from "@isocenter/dicom";
import type { Page } from "playwright-core";
import { launchBrowser, openPage, signInByForm } from "../test/support/browser.ts";
import { adminPassword, type Program, startProgram } from "../test/support/program.ts";
import { tellByHl7 } from "./screens-hl7.ts";
import { isTrue, picture, settled } from "./screens-picture.ts";
import { roles } from "./screens-roles.ts";

const demonstrationMs = 600_000;

interface Study {
  studyInstanceUid: string;
  patient: { identifier: string };
  status: string;
}

async function studies({ url }: Program, headers: { authorization: string }): Promise<Study[]> {
  const answer = await fetch(`${url}/api/v1/studies?limit=100`, { headers });
  return ((await answer.json()) as { data: Study[] }).data;
}

/** Every viewport that is seen shows its image, and there are so many. */
const shown = (page: Page, viewports: number) =>
  isTrue(
    page,
    `(([...all]) => all.length === ${viewports} && all.every((pane) => pane.dataset.state === "shown"))(
       document.querySelectorAll(".vw-pane:not([hidden])"))`,
  );

/** Goes to a place in the stack of each viewport, from 0 to 1, and waits until all of the stack is loaded. */
async function goTo(page: Page, share: number): Promise<void> {
  const sliders = await page.locator(".vw-pane:not([hidden]) .vw-slider").all();
  for (const slider of sliders.toReversed()) {
    const { width = 0, height = 0 } = (await slider.boundingBox()) ?? {};
    await slider.click({ position: { x: width / 2, y: height * share } });
    await page.locator("[data-testid=loaded] [data-done]").waitFor({ timeout: 120_000 });
  }
}

/** Opens a study in a layout of so many viewports. */
async function openStudy(page: Page, uid: string, viewports: 1 | 4): Promise<void> {
  await page.goto(`/studies/${uid}/view`);
  await page.getByLabel("Layout").selectOption(viewports === 1 ? "1 × 1" : "2 × 2");
  await shown(page, viewports);
}

/** The viewer with one series, and with four beside each other. */
async function viewer(page: Page, study: (identifier: string) => string): Promise<void> {
  await openStudy(page, study("DEMO-187330"), 1);
  // The scout comes first; the volume after it.
  await page.keyboard.press("PageDown");
  await page.getByRole("slider").waitFor();
  await goTo(page, 0.45);
  await page.keyboard.press("1");
  await shown(page, 1);
  await picture(page, "viewer");
  await openStudy(page, study("DEMO-210066"), 4);
  await goTo(page, 0.5);
  await shown(page, 4);
  await picture(page, "viewer-layout");
}

/** Images of a study of the demonstration, as if of somebody who is not there yet. */
async function newcomer(program: Program, studyUid: string): Promise<{ name: string; bytes: Uint8Array }[]> {
  const headers = await program.login();
  const root = `${program.url}/dicomweb/studies/${studyUid}/instances`;
  const list = (await (await fetch(`${root}?limit=14`, { headers })).json()) as Record<
    string,
    { Value?: string[] }
  >[];
  const identity = { StudyInstanceUID: newUid(), SeriesInstanceUID: newUid() };
  const files: { name: string; bytes: Uint8Array }[] = [];
  for (const [index, entry] of list.entries()) {
    const url = entry["00081190"]?.Value?.[0] ?? "";
    const answer = await fetch(url, {
      headers: { ...headers, accept: "application/dicom; transfer-syntax=*" },
    });
    const { dataSet, transferSyntaxUID } = readPart10(new Uint8Array(await answer.arrayBuffer()));
    const changes = {
      ...identity,
      SOPInstanceUID: newUid(),
      PatientName: "Sandoval^Ruth",
      PatientID: "DEMO-240118",
      PatientBirthDate: "19710926",
      PatientSex: "F",
      PatientAge: "055Y",
      AccessionNumber: "IC118420",
      StudyDescription: text(dataSet, 0x00081030) ?? "",
    };
    const bytes = writePart10({ dataSet: withElements(dataSet, changes), transferSyntaxUID });
    files.push({ name: `IM${String(index + 1).padStart(4, "0")}`, bytes });
  }
  return files;
}

async function lists(page: Page, program: Program, heads: string): Promise<void> {
  await page.goto("/studies");
  await page.getByText(/^Live/).waitFor();
  // Rows lie over their pictures, so that these are not seen to be in sight.
  await isTrue(page, `document.querySelectorAll(".thumb img").length > 12`);
  await settled(page);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await picture(page, "studies");
  await page.evaluate(`document.documentElement.dataset.theme = "light"`);
  await picture(page, "studies-light");
  await page.evaluate(`document.documentElement.dataset.theme = "dark"`);
  await page.keyboard.press(" ");
  await page.locator(".peek img").first().waitFor();
  await settled(page);
  await picture(page, "peek");
  await page.keyboard.press("Escape");

  const files = await newcomer(program, heads);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Add files" }).click();
  await (await chooser).setFiles([
    ...files.map(({ name, bytes }) => ({ name, mimeType: "application/dicom", buffer: Buffer.from(bytes) })),
    { name: "IM0099", mimeType: "", buffer: Buffer.from("This file was cut off on the disc. ".repeat(8)) },
  ]);
  await page.getByRole("heading", { name: "1 file not taken" }).waitFor({ timeout: 60_000 });
  await page.getByRole("row", { name: "Sandoval, Ruth" }).locator("img").waitFor();
  await settled(page);
  await picture(page, "upload");
}

/** A zone where a department is at work now. */
const forenoon = Intl.supportedValuesOf("timeZone").find((timeZone) => {
  const hour = new Intl.DateTimeFormat("en", { timeZone, hour: "numeric", hourCycle: "h23" }).format();
  return Number(hour) === 10;
});
process.env.TZ = forenoon;

const env = { PORT: "3006", DICOM_PORT: "11112", HL7_PORT: "2575", SETTLE_SECONDS: "5" };
const program = await startProgram({ env: { DICOM_PROCESS: "own", ...env } });
const browser = await launchBrowser();
try {
  const { page, problems } = await openPage(browser, {
    baseURL: "http://localhost:3006",
    reducedMotion: "reduce",
  });
  await page.goto("/sign-in");
  await page.getByText("All systems working").waitFor();
  await page.getByLabel("User name").fill("admin");
  await picture(page, "sign-in");
  await signInByForm(page, "admin", adminPassword);
  await page.getByText(/^Live/).waitFor();
  await page.getByRole("button", { name: "Load demonstration" }).waitFor();
  await settled(page);
  await picture(page, "first-run");
  const answered = page.waitForResponse(
    (response) => response.url().endsWith("/api/v1/demo") && response.status() === 202,
  );
  await page.getByRole("button", { name: "Load demonstration" }).click();
  const { password } = (await (await answered).json()) as { password: string };
  const headers = await program.login();
  await page.getByRole("button", { name: "Open the studies" }).click({ timeout: demonstrationMs });
  const all = await studies(program, headers);
  /** The newest of the patient. */
  const study = (identifier: string) =>
    all.find(({ patient }) => patient.identifier === identifier)?.studyInstanceUid ?? "";

  await viewer(page, study);
  await lists(page, program, study("DEMO-204817"));
  const answer = await fetch(`${program.url}/api/v1/imaging-orders?status=COMPLETED&limit=1`, { headers });
  const { data: orders } = (await answer.json()) as { data: { id: string; patientId: string }[] };
  const login = await fetch(`${program.url}/api/v1/users/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "demo-admin", password }),
  });
  const { accessToken } = (await login.json()) as { accessToken: string };
  await tellByHl7(program.url, 2575, { authorization: `Bearer ${accessToken}` }, "DEMO-204817");
  await roles(browser, "http://localhost:3006", password, orders[0]!);
  if (problems.length > 0) throw new Error(problems.join("\n"));
} finally {
  await browser.close();
  await program.stop();
  await fs.rm(program.dataDir, { recursive: true, force: true });
}

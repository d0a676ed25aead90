import fs from "node:fs/promises";
import path from "node:path";
import type { Locator, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { dcmtkMissing, run } from "../support/dcmtk.ts";
import { ctInstance } from "../support/instances.ts";
import { temporaryFolder } from "../support/program.ts";
import { zipOf } from "../support/uploads.ts";
import { admin, webFlow } from "../support/web.ts";

const withoutDcmtk = dcmtkMissing("storescu");

/** Many studies of invented people, so that there are pages: named Crowd001, Crowd002 and so on. */
const crowd = 60;
const crowdName = (n: number) => `Crowd${String(n).padStart(3, "0")}`;

describe.skipIf(chromiumMissing())("the study list", () => {
  // A test turns the clock on by more than the time after which the screen locks.
  const flow = webFlow({ env: { SCREEN_LOCK_MINUTES: "0", DICOM_PROCESS: "own" } });
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const images = Array.from({ length: crowd }, (_, index) =>
      ctInstance({
        PatientName: `${crowdName(index + 1)}^Of Many`,
        PatientID: `CR-${index + 1}`,
        AccessionNumber: `CR${index + 1}`,
        // Against the order of the names, each a day of its own.
        StudyDate: `2025${String(12 - Math.floor(index / 28)).padStart(2, "0")}${String(28 - (index % 28)).padStart(2, "0")}`,
      }),
    );
    await flow.store(...images.map(({ bytes }) => bytes));
  });
  afterAll(async () => {
    if (folder) await fs.rm(folder, { recursive: true, force: true });
  });

  async function signedIn(options: Parameters<typeof flow.open>[0] = {}): Promise<Page> {
    const page = await flow.open(options);
    await signInByForm(page, admin.username, admin.password);
    await page.getByRole("grid", { name: "Studies" }).waitFor();
    await page.getByText(/^Live/).waitFor();
    return page;
  }
  const rowOf = (page: Page, name: string) => page.getByRole("row", { name });
  const uploads = (page: Page) => page.getByRole("region", { name: "Uploads" });

  /** The picture of a row, loaded and drawn. */
  async function hasThumbnail(row: Locator): Promise<void> {
    await row.waitFor();
    const image = row.locator("img");
    await image.waitFor();
    await expect
      .poll(() => image.evaluate((it) => (it as unknown as { naturalWidth: number }).naturalWidth))
      .toBeGreaterThan(0);
  }

  async function file(name: string, bytes: Uint8Array): Promise<string> {
    const place = path.join(folder, name);
    await fs.mkdir(path.dirname(place), { recursive: true });
    await fs.writeFile(place, bytes);
    return place;
  }

  /** By the button and the browser's file chooser. */
  async function choose(page: Page, ...files: string[]): Promise<void> {
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Add files" }).click();
    await (await chooser).setFiles(files);
  }

  /** Drops files and folders of the disk on the middle of the page, as the desktop does. */
  async function drop(page: Page, ...files: string[]): Promise<void> {
    const devtools = await page.context().newCDPSession(page);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await devtools.send("Input.dispatchDragEvent", { type, x: 700, y: 450, data });
      if (type === "dragOver") await page.getByText("Drop to add to the archive").waitFor();
    }
    await devtools.detach();
  }

  /** Whose study stands at a place of the whole list, from 1. The row of the headers is counted among the grid's rows. */
  const patientAt = async (page: Page, place: number) => {
    const row = page.locator(`.study-list[aria-busy=false] tr[aria-rowindex="${place + 1}"]`);
    return (await row.locator(".col-patient .a").innerText()).trim();
  };

  test.skipIf(withoutDcmtk)("shows what a scanner sends by itself, with its picture", async () => {
    const page = await signedIn();
    const image = await file(
      "scanner.dcm",
      ctInstance({ PatientName: "Scanner^Sent", PatientID: "SC-1" }).bytes,
    );
    const sent = await run(
      "storescu",
      ...["-v", "-aec", "ISOCENTER", "127.0.0.1", String(flow.program.dicomPort), image],
    );
    expect(sent).toMatchObject({
      code: 0,
      output: expect.stringContaining("Received Store Response (Success)"),
    });
    await hasThumbnail(rowOf(page, "Scanner, Sent"));
  });

  test("shows what is chosen and what is dropped, folders as well, at once and on every screen", async () => {
    const [page, other] = [await signedIn(), await signedIn()];
    await choose(
      page,
      await file("chosen.dcm", ctInstance({ PatientName: "Chosen^File", PatientID: "UP-1" }).bytes),
    );
    await hasThumbnail(rowOf(page, "Chosen, File"));
    await hasThumbnail(rowOf(other, "Chosen, File"));
    expect((await controlsOf(page)).unnamed).toEqual([]);

    await file("disc/DICOM/A1", ctInstance({ PatientName: "Dropped^Folder", PatientID: "UP-2" }).bytes);
    await file("disc/README.TXT", Buffer.from("a viewer is on this disc"));
    const single = await file(
      "single.dcm",
      ctInstance({ PatientName: "Dropped^File", PatientID: "UP-3" }).bytes,
    );
    await drop(page, path.join(folder, "disc"), single);
    await hasThumbnail(rowOf(page, "Dropped, Folder"));
    await hasThumbnail(rowOf(other, "Dropped, File"));
    await uploads(page).getByText("3 images stored").waitFor();
  });

  test("takes a ZIP apart, and says why it did not take a file", async () => {
    const page = await signedIn({ expected: (text) => /\/api\/v1\/images/.test(text) });
    const zip = zipOf([
      { name: "a.dcm", bytes: ctInstance({ PatientName: "Zipped^One", PatientID: "ZI-1" }).bytes },
      { name: "deep/b.dcm", bytes: ctInstance({ PatientName: "Zipped^Two", PatientID: "ZI-2" }).bytes },
    ]);
    await choose(page, await file("two.zip", zip));
    await rowOf(page, "Zipped, One").waitFor();
    await rowOf(page, "Zipped, Two").waitFor();
    await uploads(page).getByText("2 images stored").first().waitFor();

    await choose(
      page,
      await file("letter.dcm", Buffer.from("Dear colleague, this is no image at all.".repeat(10))),
    );
    const row = uploads(page).getByRole("listitem").filter({ hasText: "letter.dcm" });
    await uploads(page).getByRole("heading", { name: "1 file not taken" }).waitFor();
    await row.getByText("This is not a DICOM object.").waitFor();
  });

  test("asks whose a PNG is, and files it there", async () => {
    const page = await signedIn();
    await flow.store(ctInstance({ PatientName: "Pictured^Paula", PatientID: "PN-1" }).bytes);
    const png = await sharp({ create: { width: 40, height: 30, channels: 3, background: "#a06040" } })
      .png()
      .toBuffer();
    await choose(page, await file("wound.png", png));
    const dialog = page.getByRole("dialog", { name: "Whose picture is this?" });
    await dialog.getByRole("combobox", { name: "Patient" }).fill("pictured");
    await dialog.getByRole("option", { name: /Pictured, Paula/ }).waitFor();
    expect((await controlsOf(page)).unnamed).toEqual([]);
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Add 1 picture to this patient" }).click();
    await uploads(page).getByRole("heading", { name: "1 file added" }).waitFor();
    await expect.poll(() => rowOf(page, "Pictured, Paula").count()).toBe(2);
  });

  test("finds while one types: names without accents and case, accession numbers", async () => {
    await flow.store(
      ctInstance({ PatientName: "Çelik-Øster^Zoë", PatientID: "SE-1", AccessionNumber: "ACC-90417" }).bytes,
    );
    const page = await signedIn();
    const search = page.getByRole("searchbox", { name: /^Search studies/ });
    const rows = page.locator("tbody tr[aria-rowindex]");
    await page.keyboard.press("/");
    await page.keyboard.type("celik-oster zoe");
    await expect.poll(() => rows.count()).toBe(1);
    await rowOf(page, "Çelik-Øster, Zoë").waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get("query")).toBe("celik-oster zoe");
    await search.fill("nobody of that name");
    await page.getByText("No study matches “nobody of that name”.").waitFor();
    await search.fill("ACC-90417");
    await expect.poll(() => rows.count()).toBe(1);
    await rowOf(page, "Çelik-Øster, Zoë").waitFor();
    await search.fill("nobody of this name");
    await page.getByText("No study matches “nobody of this name”.").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => rows.count()).toBeGreaterThan(10);
  });

  test("sorts by its headers and turns its pages", async () => {
    const page = await signedIn();
    await page.goto("/studies?query=Of+Many&size=25");
    const nav = page.getByRole("navigation", { name: "Pages" });
    await nav.getByText(`1–25 of ${crowd}`).waitFor();
    const patient = page.getByRole("columnheader", { name: "Patient" });
    await patient.getByRole("button").click();
    await expect.poll(() => patientAt(page, 1)).toBe(`${crowdName(1)}, Of Many`);
    expect(await patient.getAttribute("aria-sort")).toBe("ascending");
    await patient.getByRole("button").click();
    await expect.poll(() => patientAt(page, 1)).toBe(`${crowdName(crowd)}, Of Many`);
    expect(await patient.getAttribute("aria-sort")).toBe("descending");
    await nav.getByRole("button", { name: "Next" }).click();
    await nav.getByText(`26–50 of ${crowd}`).waitFor();
    await expect.poll(() => patientAt(page, 26)).toBe(`${crowdName(crowd - 25)}, Of Many`);
    await page.keyboard.press("]");
    await nav.getByText(`51–${crowd} of ${crowd}`).waitFor();
    expect(await nav.getByRole("button", { name: "Next" }).isDisabled()).toBe(true);
    await page.reload();
    await nav.getByText(`51–${crowd} of ${crowd}`).waitFor();
    await nav.getByRole("button", { name: "Previous" }).click();
    await nav.getByText(`26–50 of ${crowd}`).waitFor();
    await page.getByRole("columnheader", { name: "Study date" }).getByRole("button").click();
    await nav.getByText(`1–25 of ${crowd}`).waitFor();
    await expect.poll(() => patientAt(page, 1)).toBe(`${crowdName(1)}, Of Many`);
  });

  test("a session outlives its access token, and ends when one signs out", async () => {
    const page = await signedIn({ expected: (text) => /users\/refresh/.test(text) });
    const refreshed: string[] = [];
    let bearer = "";
    page.on("request", (request) => {
      if (request.url().endsWith("/users/refresh")) refreshed.push(request.method());
      bearer = request.headers().authorization ?? bearer;
    });
    await page.clock.setSystemTime(Date.now() + 20 * 60_000);
    await page.getByRole("searchbox", { name: /^Search studies/ }).fill(crowdName(7));
    await expect.poll(() => page.locator("tbody tr[aria-rowindex]").count()).toBe(1);
    expect(refreshed).toEqual(["POST"]);

    const asks = () => fetch(`${flow.program.url}/api/v1/studies`, { headers: { authorization: bearer } });
    expect((await asks()).status).toBe(200);
    await page.getByRole("button", { name: /: your account$/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
    expect((await controlsOf(page)).unnamed).toEqual([]);
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL("**/sign-in*");
    expect((await asks()).status).toBe(401);
    await page.goto("/studies");
    await page.getByRole("button", { name: /^Sign in/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/sign-in");
  });
});

import { newUid } from "@isocenter/dicom";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumMissing } from "../support/browser.ts";
import { type Ohif, ohifMissing, serveOhif } from "../support/ohif.ts";
import { phantomSeries } from "../support/phantom.ts";
import { pictureOf } from "../support/screen.ts";
import { webFlow } from "../support/web.ts";

const study = newUid();
const images = 12;

describe.skipIf(chromiumMissing() || ohifMissing())("OHIF as it is published", () => {
  const env: Record<string, string> = {};
  let ohif: Ohif;
  let authorization = "";
  const answers: { status: number; path: string }[] = [];

  // Before the program starts, which must be told OHIF's origin.
  beforeAll(async () => {
    ohif = await serveOhif(() => ({ root: `${flow.program.url}/dicomweb`, authorization }));
    env.CORS_ORIGINS = ohif.url;
  });
  const flow = webFlow({ env });
  beforeAll(async () => {
    ({ authorization } = await flow.program.login());
    const common = { PatientName: "Garcia^Ana", PatientID: "OHIF-1", SeriesDescription: "Blocks" };
    const other = { StudyInstanceUID: newUid(), PatientName: "Other^One", PatientID: "OHIF-2" };
    await flow.store(
      ...phantomSeries(images, { ...common, StudyInstanceUID: study, SeriesInstanceUID: newUid() }).map(
        ({ bytes }) => bytes,
      ),
      ...phantomSeries(2, other).map(({ bytes }) => bytes),
    );
  });
  afterAll(() => ohif?.close());

  async function open(path: string): Promise<Page> {
    answers.length = 0;
    const page = await flow.open({ baseURL: ohif.url });
    page.on("response", (response) => {
      const url = new URL(response.url());
      if (url.pathname.startsWith("/dicomweb/"))
        answers.push({ status: response.status(), path: url.pathname });
    });
    await page.goto(path);
    return page;
  }

  test("lists the studies and finds them by name", async () => {
    const page = await open("/");
    const row = (name: string) => page.getByText(name, { exact: true });
    await row("Garcia, Ana").waitFor();
    await row("Other, One").waitFor();
    await page.locator("input").first().fill("garc");
    await row("Other, One").waitFor({ state: "detached" });
    expect(await row("Garcia, Ana").count()).toBe(1);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test("opens a study and scrolls through all of its images", async () => {
    const page = await open(`/viewer?StudyInstanceUIDs=${study}`);
    await page.getByText("Skip all").click();
    const pane = page.locator("canvas").first();
    const centre = async () => {
      const picture = await pictureOf(pane);
      return picture.at(picture.width / 2 + 20, picture.height / 2 + 20)[0];
    };
    // A block of image n is brighter by 5 Hounsfield units than that of the image before: greys rise from image to image.
    await expect.poll(centre).toBeGreaterThan(100);
    const greys = [await centre()];
    await pane.hover();
    for (let step = 1; step < images; step += 1) {
      const before = greys.at(-1)!;
      await page.mouse.wheel(0, 100);
      await expect.poll(centre).toBeGreaterThan(before);
      greys.push(await centre());
    }
    expect(greys).toHaveLength(images);
    const frames = new Set(answers.filter(({ path }) => path.endsWith("/frames/1")).map(({ path }) => path));
    expect(frames.size).toBe(images);
    expect(answers.some(({ path }) => path.endsWith("/thumbnail"))).toBe(true);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  });
});

import { newUid } from "@isocenter/dicom";
import type { Locator, Page } from "playwright-core";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { controlsOf } from "../support/accessibility.ts";
import { chromiumMissing } from "../support/browser.ts";
import { mammogram, petCt } from "../support/examinations.ts";
import { phantomBlocks, phantomSeries, phantomValue } from "../support/phantom.ts";
import { pictureOf } from "../support/screen.ts";
import { admin, webFlow } from "../support/web.ts";

interface Window {
  center: number;
  width: number;
}

/** The grey that a value has in a window, from 0 to 255 (PS3.3 C.11.2.1.2.1). */
function greyOf(value: number, { center, width }: Window): number {
  const share = (value - (center - 0.5)) / (width - 1) + 0.5;
  return 255 * Math.min(1, Math.max(0, share));
}

/** Of all blocks, the largest distance between the grey on the screen at its centre and what it should be. */
async function worstGrey(pane: Locator, expected: (row: number, column: number) => number): Promise<number> {
  const picture = await pictureOf(pane);
  // The square image is fitted into the pane and stands in its middle.
  const block = Math.min(picture.width, picture.height) / phantomBlocks;
  const cells = Array.from({ length: phantomBlocks ** 2 }, (_, n) => [
    Math.floor(n / phantomBlocks),
    n % phantomBlocks,
  ]);
  return Math.max(
    ...cells.map(([row = 0, column = 0]) => {
      const x = picture.width / 2 + (column + 0.5 - phantomBlocks / 2) * block;
      const y = picture.height / 2 + (row + 0.5 - phantomBlocks / 2) * block;
      const grey = expected(row, column);
      return Math.max(...picture.at(x, y).map((channel) => Math.abs(channel - grey)));
    }),
  );
}

describe.skipIf(chromiumMissing())("the viewer", () => {
  const flow = webFlow();
  const study = newUid();
  const [first, second] = [newUid(), newUid()];
  const images = 8;
  beforeAll(async () => {
    const common = { StudyInstanceUID: study, PatientName: "Fantôme^Aimée", PatientID: "PH-1" };
    await flow.store(
      ...[
        ...phantomSeries(images, {
          ...common,
          SeriesInstanceUID: first,
          SeriesNumber: 1,
          SeriesDescription: "Blocks",
        }),
        ...phantomSeries(3, {
          ...common,
          SeriesInstanceUID: second,
          SeriesNumber: 2,
          SeriesDescription: "Fewer",
        }),
      ].map(({ bytes }) => bytes),
    );
  });

  const paneOf = (page: Page, number = 1) =>
    page.getByRole("region", { name: new RegExp(`^Viewport ${number}:`) });
  const shows = (pane: Locator, attributes: Record<string, string | number>) =>
    expect
      .poll(async () =>
        Object.fromEntries(
          await Promise.all(
            Object.keys(attributes).map(async (name) => [name, await pane.getAttribute(`data-${name}`)]),
          ),
        ),
      )
      .toEqual(Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)])));
  const looks = (pane: Locator, expected: (row: number, column: number) => number) =>
    expect.poll(() => worstGrey(pane, expected)).toBeLessThanOrEqual(2);

  async function opened(): Promise<{ page: Page; pane: Locator }> {
    const page = await flow.open({ as: admin });
    await page.goto(`/studies/${study}/view`);
    const pane = paneOf(page);
    await shows(pane, { state: "shown", "image-number": 1, "image-count": images, "series-uid": first });
    return { page, pane };
  }

  test("shows each value in the grey that its window gives", async () => {
    const { page, pane } = await opened();
    const asSent = { center: 40, width: 400 };
    await shows(pane, { "window-center": 40, "window-width": 400, inverted: "false" });
    await looks(pane, (row, column) => greyOf(phantomValue(1, row, column), asSent));

    await page.keyboard.press("End");
    await shows(pane, { state: "shown", "image-number": images });
    await looks(pane, (row, column) => greyOf(phantomValue(images, row, column), asSent));

    const liver = { center: 90, width: 150 };
    await page.keyboard.press("2");
    await shows(pane, { "window-center": liver.center, "window-width": liver.width });
    await looks(pane, (row, column) => greyOf(phantomValue(images, row, column), liver));

    await page.keyboard.press("i");
    await shows(pane, { inverted: "true" });
    await looks(pane, (row, column) => 255 - greyOf(phantomValue(images, row, column), liver));
  });

  test("draws nothing before the first image, because an empty picture takes a graphics card as long", async () => {
    const page = await flow.open({ as: admin });
    await page.addInitScript(`
      globalThis.drawn = [];
      for (const name of ["STACK_NEW_IMAGE", "IMAGE_RENDERED"])
        document.addEventListener("CORNERSTONE_" + name, () => globalThis.drawn.push(name), true);`);
    await page.goto(`/studies/${study}/view`);
    const pane = paneOf(page);
    await shows(pane, { state: "shown", "image-number": 1 });
    const drawn = () => page.evaluate<string[]>("globalThis.drawn");
    await expect.poll(drawn).toContain("IMAGE_RENDERED");
    expect((await drawn())[0]).toBe("STACK_NEW_IMAGE");
    // The picture still follows the room that it has.
    const canvas = pane.locator("canvas.cornerstone-canvas");
    const drawnPixels = () => canvas.evaluate((element: { width: number }) => element.width);
    const before = await drawnPixels();
    await page.setViewportSize({ width: 1000, height: 700 });
    await expect.poll(drawnPixels).toBeLessThan(before);
    await looks(pane, (row, column) => greyOf(phantomValue(1, row, column), { center: 40, width: 400 }));
  });

  test("goes through the stack by wheel and keys, and through the series by strip and keys", async () => {
    const { page, pane } = await opened();
    await pane.hover();
    await page.mouse.wheel(0, 100);
    await shows(pane, { state: "shown", "image-number": 2 });
    await page.mouse.wheel(0, -100);
    await shows(pane, { state: "shown", "image-number": 1 });
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await shows(pane, { state: "shown", "image-number": 3 });
    await page.keyboard.press("ArrowUp");
    await shows(pane, { state: "shown", "image-number": 2 });

    const strip = page.getByRole("navigation", { name: "Series" });
    const buttons = strip.getByRole("button");
    await expect.poll(() => buttons.count()).toBe(2);
    await strip.getByRole("button", { name: "Se 2 Fewer, CT, 3 images" }).locator("img").waitFor();
    await strip.getByRole("button", { name: "Se 2 Fewer, CT, 3 images" }).click();
    await shows(pane, { state: "shown", "series-uid": second, "image-count": 3 });
    await page.keyboard.press("PageUp");
    await shows(pane, { state: "shown", "series-uid": first, "image-number": 1 });

    // What a narrow toolbar has no room for is a list, or behind one button: nothing is cut off.
    await page.setViewportSize({ width: 900, height: 800 });
    const bar = page.getByRole("toolbar", { name: "Image tools" });
    await expect
      .poll(() =>
        bar.evaluate((one) => {
          const { scrollWidth, clientWidth, offsetHeight } = one as unknown as Record<string, number>;
          return scrollWidth! <= clientWidth! && offsetHeight! < 60;
        }),
      )
      .toBe(true);
    await bar.getByLabel("Windows").selectOption({ label: "2 Liver 150/90" });
    await shows(pane, { "window-center": 90, "window-width": 150 });
    await bar.getByRole("button", { name: "More tools" }).click();
    await page.getByRole("button", { name: "Rotate by a quarter" }).click();
    await shows(pane, { rotation: 90 });
    await page.setViewportSize({ width: 1920, height: 900 });
    await bar.getByRole("button", { name: "Liver" }).waitFor();
    await bar.getByRole("button", { name: "Cobb angle" }).waitFor();
  });

  test("stands in a layout of 2 × 2, says what the headers say, and gives the list back", async () => {
    const { page } = await opened();
    await page.keyboard.press("q");
    await page.keyboard.press("q");
    await expect.poll(() => page.locator(".vw-pane:visible").count()).toBe(4);
    await shows(paneOf(page, 1), { state: "shown", "series-uid": first });
    await shows(paneOf(page, 2), { state: "shown", "series-uid": second });
    await looks(paneOf(page, 2), (row, column) =>
      greyOf(phantomValue(1, row, column), { center: 40, width: 400 }),
    );

    // What opens the report covers no picture and no text beside it.
    const report = (await page.getByRole("button", { name: /^Report/ }).boundingBox())!;
    const tools = (await page.getByRole("toolbar").first().boundingBox())!;
    expect(report.y + report.height).toBeLessThanOrEqual(tools.y);

    await page.keyboard.press("a");
    const attributes = page.getByRole("complementary", { name: "Attributes of the image" });
    await attributes.getByRole("searchbox").fill("PatientName");
    const row = attributes.getByRole("row", { name: /PatientName/ });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/\(0010,0010\)\s+PatientName\s+PN\s+Fantôme\^Aimée/);
    expect((await controlsOf(page)).unnamed).toEqual([]);

    await attributes.getByRole("button", { name: "Close the attributes" }).click();
    await page.keyboard.press("Escape");
    await page.waitForURL("**/studies");
    await page.getByRole("row", { name: /Fantôme, Aimée/ }).waitFor();
  });

  test("is reached without a mouse, from the sign-in to the last image and back", async () => {
    const page = await flow.open();
    const { keyboard } = page;
    await page.goto("/sign-in");
    await page.locator("input:focus").waitFor();
    await keyboard.type(admin.username);
    for (let n = 0; n < 5 && !(await page.locator("input[type=password]:focus").count()); n++)
      await keyboard.press("Tab");
    await keyboard.type(admin.password);
    await keyboard.press("Enter");
    await page.getByRole("row", { name: /Fantôme, Aimée/ }).waitFor();
    for (let n = 0; n < 30 && !(await page.locator("#study-list:focus").count()); n++)
      await keyboard.press("Tab");
    await page.locator("[aria-selected=true]").waitFor();
    await keyboard.press(" ");
    await page.getByRole("complementary", { name: "Peek: Fantôme, Aimée" }).locator("img").first().waitFor();
    expect((await controlsOf(page)).unnamed).toEqual([]);
    await keyboard.press("Enter");
    const pane = paneOf(page);
    await shows(pane, { state: "shown", "image-number": 1 });
    await keyboard.press("End");
    await shows(pane, { state: "shown", "image-number": images });
    await keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    expect((await controlsOf(page)).unnamed).toEqual([]);
    await keyboard.press("Escape");
    await keyboard.press("Escape");
    await page.getByRole("row", { name: /Fantôme, Aimée/ }).waitFor();
  });

  test("lays uptake over the CT in colours that stand for what was taken up", async () => {
    const uid = newUid();
    await flow.store(
      ...petCt({
        StudyInstanceUID: uid,
        PatientName: "Aufnahme^Anna",
        PatientID: "PH-2",
        StudyDate: "20250301",
      }),
    );
    const page = await flow.open({ as: admin });
    // What is said while slices come, for however short a time.
    await page.addInitScript({
      content: `globalThis.said = [];
        new MutationObserver(() => {
          for (const { textContent } of document.querySelectorAll('section[aria-label^="Viewport 3:"] .vw-building'))
            said.push(textContent);
        }).observe(document, { childList: true, characterData: true, subtree: true });`,
    });
    await page.goto(`/studies/${uid}/view`);
    const [fused, coronal] = [paneOf(page, 3), paneOf(page, 4)];
    await shows(fused, { state: "shown", fused: "true", "image-count": 24 });
    await shows(coronal, { state: "shown", fused: "true", plane: "coronal" });
    const said = await page.evaluate<string[]>("said");
    const coming = /^Loading what lies over it, \d+ of \d+$/;
    expect(said.find((text) => coming.test(text))).toBeDefined();
    expect(said.filter((text) => !coming.test(text))).toEqual([]);
    await fused.getByText("10 SUVbw").waitFor();
    /** What stands at parts of the picture's width and height, over air. */
    const colours = (pane: Locator, ...places: [number, number][]) =>
      expect.poll(async () => {
        const { width, height, at } = await pictureOf(pane);
        const side = Math.min(width, height);
        return places.map(([x, y]) => at(width / 2 + x * side, height / 2 + y * side));
      });
    const [white, red, black] = [
      [153, 152, 151],
      [153, 0, 0],
      [0, 0, 0],
    ];
    const places: [number, number][] = [
      [-0.3, 0.2],
      [0.2, -0.3],
      [0.3, 0.2],
    ];
    await colours(fused, ...places).toEqual([white, red, black]);
    await page.getByRole("region", { name: /^Viewport 3:/ }).click({ position: { x: 20, y: 20 } });
    await page.getByLabel("Uptake in the last colour").selectOption("SUV 0–5");
    await colours(fused, ...places).toEqual([white, white, black]);
    await page.keyboard.press("h");
    await colours(fused, [0.3, 0.2], [-0.2, -0.3], [-0.3, 0.2]).toEqual([white, white, black]);
    await page.keyboard.press("u");
    await colours(fused, [0.3, 0.2]).toEqual([black]);
    expect((await controlsOf(page)).unnamed).toEqual([]);
  });

  test("hangs breasts back to back at one scale, saves what is seen, and shows the study on a second screen", async () => {
    const uid = newUid();
    await flow.store(...mammogram({ StudyInstanceUID: uid, PatientName: "Brust^Berta", PatientID: "PH-3" }));
    const page = await flow.open({ as: admin });
    await page.goto(`/studies/${uid}/view`);
    const panes = [1, 2, 3, 4].map((number) => paneOf(page, number));
    for (const pane of panes) await shows(pane, { state: "shown", inverted: "true" });
    /** Grey at the left and at the right edge of a viewport, half-way down. */
    const edges = async (pane: Locator) => {
      const { width, height, at } = await pictureOf(pane);
      // Beside the slider and above the letters of the edge.
      return [at(4, height / 2 - 30), at(width - 20, height / 2 - 30)].map(([grey]) => grey);
    };
    for (const [index, pane] of panes.entries())
      await expect.poll(() => edges(pane)).toEqual(index % 2 === 0 ? [0, 255] : [255, 0]);
    const pixelsPerMillimetre = async (pane: Locator, spacing: number) =>
      Number(await pane.getAttribute("data-zoom")) / spacing;
    const [right, left] = [
      await pixelsPerMillimetre(panes[0]!, 0.5),
      await pixelsPerMillimetre(panes[1]!, 1),
    ];
    expect(left).toBeCloseTo(right, 2);
    // Stored the wrong way round.
    await shows(panes[3]!, { flipped: "horizontal" });

    await panes[1]!.click({ position: { x: 200, y: 60 } });
    await page.getByRole("button", { name: "Download" }).click();
    const dialog = page.getByRole("dialog", { name: "Download" });
    await dialog.getByLabel("The active viewport as a picture").check();
    await dialog.getByLabel("With the patient's name").uncheck();
    const saved = page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    const picture = sharp(await (await saved).path());
    const { width, height } = await picture.metadata();
    const box = (await panes[1]!.boundingBox())!;
    expect([width, height]).toEqual([Math.round(box.width), Math.round(box.height)]);
    const { data } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const greyAt = (x: number, y: number) => data[(Math.round(y) * width + Math.round(x)) * 3];
    // No name is in its corner any more; breast and air are where they are on the screen.
    expect([greyAt(4, height / 2), greyAt(width - 4, height / 2)]).toEqual([255, 0]);
    await dialog.waitFor({ state: "detached" });

    // A sheet holds the whole picture, whatever the size of the screen.
    await page.evaluate("globalThis.print = () => { globalThis.printed = true; }");
    await page.getByRole("button", { name: "Print" }).click();
    await expect.poll(() => page.evaluate("globalThis.printed")).toBe(true);
    const grid = (await page.locator(".vw-grid").boundingBox())!;
    const sheet = page.locator("img.vw-print");
    expect(await sheet.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth)).toBe(
      Math.round(grid.width),
    );
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    await sheet.waitFor({ state: "detached" });

    const opened = page.waitForEvent("popup");
    await page.getByRole("button", { name: "Second screen" }).click();
    const second = await opened;
    await shows(paneOf(second), { state: "shown" });
    expect(await second.getByRole("heading", { level: 1 }).innerText()).toContain("Brust, Berta");
    await page.goto(`/studies/${study}/view`);
    await second.getByRole("heading", { level: 1, name: /Fantôme, Aimée/ }).waitFor();
    await page.goto("/studies");
    await second.getByText("No study is open on the first screen.").waitFor();
  });
});

import { newUid } from "@isocenter/dicom";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { controlsOf } from "../support/accessibility.ts";
import { chromiumMissing } from "../support/browser.ts";
import { phantomSeries, phantomValue } from "../support/phantom.ts";
import { addRadiologist, drag, openStudy, paneOf, pointOn, shows } from "../support/viewer-page.ts";
import { webFlow } from "../support/web.ts";

/** Pixels of the phantom's side. */
const size = 256;

describe.skipIf(chromiumMissing())("measuring in the viewer", () => {
  const flow = webFlow();
  const study = newUid();
  const reader = { username: "reader", password: "" };
  beforeAll(async () => {
    const series = phantomSeries(3, {
      StudyInstanceUID: study,
      SeriesInstanceUID: newUid(),
      FrameOfReferenceUID: newUid(),
      PatientName: "Fantôme^Aimée",
      PatientID: "PH-1",
      SeriesNumber: 4,
      PixelSpacing: ["0.5", "0.5"],
    });
    await flow.store(...series.map(({ bytes }) => bytes));
    reader.password = await addRadiologist(flow, reader.username);
  });

  const panelOf = (page: Page) => page.getByRole("complementary", { name: "Measurements and key images" });
  /** The lines of the panel's list, by the kind of the measurement. */
  const listed = (page: Page, kind: string) =>
    expect.poll(() => panelOf(page).locator(`li[data-kind=${kind}]`).allInnerTexts());
  const kept = (page: Page) =>
    expect.poll(() => page.getByTestId("keep-state").getAttribute("data-state")).toBe("kept");

  test("says lengths, angles and values that the phantom has, keeps them and shows them again", async () => {
    const { page, pane } = await openStudy(flow, study, reader);
    const { keyboard } = page;
    await keyboard.press("Shift+M");
    await panelOf(page).waitFor();
    await kept(page);

    await keyboard.press("l");
    await drag(page, pane, size, [40, 60], [140, 60]);
    await listed(page, "length").toEqual([expect.stringMatching(/^(49\.[89]|50\.[012]) mm\s+Se 4 Im 1$/)]);

    // In the block of the first row and second column.
    await keyboard.press("Shift+E");
    await drag(page, pane, size, [74, 10], [114, 50]);
    const value = phantomValue(1, 0, 1).toFixed(1).replace("-", "−");
    await listed(page, "rectangle").toEqual([
      expect.stringMatching(new RegExp(`^(3\\.9|4\\.0|4\\.1) cm², mean ${value} HU, SD 0\\.0`)),
    ]);

    await keyboard.press("b");
    const { x, y } = await pointOn(pane, size, [224, 224]);
    await page.mouse.click(x, y);
    await listed(page, "probe").toEqual([expect.stringMatching(new RegExp(`^${phantomValue(1, 3, 3)} HU`))]);

    await keyboard.press("Control+z");
    await listed(page, "probe").toEqual([]);
    await keyboard.press("Control+Shift+z");
    await listed(page, "probe").toHaveLength(1);
    await keyboard.press("Delete");
    await listed(page, "probe").toEqual([]);

    // On the second image, where every block is five more.
    await keyboard.press("ArrowDown");
    await shows(pane, { state: "shown", "image-number": 2 });
    await keyboard.press("e");
    await drag(page, pane, size, [160, 160], [185, 185]);
    const second = phantomValue(2, 2, 2).toFixed(1);
    await listed(page, "ellipse").toEqual([
      expect.stringMatching(new RegExp(`mean ${second} HU[^]*Se 4 Im 2`)),
    ]);
    await keyboard.press("k");
    await pane.getByText("Key image").waitFor();
    await panelOf(page).getByRole("button", { name: "No longer a key image: Se 4 Im 2" }).waitFor();
    await kept(page);
    expect((await controlsOf(page)).unnamed).toEqual([]);

    await page.reload();
    await shows(paneOf(page), { state: "shown", "image-number": 1 });
    await keyboard.press("Shift+M");
    await listed(page, "length").toHaveLength(1);
    await listed(page, "rectangle").toEqual([expect.stringContaining(`mean ${value} HU`)]);
    await paneOf(page).locator("svg text", { hasText: "mm" }).first().waitFor();
    await panelOf(page).locator("li[data-kind=ellipse] .vw-mark-go").click();
    await shows(paneOf(page), { state: "shown", "image-number": 2 });
    await paneOf(page).getByText("Key image").waitFor();
  });
});

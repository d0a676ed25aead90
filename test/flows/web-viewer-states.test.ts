import { newUid } from "@isocenter/dicom";
import type { Locator, Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing } from "../support/browser.ts";
import { phantomValue } from "../support/phantom.ts";
import {
  blendedStudy,
  maskedFilm,
  shareOver as opacity,
  statesSize as size,
} from "../support/presentation-states.ts";
import { pictureOf } from "../support/screen.ts";
import { addRadiologist, drag, openStudy, paneOf, pointOn, shows } from "../support/viewer-page.ts";
import { webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())(
  "presentation states of two sets of images, and of films with masks",
  () => {
    const flow = webFlow();
    const [fusion, vessels] = [newUid(), newUid()];
    const reader = { username: "reader", password: "" };
    beforeAll(async () => {
      await flow.store(...blendedStudy(fusion), ...maskedFilm(vessels));
      reader.password = await addRadiologist(flow, reader.username);
    });

    const choose = (page: Page, label: string) =>
      page.getByLabel("Presentation", { exact: true }).selectOption({ label: `${label}, Reader, Ada` });

    /** How far the blocks of the first image are from one of two values of what lies over them, left and right, in the state's window. */
    const blends = (pane: Locator, left: number, right: number) =>
      expect
        .poll(async () => {
          const { width, height, at } = await pictureOf(pane);
          const block = Math.min(width, height) / 4;
          // Over the first row stands the state's name.
          const worst = [1, 2, 3].flatMap((row) =>
            [0, 1, 2, 3].map((column) => {
              const grey = Math.min(1, Math.max(0, (phantomValue(1, row, column) - 89.5) / 149 + 0.5));
              const over = (column < 2 ? left : right) / 4000;
              const wanted = [over, 0, 1 - over].map(
                (color) => 255 * (opacity * color + (1 - opacity) * grey),
              );
              const seen = at(width / 2 + (column - 1.5) * block, height / 2 + (row - 1.5) * block);
              return Math.max(...seen.map((color, n) => Math.abs(color - wanted[n]!)));
            }),
          );
          return Math.max(...worst);
        })
        .toBeLessThanOrEqual(4);

    test("one set lies over the other where it was acquired, in its colours and by its share, in planes too", async () => {
      const { page, pane } = await openStudy(flow, fusion, reader);
      await shows(pane, { state: "shown", "image-number": 1 });
      await choose(page, "Fused");
      await pane.getByText("Presentation: Fused, Reader, Ada").waitFor();
      await shows(pane, { presentation: "Fused", fused: "true", "window-center": 90, "window-width": 150 });
      await blends(pane, 1000, 3000);
      const coronal = paneOf(page, 3);
      await shows(coronal, { plane: "coronal", presentation: "Fused", fused: "true" });
      /** Whether there is more red than blue, to the patient's right and left. */
      await expect
        .poll(async () => {
          const { width, height, at } = await pictureOf(coronal);
          const side = Math.min(width, height * (128 / 115.5));
          return [-0.3, 0.3].map((x) => {
            const [red, , blue] = at(width / 2 + x * side, height / 2);
            return Math.sign(red - blue);
          });
        })
        .toEqual([-1, 1]);
      expect(await violationsOf(page, ".vw")).toEqual([]);

      await page.keyboard.press("Shift+P");
      await shows(pane, { "window-center": 40 });
      await expect.poll(() => pane.getAttribute("data-fused")).toBeNull();
      await page.keyboard.press("Shift+P");
      await blends(pane, 1000, 3000);
    });

    test("sets in two frames of reference are brought together by the registration that the state names, or it is said", async () => {
      const { page, pane } = await openStudy(flow, fusion, reader);
      // Turned by half a turn: left is right.
      await choose(page, "Registered");
      await shows(pane, { presentation: "Registered", fused: "true" });
      await blends(pane, 3000, 1000);
      await choose(page, "Elsewhere");
      await pane
        .getByRole("alert")
        .getByText(/lie in another frame of reference/)
        .waitFor();
      await shows(pane, { presentation: "Elsewhere" });
      expect(await pane.getAttribute("data-fused")).toBeNull();
      const volumetric = page.getByRole("option", { name: "Bones: not shown here (volume rendering)" });
      expect(await volumetric.isDisabled()).toBe(true);
    });

    test("by hand another series is laid over, with colours and a share that are chosen", async () => {
      const { page, pane } = await openStudy(flow, fusion, reader);
      await pane.click({ position: { x: 20, y: 20 } });
      await page.keyboard.press("u");
      await shows(pane, { fused: "true" });
      await page.getByLabel("Series over the picture").selectOption({ label: "Se 5 Turned" });
      await page.getByLabel("Colours of what lies over").selectOption({ label: "Grey" });
      await page.getByLabel("Share of what lies over in the picture").fill("100");
      const greys = () =>
        expect.poll(async () => {
          const { width, height, at } = await pictureOf(pane);
          const part = Math.min(width, height) / 8;
          return [-3, 3].map((x) => at(width / 2 + x * part, height / 2 - 3 * part)[0]);
        });
      // In the window 2000/4000 that its images open with.
      await greys().toEqual([64, 191]);
      await page.getByLabel("Share of what lies over in the picture").fill("0");
      const first = [0, 3].map(
        (column) => 255 * Math.max(0, (phantomValue(1, 0, column) - 39.5) / 399 + 0.5),
      );
      await greys().toEqual(first.map((grey) => expect.closeTo(grey, -0.5)));
      await page.keyboard.press("u");
      await expect.poll(() => pane.getAttribute("data-fused")).toBeNull();
    });

    test("a state's masks are subtracted, moved by its regions, and taken away by a key", async () => {
      const { page, pane } = await openStudy(flow, vessels, reader);
      /** Greys at the left, where the spot moves to, and at the right. */
      const greys = () =>
        expect.poll(async () => {
          const { width, height, at } = await pictureOf(pane);
          const scale = Math.min(width, height) / 64;
          return [
            [12, 48],
            [12, 15],
            [48, 32],
          ].map(
            ([column, row]) => at(width / 2 + (column! - 32) * scale, height / 2 + (row! - 32) * scale)[0],
          );
        });
      const near = (...wanted: number[]) => wanted.map((grey) => expect.closeTo(grey, -0.5));
      await choose(page, "Masked");
      await shows(pane, {
        presentation: "Masked",
        "image-number": 3,
        "window-center": 0,
        "window-width": 100,
      });
      await pane.getByText("Subtracted, mask: image 1–2 · one part moved by itself").waitFor();
      await pane.getByText("not applied: edge enhancement").waitFor();
      // 30 more on the left, also where the spot was moved by four rows; 15 less on the right.
      await greys().toEqual(near(204, 204, 89));
      await page.keyboard.press("d");
      await shows(pane, { "window-center": 128, "window-width": 256 });
      await greys().toEqual(near(120, 170, 170));
      await page.keyboard.press("d");
      await greys().toEqual(near(204, 204, 89));

      await choose(page, "Backwards");
      await shows(pane, { presentation: "Backwards", "window-width": 200 });
      await pane.getByText("Subtracted, mask: image 2").waitFor();
      await page.keyboard.press("End");
      await pane.getByText("Subtracted, mask: image 1").waitFor();
      await greys().toEqual(near(204, 204, 89));
      await page.keyboard.press("Shift+P");
      await pane.getByText("Subtracted, mask").waitFor({ state: "detached" });
      await shows(pane, { "window-center": 128 });
    });

    test("a click measures nothing, and what is measured is drawn in each viewport that shows the place", async () => {
      const { page, pane } = await openStudy(flow, fusion, reader);
      await page.keyboard.press("Shift+M");
      const panel = page.getByRole("complementary", { name: "Measurements and key images" });
      await panel.waitFor();
      const marks = panel.locator("li[data-kind]");
      const { x, y } = await pointOn(pane, size, [100, 100]);
      for (const tool of ["l", "n", "Shift+N", "e", "Shift+E", "t", "Shift+L"]) {
        await page.keyboard.press(tool);
        await page.mouse.click(x, y);
        // Whoever takes another tool is done with the one before.
        await page.keyboard.press("w");
      }
      await page.keyboard.press("l");
      await drag(page, pane, size, [40, 60], [140, 60]);
      await expect.poll(() => marks.count()).toBe(1);
      expect(await marks.first().innerText()).toMatch(/mm/);
      // The second viewport hangs the same images.
      for (const each of [pane, paneOf(page, 2)])
        await each.locator("svg text", { hasText: "mm" }).first().waitFor();
      await expect.poll(() => pane.locator("svg text", { hasText: "0.0 mm" }).count()).toBe(0);
    });
  },
);

import fs from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { eventually } from "../test/support/program.ts";

const folder = path.resolve(import.meta.dirname, "../docs/screens");

/** Keeps what the page shows as `docs/screens/NAME.png`. */
export async function picture(page: Page, name: string): Promise<void> {
  const png = await sharp(await page.screenshot({ animations: "disabled" }))
    .png({ palette: true, quality: 95, effort: 10 })
    .toBuffer();
  await fs.writeFile(path.join(folder, `${name}.png`), png);
  process.stdout.write(`${name}.png ${Math.round(png.length / 1024)} KB\n`);
}

/** Waits until an expression holds in the page. */
export const isTrue = (page: Page, expression: string) =>
  eventually(() => page.evaluate<boolean>(expression), 60_000);

/** Every picture that is in sight has come. */
export const settled = (page: Page) =>
  isTrue(
    page,
    `[...document.images].every((image) => image.complete && image.naturalWidth > 0) &&
     [...document.querySelectorAll(".thumb, .vw-series")].every((box) => {
       const { left, top, width, height } = box.getBoundingClientRect();
       const isSeen = box.contains(document.elementFromPoint(left + width / 2, top + height / 2));
       return !isSeen || box.querySelector("img") !== null;
     })`,
  );

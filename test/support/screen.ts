import type { Locator } from "playwright-core";
import sharp from "sharp";

export interface Picture {
  width: number;
  height: number;
  /** Red, green and blue at a point; points outside are an error. */
  at(x: number, y: number): [number, number, number];
}

/** What the element looks like on the screen, in its own pixels. */
export async function pictureOf(element: Locator): Promise<Picture> {
  const { data, info } = await sharp(await element.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    at(x, y) {
      const [column, row] = [Math.round(x), Math.round(y)];
      if (column < 0 || row < 0 || column >= info.width || row >= info.height)
        throw new RangeError(`${x}, ${y} is not in ${info.width} × ${info.height}`);
      const offset = (row * info.width + column) * info.channels;
      return [data[offset]!, data[offset + 1]!, data[offset + 2]!];
    },
  };
}

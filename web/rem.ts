import type { Plugin } from "vite";

/** Hairlines stay as thin as the screen can draw them. */
const thickestLine = 2;

/**
 * Style sheets are written in pixels of the design; each becomes a share of the root's text, so that everything grows with it
 * (src/kit/scale.ts). Left alone are the questions of media and containers, which are about the window, names of classes, and text in quotes.
 */
export const toRem = (css: string): string =>
  css.replace(
    /(@(?:media|container|custom-media)[^{;]*[{;]|url\([^)]*\)|"[^"]*"|'[^']*'|\/\*[\s\S]*?\*\/|\\\[[\s\S]*?\\\])|(?<![\w.#-])(-?)(\d*\.?\d+)px\b/g,
    (whole: string, kept: string | undefined, sign: string, digits: string) =>
      kept !== undefined || Number(digits) <= thickestLine ? whole : `${sign}${Number(digits) / 16}rem`,
  );

/** Applies `toRem` to our style sheets, after Tailwind has made them. */
export const scalable: Plugin = {
  name: "scalable",
  enforce: "pre",
  transform(code, id) {
    if (!/\.css($|\?)/.test(id) || id.includes("/node_modules/")) return null;
    return { code: toRem(code), map: null };
  },
};

/** The root's text in pixels: what the style sheets grow with, for what they do not lay out. */
export const remPixels = (): number =>
  Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

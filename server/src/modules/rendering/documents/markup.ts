/** Text for an element or an attribute of HTML and SVG. */
const escapeMarkup = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** Characters that XML 1.0 does not have are left out. */
export const markupText = (text: string | null | undefined): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  escapeMarkup((text ?? "").replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ""));

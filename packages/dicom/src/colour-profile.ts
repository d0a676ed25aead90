import { latin1 } from "./latin1.ts";

/** The header of a profile (ICC.1 7.2): the space of its colours at 16, the signature at 36. */
const headerBytes = 128;
const maxProfileBytes = 4 * 1024 * 1024;

/**
 * Whether an ICC profile (PS3.3 C.11.15) makes other colours of red, green and blue than a screen (sRGB) would without it.
 * @param profile the value of ICC Profile
 * @param colourSpace Color Space, if the object says one
 */
export function changesColours(profile: Uint8Array, colourSpace: string | undefined): boolean {
  if (profile.length < headerBytes || profile.length > maxProfileBytes) return false;
  if (latin1(profile, 36, 40) !== "acsp" || latin1(profile, 16, 20) !== "RGB ") return false;
  if (colourSpace === "SRGB") return false;
  // Their descriptions are text of one byte a character, or of two.
  const said = latin1(profile);
  return !said.includes("sRGB IEC61966") && !said.includes([..."sRGB IEC61966"].join("\0"));
}

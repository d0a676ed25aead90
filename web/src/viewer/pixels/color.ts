import { t } from "../../words/words.ts";
import type { PixelDescription } from "./description.ts";

export type Rgb = Uint8Array<ArrayBuffer>;

export interface Palette {
  /** The stored value to which the first entries belong. */
  first: number;
  red: ArrayLike<number>;
  green: ArrayLike<number>;
  blue: ArrayLike<number>;
  /** Bits of an entry: 8 or 16. */
  bits: number;
}

/** Decoded samples as red, green and blue by pixel, eight bits each. */
export function toRgb(
  samples: ArrayLike<number>,
  description: PixelDescription,
  photometric: string,
  planar: boolean,
): Rgb {
  const count = description.rows * description.columns;
  const bits = description.bitsStored;
  if (photometric === "YBR_FULL_422" && samples.length < count * 3) return fromSubsampled(samples, count);
  if (samples.length < count * 3) throw new Error(t("The picture has fewer pixels than it says."));
  const rgb = new Uint8Array(count * 3);
  const [step, plane] = planar ? [1, count] : [3, 1];
  const convert = photometric.startsWith("YBR_FULL") || photometric.startsWith("YBR_PARTIAL");
  for (let i = 0, at = 0; i < count; i++, at += step) {
    const a = toByte(samples[at]!, bits);
    const b = toByte(samples[at + plane]!, bits);
    const c = toByte(samples[at + 2 * plane]!, bits);
    if (convert) putYbr(rgb, i * 3, a, b, c);
    else {
      rgb[i * 3] = a;
      rgb[i * 3 + 1] = b;
      rgb[i * 3 + 2] = c;
    }
  }
  return rgb;
}

/** Y1 Y2 Cb Cr for each pair of pixels (PS3.3 C.7.6.3.1.2). */
function fromSubsampled(samples: ArrayLike<number>, count: number): Rgb {
  if (samples.length < count * 2) throw new Error(t("The picture has fewer pixels than it says."));
  const rgb = new Uint8Array(count * 3);
  for (let i = 0; i + 1 < count; i += 2) {
    const at = i * 2;
    putYbr(rgb, i * 3, samples[at]!, samples[at + 2]!, samples[at + 3]!);
    putYbr(rgb, i * 3 + 3, samples[at + 1]!, samples[at + 2]!, samples[at + 3]!);
  }
  return rgb;
}

function toByte(sample: number, bits: number): number {
  return bits > 8 ? Math.floor(sample / 2 ** (bits - 8)) : sample;
}

function putYbr(rgb: Rgb, at: number, y: number, cb: number, cr: number): void {
  rgb[at] = clamp(y + 1.402 * (cr - 128));
  rgb[at + 1] = clamp(y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128));
  rgb[at + 2] = clamp(y + 1.772 * (cb - 128));
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}

/** Indices as colours (PS3.3 C.7.9). */
export function applyPalette(indices: ArrayLike<number>, count: number, palette: Palette): Rgb {
  const rgb = new Uint8Array(count * 3);
  const last = palette.red.length - 1;
  // Some writers fill tables declared as 16 bits with values of 8.
  const shift =
    palette.bits > 8 && [palette.red, palette.green, palette.blue].some(holdsMoreThanAByte) ? 8 : 0;
  for (let i = 0; i < count; i++) {
    const index = Math.min(Math.max(indices[i]! - palette.first, 0), last);
    rgb[i * 3] = palette.red[index]! >> shift;
    rgb[i * 3 + 1] = palette.green[index]! >> shift;
    rgb[i * 3 + 2] = palette.blue[index]! >> shift;
  }
  return rgb;
}

function holdsMoreThanAByte(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (values[i]! > 255) return true;
  return false;
}

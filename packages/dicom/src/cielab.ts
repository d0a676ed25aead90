/** Red, green and blue of the screen, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** For segments that recommend no colour. */
const others: readonly Rgb[] = [
  [255, 138, 101],
  [100, 181, 246],
  [129, 199, 132],
  [255, 213, 79],
  [186, 104, 200],
  [77, 208, 225],
];

/**
 * A colour as DICOM scales CIELab to 16 bits (PS3.3 C.10.7.1.1), as the screen's.
 * @param lab three values; nothing where there are not three
 */
export function rgbOfLab(lab: readonly number[]): Rgb | undefined {
  const [l, a, b] = lab;
  if (l === undefined || a === undefined || b === undefined || lab.length !== 3) return undefined;
  const y = ((l / 65535) * 100 + 16) / 116;
  const x = y + ((a / 65535) * 255 - 128) / 500;
  const z = y - ((b / 65535) * 255 - 128) / 200;
  const linear = (value: number) => (value > 6 / 29 ? value ** 3 : 3 * (6 / 29) ** 2 * (value - 4 / 29));
  // D50 as the standard's profile has it, brought to the screen's D65 (Bradford).
  const [X, Y, Z] = [0.9642 * linear(x), linear(y), 0.8249 * linear(z)];
  const channel = (value: number) => {
    const inside = Math.min(1, Math.max(0, value));
    return Math.round(255 * (inside <= 0.0031308 ? 12.92 * inside : 1.055 * inside ** (1 / 2.4) - 0.055));
  };
  return [
    channel(3.1339 * X - 1.6169 * Y - 0.4906 * Z),
    channel(-0.9788 * X + 1.9161 * Y + 0.0335 * Z),
    channel(0.0719 * X - 0.229 * Y + 1.4052 * Z),
  ];
}

/**
 * The colour of a segment.
 * @param lab Recommended Display CIELab Value, empty where there is none
 * @param index which of the object's segments it is, from 0
 */
export function segmentColour(lab: readonly number[], index: number): Rgb {
  return rgbOfLab(lab) ?? others[index % others.length]!;
}

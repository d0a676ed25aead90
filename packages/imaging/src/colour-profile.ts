import { changesColours, type DataSet, items, Tags, text } from "@isocenter/dicom";

const bytesOfStrip = 1 << 20;

/**
 * The ICC profile that the colours of the image are meant by (PS3.3 C.11.15): its own, or that of its only optical path. Null where there is none for RGB,
 * or where it says what a screen takes them for without one.
 */
export function colourProfileOf(ds: DataSet): Uint8Array | null {
  const paths = items(ds, Tags.OpticalPathSequence);
  const source = ds.elements.has(Tags.ICCProfile) ? ds : paths.length === 1 ? paths[0]! : null;
  const value = source?.elements.get(Tags.ICCProfile)?.value;
  return value && changesColours(value, text(source!, Tags.ColorSpace)) ? Uint8Array.from(value) : null;
}

/**
 * Colours by pixel as a picture that bears their profile: TIFF without compression, which is read as fast as pixels alone.
 * @param pixels three bytes for each pixel
 */
export function withColourProfile(
  pixels: Uint8Array,
  columns: number,
  rows: number,
  profile: Uint8Array,
): Buffer {
  const rowBytes = 3 * columns;
  const rowsOfStrip = Math.max(1, Math.floor(bytesOfStrip / rowBytes));
  const strips = Math.ceil(rows / rowsOfStrip);
  const short = 3;
  const long = 4;
  const undefinedType = 7;
  const tags = 10;
  const directory = 8;
  const bits = directory + 2 + 12 * tags + 4;
  const offsets = bits + 8;
  const counts = offsets + 4 * strips;
  const profileAt = counts + 4 * strips;
  const pixelsAt = profileAt + profile.length;
  const head = Buffer.alloc(pixelsAt);
  head.write("II*\0", "latin1");
  head.writeUInt32LE(directory, 4);
  head.writeUInt16LE(tags, directory);
  let at = directory + 2;
  // In the order of their numbers (TIFF 6.0, section 2). A value that fits stands in place of the offset.
  const entry = (tag: number, type: number, count: number, value: number): void => {
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count, at + 4);
    head.writeUInt32LE(value, at + 8);
    at += 12;
  };
  const firstOf = (array: number): number => (strips === 1 ? head.readUInt32LE(array) : array);
  for (let i = 0; i < 3; i++) head.writeUInt16LE(8, bits + 2 * i);
  for (let i = 0; i < strips; i++) {
    const rowsHere = Math.min(rowsOfStrip, rows - i * rowsOfStrip);
    head.writeUInt32LE(pixelsAt + i * rowsOfStrip * rowBytes, offsets + 4 * i);
    head.writeUInt32LE(rowsHere * rowBytes, counts + 4 * i);
  }
  entry(256, long, 1, columns);
  entry(257, long, 1, rows);
  entry(258, short, 3, bits);
  entry(259, short, 1, 1);
  entry(262, short, 1, 2);
  entry(273, long, strips, firstOf(offsets));
  entry(277, short, 1, 3);
  entry(278, long, 1, rowsOfStrip);
  entry(279, long, strips, firstOf(counts));
  entry(34_675, undefinedType, profile.length, profileAt);
  head.set(profile, profileAt);
  return Buffer.concat([head, pixels]);
}

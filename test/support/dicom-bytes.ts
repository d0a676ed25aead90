import { type Keyword, Tags } from "@isocenter/dicom";

/** The value of an element: text, numbers of its VR, bytes, or items. */
type Value = string | number | readonly number[] | Uint8Array | readonly Elements[];
/** Keyword → VR and value. */
export type Elements = Partial<Record<Keyword, readonly [vr: string, value: Value]>>;

const longVrs = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "UC", "UN", "UR", "UT", "SV", "UV"]);
const writers: Readonly<Record<string, [width: number, method: keyof DataView]>> = {
  US: [2, "setUint16"],
  SS: [2, "setInt16"],
  OW: [2, "setUint16"],
  UL: [4, "setUint32"],
  SL: [4, "setInt32"],
  FL: [4, "setFloat32"],
  FD: [8, "setFloat64"],
};

function valueBytes(vr: string, value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return Buffer.from(value, "latin1");
  if (typeof value === "number") return valueBytes(vr, [value]);
  if (vr === "SQ") return Buffer.concat((value as readonly Elements[]).map(item));
  const [width, method] = writers[vr] ?? [1, "setUint8" as const];
  const bytes = new Uint8Array(value.length * width);
  const view = new DataView(bytes.buffer);
  (value as readonly number[]).forEach((number, i) => {
    (view[method] as (at: number, value: number, littleEndian: boolean) => void).call(
      view,
      i * width,
      number,
      true,
    );
  });
  return bytes;
}

function item(elements: Elements): Buffer {
  const bytes = explicitLittleEndian(elements);
  const header = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  header.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

function element(tag: number, vr: string, value: Value): Buffer {
  let bytes = valueBytes(vr, value);
  if (bytes.length % 2 === 1)
    bytes = Buffer.concat([bytes, Buffer.from(typeof value === "string" && vr !== "UI" ? " " : "\0")]);
  const header = Buffer.alloc(longVrs.has(vr) ? 12 : 8);
  header.writeUInt16LE(tag >>> 16, 0);
  header.writeUInt16LE(tag & 0xffff, 2);
  header.write(vr, 4, "latin1");
  if (longVrs.has(vr)) header.writeUInt32LE(bytes.length, 8);
  else header.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([header, bytes]);
}

/** A data set in Explicit VR Little Endian, byte by byte as a test wants it, whatever the product's own writer would do. */
export function explicitLittleEndian(elements: Elements): Buffer {
  const entries = Object.entries(elements) as [Keyword, readonly [string, Value]][];
  return Buffer.concat(
    entries
      .map(([keyword, [vr, value]]) => ({ tag: Tags[keyword] as number, vr, value }))
      .sort((a, b) => a.tag - b.tag)
      .map(({ tag, vr, value }) => element(tag, vr, value)),
  );
}

/** A file with preamble and file meta information around a data set in Explicit VR Little Endian encoding. */
export function part10(elements: Elements, transferSyntaxUID = "1.2.840.10008.1.2.1"): Buffer {
  const meta = element(0x00020010, "UI", transferSyntaxUID);
  const length = element(0x00020000, "UL", meta.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from("DICM"),
    length,
    meta,
    explicitLittleEndian(elements),
  ]);
}

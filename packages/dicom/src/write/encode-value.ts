import { encodeText } from "../charset/encode.ts";
import { DicomError } from "../errors.ts";
import { formatPersonName } from "../person-name.ts";
import { parseTag } from "../tags.ts";
import { vrFacts } from "../vr.ts";

/** A name as an object, in either spelling. */
export interface NameValue {
  readonly alphabetic?: string;
  readonly ideographic?: string;
  readonly phonetic?: string;
  readonly Alphabetic?: string;
  readonly Ideographic?: string;
  readonly Phonetic?: string;
}

export type SingleValue = string | number | bigint | null | NameValue;

const refuse = (what: string, value: unknown): never => {
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value);
  throw new DicomError("invalid-value", `${shown} is no value of ${what}`);
};

/** A number as a decimal string of at most 16 characters (PS3.5 6.2 DS), as exact as they allow. */
function formatDecimal(value: number): string {
  if (!Number.isFinite(value)) return refuse("DS", value);
  let text = String(value);
  for (let digits = 17; text.length > 16 && digits > 0; digits--)
    text = String(Number(value.toPrecision(digits)));
  if (text.length <= 16) return text;
  for (let digits = 16; digits >= 0; digits--) {
    text = value.toExponential(digits);
    if (text.length <= 16) return text;
  }
  return text;
}

function textOf(value: SingleValue, vr: string): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") {
    if (vr === "DS") return formatDecimal(value);
    if (vr === "IS")
      return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? String(value) : refuse("IS", value);
    return String(value);
  }
  if (typeof value === "bigint") return String(value);
  if (vr !== "PN") return refuse(vr, "an object");
  return formatPersonName({
    alphabetic: value.alphabetic ?? value.Alphabetic ?? "",
    ideographic: value.ideographic ?? value.Ideographic ?? "",
    phonetic: value.phonetic ?? value.Phonetic ?? "",
  });
}

const ranges: Record<string, readonly [bigint, bigint]> = {
  US: [0n, 0xffffn],
  SS: [-0x8000n, 0x7fffn],
  UL: [0n, 0xffffffffn],
  SL: [-0x80000000n, 0x7fffffffn],
  SV: [-(2n ** 63n), 2n ** 63n - 1n],
  UV: [0n, 2n ** 64n - 1n],
  OW: [0n, 0xffffn],
  OL: [0n, 0xffffffffn],
  OV: [0n, 2n ** 64n - 1n],
  OB: [0n, 0xffn],
};

function integer(value: SingleValue, vr: string): bigint {
  const isInteger =
    typeof value === "bigint" ||
    (typeof value === "number" && Number.isInteger(value)) ||
    (typeof value === "string" && /^[+-]?\d{1,20}$/.test(value.trim()));
  if (!isInteger) return refuse(vr, value);
  const exact = BigInt(value as string | number | bigint);
  const [low, high] = ranges[vr]!;
  return exact < low || exact > high ? refuse(vr, value) : exact;
}

const namedNumbers: Record<string, number> = { NaN: Number.NaN, inf: Infinity, "-inf": -Infinity };

function real(value: SingleValue, vr: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && Object.hasOwn(namedNumbers, value)) return namedNumbers[value]!;
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isNaN(parsed) ? refuse(vr, value) : parsed;
}

function writeNumber(view: DataView, at: number, vr: string, value: SingleValue): void {
  if (vr === "FL" || vr === "OF") view.setFloat32(at, real(value, vr), true);
  else if (vr === "FD" || vr === "OD") view.setFloat64(at, real(value, vr), true);
  else {
    const exact = integer(value, vr);
    const width = vrFacts(vr).wordBytes;
    if (width === 1) view.setUint8(at, Number(exact));
    else if (width === 2) view.setUint16(at, Number(BigInt.asUintN(16, exact)), true);
    else if (width === 4) view.setUint32(at, Number(BigInt.asUintN(32, exact)), true);
    else view.setBigUint64(at, BigInt.asUintN(64, exact), true);
  }
}

function tagsValue(values: readonly SingleValue[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    const tag = typeof value === "number" ? value : typeof value === "string" ? parseTag(value) : null;
    if (tag === null || !Number.isInteger(tag) || tag < 0 || tag > 0xffffffff) refuse("AT", value);
    view.setUint16(i * 4, tag! >>> 16, true);
    view.setUint16(i * 4 + 2, tag! & 0xffff, true);
  });
  return bytes;
}

/** Values as the bytes of a value field in little endian, without padding. Throws `DicomError` for what the VR does not have. */
export function encodeValue(
  vr: string,
  values: readonly SingleValue[],
  characterSets: readonly string[],
): Uint8Array {
  const facts = vrFacts(vr);
  if (facts.kind === "tag") return tagsValue(values);
  if (facts.kind === "text") {
    if (!facts.multiple && values.length > 1) return refuse(vr, "more than one value");
    const joined = values.map((value) => textOf(value, vr)).join("\\");
    const bytes = encodeText(joined, facts.encoded ? characterSets : [], vr);
    if (bytes === null)
      throw new DicomError(
        "not-encodable",
        `the character set does not have every character of a value of ${vr}`,
      );
    return bytes;
  }
  if (vr === "UN" || facts.kind === "sequence") return refuse(vr, values[0]);
  const bytes = new Uint8Array(values.length * facts.wordBytes);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    writeNumber(view, i * facts.wordBytes, vr, value);
  });
  return bytes;
}

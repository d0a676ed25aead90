import { dictionaryVrCode, privateVr } from "../dictionary.ts";
import { latin1Trimmed } from "../latin1.ts";
import type { DataSet } from "../model.ts";

const pixelRepresentationTag = 0x00280103;

interface Level {
  readonly set: DataSet;
}

/** VR of an attribute whose VR does not stand in the bytes (PS3.5 7.1.3, A.1). `levels`: the data sets around it, inmost last. */
export function implicitVr(tag: number, levels: readonly Level[], undefinedLength: boolean): string {
  const code = codeOf(tag, levels[levels.length - 1]!.set);
  switch (code) {
    case "xs":
      return isSigned(levels) ? "SS" : "US";
    case "ox":
    case "px":
    case "lt":
      return "OW";
    case "up":
      return "UL";
    case "UN":
      return undefinedLength ? "SQ" : "UN";
    default:
      return code;
  }
}

function codeOf(tag: number, set: DataSet): string {
  if ((tag & 0x10000) === 0) return dictionaryVrCode(tag) ?? "UN";
  const element = tag & 0xffff;
  if (element === 0) return "UL";
  if (element < 0x100) return element >= 0x10 ? "LO" : "UN";
  if (element < 0x1000) return "UN";
  const creator = set.elements.get(((tag & 0xffff0000) + (element >>> 8)) >>> 0);
  return (creator && privateVr(latin1Trimmed(creator.value), tag)) ?? "UN";
}

function isSigned(levels: readonly Level[]): boolean {
  for (let i = levels.length - 1; i >= 0; i--) {
    const { elements, littleEndian } = levels[i]!.set;
    const found = elements.get(pixelRepresentationTag);
    if (found && found.size >= 2) return found.value[littleEndian ? 0 : 1] === 1;
  }
  return false;
}

const placeholders = new Set([0x0000, 0x2020, 0x3f3f, 0x2d2d, 0x2a2a]);

/** Whether two spaces, zeros, question marks, hyphens or asterisks stand where the VR should. */
export const hasPlaceholderVr = (bytes: Uint8Array, at: number): boolean =>
  placeholders.has(bytes[at + 4]! * 256 + bytes[at + 5]!);

const isUpper = (byte: number) => byte >= 0x41 && byte <= 0x5a;

/**
 * How an element in an explicit VR data set goes on whose VR is none that we know: "long" as every VR to come does (PS3.5 6.2),
 * "short" with 16 bits of length, "implicit" where a writer left the VR out; null where it cannot be told.
 */
export function unreadableVrForm(
  bytes: Uint8Array,
  at: number,
  littleEndian: boolean,
  tag: number,
): "long" | "short" | "implicit" | null {
  const third = bytes[at + 6]!;
  const fourth = bytes[at + 7]!;
  if (isUpper(bytes[at + 4]!) && isUpper(bytes[at + 5]!))
    return third === 0 && fourth === 0 ? "long" : "short";
  if (hasPlaceholderVr(bytes, at)) return "short";
  const isPublic = (tag & 0x10000) === 0;
  const high = littleEndian ? third * 256 + fourth : bytes[at + 4]! * 256 + bytes[at + 5]!;
  const isUndefined = bytes[at + 4] === 0xff && bytes[at + 5] === 0xff && third === 0xff && fourth === 0xff;
  if ((high === 0 || isUndefined) && (!isPublic || dictionaryVrCode(tag) !== undefined)) return "implicit";
  return null;
}

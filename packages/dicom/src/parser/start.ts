import { dictionaryVrCode } from "../dictionary.ts";
import { DicomError } from "../errors.ts";
import { TransferSyntaxes, transferSyntax } from "../uids.ts";
import { vrCodes } from "../vr.ts";

const isDicm = (bytes: Uint8Array, at: number) =>
  bytes[at] === 0x44 && bytes[at + 1] === 0x49 && bytes[at + 2] === 0x43 && bytes[at + 3] === 0x4d;

/** Whether the element header has a value representation. */
export const hasVr = (bytes: Uint8Array, at: number) => vrCodes[bytes[at + 4]! * 256 + bytes[at + 5]!] !== 0;
const littleGroup = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8);
const bigGroup = (bytes: Uint8Array, at: number) => (bytes[at]! << 8) | bytes[at + 1]!;

/** Where file meta information or, without it, the data set begins. */
export interface Start {
  readonly offset: number;
  readonly meta: boolean;
  readonly littleEndian: boolean;
}

function metaAt(bytes: Uint8Array, at: number): Start | null {
  if (bytes.length < at + 8) return null;
  if (littleGroup(bytes, at) === 2) return { offset: at, meta: true, littleEndian: true };
  if (bigGroup(bytes, at) === 2 && hasVr(bytes, at)) return { offset: at, meta: true, littleEndian: false };
  return null;
}

/** Looks at the first bytes of a file (140 or all there are). A missing preamble or file meta information is tolerated. */
export function locateStart(bytes: Uint8Array): Start {
  for (const at of [128, 0])
    if (isDicm(bytes, at))
      return metaAt(bytes, at + 4) ?? { offset: at + 4, meta: false, littleEndian: true };
  const meta = metaAt(bytes, 0);
  if (meta) return meta;
  if (bytes.length >= 8 && looksLikeDataSet(bytes)) return { offset: 0, meta: false, littleEndian: true };
  throw new DicomError("not-dicom", "neither DICM at byte 128 nor the beginning of a data set", 0);
}

function looksLikeDataSet(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const little = littleGroup(bytes, 0);
  const big = bigGroup(bytes, 0);
  if (little >= 0x0008 && little <= 0x0040 && (little & 1) === 0) {
    const tag = little * 0x10000 + (bytes[2]! | (bytes[3]! << 8));
    if (dictionaryVrCode(tag) === undefined) return false;
    return hasVr(bytes, 0) || (bytes[6] === 0 && bytes[7] === 0);
  }
  return big >= 0x0008 && big <= 0x0040 && hasVr(bytes, 0);
}

const syntaxOf = (littleEndian: boolean, explicitVR: boolean) => {
  if (!explicitVR) return TransferSyntaxes.ImplicitVRLittleEndian;
  return littleEndian ? TransferSyntaxes.ExplicitVRLittleEndian : TransferSyntaxes.ExplicitVRBigEndian;
};

/**
 * The transfer syntax of a data set whose first (up to) eight bytes are given. The declared one counts unless the bytes contradict
 * it in whether VRs are there; without a declared one the bytes tell.
 */
export function detectSyntax(
  first: Uint8Array,
  declared: string,
): { uid: string; littleEndian: boolean; explicitVR: boolean } {
  const known = transferSyntax(declared);
  const vrThere = first.length >= 8 && hasVr(first, 0);
  if (!known) {
    const littleEndian = !vrThere || bigGroup(first, 0) > 0xff || littleGroup(first, 0) <= 0xff;
    // One that is not registered has explicit VRs in little endian if it keeps to the standard (PS3.5 10)
    const explicitVR = first.length < 8 ? declared !== "" : vrThere;
    return { uid: declared || syntaxOf(littleEndian, explicitVR), littleEndian, explicitVR };
  }
  const asDeclared = { uid: declared, littleEndian: known.littleEndian, explicitVR: known.explicitVR };
  if (first.length < 8) return asDeclared;
  if (known.deflated) {
    const plain = vrThere && littleGroup(first, 0) <= 0x0010;
    return plain ? { ...asDeclared, uid: TransferSyntaxes.ExplicitVRLittleEndian } : asDeclared;
  }
  if (known.explicitVR === vrThere) return asDeclared;
  const sameSize = known.encapsulated ? declared : undefined;
  if (vrThere) return { uid: TransferSyntaxes.ExplicitVRLittleEndian, littleEndian: true, explicitVR: true };
  const group = littleGroup(first, 0);
  const tag = group * 0x10000 + (first[2]! | (first[3]! << 8));
  const isImplicit =
    known.littleEndian && dictionaryVrCode(tag) !== undefined && first[6] === 0 && first[7] === 0;
  if (!isImplicit || (first[4] === 0 && first[5] === 0)) return asDeclared;
  return { uid: sameSize ?? TransferSyntaxes.ImplicitVRLittleEndian, littleEndian: true, explicitVR: false };
}

/** The value representations of PS3.5 6.2, with what the parser and the writer have to know of each. */

export interface VrFacts {
  readonly name: string;
  /** 32 bit length after two reserved bytes in explicit VR (PS3.5 7.1.2). */
  readonly long: boolean;
  /** Bytes that are swapped together in big endian; 1 where none are. */
  readonly wordBytes: number;
  readonly kind: "text" | "number" | "bulk" | "tag" | "sequence";
  /** Converted by Specific Character Set (PS3.5 6.1.2.2). */
  readonly encoded: boolean;
  /** The backslash separates values. */
  readonly multiple: boolean;
  /** Leading spaces have no meaning either. */
  readonly trimStart: boolean;
  readonly pad: number;
}

const facts = (
  name: string,
  kind: VrFacts["kind"],
  flags: { long?: true; word?: number; encoded?: true; single?: true; trimStart?: true; pad?: number } = {},
): VrFacts => ({
  name,
  long: flags.long ?? false,
  wordBytes: flags.word ?? 1,
  kind,
  encoded: flags.encoded ?? false,
  multiple: !flags.single,
  trimStart: flags.trimStart ?? false,
  pad: flags.pad ?? (kind === "text" ? 0x20 : 0),
});

const all: readonly VrFacts[] = [
  facts("AE", "text", { trimStart: true }),
  facts("AS", "text", { trimStart: true }),
  facts("AT", "tag", { word: 2 }),
  facts("CS", "text", { trimStart: true }),
  facts("DA", "text", { trimStart: true }),
  facts("DS", "text", { trimStart: true }),
  facts("DT", "text", { trimStart: true }),
  facts("FD", "number", { word: 8 }),
  facts("FL", "number", { word: 4 }),
  facts("IS", "text", { trimStart: true }),
  facts("LO", "text", { encoded: true, trimStart: true }),
  facts("LT", "text", { encoded: true, single: true }),
  facts("OB", "bulk", { long: true }),
  facts("OD", "bulk", { long: true, word: 8 }),
  facts("OF", "bulk", { long: true, word: 4 }),
  facts("OL", "bulk", { long: true, word: 4 }),
  facts("OV", "bulk", { long: true, word: 8 }),
  facts("OW", "bulk", { long: true, word: 2 }),
  facts("PN", "text", { encoded: true, trimStart: true }),
  facts("SH", "text", { encoded: true, trimStart: true }),
  facts("SL", "number", { word: 4 }),
  facts("SQ", "sequence", { long: true }),
  facts("SS", "number", { word: 2 }),
  facts("ST", "text", { encoded: true, single: true }),
  facts("SV", "number", { long: true, word: 8 }),
  facts("TM", "text", { trimStart: true }),
  facts("UC", "text", { long: true, encoded: true }),
  facts("UI", "text", { trimStart: true, pad: 0 }),
  facts("UL", "number", { word: 4 }),
  facts("UN", "bulk", { long: true }),
  facts("UR", "text", { long: true, single: true }),
  facts("US", "number", { word: 2 }),
  facts("UT", "text", { long: true, encoded: true, single: true }),
  facts("UV", "number", { long: true, word: 8 }),
];

const byName = new Map(all.map((vr) => [vr.name, vr]));
const unknown = byName.get("UN")!;

/** Index in `vrTable` + 1 by the two bytes of a VR as a big endian number; 0 where there is no such VR. */
export const vrCodes = new Uint8Array(0x10000);
export const vrTable: readonly VrFacts[] = all;
all.forEach((vr, index) => {
  vrCodes[vr.name.charCodeAt(0) * 256 + vr.name.charCodeAt(1)] = index + 1;
});

/** Facts of a VR; those of UN for a VR that is not known. */
export const vrFacts = (name: string): VrFacts => byName.get(name) ?? unknown;

export const isVr = (name: string): boolean => byName.has(name);

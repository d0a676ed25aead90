import { deflateSync } from "fflate";
import { DicomError } from "../errors.ts";
import type { DataSet, Element } from "../model.ts";
import { formatTag } from "../tags.ts";
import { transferSyntax } from "../uids.ts";
import { vrFacts } from "../vr.ts";
import { ByteWriter } from "./byte-writer.ts";
import { swapped } from "./swap.ts";

const undefinedLength = 0xffffffff;

interface Target {
  readonly littleEndian: boolean;
  readonly explicitVR: boolean;
  readonly encapsulated: boolean;
}

const insideUnknown: Target = { littleEndian: true, explicitVR: false, encapsulated: false };

/**
 * A data set as bytes in a transfer syntax. Elements that were read keep their value bytes, their order and the kind of their lengths; values are
 * swapped where the byte order changes; odd values get their padding. Pixel Data stays as it is, so that a change between native and encapsulated
 * syntaxes is refused. Throws `DicomError` ("missing-value" for a deferred element).
 */
export function writeDataSet(set: DataSet, transferSyntaxUID: string): Uint8Array {
  const syntax = transferSyntax(transferSyntaxUID);
  if (!syntax)
    throw new DicomError("unknown-transfer-syntax", `transfer syntax ${transferSyntaxUID} is not known`);
  const writer = new ByteWriter(syntax.littleEndian);
  writeSet(writer, set, syntax, true);
  const bytes = writer.done();
  if (!syntax.deflated) return bytes;
  const deflated = deflateSync(bytes);
  if (deflated.length % 2 === 0) return deflated;
  // An odd stream is followed by a zero (PS3.5 A.5)
  const even = new Uint8Array(deflated.length + 1);
  even.set(deflated);
  return even;
}

/** A value that was not kept: its bytes go here, turned by words of `wordBytes` (1: as they are) and with `pad` behind them where they are odd. */
export interface Hole {
  readonly element: Element;
  readonly wordBytes: number;
  readonly pad: number;
}

class OutlineWriter extends ByteWriter {
  readonly holes: { at: number; hole: Hole }[] = [];

  hole(hole: Hole, bytes: number): void {
    this.holes.push({ at: this.length, hole });
    this.skipped += bytes;
  }
}

/**
 * As `writeDataSet`, with holes for the deferred values and without deflating: what is needed to write a data set of any size as a stream. The hole of an
 * encapsulated value holds its offset table and fragments; the delimiter follows it.
 */
export function outlineDataSet(set: DataSet, transferSyntaxUID: string): (Uint8Array | Hole)[] {
  const syntax = transferSyntax(transferSyntaxUID);
  if (!syntax)
    throw new DicomError("unknown-transfer-syntax", `transfer syntax ${transferSyntaxUID} is not known`);
  const writer = new OutlineWriter(syntax.littleEndian);
  writeSet(writer, set, syntax, true);
  const bytes = writer.done();
  let from = 0;
  const pieces = writer.holes.flatMap(({ at, hole }) => {
    const before = bytes.subarray(from, at);
    from = at;
    return [before, hole];
  });
  return [...pieces, bytes.subarray(from)];
}

function writeSet(writer: ByteWriter, set: DataSet, target: Target, isRoot: boolean): void {
  // Group lengths (retired) are of the syntax that the data set came in
  const sameForm = set.explicitVR === target.explicitVR;
  for (const element of set.elements.values()) {
    if (!sameForm && (element.tag & 0xffff) === 0 && element.tag !== 0) continue;
    writeElement(writer, set, element, target, isRoot);
  }
}

function writeElement(
  writer: ByteWriter,
  set: DataSet,
  element: Element,
  target: Target,
  isRoot: boolean,
): void {
  if (element.items !== null) {
    writeSequence(writer, element, target);
    return;
  }
  if (element.deferred && writer instanceof OutlineWriter) {
    writeHole(writer, set, element, target);
    return;
  }
  if (element.deferred || element.bulkDataUri !== null)
    throw new DicomError(
      "missing-value",
      `the value of ${formatTag(element.tag)} is not here`,
      element.offset,
    );
  if (element.fragments !== null) {
    writeEncapsulated(writer, set, element, target, isRoot);
    return;
  }
  if (isRoot && target.encapsulated && element.tag === 0x7fe00010 && element.size > 0)
    throw new DicomError(
      "invalid-value",
      "native Pixel Data cannot stand in an encapsulated transfer syntax",
    );
  const facts = vrFacts(element.vr);
  const value =
    set.littleEndian === target.littleEndian ? element.value : swapped(element.value, facts.wordBytes);
  const padded = value.length + (value.length & 1);
  writeHeader(writer, element, element.vr, padded, target);
  writer.put(value);
  if (padded > value.length) writer.u8(facts.pad);
}

function writeHole(writer: OutlineWriter, set: DataSet, element: Element, target: Target): void {
  const facts = vrFacts(element.vr);
  const wordBytes = set.littleEndian === target.littleEndian ? 1 : facts.wordBytes;
  const hole = { element, wordBytes, pad: facts.pad };
  if (element.fragments === null) {
    const padded = element.length + (element.length & 1);
    writeHeader(writer, element, element.vr, padded, target);
    writer.hole(hole, padded);
    return;
  }
  writeHeader(writer, element, element.vr, undefinedLength, target);
  writer.hole({ ...hole, wordBytes: 1 }, encapsulatedBytes(element));
  writeDelimiter(writer, target.littleEndian);
}

/** Of offset table and fragments with their headers. */
function encapsulatedBytes(element: Element): number {
  const last = element.fragments?.at(-1);
  if (last) return last.offset + last.length - element.offset;
  return 8 + (element.offsetTable?.length ?? 0);
}

function writeDelimiter(writer: ByteWriter, littleEndian: boolean): void {
  writer.u16(0xfffe, littleEndian);
  writer.u16(0xe0dd, littleEndian);
  writer.u32(0, littleEndian);
}

function writeHeader(writer: ByteWriter, element: Element, vr: string, length: number, target: Target): void {
  writer.u16(element.tag >>> 16, target.littleEndian);
  writer.u16(element.tag & 0xffff, target.littleEndian);
  if (!target.explicitVR) {
    writer.u32(length, target.littleEndian);
    return;
  }
  const short = !vrFacts(vr).long;
  // A value that is too long for the 16 bits of its VR goes as UN (PS3.5 6.2.2)
  const written = short && length > 0xfffe ? "UN" : vr;
  writer.u8(written.charCodeAt(0));
  writer.u8(written.charCodeAt(1));
  if (short && written === vr) {
    writer.u16(length, target.littleEndian);
    return;
  }
  writer.u16(0, target.littleEndian);
  writer.u32(length, target.littleEndian);
}

function writeSequence(writer: ByteWriter, element: Element, target: Target): void {
  const hasLength = element.length !== -1;
  // A sequence that came as UN stays one, implicit VR little endian inside (PS3.5 6.2.2)
  const inner = element.vr === "UN" && target.explicitVR ? insideUnknown : target;
  writeHeader(writer, element, element.vr, hasLength ? 0 : undefinedLength, target);
  const lengthAt = writer.length - 4;
  const from = writer.position;
  for (const item of element.items!) {
    writer.u16(0xfffe, inner.littleEndian);
    writer.u16(0xe000, inner.littleEndian);
    writer.u32(undefinedLength, inner.littleEndian);
    const itemLengthAt = writer.length - 4;
    const start = writer.position;
    writeSet(writer, item, inner, false);
    if (item.undefinedLength) {
      writer.u16(0xfffe, inner.littleEndian);
      writer.u16(0xe00d, inner.littleEndian);
      writer.u32(0, inner.littleEndian);
    } else writer.patch32(itemLengthAt, writer.position - start, inner.littleEndian);
  }
  if (hasLength) {
    writer.patch32(lengthAt, writer.position - from, target.littleEndian);
    return;
  }
  writeDelimiter(writer, inner.littleEndian);
}

function writeEncapsulated(
  writer: ByteWriter,
  set: DataSet,
  element: Element,
  target: Target,
  isRoot: boolean,
): void {
  if (isRoot && element.tag === 0x7fe00010 && !target.encapsulated)
    throw new DicomError("invalid-value", "encapsulated Pixel Data cannot stand in a native transfer syntax");
  if (set.littleEndian !== target.littleEndian)
    throw new DicomError(
      "invalid-value",
      `${formatTag(element.tag)} is encapsulated, which is little endian always`,
    );
  writeHeader(writer, element, element.vr, undefinedLength, target);
  writer.put(element.value);
}

import type { DataSet, Element, Piece } from "../model.ts";
import { vrFacts } from "../vr.ts";
import { ByteWriter } from "./byte-writer.ts";

/** Bytes, or a run of bytes to be taken from the source. */
export type LayoutPart = Uint8Array | Piece;

const undefinedLength = 0xffffffff;
const none = new Uint8Array(0);

/** What is written of a data set that refers to values in its source; runs of bytes are joined. */
class Layout {
  readonly parts: LayoutPart[] = [];
  length = 0;
  private writer: ByteWriter | null = null;

  bytes(little: boolean, write: (writer: ByteWriter) => void): void {
    this.writer ??= new ByteWriter(little, 256);
    const before = this.writer.length;
    write(this.writer);
    this.length += this.writer.length - before;
  }

  source(piece: Piece): void {
    this.flush();
    if (piece.length > 0) this.parts.push(piece);
    this.length += piece.length;
  }

  append(other: Layout): void {
    other.flush();
    for (const part of other.parts)
      if (part instanceof Uint8Array) this.bytes(true, (writer) => writer.put(part));
      else this.source(part);
  }

  flush(): void {
    if (this.writer && this.writer.length > 0) this.parts.push(this.writer.done());
    this.writer = null;
  }
}

/**
 * A data set as the bytes it is written with, in its own byte order and kind of VR: values that were left in the source (`deferred`) as runs of bytes of
 * the source, in ascending order where nothing was moved. So an object of any size is rewritten while only its header is held.
 */
export function layoutDataSet(set: DataSet): LayoutPart[] {
  const layout = layoutOf(set);
  layout.flush();
  return layout.parts;
}

function layoutOf(set: DataSet): Layout {
  const layout = new Layout();
  for (const element of set.elements.values()) putElement(layout, set, element);
  return layout;
}

function putElement(layout: Layout, set: DataSet, element: Element): void {
  if (element.items !== null) putSequence(layout, set, element);
  else if (element.fragments !== null) putFragments(layout, set, element);
  else if (element.deferred) {
    putHeader(layout, set, element, element.length + (element.length & 1));
    layout.source({ offset: element.offset, length: element.length });
    if (element.length & 1) layout.bytes(set.littleEndian, (writer) => writer.u8(vrFacts(element.vr).pad));
  } else {
    const { value } = element;
    putHeader(layout, set, element, value.length + (value.length & 1));
    layout.bytes(set.littleEndian, (writer) => {
      writer.put(value);
      if (value.length & 1) writer.u8(vrFacts(element.vr).pad);
    });
  }
}

function putHeader(layout: Layout, set: DataSet, element: Element, length: number): void {
  const { littleEndian: little, explicitVR } = set;
  layout.bytes(little, (writer) => {
    writer.u16(element.tag >>> 16, little);
    writer.u16(element.tag & 0xffff, little);
    if (!explicitVR) {
      writer.u32(length, little);
      return;
    }
    const short = !vrFacts(element.vr).long;
    const vr = short && length > 0xfffe ? "UN" : element.vr;
    writer.u8(vr.charCodeAt(0));
    writer.u8(vr.charCodeAt(1));
    writer.u16(short && vr === element.vr ? length : 0, little);
    if (!short || vr !== element.vr) writer.u32(length, little);
  });
}

function putDelimited(layout: Layout, little: boolean, element: number, length: number): void {
  layout.bytes(little, (writer) => {
    writer.u16(0xfffe, little);
    writer.u16(element, little);
    writer.u32(length, little);
  });
}

function putSequence(layout: Layout, set: DataSet, element: Element): void {
  const inner = new Layout();
  // Items of a sequence that came as UN are little endian always (PS3.5 6.2.2)
  const little = element.vr === "UN" ? true : set.littleEndian;
  for (const item of element.items!) {
    const body = layoutOf(item);
    putDelimited(inner, little, 0xe000, item.undefinedLength ? undefinedLength : body.length);
    inner.append(body);
    if (item.undefinedLength) putDelimited(inner, little, 0xe00d, 0);
  }
  const isUndefined = element.length === -1;
  putHeader(layout, set, element, isUndefined ? undefinedLength : inner.length);
  layout.append(inner);
  if (isUndefined) putDelimited(layout, little, 0xe0dd, 0);
}

function putFragments(layout: Layout, set: DataSet, element: Element): void {
  putHeader(layout, set, element, undefinedLength);
  const last = element.fragments!.at(-1);
  const table = element.offsetTable ?? none;
  if (element.source.length > 0) layout.bytes(set.littleEndian, (writer) => writer.put(element.value));
  else {
    const end = last ? last.offset + last.length : element.offset + 8 + table.length;
    if (element.offsetTable !== null) layout.source({ offset: element.offset, length: end - element.offset });
    putDelimited(layout, set.littleEndian, 0xe0dd, 0);
  }
}

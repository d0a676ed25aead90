import { DicomError } from "../errors.ts";
import { latin1Trimmed } from "../latin1.ts";
import type { Limits } from "../limits.ts";
import { type DataSet, dataSet, Element } from "../model.ts";
import { formatTag } from "../tags.ts";
import { Arena } from "./arena.ts";
import { type Frame, itemDelimiter, itemTag, Mode, sequenceDelimiter, undefinedLength } from "./frame.ts";
import { tagBig, tagLittle, u32, u32Big } from "./integers.ts";

const isPixelTag = (tag: number) => tag === 0x7fe00010 || tag === 0x7fe00008 || tag === 0x7fe00009;
const isExtendedOffsets = (tag: number) => tag === 0x7fe00001 || tag === 0x7fe00002;

/** What a parser knows of where it stands: the data sets, items and fragments around the next byte, and what they allow. */
export abstract class Structure {
  readonly limits: Limits;
  readonly whole: boolean;
  meta: DataSet | null = null;
  root: DataSet | null = null;
  /** The Pixel Data element of the data set itself. */
  pixelElement: Element | null = null;
  /** First four bytes of each fragment of Pixel Data, big endian, to tell where frames begin. */
  readonly heads: number[] = [];
  /** Of the next byte in the source. */
  position = 0;

  protected mode: Mode = Mode.start;
  /** Bytes that the next header needs. */
  protected need = 8;
  /** Of the value or fragment that is being read. */
  protected remaining = 0;
  protected pending: Element | null = null;
  protected readonly stack: Frame[] = [];
  protected frame: Frame | null = null;
  /** Where file meta information says that it ends. */
  protected metaEnd = Number.POSITIVE_INFINITY;
  /** Bytes of a fragment's head still to be noted. */
  protected headBytes = 0;
  /** Whole source: the bytes that are fed, and the position of their first one. */
  protected chunk: Uint8Array | null = null;
  protected base = 0;
  private readonly arena: Arena;
  private elements = 0;
  private items = 0;
  private fragments = 0;

  constructor(limits: Limits, whole: boolean) {
    this.limits = limits;
    this.whole = whole;
    this.arena = new Arena(limits.maxHeaderBytes);
  }

  protected push(frame: Omit<Frame, "lastTag" | "sorted">): void {
    const pushed: Frame = { ...frame, lastTag: -1, sorted: true };
    this.stack.push(pushed);
    this.frame = pushed;
    this.mode = frame.mode;
    this.need = 8;
  }

  protected openElement(tag: number, vr: string, length: number, header: number): number {
    if (++this.elements > this.limits.maxElements)
      throw new DicomError("too-many", `more than ${this.limits.maxElements} elements`, this.position);
    const frame = this.frame!;
    const offset = this.position + header;
    const isUndefined = length === undefinedLength;
    if (!isUndefined && offset + length > frame.bound)
      throw new DicomError(
        "lying-length",
        `${formatTag(tag)} is longer than what it stands in`,
        this.position,
      );
    this.position = offset;
    this.need = 8;
    const element = new Element(tag, vr, offset, isUndefined ? -1 : length);
    if (isUndefined || vr === "SQ") {
      this.put(frame, element);
      this.openNested(frame, element, vr, isUndefined ? Number.POSITIVE_INFINITY : offset + length);
      return header;
    }
    this.openValue(frame, element, length);
    return header;
  }

  private openNested(frame: Frame, element: Element, vr: string, end: number): void {
    const bound = Math.min(end, frame.bound);
    // Pixel Data of undefined length is encapsulated, by whatever VR a writer calls it
    const isPixels = this.stack.length === 1 && frame.set === this.root && isPixelTag(element.tag);
    if (vr === "SQ" || (vr === "UN" && !isPixels)) {
      if (this.stack.length > this.limits.maxDepth * 2)
        throw new DicomError(
          "too-deep",
          `more than ${this.limits.maxDepth} sequences within each other`,
          this.position,
        );
      element.items = [];
      // A sequence that someone did not know and wrote as UN is implicit VR little endian inside (PS3.5 6.2.2); an item that is not says so itself
      const set = vr === "UN" ? { ...frame.set, littleEndian: true, explicitVR: false } : frame.set;
      this.push({ mode: Mode.item, set, element, end, bound });
      this.closeEnded();
      return;
    }
    if (vr !== "OB" && vr !== "OW" && !isPixels)
      throw new DicomError(
        "lying-length",
        `${formatTag(element.tag)} of VR ${vr} has no length`,
        this.position,
      );
    element.fragments = [];
    if (isPixels) this.setPixelElement(element);
    if (!this.whole) element.deferred = true;
    this.push({ mode: Mode.fragment, set: frame.set, element, end, bound });
  }

  private setPixelElement(element: Element): void {
    if (this.pixelElement === null && this.frame!.set === this.root) this.pixelElement = element;
  }

  private openValue(frame: Frame, element: Element, length: number): void {
    this.put(frame, element);
    const atRoot = this.stack.length === 1;
    const isPixels = atRoot && isPixelTag(element.tag);
    if (isPixels) this.setPixelElement(element);
    this.remaining = length;
    this.pending = element;
    if (length === 0) {
      this.valueEnded();
      return;
    }
    if (this.whole) {
      this.mode = Mode.value;
      return;
    }
    const limit =
      atRoot && isExtendedOffsets(element.tag) ? this.limits.maxFrames * 8 : this.limits.maxValueBytes;
    if (isPixels || length > limit) {
      element.deferred = true;
      this.mode = Mode.skip;
      return;
    }
    this.arena.reserve(element, length, this.position);
    this.mode = Mode.value;
  }

  private put(frame: Frame, element: Element): void {
    const tag = element.tag;
    // An attribute may come once (PS3.5 7.1); of several the first one counts
    if (tag > frame.lastTag) frame.lastTag = tag;
    else if (frame.set.elements.has(tag)) return;
    else frame.sorted = false;
    frame.set.elements.set(tag, element);
  }

  protected valueEnded(): void {
    const frame = this.frame!;
    const element = this.pending;
    this.pending = null;
    this.headBytes = 0;
    this.mode = frame.mode;
    this.need = 8;
    if (element === null) return;
    if (frame.mode === Mode.fragment) {
      frame.element!.offsetTable = element.value;
      return;
    }
    if (element.tag === 0x00080005 && frame.set.elements.get(element.tag) === element) {
      const sets = latin1Trimmed(element.value).split("\\");
      frame.set.characterSets = sets.length === 1 && sets[0] === "" ? [] : sets.map((name) => name.trim());
    } else if (element.tag === 0x00020000 && frame.set === this.meta && element.size === 4)
      this.metaEnd =
        this.position + (frame.set.littleEndian ? u32(element.value, 0) : u32Big(element.value, 0));
    this.closeEnded();
  }

  /** Closes every item and sequence of defined length that ends here. */
  protected closeEnded(): void {
    let frame = this.frame!;
    while (frame.end === this.position && this.stack.length > 1) {
      this.pop();
      frame = this.frame!;
    }
    if (frame.end - this.position < 8)
      throw new DicomError("lying-length", "a sequence or item ends within an element", this.position);
  }

  private pop(): void {
    const closed = this.stack.pop()!;
    if (closed.mode === Mode.element) this.closeSet(closed);
    else if (this.chunk !== null && closed.element) {
      closed.element.source = this.chunk;
      closed.element.start = closed.element.offset - this.base;
      closed.element.size = this.position - closed.element.offset;
    }
    this.frame = this.stack[this.stack.length - 1]!;
    this.mode = this.frame.mode;
    this.need = 8;
  }

  protected closeSet(frame: Frame): void {
    if (!frame.sorted) frame.set.elements = new Map([...frame.set.elements].sort((a, b) => a[0] - b[0]));
  }

  /** A delimiter where an element was expected. */
  protected readDelimiter(tag: number, length: number): number {
    const frame = this.frame!;
    if (tag === itemDelimiter && this.stack.length > 1) {
      this.position += 8;
      if (length !== 0) throw new DicomError("bad-structure", "a delimiter with a length", this.position - 8);
      // Some write a delimiter after items of defined length too: it says nothing there
      if (frame.end === Number.POSITIVE_INFINITY) this.pop();
      this.closeEnded();
      return 8;
    }
    if (tag === sequenceDelimiter && this.stack.length > 1 && frame.end === Number.POSITIVE_INFINITY) {
      this.pop();
      return 0;
    }
    throw new DicomError("bad-structure", `${formatTag(tag)} does not belong here`, this.position);
  }

  protected readItem(bytes: Uint8Array, at: number): number {
    const frame = this.frame!;
    const little = frame.set.littleEndian;
    const tag = little ? tagLittle(bytes, at) : tagBig(bytes, at);
    const length = little ? u32(bytes, at + 4) : u32Big(bytes, at + 4);
    const start = this.position;
    this.position += 8;
    if (tag === sequenceDelimiter) {
      if (frame.end !== Number.POSITIVE_INFINITY && frame.end !== this.position)
        throw new DicomError("bad-structure", "a sequence of defined length has a delimiter inside", start);
      this.pop();
      this.closeEnded();
      return 8;
    }
    if (tag === itemDelimiter && length === 0) {
      this.closeEnded();
      return 8;
    }
    if (tag !== itemTag)
      throw new DicomError("bad-structure", `${formatTag(tag)} where an item was expected`, start);
    if (++this.items > this.limits.maxItems)
      throw new DicomError("too-many", `more than ${this.limits.maxItems} items`, start);
    const end = length === undefinedLength ? Number.POSITIVE_INFINITY : this.position + length;
    if (end !== Number.POSITIVE_INFINITY && end > frame.bound)
      throw new DicomError("lying-length", "an item is longer than its sequence", start);
    const set = dataSet(little, frame.set.explicitVR, frame.set.characterSets);
    set.undefinedLength = length === undefinedLength;
    frame.element!.items!.push(set);
    this.push({ mode: Mode.element, set, element: frame.element, end, bound: Math.min(end, frame.bound) });
    this.closeEnded();
    return 8;
  }

  protected readFragment(bytes: Uint8Array, at: number): number {
    const frame = this.frame!;
    const element = frame.element!;
    const little = frame.set.littleEndian;
    const tag = little ? tagLittle(bytes, at) : tagBig(bytes, at);
    const length = little ? u32(bytes, at + 4) : u32Big(bytes, at + 4);
    const start = this.position;
    this.position += 8;
    if (tag === sequenceDelimiter) {
      this.pop();
      this.closeEnded();
      return 8;
    }
    if (tag !== itemTag || length === undefinedLength)
      throw new DicomError("bad-structure", "no fragment where one was expected", start);
    if (this.position + length > frame.bound)
      throw new DicomError("lying-length", "a fragment is longer than what it stands in", start);
    this.remaining = length;
    if (element.offsetTable === null) this.openOffsetTable(length, start);
    else {
      if (++this.fragments > this.limits.maxFragments)
        throw new DicomError("too-many", `more than ${this.limits.maxFragments} fragments`, start);
      element.fragments!.push({ offset: this.position, length });
      if (element === this.pixelElement) {
        this.heads.push(0);
        this.headBytes = Math.min(4, length);
      }
      this.mode = Mode.skip;
      if (length === 0) this.valueEnded();
    }
    return 8;
  }

  private openOffsetTable(length: number, start: number): void {
    if (length > this.limits.maxFrames * 4)
      throw new DicomError("too-long", "the offset table is too long", start);
    const table = new Element(itemTag, "OL", this.position, length);
    this.pending = table;
    if (length === 0) {
      this.valueEnded();
      return;
    }
    if (!this.whole) this.arena.reserve(table, length, start);
    this.mode = Mode.value;
  }
}

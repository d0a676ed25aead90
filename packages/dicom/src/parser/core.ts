import { DicomError } from "../errors.ts";
import { latin1Trimmed } from "../latin1.ts";
import type { Limits } from "../limits.ts";
import { type DataSet, dataSet, Element } from "../model.ts";
import { formatTag } from "../tags.ts";
import { transferSyntax } from "../uids.ts";
import { vrCodes, vrTable } from "../vr.ts";
import { Arena } from "./arena.ts";
import { hasPlaceholderVr, implicitVr, unreadableVrForm } from "./implicit-vr.ts";
import { detectSyntax, locateStart } from "./start.ts";

const undefinedLength = 0xffffffff;
const itemTag = 0xfffee000;
const itemDelimiter = 0xfffee00d;
const sequenceDelimiter = 0xfffee0dd;

/** What the next bytes are. */
const Mode = {
  start: 0,
  syntax: 1,
  element: 2,
  item: 3,
  fragment: 4,
  value: 5,
  skip: 6,
  deflated: 7,
  padding: 8,
} as const;
type Mode = (typeof Mode)[keyof typeof Mode];

interface Frame {
  readonly mode: Mode;
  /** The data set being filled, or the one that the sequence or the fragments stand in. */
  readonly set: DataSet;
  readonly element: Element | null;
  /** Where it ends; infinite where a delimiter tells. */
  readonly end: number;
  /** Where it has to have ended. */
  readonly bound: number;
  lastTag: number;
  sorted: boolean;
}

const isPixelTag = (tag: number) => tag === 0x7fe00010 || tag === 0x7fe00008 || tag === 0x7fe00009;
const isExtendedOffsets = (tag: number) => tag === 0x7fe00001 || tag === 0x7fe00002;

/**
 * The one parser, fed with the whole source at once (values are then views of it) or with chunks (values up to a limit are
 * then copied). It needs at most twelve bytes at a time and keeps nothing else of a chunk.
 */
export class ParserCore {
  readonly limits: Limits;
  readonly whole: boolean;
  meta: DataSet | null = null;
  root: DataSet | null = null;
  rootOffset = 0;
  private declared: string;
  transferSyntaxUID = "";
  deflated = false;
  /** The Pixel Data element of the data set itself. */
  pixelElement: Element | null = null;
  /** First four bytes of each fragment of Pixel Data, big endian, to tell where frames begin. */
  readonly heads: number[] = [];
  position = 0;

  private mode: Mode = Mode.start;
  private need = 8;
  private readonly carry = new Uint8Array(160);
  private carryLength = 0;
  private remaining = 0;
  private pending: Element | null = null;
  private readonly stack: Frame[] = [];
  private frame: Frame | null = null;
  private readonly arena: Arena;
  private metaEnd = Number.POSITIVE_INFINITY;
  private elements = 0;
  private items = 0;
  private fragments = 0;
  private headBytes = 0;
  /** Whole source: the bytes that are fed, and the position of their first one. */
  private chunk: Uint8Array | null = null;
  private base = 0;

  constructor(limits: Limits, whole: boolean, bareSyntax: string | undefined) {
    this.limits = limits;
    this.whole = whole;
    this.declared = bareSyntax ?? "";
    this.arena = new Arena(limits.maxHeaderBytes);
    if (bareSyntax !== undefined) this.mode = Mode.syntax;
    else this.need = 140;
  }

  /** Whether the rest of the source is deflated and has to be fed inflated. */
  get wantsInflated(): boolean {
    return this.mode === Mode.deflated;
  }

  /** Bytes already taken that belong to the deflated stream. */
  takeCarry(): Uint8Array {
    const bytes = this.carry.slice(0, this.carryLength);
    this.carryLength = 0;
    return bytes;
  }

  beginInflated(): void {
    this.deflated = true;
    this.openRoot(true, true);
  }

  /** Takes a chunk; returns how much of it was used, which is less only where a deflated data set begins. */
  feed(chunk: Uint8Array): number {
    const end = chunk.length;
    let at = 0;
    if (this.whole) {
      this.chunk = chunk;
      this.base = this.position;
    }
    while (true) {
      switch (this.mode) {
        case Mode.value:
          at = this.collect(chunk, at);
          if (this.remaining > 0) return end;
          continue;
        case Mode.skip:
          at = this.skip(chunk, at);
          if (this.remaining > 0) return end;
          continue;
        case Mode.deflated:
          return at;
        case Mode.padding:
          this.checkPadding(chunk, at);
          return end;
        default:
      }
      if (this.carryLength > 0) {
        const take = Math.min(this.need - this.carryLength, end - at);
        if (take > 0) {
          this.carry.set(chunk.subarray(at, at + take), this.carryLength);
          this.carryLength += take;
          at += take;
        }
        if (this.carryLength < this.need) return end;
        if ((this.mode as Mode) === Mode.start) {
          // Once, and for the first bytes alone: what was looked at goes in front of what is left
          const joined = new Uint8Array(this.carryLength + end - at);
          joined.set(this.carry.subarray(0, this.carryLength));
          joined.set(chunk.subarray(at), this.carryLength);
          this.carryLength = 0;
          const start = this.begin(joined);
          const used = start + this.feed(joined.subarray(start));
          return Math.max(0, end - (joined.length - used));
        }
        if (this.step(this.carry, 0, this.carryLength) > 0) this.carryLength = 0;
      } else {
        if (end - at < this.need) {
          this.carry.set(chunk.subarray(at));
          this.carryLength = end - at;
          return end;
        }
        if ((this.mode as Mode) === Mode.start) at = this.begin(chunk);
        else at += this.step(chunk, at, end);
      }
    }
  }

  /** Says that the source ends here. */
  finish(): void {
    if (this.mode === Mode.start) {
      const rest = this.takeCarry();
      this.need = 8;
      const start = this.begin(rest);
      this.feed(rest.subarray(start));
    }
    if (this.mode === Mode.syntax)
      this.openRoot(...this.chosenSyntax(this.carry.subarray(0, this.carryLength)));
    if (this.mode === Mode.deflated)
      throw new DicomError("truncated", "the deflated data set is missing", this.position);
    if ((this.mode === Mode.value || this.mode === Mode.skip) && this.remaining > 0)
      throw new DicomError(
        "truncated",
        `the source ends ${this.remaining} bytes before a value does`,
        this.position,
      );
    if (this.root === null) throw new DicomError("truncated", "there is no data set", this.position);
    if (this.stack.length > 1)
      throw new DicomError("truncated", "the source ends within a sequence", this.position);
    for (let i = 0; i < this.carryLength; i++)
      if (this.carry[i] !== 0)
        throw new DicomError("truncated", "the source ends within an element", this.position);
    this.position += this.carryLength;
    this.carryLength = 0;
    this.closeSet(this.frame!);
  }

  private begin(bytes: Uint8Array): number {
    const start = locateStart(bytes);
    this.position = start.offset;
    this.need = 8;
    if (start.meta) {
      const set = dataSet(start.littleEndian, true);
      this.meta = set;
      this.push({
        mode: Mode.element,
        set,
        element: null,
        end: Number.POSITIVE_INFINITY,
        bound: Number.POSITIVE_INFINITY,
      });
    } else this.mode = Mode.syntax;
    return start.offset;
  }

  private push(frame: Omit<Frame, "lastTag" | "sorted">): void {
    const pushed: Frame = { ...frame, lastTag: -1, sorted: true };
    this.stack.push(pushed);
    this.frame = pushed;
    this.mode = frame.mode;
    this.need = 8;
  }

  /** Reads one header. Returns the bytes used: none where more are needed or only the mode has changed. */
  private step(bytes: Uint8Array, at: number, end: number): number {
    if (this.mode === Mode.element) return this.readElement(bytes, at, end);
    if (this.mode === Mode.item) return this.readItem(bytes, at);
    if (this.mode === Mode.fragment) return this.readFragment(bytes, at);
    const [littleEndian, explicitVR] = this.chosenSyntax(bytes.subarray(at, at + 8));
    if (transferSyntax(this.transferSyntaxUID)?.deflated) {
      this.rootOffset = this.position;
      this.mode = Mode.deflated;
    } else this.openRoot(littleEndian, explicitVR);
    return 0;
  }

  private chosenSyntax(first: Uint8Array): [littleEndian: boolean, explicitVR: boolean] {
    const found = detectSyntax(first, this.declared);
    this.transferSyntaxUID = found.uid;
    return [found.littleEndian, found.explicitVR];
  }

  private openRoot(littleEndian: boolean, explicitVR: boolean): void {
    this.root = dataSet(littleEndian, explicitVR);
    this.rootOffset = this.position;
    this.stack.length = 0;
    const end = Number.POSITIVE_INFINITY;
    this.push({ mode: Mode.element, set: this.root, element: null, end, bound: end });
  }

  private leaveMeta(): void {
    this.closeSet(this.frame!);
    const uid = this.meta!.elements.get(0x00020010);
    this.declared = uid ? latin1Trimmed(uid.value) : "";
    this.stack.length = 0;
    this.frame = null;
    this.mode = Mode.syntax;
    this.need = 8;
  }

  private readElement(bytes: Uint8Array, at: number, end: number): number {
    const frame = this.frame!;
    const set = frame.set;
    const little = set.littleEndian;
    const tag = little ? tagLittle(bytes, at) : tagBig(bytes, at);
    if (tag >= itemTag && tag <= 0xfffeffff)
      return this.readDelimiter(tag, little ? u32(bytes, at + 4) : u32Big(bytes, at + 4));
    if (set === this.meta) {
      if (tag >>> 16 !== 2 || (this.position >= this.metaEnd && this.metaDeflates())) {
        this.leaveMeta();
        return 0;
      }
      if (this.position > this.limits.maxMetaBytes)
        throw new DicomError("too-long", "the file meta information has no end", this.position);
    } else if (tag === 0 && frame.element === null && set.elements.size > 0) {
      this.mode = Mode.padding;
      return 0;
    }
    if (!set.explicitVR) {
      const length = little ? u32(bytes, at + 4) : u32Big(bytes, at + 4);
      return this.openElement(tag, implicitVr(tag, this.stack, length === undefinedLength), length, 8);
    }
    const code = vrCodes[bytes[at + 4]! * 256 + bytes[at + 5]!]!;
    if (code === 0) return this.readUnreadableVr(bytes, at, end, tag);
    const vr = vrTable[code - 1]!;
    if (!vr.long) {
      const length = little ? bytes[at + 6]! | (bytes[at + 7]! << 8) : (bytes[at + 6]! << 8) | bytes[at + 7]!;
      return this.openElement(tag, vr.name, length, 8);
    }
    if (end - at < 12) {
      this.need = 12;
      return 0;
    }
    return this.openElement(tag, vr.name, little ? u32(bytes, at + 8) : u32Big(bytes, at + 8), 12);
  }

  private readUnreadableVr(bytes: Uint8Array, at: number, end: number, tag: number): number {
    const little = this.frame!.set.littleEndian;
    const form = unreadableVrForm(bytes, at, little, tag);
    if (form === null)
      throw new DicomError("invalid-vr", `${formatTag(tag)} has no readable VR`, this.position);
    if (form === "long" && end - at < 12) {
      this.need = 12;
      return 0;
    }
    const at16 = little ? bytes[at + 6]! | (bytes[at + 7]! << 8) : (bytes[at + 6]! << 8) | bytes[at + 7]!;
    const position = form === "long" ? at + 8 : at + 4;
    const length = form === "short" ? at16 : little ? u32(bytes, position) : u32Big(bytes, position);
    const vr =
      form === "long" || hasPlaceholderVr(bytes, at)
        ? "UN"
        : implicitVr(tag, this.stack, length === undefinedLength);
    return this.openElement(tag, vr, length, form === "long" ? 12 : 8);
  }

  private metaDeflates(): boolean {
    const uid = this.meta!.elements.get(0x00020010);
    return uid !== undefined && transferSyntax(latin1Trimmed(uid.value))?.deflated === true;
  }

  private openElement(tag: number, vr: string, length: number, header: number): number {
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
    if (vr === "SQ" || vr === "UN") {
      if (this.stack.length > this.limits.maxDepth * 2)
        throw new DicomError(
          "too-deep",
          `more than ${this.limits.maxDepth} sequences within each other`,
          this.position,
        );
      element.items = [];
      // A sequence that someone did not know and wrote as UN is implicit VR little endian inside (PS3.5 6.2.2)
      const set = vr === "UN" ? { ...frame.set, littleEndian: true, explicitVR: false } : frame.set;
      this.push({ mode: Mode.item, set, element, end, bound });
      this.closeEnded();
      return;
    }
    if (vr !== "OB" && vr !== "OW")
      throw new DicomError(
        "lying-length",
        `${formatTag(element.tag)} of VR ${vr} has no length`,
        this.position,
      );
    element.fragments = [];
    if (this.stack.length === 1 && isPixelTag(element.tag)) this.setPixelElement(element);
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

  private collect(chunk: Uint8Array, at: number): number {
    const element = this.pending!;
    const take = Math.min(this.remaining, chunk.length - at);
    if (this.whole) {
      // What is too short ends in an error, and nobody sees the element
      element.source = chunk;
      element.start = at;
      element.size = take;
    } else {
      element.source.set(chunk.subarray(at, at + take), element.start + element.size);
      element.size += take;
    }
    this.remaining -= take;
    this.position += take;
    if (this.remaining === 0) this.valueEnded();
    return at + take;
  }

  private skip(chunk: Uint8Array, at: number): number {
    const take = Math.min(this.remaining, chunk.length - at);
    if (this.headBytes > 0) {
      const last = this.heads.length - 1;
      for (let i = at; i < at + take && this.headBytes > 0; i++, this.headBytes--)
        this.heads[last] = this.heads[last]! * 256 + chunk[i]!;
    }
    this.remaining -= take;
    this.position += take;
    if (this.remaining === 0) this.valueEnded();
    return at + take;
  }

  private valueEnded(): void {
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
  private closeEnded(): void {
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

  private closeSet(frame: Frame): void {
    if (!frame.sorted) frame.set.elements = new Map([...frame.set.elements].sort((a, b) => a[0] - b[0]));
  }

  /** A delimiter where an element was expected. */
  private readDelimiter(tag: number, length: number): number {
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

  private readItem(bytes: Uint8Array, at: number): number {
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

  private readFragment(bytes: Uint8Array, at: number): number {
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

  /** What follows the last element has to be zeros. */
  private checkPadding(chunk: Uint8Array, at: number): void {
    for (let i = 0; i < this.carryLength; i++)
      if (this.carry[i] !== 0)
        throw new DicomError("bad-structure", "no element after the last one", this.position);
    this.position += this.carryLength;
    this.carryLength = 0;
    for (let i = at; i < chunk.length; i++)
      if (chunk[i] !== 0)
        throw new DicomError("bad-structure", "no element after the last one", this.position + i - at);
    this.position += chunk.length - at;
  }
}

const u32 = (b: Uint8Array, at: number) =>
  (b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)) >>> 0;
const u32Big = (b: Uint8Array, at: number) =>
  (b[at + 3]! | (b[at + 2]! << 8) | (b[at + 1]! << 16) | (b[at]! << 24)) >>> 0;
const tagLittle = (b: Uint8Array, at: number) =>
  ((b[at + 1]! << 24) | (b[at]! << 16) | (b[at + 3]! << 8) | b[at + 2]!) >>> 0;
const tagBig = (b: Uint8Array, at: number) =>
  ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;

import { DicomError } from "../errors.ts";
import { latin1Trimmed } from "../latin1.ts";
import type { Limits } from "../limits.ts";
import { dataSet } from "../model.ts";
import { formatTag } from "../tags.ts";
import { transferSyntax } from "../uids.ts";
import { vrCodes, vrTable } from "../vr.ts";
import { itemTag, Mode, undefinedLength } from "./frame.ts";
import { hasPlaceholderVr, implicitVr, unreadableVrForm } from "./implicit-vr.ts";
import { tagBig, tagLittle, u16, u16Big, u32, u32Big } from "./integers.ts";
import { detectSyntax, hasVr, locateStart } from "./start.ts";
import { Structure } from "./structure.ts";

/**
 * The one parser, fed with the whole source at once (values are then views of it) or with chunks (values up to a limit are
 * then copied). It needs at most twelve bytes at a time and keeps nothing else of a chunk.
 */
export class ParserCore extends Structure {
  rootOffset = 0;
  transferSyntaxUID = "";
  deflated = false;
  private declared: string;
  private readonly carry = new Uint8Array(160);
  private carryLength = 0;

  constructor(limits: Limits, whole: boolean, bareSyntax: string | undefined) {
    super(limits, whole);
    this.declared = bareSyntax ?? "";
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
          return this.unused(joined, used, end);
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

  /** Where in the last chunk, of `length` bytes, what was not used begins; what came before the chunk is carried on. */
  private unused(joined: Uint8Array, used: number, length: number): number {
    const earlier = joined.length - length - used;
    if (earlier <= 0 || this.mode !== Mode.deflated) return Math.min(length, -earlier);
    this.carry.set(joined.subarray(used, used + earlier));
    this.carryLength = earlier;
    return 0;
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
    if (!set.explicitVR && frame.element?.vr === "UN" && set.elements.size === 0)
      set.explicitVR = this.root?.explicitVR === true && hasVr(bytes, at);
    if (!set.explicitVR) {
      const length = little ? u32(bytes, at + 4) : u32Big(bytes, at + 4);
      return this.openElement(tag, implicitVr(tag, this.stack, length === undefinedLength), length, 8);
    }
    const code = vrCodes[bytes[at + 4]! * 256 + bytes[at + 5]!]!;
    if (code === 0) return this.readUnreadableVr(bytes, at, end, tag);
    const vr = vrTable[code - 1]!;
    if (!vr.long) {
      const length = little ? u16(bytes, at + 6) : u16Big(bytes, at + 6);
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
    // File meta information has had the same VRs ever since
    if (
      form === null ||
      (form !== "implicit" && this.frame!.set === this.meta && !hasPlaceholderVr(bytes, at))
    )
      throw new DicomError("invalid-vr", `${formatTag(tag)} has no readable VR`, this.position);
    if (form === "long" && end - at < 12) {
      this.need = 12;
      return 0;
    }
    const at16 = little ? u16(bytes, at + 6) : u16Big(bytes, at + 6);
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

  /** What follows the last element has to be zeros. */
  private checkPadding(chunk: Uint8Array, at: number): void {
    this.checkZeros(this.carry.subarray(0, this.carryLength));
    this.carryLength = 0;
    this.checkZeros(chunk.subarray(at));
  }

  private checkZeros(bytes: Uint8Array): void {
    const wrong = bytes.findIndex((byte) => byte !== 0);
    if (wrong >= 0)
      throw new DicomError("bad-structure", "no element after the last one", this.position + wrong);
    this.position += bytes.length;
  }
}

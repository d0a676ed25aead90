import { ImagingError } from "./errors.ts";
import type { FrameDescription } from "./frame.ts";
import type { LookupTable } from "./lookup-table.ts";
import type { Presentation } from "./presentation.ts";
import { sampleReader } from "./samples.ts";
import type { Window } from "./window.ts";

/** Turns a value in the modality's units into a grey level from 0 to 255, not yet rounded. */
type Voi = (value: number) => number;

/** PS3.3 C.11.2.1.2.1 (LINEAR), C.11.2.1.3.2 (LINEAR_EXACT), C.11.2.1.3.1 (SIGMOID). */
export function windowing(window: Omit<Window, "explanation">): Voi {
  const { center, width } = window;
  if (window.function === "SIGMOID") return (value) => 255 / (1 + Math.exp((-4 * (value - center)) / width));
  const exact = window.function === "LINEAR_EXACT";
  const middle = exact ? center : center - 0.5;
  const span = exact ? width : width - 1;
  const low = middle - span / 2;
  const high = middle + span / 2;
  return (value) => (value <= low ? 0 : value > high ? 255 : ((value - middle) / span + 0.5) * 255);
}

function lookup(table: LookupTable, value: number): number {
  const last = table.entries.length - 1;
  const index = Math.min(Math.max(Math.round(value - table.first), 0), last);
  return table.entries[index]!;
}

function throughLut(table: LookupTable): Voi {
  const maximum = 2 ** table.bits - 1;
  return (value) => (Math.min(lookup(table, value), maximum) / maximum) * 255;
}

function modality(presentation: Presentation): (stored: number) => number {
  const { modalityLut, rescale } = presentation;
  if (modalityLut) return (stored) => lookup(modalityLut, stored);
  const { slope, intercept } = rescale;
  return (stored) => stored * slope + intercept;
}

/** What the whole range of values maps to where the object names no window. */
function spread(low: number, high: number): Voi {
  const span = high - low;
  return (value) => (span > 0 ? Math.min(Math.max((value - low) / span, 0), 1) * 255 : value > 0 ? 255 : 0);
}

interface Range {
  low: number;
  high: number;
}

/**
 * The VOI transformation: the window asked for, else the object's first window, else its first VOI LUT, else the range of the frame's
 * values. Frames of up to 8 bits without any are pictures made for a screen and keep their whole range.
 */
function chooseVoi(
  description: FrameDescription,
  presentation: Presentation,
  asked: Omit<Window, "explanation"> | null,
  rangeOfFrame: () => Range,
): Voi {
  const window = asked ?? presentation.windows[0];
  if (window) return windowing(window);
  const table = presentation.voiLuts[0];
  if (table) return throughLut(table);
  const { bitsStored, floatingPoint, pixelRepresentation } = description;
  if (bitsStored <= 8 && !floatingPoint && !presentation.modalityLut) {
    const lowest = pixelRepresentation === 1 ? -(2 ** (bitsStored - 1)) : 0;
    const transform = modality(presentation);
    const ends = [transform(lowest), transform(lowest + 2 ** bitsStored - 1)];
    return spread(Math.min(...ends), Math.max(...ends));
  }
  const { low, high } = rangeOfFrame();
  return spread(low, high);
}

function isPadding(presentation: Presentation, stored: number): boolean {
  const { padding } = presentation;
  return padding !== null && stored >= padding.from && stored <= padding.to;
}

/** The stored value that a cell of up to 16 bits holds. */
function storedValues(description: FrameDescription): Int32Array {
  const { bitsAllocated, bitsStored, highBit, pixelRepresentation } = description;
  const shift = highBit + 1 - bitsStored;
  const mask = 2 ** bitsStored - 1;
  const sign = pixelRepresentation === 1 ? 2 ** (bitsStored - 1) : 0;
  const values = new Int32Array(2 ** bitsAllocated);
  for (let cell = 0; cell < values.length; cell++) {
    const value = (cell >> shift) & mask;
    values[cell] = value & sign ? value - mask - 1 : value;
  }
  return values;
}

/** Which cells occur: of them alone the range is taken, and the table computed. */
function cellsOf(cells: Uint8Array | Uint16Array, size: number): Uint8Array {
  const occurs = new Uint8Array(size);
  for (let i = 0; i < cells.length; i++) occurs[cells[i]!] = 1;
  return occurs;
}

/** Tables of the frames before, the last one last: slices of a series mostly share one. */
const keptTables = new Map<string, Uint8ClampedArray>();
const maxKeptTables = 8;

/** The table that a window and a linear scale make, whatever the frame holds; null where its level depends on more than that. */
function windowTable(
  description: FrameDescription,
  presentation: Presentation,
  asked: Omit<Window, "explanation"> | null,
): Uint8ClampedArray | null {
  const window = asked ?? presentation.windows[0];
  if (!window || presentation.modalityLut) return null;
  const { bitsAllocated, bitsStored, highBit, pixelRepresentation } = description;
  const { rescale, inverse, padding } = presentation;
  const key = [
    ...[bitsAllocated, bitsStored, highBit, pixelRepresentation],
    ...[rescale.slope, rescale.intercept, inverse, padding?.from, padding?.to],
    ...[window.center, window.width, window.function],
  ].join(" ");
  const table =
    keptTables.get(key) ?? levelsOf(storedValues(description), presentation, windowing(window), null);
  keptTables.delete(key);
  keptTables.set(key, table);
  if (keptTables.size > maxKeptTables) keptTables.delete(keptTables.keys().next().value!);
  return table;
}

/** The grey level of each cell; padding, and what does not occur, is black. */
function levelsOf(
  stored: Int32Array,
  presentation: Presentation,
  voi: Voi,
  occurs: Uint8Array | null,
): Uint8ClampedArray {
  const transform = modality(presentation);
  const table = new Uint8ClampedArray(stored.length);
  for (let cell = 0; cell < stored.length; cell++) {
    if ((occurs && !occurs[cell]) || isPadding(presentation, stored[cell]!)) continue;
    const level = voi(transform(stored[cell]!));
    table[cell] = presentation.inverse ? 255 - level : level;
  }
  return table;
}

/** The table of a frame that has to be looked at for it. */
function frameTable(
  description: FrameDescription,
  presentation: Presentation,
  cells: Uint8Array | Uint16Array,
  asked: Omit<Window, "explanation"> | null,
): Uint8ClampedArray {
  const stored = storedValues(description);
  const occurs = cellsOf(cells, stored.length);
  const transform = modality(presentation);
  const rangeOfFrame = () => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let cell = 0; cell < stored.length; cell++) {
      if (!occurs[cell] || isPadding(presentation, stored[cell]!)) continue;
      const value = transform(stored[cell]!);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return { low, high };
  };
  const voi = chooseVoi(description, presentation, asked, rangeOfFrame);
  return levelsOf(stored, presentation, voi, occurs);
}

/** Frames of up to 16 bits: one table from cell to grey level, then one pass over the pixels. */
function throughTable(
  description: FrameDescription,
  presentation: Presentation,
  cells: Uint8Array | Uint16Array,
  asked: Omit<Window, "explanation"> | null,
): Uint8Array {
  const table =
    windowTable(description, presentation, asked) ?? frameTable(description, presentation, cells, asked);
  const grey = new Uint8Array(cells.length);
  for (let i = 0; i < cells.length; i++) grey[i] = table[cells[i]!]!;
  return grey;
}

/** Frames of more than 16 bits or of floating-point numbers: pixel by pixel. */
function byValue(
  description: FrameDescription,
  presentation: Presentation,
  bytes: Uint8Array,
  asked: Omit<Window, "explanation"> | null,
): Uint8Array {
  const pixels = description.rows * description.columns;
  const read = sampleReader(description, bytes);
  const transform = modality(presentation);
  const rangeOfFrame = () => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < pixels; i++) {
      const stored = read(i);
      if (!Number.isFinite(stored) || isPadding(presentation, stored)) continue;
      const value = transform(stored);
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return { low, high };
  };
  const voi = chooseVoi(description, presentation, asked, rangeOfFrame);
  const grey = new Uint8ClampedArray(pixels);
  for (let i = 0; i < pixels; i++) {
    const stored = read(i);
    // What is no number or no picture stays black.
    if (Number.isNaN(stored) || isPadding(presentation, stored)) continue;
    const level = voi(transform(stored));
    grey[i] = presentation.inverse ? 255 - level : level;
  }
  return new Uint8Array(grey.buffer);
}

/**
 * One byte a pixel, 0 black: modality transformation, VOI transformation, polarity (PS3.4 N.2). Padding is black.
 * @param bytes the decoded frame of one sample a pixel
 */
export function greyLevels(
  description: FrameDescription,
  presentation: Presentation,
  bytes: Uint8Array,
  asked: Omit<Window, "explanation"> | null,
): Uint8Array {
  const { bitsAllocated, floatingPoint, rows, columns } = description;
  const pixels = rows * columns;
  if (floatingPoint || bitsAllocated > 16) return byValue(description, presentation, bytes, asked);
  if (bitsAllocated === 8) return throughTable(description, presentation, bytes.subarray(0, pixels), asked);
  if (bitsAllocated === 16)
    return throughTable(description, presentation, sixteenBitCells(bytes, pixels), asked);
  const read = cellReader(bytes, bitsAllocated);
  return throughTable(
    description,
    presentation,
    Uint16Array.from({ length: pixels }, (_, i) => read(i)),
    asked,
  );
}

/** The cells of 16 bits as an array; this runs on little-endian machines alone, as everything Node supports is but one. */
function sixteenBitCells(bytes: Uint8Array, count: number): Uint16Array {
  if (bytes.length < 2 * count)
    throw new ImagingError("corrupt", "The frame has fewer pixels than it should.");
  if (bytes.byteOffset % 2 === 0) return new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  return new Uint16Array(new Uint8Array(bytes.subarray(0, 2 * count)).buffer);
}

/** Cells that are no whole number of bytes, packed from the least significant bit (PS3.5 8.1.1). */
function cellReader(bytes: Uint8Array, bits: number): (index: number) => number {
  return (index) => {
    const bit = index * bits;
    const at = bit >> 3;
    const word = bytes[at]! | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    return (word >> (bit & 7)) & ((1 << bits) - 1);
  };
}

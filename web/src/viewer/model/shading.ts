import { expandSegments } from "../pixels/color.ts";
import { itemsOf, type JsonDataSet, numberOf, numbersOf } from "./dicom-json.ts";
import { type LookupTable, lookupTable, rememberedBytes, tableFromBytes } from "./lookup-table.ts";
import { tags } from "./tags.ts";
import type { Shading } from "./windows.ts";

const presentationLut = "20500010";

/** What a presentation state makes of the greys of its window: its Presentation LUT (PS3.3 C.11.6), or its palette (C.11.14); undefined for neither. */
export function shadingOf(instance: JsonDataSet): Shading | undefined {
  const palette = paletteOf(instance);
  if (palette)
    return (grey) => palette.map((table) => entryOf(table, grey)) as unknown as ReturnType<Shading>;
  const item = itemsOf(instance, presentationLut)[0];
  const table = item && lookupTable(item, tags.LUTDescriptor, tags.LUTData);
  if (!table) return undefined;
  return (grey) => {
    const level = entryOf(table, grey);
    return [level, level, level];
  };
}

/** The whole range of greys goes over the whole of a table. */
function entryOf({ values, maximum }: LookupTable, grey: number): number {
  const index = Math.round(Math.min(1, Math.max(0, grey)) * (values.length - 1));
  return Math.min(1, values[index]! / maximum);
}

function paletteOf(instance: JsonDataSet): LookupTable[] | undefined {
  const tables = [
    [tags.RedPaletteDescriptor, tags.RedPaletteData, tags.SegmentedRedPaletteData],
    [tags.GreenPaletteDescriptor, tags.GreenPaletteData, tags.SegmentedGreenPaletteData],
    [tags.BluePaletteDescriptor, tags.BluePaletteData, tags.SegmentedBluePaletteData],
  ].map(
    ([descriptor, data, segments]) =>
      lookupTable(instance, descriptor!, data!) ?? expanded(instance, descriptor!, segments!),
  );
  if (!tables.every((table) => table !== undefined && table.values.length > 1)) return undefined;
  const all = tables as LookupTable[];
  // Some writers fill tables declared as 16 bits with values of 8.
  const isByte = all.every(({ values }) =>
    Array.prototype.every.call(values, (value: number) => value < 256),
  );
  const declared = numberOf(instance, tags.RedPaletteDescriptor, 2) ?? 16;
  return all.map((table) => ({ ...table, maximum: declared > 8 && isByte ? 255 : table.maximum }));
}

/** A table that stands in segments (PS3.3 C.7.9.2). */
function expanded(instance: JsonDataSet, descriptor: string, segments: string): LookupTable | undefined {
  const [count, first = 0, bits = 16] = numbersOf(instance, descriptor);
  const bytes = rememberedBytes(instance, segments);
  if (count === undefined || !bytes) return undefined;
  const values = expandSegments(tableFromBytes(bytes, bytes.length, bits), count === 0 ? 65536 : count);
  return { first, values, maximum: 2 ** Math.min(bits, 16) - 1 };
}

import { itemsOf, type JsonDataSet, numberOf, numbersOf } from "./dicom-json.ts";
import { type LookupTable, lookupTable, rememberedBytes, tableFromBytes } from "./lookup-table.ts";
import { expandSegments } from "./segmented-table.ts";
import { tag } from "./tags.ts";

/** Other greys or colours for the grey of a window, all from 0 to 1 (PS3.3 C.11.6, C.7.9). */
export type Shading = (grey: number) => readonly [red: number, green: number, blue: number];

/** The tables that the greys of a window go through: one for other greys, or those of red, green and blue. */
export type ShadingTables =
  | readonly [grey: LookupTable]
  | readonly [red: LookupTable, green: LookupTable, blue: LookupTable];

/** Those of a presentation state: its Presentation LUT (PS3.3 C.11.6), or its palette (C.11.14); undefined for neither. */
export function shadingTablesOf(state: JsonDataSet): ShadingTables | undefined {
  const palette = paletteOf(state);
  if (palette) return palette;
  const item = itemsOf(state, tag.presentationLut)[0];
  const table = item && lookupTable(item, tag.lutDescriptor, tag.lutData);
  return table && table.values.length > 0 ? [table] : undefined;
}

export function shadingBy(tables: ShadingTables): Shading {
  const [red, green = red, blue = red] = tables;
  return (grey) => [entryOf(red, grey), entryOf(green, grey), entryOf(blue, grey)];
}

/** What a presentation state makes of the greys of its window; undefined where they stay. */
export function shadingOf(state: JsonDataSet): Shading | undefined {
  const tables = shadingTablesOf(state);
  return tables && shadingBy(tables);
}

/** The whole range of greys goes over the whole of a table. */
function entryOf({ values, maximum }: LookupTable, grey: number): number {
  const index = Math.round(Math.min(1, Math.max(0, grey)) * (values.length - 1));
  return Math.min(1, values[index]! / maximum);
}

function paletteOf(state: JsonDataSet): ShadingTables | undefined {
  const tables = tag.palettes.map(
    ({ descriptor, data, segments }) =>
      lookupTable(state, descriptor, data) ?? expanded(state, descriptor, segments),
  );
  if (!tables.every((table) => table !== undefined && table.values.length > 1)) return undefined;
  const all = tables as [LookupTable, LookupTable, LookupTable];
  // Some writers fill tables declared as 16 bits with values of 8.
  const isByte = all.every(({ values }) =>
    Array.prototype.every.call(values, (value: number) => value < 256),
  );
  const declared = numberOf(state, tag.palettes[0].descriptor, 2) ?? 16;
  const scaled = (table: LookupTable) => ({
    ...table,
    maximum: declared > 8 && isByte ? 255 : table.maximum,
  });
  return [scaled(all[0]), scaled(all[1]), scaled(all[2])];
}

/** A table that stands in segments (PS3.3 C.7.9.2). */
function expanded(state: JsonDataSet, descriptor: string, segments: string): LookupTable | undefined {
  const [count, first = 0, bits = 16] = numbersOf(state, descriptor);
  const bytes = rememberedBytes(state, segments);
  if (count === undefined || !bytes) return undefined;
  const values = expandSegments(tableFromBytes(bytes, bytes.length, bits), count === 0 ? 65536 : count);
  return { first, values, maximum: 2 ** Math.min(bits, 16) - 1 };
}

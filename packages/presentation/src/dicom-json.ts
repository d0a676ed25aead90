/** Reading of the DICOM JSON model (PS3.18 F): every function answers undefined or an empty list where a value is absent. */

export interface JsonElement {
  vr: string;
  Value?: unknown[];
  BulkDataURI?: string;
  InlineBinary?: string;
}

/** A data set as DICOM JSON, keyed by eight hexadecimal digits. */
export type JsonDataSet = Record<string, JsonElement | undefined>;

export interface JsonPersonName {
  Alphabetic?: string;
  Ideographic?: string;
  Phonetic?: string;
}

/** The value at `index`, as text without the padding of its value representation. */
export function textOf(dataSet: JsonDataSet, tag: string, index = 0): string | undefined {
  const value = dataSet[tag]?.Value?.[index];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object") return (value as JsonPersonName).Alphabetic;
  const text = String(value).trim();
  return text === "" ? undefined : text;
}

export function textsOf(dataSet: JsonDataSet, tag: string): string[] {
  const count = dataSet[tag]?.Value?.length ?? 0;
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const text = textOf(dataSet, tag, i);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

/** Numbers of a numeric or string element; what is no finite number is left out only when nothing else follows it. */
export function numbersOf(dataSet: JsonDataSet, tag: string): number[] {
  const values = dataSet[tag]?.Value ?? [];
  const numbers = values.map((value) =>
    value === null || value === "" ? Number.NaN : typeof value === "number" ? value : Number(value),
  );
  return numbers.every(Number.isFinite)
    ? numbers
    : numbers.slice(
        0,
        numbers.findIndex((n) => !Number.isFinite(n)),
      );
}

export function numberOf(dataSet: JsonDataSet, tag: string, index = 0): number | undefined {
  return numbersOf(dataSet, tag)[index];
}

export function itemsOf(dataSet: JsonDataSet, tag: string): JsonDataSet[] {
  return (dataSet[tag]?.Value ?? []).filter(
    (item): item is JsonDataSet => typeof item === "object" && item !== null,
  );
}

/** The bytes of an element that the metadata carries inline. */
export function inlineBytesOf(dataSet: JsonDataSet, tag: string): Uint8Array | undefined {
  const base64 = dataSet[tag]?.InlineBinary;
  if (base64 === undefined) return undefined;
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

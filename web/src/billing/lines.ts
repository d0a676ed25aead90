import type { BillLine, BillLineInput } from "@isocenter/contract";
import { readAmount, typedAmount } from "./money.ts";

/** A line as it is typed. */
export interface TypedLine {
  key: string;
  code: string;
  description: string;
  quantity: string;
  unit: string;
  modifiers: readonly string[];
}

let keys = 0;
export const emptyLine = (code = "", description = ""): TypedLine => ({
  key: `line-${++keys}`,
  code,
  description,
  quantity: "1",
  unit: "",
  modifiers: [],
});

export const typedLine = (line: BillLine, currency: string): TypedLine => ({
  key: line.id,
  code: line.code,
  description: line.description,
  quantity: String(line.quantity),
  unit: typedAmount(line.unitAmount, currency),
  modifiers: line.modifiers,
});

/** The price of one, also nothing: a line may be free. */
const readUnit = (text: string, currency: string): number | null =>
  /^0+([.,]0*)?$/.test(text.trim()) ? 0 : readAmount(text, currency);

/** The lines as the server takes them, or null where one cannot be read yet. */
export function readLines(lines: readonly TypedLine[], currency: string): BillLineInput[] | null {
  const read: BillLineInput[] = [];
  for (const { code, description, quantity, unit, modifiers } of lines) {
    const unitAmount = readUnit(unit, currency);
    const count = /^\d{1,4}$/.test(quantity.trim()) ? Number(quantity) : 0;
    if (!code.trim() || !description.trim() || unitAmount === null || count < 1 || count > 1000) return null;
    read.push({
      code: code.trim(),
      description: description.trim(),
      quantity: count,
      unitAmount,
      ...(modifiers.length > 0 ? { modifiers: [...modifiers] } : {}),
    });
  }
  return read.length === 0 ? null : read;
}

export const totalOf = (lines: readonly BillLineInput[]): number =>
  lines.reduce((sum, { quantity, unitAmount }) => sum + quantity * unitAmount, 0);

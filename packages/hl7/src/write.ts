import { type Delimiters, encodingCharacters, usualDelimiters } from "./delimiters.ts";
import { Hl7Error } from "./errors.ts";
import { escapeText } from "./escape.ts";
import { deleted, type Field, type Repetition, type Segment } from "./message.ts";

/** A text or number; null is `""` (to be deleted), undefined an empty one. */
type Value = string | number | null | undefined;
/** One value, or the components, each one value or its sub-components. */
export type RepetitionInput = Value | readonly (Value | readonly Value[])[];
export type FieldInput = RepetitionInput | { repetitions: readonly RepetitionInput[] };

const valueText = (value: Value): string =>
  value === null ? deleted : value === undefined ? "" : String(value);

const repetitionOf = (input: RepetitionInput): Repetition =>
  Array.isArray(input)
    ? input.map((component) =>
        Array.isArray(component) ? component.map(valueText) : [valueText(component as Value)],
      )
    : [[valueText(input as Value)]];

function fieldOf(input: FieldInput): Field {
  if (input !== null && typeof input === "object" && "repetitions" in input)
    return input.repetitions.map(repetitionOf);
  return [repetitionOf(input as RepetitionInput)];
}

/** A segment from its fields by number; those of MSH begin with 3. */
export function segment(name: string, fields: Readonly<Record<number, FieldInput>>): Segment {
  const last = Math.max(0, ...Object.keys(fields).map(Number));
  return {
    name,
    fields: Array.from({ length: last }, (_, index) => {
      const input = fields[index + 1];
      return input === undefined ? [] : fieldOf(input);
    }),
  };
}

const withoutEnd = (texts: readonly string[]): readonly string[] => {
  let length = texts.length;
  while (length > 0 && texts[length - 1] === "") length--;
  return texts.slice(0, length);
};

/**
 * The message as text, each segment ended with CR.
 * @throws Hl7Error `not-encodable` where the separators cannot say what is to be said
 */
export function writeMessage(segments: readonly Segment[], delimiters: Delimiters = usualDelimiters): string {
  const d = delimiters;
  const joined = (texts: readonly string[], separator: string): string => {
    const kept = withoutEnd(texts);
    if (separator === "" && kept.length > 1)
      throw new Hl7Error("not-encodable", "The separators of MSH-2 are too few for it");
    return kept.join(separator);
  };
  const fieldText = (field: Field) =>
    joined(
      field.map((repetition) =>
        joined(
          repetition.map((component) =>
            joined(
              component.map((part) => escapeText(part, d)),
              d.subcomponent,
            ),
          ),
          d.component,
        ),
      ),
      d.repetition,
    );
  const line = ({ name, fields }: Segment): string => {
    if (name !== "MSH") return [name, ...withoutEnd(fields.map(fieldText))].join(d.field);
    return [name, encodingCharacters(d), ...withoutEnd(fields.slice(2).map(fieldText))].join(d.field);
  };
  return segments.map((one) => `${line(one)}\r`).join("");
}

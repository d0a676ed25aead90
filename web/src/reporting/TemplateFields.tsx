import type { Report, TemplateField } from "@isocenter/contract";
import { useState } from "react";
import { Field, Labelled } from "../kit/Field.tsx";
import { joined } from "../kit/joined.ts";
import { t } from "../words/words.ts";
import type { Texts } from "./autosave.ts";

interface TemplateFieldsProps {
  template: NonNullable<Report["template"]>;
  texts: Texts;
  readOnly: boolean;
  onEdit: (key: `fields.${string}`, text: string) => void;
  /** Whether something is typed that the server would not take; it is not saved before it is right. */
  onWrong: (wrong: boolean) => void;
}

const rangeWords = ({ minimum, maximum }: TemplateField): string | null => {
  if (minimum !== null && maximum !== null) return t("{from} to {to}|range", { from: minimum, to: maximum });
  if (minimum !== null) return t("at least {number}", { number: minimum });
  return maximum === null ? null : t("at most {number}", { number: maximum });
};

/** What is wrong with a field's text; null where nothing is. */
function fieldProblem(field: TemplateField, text: string): string | null {
  if (field.type !== "NUMBER" || text === "") return null;
  const number = Number(text);
  const { minimum, maximum } = field;
  if (!Number.isFinite(number)) return t("Not a number");
  if ((minimum !== null && number < minimum) || (maximum !== null && number > maximum))
    return t("Outside {range}", { range: rangeWords(field) ?? "" });
  return null;
}

/** The fields of the report's template; those that are needed say so. */
export function TemplateFields({ template, texts, readOnly, onEdit, onWrong }: TemplateFieldsProps) {
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const edit = (field: TemplateField, text: string) => {
    const { [field.key]: _, ...rest } = wrong;
    const next = fieldProblem(field, text) === null ? rest : { ...rest, [field.key]: text };
    if (next === rest) onEdit(`fields.${field.key}`, text);
    setWrong(next);
    onWrong(Object.keys(next).length > 0);
  };
  if (template.fields.length === 0) return null;
  return (
    <section className="report-fields" aria-label={template.name}>
      {template.fields.map((field) => {
        const key = `fields.${field.key}` as const;
        const text = wrong[field.key] ?? texts[key] ?? "";
        const label = joined(
          field.unit ? `${field.label} (${field.unit})` : field.label,
          field.required ? t("needed") : "",
        );
        return field.type === "CHOICE" ? (
          <Labelled key={key} label={label} boxed>
            <select value={text} disabled={readOnly} onChange={(event) => edit(field, event.target.value)}>
              <option value="">{t("(empty)")}</option>
              {field.choices.map((choice) => (
                <option key={choice} value={choice}>
                  {choice}
                </option>
              ))}
            </select>
          </Labelled>
        ) : (
          <Field
            key={key}
            label={label}
            inputMode={field.type === "NUMBER" ? "decimal" : undefined}
            maxLength={4000}
            readOnly={readOnly}
            value={text}
            error={fieldProblem(field, text)}
            hint={rangeWords(field) ?? undefined}
            onChange={(event) =>
              edit(
                field,
                field.type === "NUMBER" ? event.target.value.trim().replace(",", ".") : event.target.value,
              )
            }
          />
        );
      })}
    </section>
  );
}

import type { TemplateFieldType } from "@isocenter/contract";
import { Button, IconButton } from "../../kit/Button.tsx";
import { Field, Labelled } from "../../kit/Field.tsx";
import { Select, Tick } from "../../kit/forms.tsx";
import { message, t } from "../../words/words.ts";
import { type FieldLine, type MacroLine, readFields, readMacros, readNumber } from "./template-lines.ts";

const kinds: Readonly<Record<TemplateFieldType, string>> = {
  TEXT: message("Text"),
  NUMBER: message("Number"),
  CHOICE: message("Choice"),
};
const mostFields = 100;
const mostMacros = 200;
const nextLine = (lines: readonly { line: number }[]) => Math.max(-1, ...lines.map(({ line }) => line)) + 1;

/** What is filled in beside the text. */
export function FieldLines({
  lines,
  onChange,
}: {
  lines: readonly FieldLine[];
  onChange: (lines: FieldLine[]) => void;
}) {
  const change = (line: number, next: Partial<FieldLine>) =>
    onChange(lines.map((one) => (one.line === line ? { ...one, ...next } : one)));
  const notNumber = (text: string) => (readNumber(text) === undefined ? t("A number") : null);
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 text-12 font-medium text-text-2">{t("Fields")}</legend>
      {lines.map((one, index) => (
        <fieldset key={one.line} className="roster-shift grid gap-2">
          <legend className="sr-only">{t("Field {number}", { number: index + 1 })}</legend>
          <div className="grid grid-cols-[minmax(0,1fr)_128px_28px] items-end gap-2">
            <Field
              label={t("Label")}
              value={one.label}
              maxLength={128}
              onChange={({ target }) => change(one.line, { label: target.value })}
            />
            <Select
              label={t("Kind")}
              value={one.type}
              options={Object.entries(kinds).map(([value, word]) => ({ value, word: t(word) }))}
              onChange={(type) => change(one.line, { type: type as TemplateFieldType })}
            />
            <IconButton
              icon="x"
              label={t("Remove field {number}", { number: index + 1 })}
              onClick={() => onChange(lines.filter(({ line }) => line !== one.line))}
            />
          </div>
          {one.type === "NUMBER" && (
            <div className="grid grid-cols-3 gap-2">
              <Field
                label={t("Unit (UCUM)")}
                value={one.unit}
                maxLength={32}
                placeholder={t("such as mm")}
                onChange={({ target }) => change(one.line, { unit: target.value })}
              />
              <Field
                label={t("At least")}
                value={one.minimum}
                inputMode="decimal"
                error={notNumber(one.minimum)}
                onChange={({ target }) => change(one.line, { minimum: target.value })}
              />
              <Field
                label={t("At most")}
                value={one.maximum}
                inputMode="decimal"
                error={notNumber(one.maximum)}
                onChange={({ target }) => change(one.line, { maximum: target.value })}
              />
            </div>
          )}
          {one.type === "CHOICE" && (
            <Labelled label={t("Choices, one a line")}>
              <textarea
                className="text-area"
                rows={3}
                maxLength={20_000}
                value={one.choices}
                onChange={({ target }) => change(one.line, { choices: target.value })}
              />
            </Labelled>
          )}
          <Tick
            label={t("Has to be filled in before the report is signed")}
            checked={one.required}
            onChange={(required) => change(one.line, { required })}
          />
        </fieldset>
      ))}
      {readFields(lines) === null && (
        <p className="note urg">
          {t("Each field needs a label; a choice its choices, a number a least that is not above the most.")}
        </p>
      )}
      {lines.length < mostFields && (
        <Button
          size="s"
          icon="plus"
          className="justify-self-start"
          onClick={() =>
            onChange([
              ...lines,
              {
                line: nextLine(lines),
                key: "",
                label: "",
                type: "TEXT",
                unit: "",
                minimum: "",
                maximum: "",
                choices: "",
                required: false,
              },
            ])
          }
        >
          {t("Add a field")}
        </Button>
      )}
    </fieldset>
  );
}

/** Short names that stand for longer text. */
export function MacroLines({
  lines,
  onChange,
}: {
  lines: readonly MacroLine[];
  onChange: (lines: MacroLine[]) => void;
}) {
  const change = (line: number, next: Partial<MacroLine>) =>
    onChange(lines.map((one) => (one.line === line ? { ...one, ...next } : one)));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 text-12 font-medium text-text-2">{t("Auto-text")}</legend>
      {lines.map((one, index) => (
        <div key={one.line} className="grid grid-cols-[160px_minmax(0,1fr)_28px] items-end gap-2">
          <Field
            label={t("Name of auto-text {number}", { number: index + 1 })}
            value={one.name}
            maxLength={64}
            spellCheck={false}
            onChange={({ target }) => change(one.line, { name: target.value })}
          />
          <Labelled label={t("Stands for")}>
            <textarea
              className="text-area"
              rows={2}
              maxLength={10_000}
              value={one.text}
              onChange={({ target }) => change(one.line, { text: target.value })}
            />
          </Labelled>
          <IconButton
            icon="x"
            label={t("Remove auto-text {number}", { number: index + 1 })}
            onClick={() => onChange(lines.filter(({ line }) => line !== one.line))}
          />
        </div>
      ))}
      {readMacros(lines) === null && (
        <p className="note urg">{t("Each auto-text has a name of its own, without spaces, and a text.")}</p>
      )}
      {lines.length < mostMacros && (
        <Button
          size="s"
          icon="plus"
          className="justify-self-start"
          onClick={() => onChange([...lines, { line: nextLine(lines), name: "", text: "" }])}
        >
          {t("Add auto-text")}
        </Button>
      )}
    </fieldset>
  );
}

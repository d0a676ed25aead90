import { Button, IconButton } from "../kit/Button.tsx";
import { t } from "../words/words.ts";
import { emptyLine, readLines, type TypedLine, totalOf } from "./lines.ts";
import { money } from "./money.ts";

const mostLines = 200;

/** The lines of a bill as fields, with their sum. */
export function LineFields({
  lines,
  currency,
  onChange,
}: {
  lines: readonly TypedLine[];
  currency: string;
  onChange: (lines: TypedLine[]) => void;
}) {
  const change = (key: string, part: Partial<TypedLine>) =>
    onChange(lines.map((line) => (line.key === key ? { ...line, ...part } : line)));
  const read = readLines(lines, currency);
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 text-12 font-medium text-text-2">{t("Lines")}</legend>
      {lines.map((line, index) => (
        <div key={line.key} className="bill-line">
          <Cell
            label={t("Code, line {number}", { number: index + 1 })}
            placeholder={t("Code")}
            value={line.code}
            most={64}
            onChange={(code) => change(line.key, { code })}
          />
          <Cell
            label={t("Description, line {number}", { number: index + 1 })}
            placeholder={t("Description")}
            value={line.description}
            most={512}
            onChange={(description) => change(line.key, { description })}
          />
          <Cell
            label={t("Quantity, line {number}", { number: index + 1 })}
            placeholder="1"
            value={line.quantity}
            most={4}
            numeric
            onChange={(quantity) => change(line.key, { quantity })}
          />
          <Cell
            label={t("Price of one in {currency}, line {number}", { currency, number: index + 1 })}
            placeholder={currency}
            value={line.unit}
            most={20}
            numeric
            onChange={(unit) => change(line.key, { unit })}
          />
          <IconButton
            icon="x"
            label={t("Take line {number} away", { number: index + 1 })}
            disabled={lines.length === 1}
            onClick={() => onChange(lines.filter(({ key }) => key !== line.key))}
          />
        </div>
      ))}
      <div className="flex items-center gap-3">
        <Button
          size="s"
          icon="plus"
          disabled={lines.length >= mostLines}
          onClick={() => onChange([...lines, emptyLine()])}
        >
          {t("Add a line")}
        </Button>
        <span className="flex-1" />
        <output className="font-semibold">
          {read
            ? t("Total {amount}", { amount: money(totalOf(read), currency) })
            : t("A line is not complete")}
        </output>
      </div>
    </fieldset>
  );
}

function Cell({
  label,
  placeholder,
  value,
  most,
  numeric,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string;
  most: number;
  numeric?: boolean;
  onChange: (value: string) => void;
}) {
  return (
    <span className="input">
      <input
        aria-label={label}
        placeholder={placeholder}
        value={value}
        maxLength={most}
        {...(numeric ? { inputMode: "decimal" as const, className: "text-right" } : {})}
        onChange={(event) => onChange(event.target.value)}
      />
    </span>
  );
}

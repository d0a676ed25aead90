import type { TemplateField } from "@isocenter/contract";
import { useId } from "react";
import { sections, type Texts } from "../../reporting/autosave.ts";
import { t } from "../../words/words.ts";
import "../../reporting/reporting.css";

/** A report that has just begun with the template, as its editor shows it. */
export function TemplatePreview({
  name,
  texts,
  fields,
  macros,
}: {
  name: string;
  texts: Texts;
  /** Null while they are not finished. */
  fields: readonly TemplateField[] | null;
  macros: Readonly<Record<string, string>> | null;
}) {
  const id = useId();
  return (
    <section className="admin-card template-preview" aria-label={t("Preview")}>
      <header>
        <h3>{t("Preview")}</h3>
        <span className="text-12 text-text-3">{name || t("A report that begins with it")}</span>
      </header>
      <div className="grid gap-3 px-4 pb-4">
        {fields && fields.length > 0 && (
          <dl className="kv">
            {fields.map((field) => (
              <div key={field.key} className="contents">
                <dt>
                  {field.label}
                  {field.required && <span className="text-crit"> *</span>}
                </dt>
                <dd className="text-text-2">{fieldText(field)}</dd>
              </div>
            ))}
          </dl>
        )}
        {sections.map(({ key, title, rows }) => (
          <div key={key} className="report-section">
            <label htmlFor={`${id}-${key}`}>{t(title)}</label>
            <textarea
              id={`${id}-${key}`}
              className="report-text"
              style={{ "--rows": rows } as React.CSSProperties}
              value={texts[key]}
              readOnly
            />
          </div>
        ))}
        {macros && Object.keys(macros).length > 0 && (
          <dl className="kv">
            {Object.entries(macros).map(([short, text]) => (
              <div key={short} className="contents">
                <dt className="mono">{short}</dt>
                <dd className="whitespace-pre-wrap text-text-2">{text}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </section>
  );
}

/** What may be filled in: "0 – 99.5 mm", "left, right", or text. */
function fieldText({ type, unit, minimum, maximum, choices }: TemplateField): string {
  if (type === "CHOICE") return choices.join(" · ");
  if (type === "TEXT") return t("text");
  const range = minimum === null && maximum === null ? t("number") : `${minimum ?? "…"} – ${maximum ?? "…"}`;
  return [range, unit].filter(Boolean).join(" ");
}

import { useId } from "react";
import { Icon } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";
import { sexChoices } from "./patient-words.ts";

interface SexFieldProps {
  value: string;
  error: string | undefined;
  onChange: (event: { target: { value: string } }) => void;
}

/** The sex of a patient, which nobody is given by default. */
export function SexField({ value, error, onChange }: SexFieldProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-12 font-medium text-text-2">
        {t("Sex")}
      </label>
      <div className={`input ${error ? "err" : ""}`}>
        <select id={id} value={value} onChange={onChange} aria-invalid={error ? true : undefined}>
          <option value="" disabled>
            {t("Choose")}
          </option>
          {sexChoices.map(([code, word]) => (
            <option key={code} value={code}>
              {t(word)}
            </option>
          ))}
        </select>
      </div>
      {error && (
        <span className="flex items-center gap-1 text-11 text-crit">
          <Icon name="alert" size="xs" />
          {error}
        </span>
      )}
    </div>
  );
}

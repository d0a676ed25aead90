import type { Patient } from "@isocenter/contract";
import { useId, useState } from "react";
import { Icon } from "../kit/Icon.tsx";
import { useSettled } from "../kit/settled.ts";
import { useToday } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { nameOf, personLine } from "./patient-words.ts";
import { usePatients } from "./queries.ts";

const shortest = 2;
const mostShown = 8;

interface PatientChooserProps {
  /** What is looked for at the beginning. */
  start?: string;
  except?: string;
  /** Hears what is being typed. */
  onText?: (text: string) => void;
  onChoose: (patient: Patient) => void;
}

/** Finds one patient by name or identifier. */
export function PatientChooser({ start = "", except, onText, onChoose }: PatientChooserProps) {
  const id = useId();
  const today = useToday();
  const [text, setText] = useState(start);
  const query = useSettled(text.trim());
  const [active, setActive] = useState(0);
  const enough = query.length >= shortest;
  const search = usePatients({ query }, mostShown + 1, enough);
  const found = enough
    ? (search.data?.data ?? []).filter((one) => one.id !== except).slice(0, mostShown)
    : [];
  // While the list is still of what stood there before, Enter would choose somebody else.
  const isCurrent = query === text.trim() && !search.isPlaceholderData;
  const chosen = isCurrent ? found[Math.min(active, found.length - 1)] : undefined;

  function keys(event: React.KeyboardEvent) {
    if (event.key === "ArrowDown") setActive(Math.min(found.length - 1, active + 1));
    else if (event.key === "ArrowUp") setActive(Math.max(0, active - 1));
    else if (event.key === "Enter" && chosen) onChoose(chosen);
    else return;
    event.preventDefault();
  }

  return (
    <div className="grid gap-2">
      <label htmlFor={`${id}-input`} className="text-12 font-medium text-text-2">
        {t("Patient")}
      </label>
      <div className="input">
        <Icon name="search" />
        <input
          id={`${id}-input`}
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={chosen ? `${id}-${chosen.id}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          maxLength={128}
          placeholder={t("Name or identifier")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            onText?.(event.target.value);
            setActive(0);
          }}
          onKeyDown={keys}
        />
      </div>
      <p className="text-12 text-text-3" role="status">
        {search.isError
          ? t("The search failed. Try again in a moment.")
          : !enough
            ? t("Type at least two characters.")
            : search.isFetching
              ? ""
              : t("{count, plural, =0 {No such patient here.} one {# found} other {# found}}", {
                  count: found.length,
                })}
      </p>
      <div id={`${id}-list`} role="listbox" aria-label={t("Patients")} className={enough ? "min-h-24" : ""}>
        {found.map((patient) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          <div
            key={patient.id}
            id={`${id}-${patient.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={patient === chosen}
            className="menu-item"
            onClick={() => onChoose(patient)}
          >
            <span className="font-medium">{nameOf(patient)}</span>
            <span className="min-w-0 flex-1 truncate text-text-2">{personLine(patient, today)}</span>
            <span className="mono text-text-3">{patient.identifiers[0]?.value}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

import { studyStatuses } from "@isocenter/contract/enumerations";
import type { ReactNode } from "react";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { OnDemand } from "../kit/OnDemand.tsx";
import { message, t } from "../words/words.ts";
import { datePresets, isFiltered, membersOf, type StudyListState } from "./list-state.ts";
import { studyWord } from "./study-states.ts";

const modalities = [
  ["CT", message("Computed tomography")],
  ["MR", message("Magnetic resonance")],
  ["DX", message("Digital radiography")],
  ["CR", message("Computed radiography")],
  ["US", message("Ultrasound")],
  ["MG", message("Mammography")],
  ["PT", message("Positron emission tomography")],
  ["NM", message("Nuclear medicine")],
  ["XA", message("X-ray angiography")],
  ["RF", message("Fluoroscopy")],
  ["IO", message("Intra-oral radiography")],
  ["ES", message("Endoscopy")],
  ["OP", message("Ophthalmic photography")],
  ["SM", message("Slide microscopy")],
  ["ECG", message("Electrocardiography")],
  ["SC", message("Secondary capture")],
  ["SR", message("Structured report")],
  ["SEG", message("Segmentation")],
  ["OT", message("Other")],
] as const;

const loadChoice = async () => (await import("./ChoiceMenu.tsx")).ChoiceMenu;
const loadDates = async () => (await import("./DateMenu.tsx")).DateMenu;

interface FiltersProps {
  state: StudyListState;
  onChange: (change: Partial<StudyListState>) => void;
  onClear: () => void;
}

/** What narrows the list; all of it is kept in the address, so a view can be kept as a bookmark. */
export function Filters({ state, onChange, onClear }: FiltersProps) {
  return (
    <fieldset id="study-filters" className="flex flex-wrap items-center gap-1.5" aria-label={t("Filters")}>
      <ModalityChoice value={state.modality} onChange={(modality) => onChange({ modality })} />
      <DateFilter state={state} onChange={onChange} />
      <Choice
        name={t("Status")}
        value={state.status}
        word={membersOf(state.status).map(studyWord).join(", ")}
        options={studyStatuses.map((status) => ({ value: status, content: studyWord(status) }))}
        onChange={(status) => onChange({ status })}
      />
      {isFiltered(state) && (
        <Button size="s" variant="ghost" onClick={onClear}>
          {t("Clear all")}
        </Button>
      )}
    </fieldset>
  );
}

/** The modalities to narrow a list to. */
export function ModalityChoice({ value, onChange }: Pick<ChoiceProps, "value" | "onChange">) {
  const others = membersOf(value).filter((code) => !modalities.some(([known]) => known === code));
  return (
    <Choice
      name={t("Modality")}
      value={value}
      word={membersOf(value).join(", ")}
      options={[
        ...modalities.map(([code, meaning]) => ({
          value: code as string,
          content: (
            <>
              <span className="mod">{code}</span>
              <span className="text-text-2">{t(meaning)}</span>
            </>
          ),
        })),
        ...others.map((code) => ({ value: code, content: <span className="mod">{code}</span> })),
      ]}
      onChange={onChange}
    />
  );
}

interface ChoiceProps {
  name: string;
  value: string | undefined;
  /** The members in words; empty for all. */
  word: string;
  options: ReadonlyArray<{ value: string; content: ReactNode }>;
  onChange: (value: string | undefined) => void;
}

/** A filter of which any of several members may be chosen. The menu stays open while one chooses. */
export function Choice({ name, value, word, options, onChange }: ChoiceProps) {
  return (
    <span className="chip-group">
      <OnDemand
        popup="menu"
        load={loadChoice}
        props={{ name, value, options, onChange }}
        button={
          <button type="button" className={`chip ${value ? "on" : ""}`}>
            {name} <b className="max-w-48 truncate">{word || t("any")}</b>
            {!value && <Icon name="down" size="xs" />}
          </button>
        }
      />
      {value && <ClearOne name={name} onClick={() => onChange(undefined)} />}
    </span>
  );
}

function ClearOne({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <button
      type="button"
      className="chip on"
      aria-label={t("Clear the filter {name}", { name })}
      onClick={onClick}
    >
      <Icon name="x" size="xs" />
    </button>
  );
}

function dateWord(state: StudyListState): string {
  if (state.date) return t(datePresets[state.date].label).toLowerCase();
  if (state.from && state.to)
    return state.from === state.to ? state.from : t("{from} to {to}", { from: state.from, to: state.to });
  if (state.from) return t("from {day}", { day: state.from });
  if (state.to) return t("until {day}", { day: state.to });
  return t("any");
}

function DateFilter({ state, onChange }: Pick<FiltersProps, "state" | "onChange">) {
  const on = Boolean(state.date || state.from || state.to);
  const choose = (change: Partial<StudyListState>) =>
    onChange({ date: undefined, from: undefined, to: undefined, ...change });
  return (
    <span className="chip-group">
      <OnDemand
        popup="dialog"
        load={loadDates}
        props={{ state, onChoose: choose }}
        button={
          <button type="button" className={`chip ${on ? "on" : ""}`}>
            {t("Date")} <b>{dateWord(state)}</b>
            {!on && <Icon name="down" size="xs" />}
          </button>
        }
      />
      {on && <ClearOne name={t("Date")} onClick={() => choose({})} />}
    </span>
  );
}

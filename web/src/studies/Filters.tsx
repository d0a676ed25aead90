import type { StudyStatus } from "@isocenter/contract";
import { studyStatuses } from "@isocenter/contract/enumerations";
import { DropdownMenu as Menu, Popover } from "radix-ui";
import { type ReactNode, useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { message, t } from "../words/words.ts";
import { statusLook } from "./format.ts";
import {
  type DatePreset,
  datePresets,
  isFiltered,
  membersOf,
  type StudyListState,
  toggled,
} from "./list-state.ts";

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
        word={membersOf(state.status)
          .map((status) => statusLook(status as StudyStatus).word)
          .join(", ")}
        options={studyStatuses.map((status) => ({ value: status, content: statusLook(status).word }))}
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
  const members = membersOf(value);
  return (
    <span className="chip-group">
      <Menu.Root modal={false}>
        <Menu.Trigger className={`chip ${value ? "on" : ""}`}>
          {name} <b className="max-w-48 truncate">{word || t("any")}</b>
          {!value && <Icon name="down" size="xs" />}
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="start" sideOffset={4} collisionPadding={8} aria-label={name}>
            <Option checked={!value} onChange={() => onChange(undefined)}>
              {t("Any")}
            </Option>
            {options.map((option) => (
              <Option
                key={option.value}
                checked={members.includes(option.value)}
                onChange={() => onChange(toggled(value, option.value))}
              >
                {option.content}
              </Option>
            ))}
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {value && <ClearOne name={name} onClick={() => onChange(undefined)} />}
    </span>
  );
}

function Option(props: { checked: boolean; onChange: () => void; children: ReactNode }) {
  return (
    <Menu.CheckboxItem
      className="menu-item"
      checked={props.checked}
      onCheckedChange={props.onChange}
      onSelect={(event) => event.preventDefault()}
    >
      <span className="w-3.5">
        <Menu.ItemIndicator>
          <Icon name="check" size="s" className="text-beam" />
        </Menu.ItemIndicator>
      </span>
      {props.children}
    </Menu.CheckboxItem>
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
  const [open, setOpen] = useState(false);
  const on = Boolean(state.date || state.from || state.to);
  const choose = (change: Partial<StudyListState>) => {
    onChange({ date: undefined, from: undefined, to: undefined, ...change });
    setOpen(false);
  };
  return (
    <span className="chip-group">
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger className={`chip ${on ? "on" : ""}`}>
          {t("Date")} <b>{dateWord(state)}</b>
          {!on && <Icon name="down" size="xs" />}
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            className="popover p-1!"
            align="start"
            sideOffset={4}
            collisionPadding={8}
            aria-label={t("Study date")}
          >
            <div className="grid">
              <PresetButton chosen={!on} onClick={() => choose({})}>
                {t("Any")}
              </PresetButton>
              {(Object.keys(datePresets) as DatePreset[]).map((name) => (
                <PresetButton key={name} chosen={state.date === name} onClick={() => choose({ date: name })}>
                  {t(datePresets[name].label)}
                </PresetButton>
              ))}
            </div>
            <div className="menu-line" />
            <DateRangeForm key={`${state.from}.${state.to}`} state={state} onChoose={choose} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {on && <ClearOne name={t("Date")} onClick={() => choose({})} />}
    </span>
  );
}

function PresetButton({
  chosen,
  onClick,
  children,
}: {
  chosen: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <button type="button" className="menu-item" aria-pressed={chosen} onClick={onClick}>
      <span className="w-3.5">{chosen && <Icon name="check" size="s" className="text-beam" />}</span>
      {children}
    </button>
  );
}

function DateRangeForm({
  state,
  onChoose,
}: {
  state: StudyListState;
  onChoose: (change: Partial<StudyListState>) => void;
}) {
  const [from, setFrom] = useState(state.from ?? "");
  const [to, setTo] = useState(state.to ?? "");
  const wrong = Boolean(from && to && from > to);
  return (
    <form
      className="grid gap-2 p-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong && (from || to)) onChoose({ from: from || undefined, to: to || undefined });
      }}
    >
      <div className="grid grid-cols-2 gap-2">
        <label className="grid gap-1 text-11 text-text-2">
          {t("From")}
          <span className="input">
            <input type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
          </span>
        </label>
        <label className="grid gap-1 text-11 text-text-2">
          {t("To")}
          <span className={`input ${wrong ? "err" : ""}`}>
            <input
              type="date"
              value={to}
              onChange={(event) => setTo(event.target.value)}
              aria-invalid={wrong}
            />
          </span>
        </label>
      </div>
      {wrong && (
        <span className="flex items-center gap-1 text-11 text-crit" role="alert">
          <Icon name="alert" size="xs" />
          {t("The last day is before the first")}
        </span>
      )}
      <Button type="submit" disabled={wrong || !(from || to)}>
        {t("Show these days")}
      </Button>
    </form>
  );
}

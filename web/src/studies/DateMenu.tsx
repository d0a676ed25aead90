import { Popover } from "radix-ui";
import { type ReactNode, useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import type { MenuButton } from "../kit/OnDemand.tsx";
import { t } from "../words/words.ts";
import { type DatePreset, datePresets, type StudyListState } from "./list-state.ts";

interface DateMenuProps {
  state: StudyListState;
  onChoose: (change: Partial<StudyListState>) => void;
}

/** Days to narrow the list to: by name, or from one to another. */
export function DateMenu({ state, onChoose, button }: DateMenuProps & { button: MenuButton }) {
  const [open, setOpen] = useState(true);
  const on = Boolean(state.date || state.from || state.to);
  const chooseAndClose = (change: Partial<StudyListState>) => {
    onChoose(change);
    setOpen(false);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>{button}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover p-1!"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={t("Study date")}
        >
          <div className="grid">
            <PresetButton chosen={!on} onClick={() => chooseAndClose({})}>
              {t("Any")}
            </PresetButton>
            {(Object.keys(datePresets) as DatePreset[]).map((name) => (
              <PresetButton
                key={name}
                chosen={state.date === name}
                onClick={() => chooseAndClose({ date: name })}
              >
                {t(datePresets[name].label)}
              </PresetButton>
            ))}
          </div>
          <div className="menu-line" />
          <DateRangeForm key={`${state.from}.${state.to}`} state={state} onChoose={chooseAndClose} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
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

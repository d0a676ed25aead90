import { type FormEvent, type ReactNode, useState } from "react";
import { t } from "../words/words.ts";
import { Button } from "./Button.tsx";
import { CopyButton } from "./CopyButton.tsx";
import { Dialog } from "./Dialog.tsx";
import { Labelled } from "./Field.tsx";

/** Why the last try failed. */
export function Problem({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p className="note crit" role="alert">
      {text}
    </p>
  );
}

interface FormProps {
  /** What it is called; in a window that has its title already it needs none. */
  label?: string;
  submit: string;
  busy: boolean;
  problem: string | null;
  danger?: boolean;
  disabled?: boolean;
  onSubmit: () => void;
  /** With it there is a button that leads back without doing anything. */
  onBack?: () => void;
  children: ReactNode;
}

/** Fields, why the last try failed, and the button that sends them. */
export function Form({
  label,
  submit,
  busy,
  problem,
  danger,
  disabled,
  onSubmit,
  onBack,
  children,
}: FormProps) {
  return (
    <form
      className="grid gap-3"
      aria-label={label}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (!busy && !disabled) onSubmit();
      }}
      onKeyDown={(event) => {
        // In a field of several lines Enter alone begins another one.
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        // What the page behind does by these keys is not meant.
        event.stopPropagation();
        if (!busy && !disabled) event.currentTarget.requestSubmit();
      }}
    >
      {children}
      <Problem text={problem} />
      <div className="flex flex-wrap justify-end gap-2">
        {onBack && (
          <Button size="l" onClick={onBack}>
            {t("Back")}
          </Button>
        )}
        <Button
          variant={danger ? "danger" : "primary"}
          size="l"
          type="submit"
          busy={busy}
          disabled={disabled}
        >
          {submit}
        </Button>
      </div>
    </form>
  );
}

/** A form in a window. */
export function FormDialog({
  title,
  description,
  wide,
  onClose,
  ...form
}: Omit<FormProps, "label" | "onBack"> & {
  title: string;
  description?: ReactNode;
  wide?: boolean;
  onClose: () => void;
}) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      {...(description ? { description } : {})}
      {...(wide ? { wide } : {})}
    >
      <Form onBack={onClose} {...form} />
    </Dialog>
  );
}

/** Asks why, for what is recorded with a reason. */
export function ReasonDialog({
  title,
  description,
  submit,
  danger,
  optional,
  label = optional ? t("Reason (not needed)") : t("Reason"),
  hint,
  busy = false,
  problem = null,
  onSubmit,
  onClose,
}: {
  title: string;
  description?: ReactNode;
  submit: string;
  danger?: boolean;
  optional?: boolean;
  /** What is asked for, where it is no reason. */
  label?: string;
  /** Where the reason is kept. */
  hint?: string;
  busy?: boolean;
  problem?: string | null;
  onSubmit: (reason: string) => void;
  onClose: () => void;
}) {
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={title}
      description={description}
      submit={submit}
      busy={busy}
      problem={problem}
      danger={danger ?? false}
      disabled={!optional && reason.trim() === ""}
      onSubmit={() => onSubmit(reason.trim())}
      onClose={onClose}
    >
      <Labelled label={label}>
        <textarea
          className="text-area"
          rows={3}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {hint && <span className="text-11 font-normal text-text-3">{hint}</span>}
      </Labelled>
    </FormDialog>
  );
}

/** A secret that the server tells this once. */
export function OnceDialog({
  title,
  what,
  secret,
  hint,
  onClose,
}: {
  title: string;
  what: string;
  secret: string;
  hint: string;
  onClose: () => void;
}) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={hint}>
      <div className="grid gap-3">
        <div className="input lg">
          <output className="mono flex-1 text-14 break-all select-all" aria-label={what}>
            {secret}
          </output>
          <CopyButton text={secret} what={what} />
        </div>
        <p className="note urg">{t("It is shown this once. Whoever loses it gets another.")}</p>
        <Button variant="primary" size="l" className="justify-self-end" onClick={onClose}>
          {t("I have noted it")}
        </Button>
      </div>
    </Dialog>
  );
}

/** Any of several. */
export function Choices({
  label,
  options,
  chosen,
  onChange,
}: {
  label: string;
  options: readonly { value: string; word: string }[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 text-12 font-medium text-text-2">{label}</legend>
      <div className="choices">
        {options.map(({ value, word }) => (
          <label key={value}>
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, value] : chosen.filter((one) => one !== value))
              }
            />
            {word}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Yes or no. */
export function Tick({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label className="tick">
      <input type="checkbox" checked={checked} onChange={({ target }) => onChange(target.checked)} />
      {label}
    </label>
  );
}

/** One of several, in a labelled box. */
export function Select({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly { value: string; word: string }[];
  onChange: (value: string) => void;
}) {
  return (
    <Labelled label={label} boxed>
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.word}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from "react";
import { Icon } from "./Icon.tsx";

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "id"> {
  label: string;
  /** What stands at the right of the label, a link for instance. */
  aside?: ReactNode;
  error?: string | null;
  hint?: ReactNode;
  large?: boolean;
  /** What stands in the field behind the text. */
  trailing?: ReactNode;
  inputRef?: Ref<HTMLInputElement>;
}

/** A labelled text field with its hint and its error, each announced with it. */
export function Field({ label, aside, error, hint, large, trailing, inputRef, ...input }: FieldProps) {
  const id = useId();
  const described = [error ? `${id}-error` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center justify-between">
        <label htmlFor={id} className="text-12 font-medium text-text-2">
          {label}
        </label>
        {aside}
      </div>
      <div className={`input ${large ? "lg" : ""} ${error ? "err" : ""}`}>
        <input
          placeholder=" "
          {...input}
          id={id}
          ref={inputRef}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
        />
        {trailing}
      </div>
      {error && (
        <span id={`${id}-error`} className="flex items-center gap-1 text-11 text-crit">
          <Icon name="alert" size="xs" />
          {error}
        </span>
      )}
      {hint && (
        <span id={`${id}-hint`} className="text-11 text-text-3">
          {hint}
        </span>
      )}
    </div>
  );
}

/** A select or a text of several lines with its label; what it is stands inside. */
export function Labelled({
  label,
  boxed,
  children,
}: {
  label: ReactNode;
  boxed?: boolean;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="grid grid-cols-1 gap-1 text-12 font-medium text-text-2">
      {label}
      {boxed ? <span className="input">{children}</span> : children}
    </label>
  );
}

import { useEffect, useRef } from "react";
import { Field } from "../../kit/Field.tsx";
import { longestValue } from "../administration-state.ts";

/**
 * A search whose text stands in the address. The address follows with a delay, so it does not write into the field while somebody does: the caret would
 * jump to the end. When it changes otherwise, as when the filters are cleared, the field follows.
 */
export function AddressField({
  label,
  value = "",
  onChange,
}: {
  label: string;
  value: string | undefined;
  /** Without spaces at its ends. */
  onChange: (text: string) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const { current } = field;
    if (current && current !== document.activeElement) current.value = value;
  }, [value]);
  return (
    <Field
      label={label}
      type="search"
      inputRef={field}
      defaultValue={value}
      maxLength={longestValue}
      spellCheck={false}
      onChange={({ target }) => onChange(target.value.trim())}
    />
  );
}

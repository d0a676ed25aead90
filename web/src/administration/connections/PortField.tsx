import { Field } from "../../kit/Field.tsx";
import { t } from "../../words/words.ts";
import { isPort } from "./port.ts";

/** The port of another system; what is none says so. */
export function PortField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Field
      label={t("Port")}
      value={value}
      inputMode="numeric"
      maxLength={5}
      error={value === "" || isPort(value) ? null : t("1 to 65535")}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

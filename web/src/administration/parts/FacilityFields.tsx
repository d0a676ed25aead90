import { Choices, Select } from "../../kit/forms.tsx";
import { t } from "../../words/words.ts";
import { useFacilityOptions } from "./facilities.ts";

/** Where something belongs; whoever has one facility is not asked. */
export function FacilityField({
  label = t("Facility"),
  value,
  onChange,
}: {
  label?: string;
  value: string;
  onChange: (id: string) => void;
}) {
  const facilities = useFacilityOptions();
  if (facilities.length <= 1) return null;
  return <Select label={label} value={value} options={facilities} onChange={onChange} />;
}

/** Where somebody works, at several places perhaps; whoever has one facility is not asked. */
export function FacilitiesField({
  chosen,
  onChange,
}: {
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}) {
  const facilities = useFacilityOptions();
  if (facilities.length <= 1) return null;
  return <Choices label={t("Facilities")} options={facilities} chosen={chosen} onChange={onChange} />;
}

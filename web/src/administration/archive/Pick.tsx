import type { Patient } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { dayIn } from "../../kit/dates.ts";
import { Select } from "../../kit/forms.tsx";
import { joined } from "../../kit/joined.ts";
import { usePatientOrders } from "../../orders/queries.ts";
import { PatientChooser } from "../../patients/PatientChooser.tsx";
import { nameOf, personLine } from "../../patients/patient-words.ts";
import { useTimeZone, useToday } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";

/** A patient by name or identifier. */
export function PatientSearch({ onChange }: { onChange: (id: string) => void }) {
  const today = useToday();
  const [chosen, setChosen] = useState<Patient | null>(null);
  const choose = (patient: Patient | null) => {
    setChosen(patient);
    onChange(patient?.id ?? "");
  };
  if (!chosen) return <PatientChooser onChoose={choose} />;
  return (
    <div className="note plain items-center">
      <span className="min-w-0 flex-1">
        <b>{nameOf(chosen)}</b> · {personLine(chosen, today)} ·{" "}
        <span className="mono">{chosen.identifiers[0]?.value}</span>
      </span>
      <Button size="s" onClick={() => choose(null)}>
        {t("Another patient")}
      </Button>
    </div>
  );
}

/** One of a patient's orders. */
export function OrderSearch({
  patientId,
  value,
  onChange,
}: {
  patientId: string;
  value: string;
  onChange: (id: string) => void;
}) {
  const timeZone = useTimeZone();
  const found = usePatientOrders(patientId);
  const orders = found.data?.data ?? [];
  return (
    <Select
      label={t("Order")}
      value={value}
      options={[
        {
          value: "",
          word: t("{count, plural, =0 {nobody found} one {# found} other {# found}}", {
            count: orders.length,
          }),
        },
        ...orders.map((one) => ({
          value: one.id,
          word: joined(
            one.accessionNumber,
            one.modality,
            one.bodyPart,
            one.scheduledAt && dayIn(timeZone, one.scheduledAt),
          ),
        })),
      ]}
      onChange={onChange}
    />
  );
}

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Field } from "../../kit/Field.tsx";
import { t } from "../../words/words.ts";
import { Select } from "../parts/forms.tsx";

const fewest = 2;

/** A patient by name or identifier. */
export function PatientSearch({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const [text, setText] = useState("");
  const query = text.trim();
  const found = useQuery({
    queryKey: ["patients", query],
    enabled: query.length >= fewest,
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/patients", { params: { query: { query, limit: 20 } }, signal })),
  });
  const patients = query.length >= fewest ? (found.data?.data ?? []) : [];
  return (
    <>
      <Field
        label={t("Patient’s name or identifier")}
        type="search"
        value={text}
        hint={query.length < fewest ? t("At least two letters") : undefined}
        onChange={({ target }) => {
          setText(target.value);
          onChange("");
        }}
      />
      <Select
        label={t("Patient")}
        value={value}
        options={[
          {
            value: "",
            word: t("{count, plural, =0 {nobody found} one {# found} other {# found}}", {
              count: patients.length,
            }),
          },
          ...patients.map((one) => ({
            value: one.id,
            word: [`${one.lastName}, ${one.firstName}`, one.birthDate, one.identifiers[0]?.value]
              .filter(Boolean)
              .join(" · "),
          })),
        ]}
        onChange={onChange}
      />
    </>
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
  const found = useQuery({
    queryKey: ["orders", "of", patientId],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/imaging-orders/patient/{patientId}", {
          params: { path: { patientId }, query: { limit: 100 } },
          signal,
        }),
      ),
  });
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
          word: [one.accessionNumber, one.modality, one.bodyPart, one.scheduledAt?.slice(0, 10)]
            .filter(Boolean)
            .join(" · "),
        })),
      ]}
      onChange={onChange}
    />
  );
}

import type { Patient } from "@isocenter/contract";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { requestKey } from "../api/request-key.ts";
import { Button } from "../kit/Button.tsx";
import { Field } from "../kit/Field.tsx";
import { Icon } from "../kit/Icon.tsx";
import { SexField } from "../patients/SexField.tsx";
import { useToday } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { checkNewPatient, type NewPatientFields } from "./patient.ts";

interface NewPatientProps {
  /** What was searched for, a start for the name. */
  name: string;
  onBack: () => void;
  onRegistered: (patient: Patient) => void;
}

/** Registers a patient who is not here yet, so that pictures have somebody to belong to. */
export function NewPatient({ name, onBack, onRegistered }: NewPatientProps) {
  const today = useToday();
  const [lastName = "", firstName = ""] = name.split(",").map((part) => part.trim());
  const [fields, setFields] = useState<NewPatientFields>({
    lastName: /\d/.test(lastName) ? "" : lastName,
    firstName,
    birthDate: "",
    sex: "",
    identifier: /\d/.test(lastName) ? lastName : "",
  });
  const [tried, setTried] = useState(false);
  // One key for this patient: a second press, or an answer that was lost, registers nobody twice; other fields are another patient.
  const key = useRef(requestKey());
  const wrong = tried ? checkNewPatient(fields, today) : {};
  const register = useMutation({
    mutationFn: () => {
      const { identifier, ...rest } = fields;
      const value = identifier.trim();
      return answerOf(
        api.POST("/api/v1/patients", {
          params: { header: { "Idempotency-Key": key.current } },
          body: { ...rest, ...(value ? { identifiers: [{ value }] } : {}) },
        }),
      );
    },
    onSuccess: onRegistered,
  });
  const set = (field: keyof NewPatientFields) => (event: { target: { value: string } }) => {
    key.current = requestKey();
    setFields({ ...fields, [field]: event.target.value });
  };

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(checkNewPatient(fields, today)).length === 0 && !register.isPending) register.mutate();
  }

  return (
    <form className="grid gap-3" onSubmit={submit} noValidate aria-label={t("New patient")}>
      <div className="grid grid-cols-2 gap-3">
        <Field
          label={t("Family name")}
          autoFocus
          maxLength={64}
          value={fields.lastName}
          error={wrong.lastName}
          onChange={set("lastName")}
        />
        <Field
          label={t("Given name")}
          maxLength={64}
          value={fields.firstName}
          error={wrong.firstName}
          onChange={set("firstName")}
        />
        <Field
          label={t("Birth date")}
          type="date"
          max={today}
          value={fields.birthDate}
          error={wrong.birthDate}
          onChange={set("birthDate")}
        />
        <SexField value={fields.sex} error={wrong.sex} onChange={set("sex")} />
      </div>
      <Field
        label={t("Identifier")}
        maxLength={64}
        value={fields.identifier}
        hint={t("Left empty, one is given")}
        onChange={set("identifier")}
      />
      {register.isError && (
        <p className="note crit" role="alert">
          <Icon name="alert" className="text-crit" />
          {register.error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={onBack}>
          {t("Back to the search")}
        </Button>
        <Button type="submit" variant="primary" busy={register.isPending}>
          {t("Register")}
        </Button>
      </div>
    </form>
  );
}

import type { Patient } from "@isocenter/contract";
import { useEffect, useState } from "react";
import { ApiError } from "../api/problem.ts";
import { requestKey } from "../api/request-key.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field } from "../kit/Field.tsx";
import { Icon } from "../kit/Icon.tsx";
import { forgetTyped, sending } from "../kit/typed.ts";
import { useToday } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import {
  changesOf,
  checkPatient,
  emptyFields,
  fieldsOf,
  newPatientOf,
  type PatientFields,
} from "./patient-fields.ts";
import { nameOf, personLine } from "./patient-words.ts";
import { changePatient, createPatient, readPatient, useDuplicates } from "./queries.ts";
import { SexField } from "./SexField.tsx";

interface PatientFormProps {
  /** Whom it changes; null registers a new one. */
  patient: Patient | null;
  /** What was searched for, a start for the name. */
  name?: string;
  onClose: () => void;
  onDone: (patient: Patient) => void;
  /** The person is here already. */
  onFound?: (patient: Patient) => void;
}

const debounceMs = 300;

/** Registers a patient or changes one; while one types it says who may be the same person. */
export function PatientForm({ patient, name = "", onClose, onDone, onFound }: PatientFormProps) {
  const today = useToday();
  const [before] = useState(() => (patient ? fieldsOf(patient) : startOf(name)));
  const [fields, setFields] = useState(before);
  const [version, setVersion] = useState(patient?.version);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  /** As somebody else has saved it meanwhile. */
  const [newer, setNewer] = useState<Patient | null>(null);
  const [key, setKey] = useState(() => requestKey());
  const wrong = tried ? checkPatient(fields, today) : {};
  const set = (field: keyof PatientFields) => (event: { target: { value: string } }) => {
    // Other fields are another request: an answer that was lost registers nobody twice.
    setKey(requestKey());
    setFields({ ...fields, [field]: event.target.value });
  };

  async function submit(event: React.FormEvent) {
    event.preventDefault();
    setTried(true);
    if (busy || Object.keys(checkPatient(fields, today)).length > 0) return;
    const sent = sending();
    setBusy(true);
    setError(null);
    try {
      const done = patient
        ? await changePatient(patient.id, {
            ...changesOf(before, fields),
            expectedVersion: version ?? patient.version,
          })
        : await createPatient(newPatientOf(fields), key);
      sent();
      onDone(done);
    } catch (failure) {
      const refused = failure instanceof ApiError ? failure : null;
      setError(refused);
      if (patient && refused?.status === 409) setNewer(await readPatient(patient.id).catch(() => null));
    } finally {
      setBusy(false);
    }
  }

  const field = (of: keyof PatientFields, label: string, more: object = {}) => (
    <Field
      label={label}
      maxLength={64}
      value={fields[of]}
      error={wrong[of] ?? null}
      onChange={set(of)}
      {...more}
    />
  );
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={patient ? t("Change the patient") : t("New patient")}
      description={
        patient
          ? t("What you change, images that come later do not overwrite.")
          : t("Needed: names, birth date, sex.")
      }
    >
      <form className="grid gap-4" onSubmit={submit} noValidate aria-label={t("Patient")}>
        <div className="grid gap-3 sm:grid-cols-2">
          {field("lastName", t("Family name"))}
          {field("firstName", t("Given name"))}
          {field("middleName", t("Middle name"))}
          {field("birthDate", t("Birth date"), { type: "date", max: today })}
          <SexField value={fields.sex} error={wrong.sex} onChange={set("sex")} />
          {!patient && field("identifier", t("Identifier"), { hint: t("Left empty, one is given") })}
          {field("phone", t("Phone"), { type: "tel" })}
          {field("email", t("E-mail"), { type: "email", maxLength: 254 })}
        </div>
        {field("address", t("Address"), { maxLength: 1024 })}
        {!patient && <MaybeTheSame fields={fields} today={today} onFound={onFound} />}
        {newer ? (
          <Newer
            theirs={fieldsOf(newer)}
            mine={fields}
            onSeen={() => {
              setVersion(newer.version);
              setNewer(null);
              setError(null);
            }}
          />
        ) : (
          error && (
            <p className="note crit" role="alert">
              <Icon name="alert" className="text-crit" />
              <span>
                {[error.detail, ...error.fields.map(({ message }) => message)].filter(Boolean).join(" ")}
              </span>
            </p>
          )
        )}
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button type="submit" variant="primary" busy={busy}>
            {patient ? t("Save") : t("Register")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function startOf(name: string): PatientFields {
  if (/\d/.test(name)) return { ...emptyFields, identifier: name.trim() };
  const [lastName = "", firstName = ""] = name.split(",").map((part) => part.trim());
  return { ...emptyFields, lastName, firstName };
}

/** What somebody else has saved meanwhile, beside what one wrote. */
function Newer({ theirs, mine, onSeen }: { theirs: PatientFields; mine: PatientFields; onSeen: () => void }) {
  const differing = (Object.keys(mine) as (keyof PatientFields)[]).filter((one) => mine[one] !== theirs[one]);
  return (
    <div className="note urg" role="alert">
      <div className="grid flex-1 gap-2">
        <b>{t("Somebody else has changed this patient meanwhile.")}</b>
        <table className="text-12">
          <thead>
            <tr className="text-left text-text-3">
              <th scope="col">{t("Theirs")}</th>
              <th scope="col">{t("Yours")}</th>
            </tr>
          </thead>
          <tbody>
            {differing.map((one) => (
              <tr key={one}>
                <td>{theirs[one] || t("(empty)")}</td>
                <td>{mine[one] || t("(empty)")}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div>
          <Button onClick={onSeen}>{t("I have seen it: mine may be saved")}</Button>
        </div>
      </div>
    </div>
  );
}

function MaybeTheSame({
  fields,
  today,
  onFound,
}: {
  fields: PatientFields;
  today: string;
  onFound: ((patient: Patient) => void) | undefined;
}) {
  const { lastName, firstName, birthDate } = fields;
  const [asked, setAsked] = useState<{
    lastName: string;
    firstName: string;
    birthDate: string | null;
  } | null>(null);
  useEffect(() => {
    const enough = lastName.trim().length >= 2 && (firstName.trim() !== "" || birthDate !== "");
    const timer = setTimeout(
      () =>
        setAsked(
          enough
            ? { lastName: lastName.trim(), firstName: firstName.trim(), birthDate: birthDate || null }
            : null,
        ),
      debounceMs,
    );
    return () => clearTimeout(timer);
  }, [lastName, firstName, birthDate]);
  const found = useDuplicates(asked);
  const patients = asked ? (found.data?.data ?? []) : [];
  return (
    <div role="status">
      {patients.length > 0 && (
        <div className="note urg">
          <Icon name="alert" className="text-urg" />
          <div className="min-w-0 flex-1">
            <b>
              {t(
                "{count, plural, one {Somebody here may be the same person.} other {# people here may be the same person.}}",
                { count: patients.length },
              )}
            </b>
            <ul className="mt-1 grid gap-1">
              {patients.slice(0, 5).map((one) => (
                <li key={one.id} className="flex items-center gap-2">
                  <span className="min-w-0 flex-1 truncate">
                    {nameOf(one)} · {personLine(one, today)} ·{" "}
                    <span className="mono">{one.identifiers[0]?.value}</span>
                  </span>
                  {onFound && (
                    <Button
                      size="s"
                      onClick={() => {
                        forgetTyped(document);
                        onFound(one);
                      }}
                    >
                      {t("It is this one")}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </div>
  );
}

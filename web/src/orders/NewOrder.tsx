import type { ImagingOrder, Patient, PatientProof } from "@isocenter/contract";
import { priorities } from "@isocenter/contract/workflow";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";
import { requestKey } from "../api/request-key.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field, Labelled } from "../kit/Field.tsx";
import { Icon } from "../kit/Icon.tsx";
import { joined } from "../kit/joined.ts";
import { toast } from "../kit/toast.ts";
import { sending } from "../kit/typed.ts";
import { PatientChooser } from "../patients/PatientChooser.tsx";
import { nameOf, personLine } from "../patients/patient-words.ts";
import { useToday } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { ProviderChooser } from "./ProviderChooser.tsx";
import { priorityWord } from "./priorities.ts";
import { createOrder, useProcedures } from "./queries.ts";

interface NewOrderProps {
  patient: Patient | null;
  /** What was asked for before and is asked for once more. */
  like?: ImagingOrder;
  onClose: () => void;
}

/** Asks for an examination: whom, what, why, how soon. The appointment is made afterwards. */
export function NewOrder({ patient, like, onClose }: NewOrderProps) {
  const [chosen, setChosen] = useState(patient);
  const [unknown, setUnknown] = useState(false);
  // Whoever orders for their own patients finds those alone; another they name by what the patient brings along.
  const me = useMe();
  const own = me?.permissions.includes("patients.write") !== true && me?.roles.includes("PHYSICIAN") === true;
  const other = () => {
    setChosen(null);
    setUnknown(false);
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={t("New order")}
      description={t("Whoever schedules sees it at once; an emergency is announced.")}
    >
      {chosen || unknown ? (
        <OrderForm patient={chosen} like={like} onClose={onClose} onOther={patient ? undefined : other} />
      ) : (
        <>
          <PatientChooser onChoose={setChosen} />
          {own && (
            <div className="flex flex-wrap items-center justify-between gap-2">
              <p className="min-w-60 flex-1 text-12 text-text-2">
                {t(
                  "Here you find the patients in your care. For another you need their identifier and birth date.",
                )}
              </p>
              <Button onClick={() => setUnknown(true)}>{t("A patient not yet in my care")}</Button>
            </div>
          )}
        </>
      )}
    </Dialog>
  );
}

interface OrderFormProps {
  /** Null: somebody who is not in one's care, named by identifier and birth date. */
  patient: Patient | null;
  like: ImagingOrder | undefined;
  onClose: () => void;
  onOther: (() => void) | undefined;
}

function OrderForm({ patient, like, onClose, onOther }: OrderFormProps) {
  const me = useMe();
  const today = useToday();
  const navigate = useNavigate();
  // Whoever is a physician asks for themselves; the front desk names who asked.
  const own = me?.roles.includes("PHYSICIAN") ?? false;
  const procedures = useProcedures();
  const [procedureCode, setProcedureCode] = useState(like?.procedureCode ?? "");
  const [providerId, setProviderId] = useState((own ? me?.id : like?.providerId) ?? "");
  const [priority, setPriority] = useState<string>(like?.priority ?? "ROUTINE");
  const [question, setQuestion] = useState(like?.clinicalIndication ?? "");
  const [notes, setNotes] = useState(like?.notes ?? "");
  const [identifier, setIdentifier] = useState("");
  const [birthDate, setBirthDate] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [key, setKey] = useState(() => requestKey());
  const change = (set: (value: string) => void) => (event: { target: { value: string } }) => {
    // Another order is another request; the same one sent twice makes one order.
    setKey(requestKey());
    set(event.target.value);
  };
  const offered = procedures.data?.data ?? [];
  const procedure = offered.find(({ code }) => code === procedureCode);
  // The care has ended since the patient was chosen, or the hour of the broken glass has.
  const [asksProof, setAsksProof] = useState(patient === null);
  const proof: PatientProof | null = asksProof ? { identifier: identifier.trim(), birthDate } : null;
  const proven = !proof || (proof.identifier !== "" && proof.birthDate !== "");
  const ready = procedure !== undefined && providerId !== "" && question.trim() !== "" && proven;
  const order = async () => {
    if (!ready || busy) return;
    const sent = sending();
    setBusy(true);
    setError(null);
    try {
      const made = await createOrder(
        {
          ...(patient ? { patientId: patient.id } : {}),
          ...(proof ? { patientProof: proof } : {}),
          providerId,
          procedureCode,
          priority,
          clinicalIndication: question.trim(),
          ...(notes.trim() ? { notes: notes.trim() } : {}),
        },
        key,
      );
      sent();
      toast({
        title: t("Ordered"),
        detail: t("Accession number {number}", { number: made.accessionNumber }),
        tone: "ok",
      });
      onClose();
      await navigate({ to: "/orders/$orderId", params: { orderId: made.id } });
    } catch (failure) {
      const refused = failure instanceof ApiError ? failure : null;
      if (refused?.code === "order.not-in-care") setAsksProof(true);
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="grid gap-3"
      aria-label={t("Order")}
      onSubmit={(event) => {
        event.preventDefault();
        void order();
      }}
    >
      <div className="note plain items-center">
        <Icon name="person" />
        <span className="min-w-0 flex-1">
          {patient ? (
            <>
              <b>{nameOf(patient)}</b> · {personLine(patient, today)} ·{" "}
              <span className="mono">{patient.identifiers[0]?.value}</span>
            </>
          ) : (
            <b>{t("A patient not yet in my care")}</b>
          )}
        </span>
        {onOther && (
          <Button size="s" onClick={onOther}>
            {t("Another patient")}
          </Button>
        )}
      </div>
      {asksProof && (
        <fieldset className="grid gap-3 sm:grid-cols-2">
          <legend className="pb-2 text-12 text-text-2">
            {t(
              "As they stand on the referral or the wristband. With the order the patient comes into your care; that is recorded, and those who watch over access are told.",
            )}
          </legend>
          <Field
            label={t("Identifier")}
            required
            autoFocus={patient === null}
            maxLength={64}
            autoComplete="off"
            spellCheck={false}
            value={identifier}
            onChange={change(setIdentifier)}
          />
          <Field
            label={t("Birth date")}
            required
            type="date"
            max={today}
            value={birthDate}
            onChange={change(setBirthDate)}
          />
        </fieldset>
      )}
      <div className="grid gap-3 sm:grid-cols-2">
        <Labelled label={t("Examination")} boxed>
          <select
            required
            // biome-ignore lint/a11y/noAutofocus: the patient was chosen in the field that stood here, and the keyboard goes on
            autoFocus={!asksProof}
            value={procedure ? procedureCode : ""}
            onChange={change(setProcedureCode)}
          >
            <option value="" disabled>
              {procedures.isPending ? t("Loading") : t("Choose")}
            </option>
            {offered.map(({ id, code, name, modality }) => (
              <option key={id} value={code}>
                {modality} · {name}
              </option>
            ))}
          </select>
        </Labelled>
        <Labelled label={t("Priority")} boxed>
          <select value={priority} onChange={change(setPriority)}>
            {priorities.toReversed().map((one) => (
              <option key={one} value={one}>
                {priorityWord(one)}
              </option>
            ))}
          </select>
        </Labelled>
      </div>
      {procedures.data && offered.length === 0 && (
        <p className="note urg">{t("The catalogue of examinations is empty. An administrator fills it.")}</p>
      )}
      {procedure && (
        <p className="text-12 text-text-2">
          {joined(
            t("{minutes} min", { minutes: procedure.durationMinutes }),
            procedure.preparation && t("Preparation: {text}", { text: procedure.preparation }),
          )}
        </p>
      )}
      {!own && (
        <ProviderChooser
          value={providerId}
          before={like?.provider}
          onChange={(id) => {
            setKey(requestKey());
            setProviderId(id);
          }}
        />
      )}
      <Labelled label={t("Clinical question")}>
        <textarea
          className="text-area"
          rows={3}
          maxLength={4000}
          required
          value={question}
          onChange={change(setQuestion)}
        />
      </Labelled>
      <Labelled label={t("Notes for the front desk and the technologist")}>
        <textarea className="text-area" rows={2} maxLength={4000} value={notes} onChange={change(setNotes)} />
      </Labelled>
      {error && (
        <p className="note crit" role="alert">
          {[error.detail, ...error.fields.map(({ message }) => message)].filter(Boolean).join(" ")}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={onClose}>
          {t("Cancel")}
        </Button>
        <Button type="submit" variant="primary" busy={busy} disabled={!ready}>
          {t("Order the examination")}
        </Button>
      </div>
    </form>
  );
}

import type { Patient } from "@isocenter/contract";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/problem.ts";
import { requestKey } from "../api/request-key.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { dayOf } from "../kit/dates.ts";
import { Labelled } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";
import { sending } from "../kit/typed.ts";
import { t } from "../words/words.ts";
import { PatientChooser } from "./PatientChooser.tsx";
import { nameOf, sexWordOf } from "./patient-words.ts";
import { mergePatient } from "./queries.ts";

/** Makes one patient of two. The one whose page this is goes into the one that is chosen, and it can be undone. */
export function MergeDialog({ patient, onClose }: { patient: Patient; onClose: () => void }) {
  const navigate = useNavigate();
  const [other, setOther] = useState<Patient | null>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [key] = useState(() => requestKey());
  const merge = async () => {
    if (!other || !reason.trim() || busy) return;
    const sent = sending();
    setBusy(true);
    setError(null);
    try {
      await mergePatient(patient.id, other.id, reason.trim(), patient.version, key);
      sent();
      toast({ title: t("Merged"), detail: t("It can be undone on the patient’s page."), tone: "ok" });
      await navigate({ to: "/patients/$patientId", params: { patientId: other.id } });
    } catch (failure) {
      setError(failure instanceof ApiError ? failure.detail : t("That did not work. Nothing was changed."));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={t("Merge with another patient")}
      description={t("All records of both become those of the patient whom you choose. It can be undone.")}
    >
      {other ? (
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void merge();
          }}
        >
          <Comparison from={patient} into={other} />
          <Labelled label={t("Why they are one person")}>
            <textarea
              className="text-area"
              rows={2}
              // The patient was chosen in the field that stood here, and the keyboard goes on.
              autoFocus
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </Labelled>
          {error && (
            <p className="note crit" role="alert">
              {error}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <Button variant="ghost" onClick={() => setOther(null)}>
              {t("Another patient")}
            </Button>
            <Button variant="primary" type="submit" busy={busy} disabled={!reason.trim()}>
              {t("Merge into {name}, {identifier}", {
                name: nameOf(other),
                identifier: other.identifiers[0]?.value ?? t("without an identifier"),
              })}
            </Button>
          </div>
        </form>
      ) : (
        <PatientChooser start={patient.lastName} except={patient.id} onChoose={setOther} />
      )}
    </Dialog>
  );
}

function Comparison({ from, into }: { from: Patient; into: Patient }) {
  const rows: [string, (patient: Patient) => string][] = [
    [t("Name"), nameOf],
    [t("Birth date"), ({ birthDate }) => (birthDate ? dayOf(birthDate) : "")],
    [t("Sex"), ({ sex }) => sexWordOf(sex)],
    [
      t("Identifiers"),
      ({ identifiers }) =>
        identifiers.map(({ value, issuer }) => [value, issuer].filter(Boolean).join(" ")).join(", "),
    ],
    [t("Phone"), ({ phone }) => phone ?? ""],
    [t("Address"), ({ address }) => address ?? ""],
  ];
  return (
    <table className="plain-table">
      <caption className="sr-only">{t("The two patients side by side")}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{t("Goes")}</th>
          <th scope="col">{t("Stays")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([label, of]) => {
          const differs = of(from) !== of(into);
          return (
            <tr key={label} className={differs ? "text-urg" : ""}>
              <th scope="row">
                {label}
                {differs && <span className="sr-only"> {t("(differs)")}</span>}
              </th>
              <td>{of(from) || "–"}</td>
              <td>{of(into) || "–"}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

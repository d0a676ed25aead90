import type { ImagingOrder } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { dayOf } from "../kit/dates.ts";
import { Field } from "../kit/Field.tsx";
import { sexAndAge } from "../studies/format.ts";
import { useToday } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { useProcedure, writeLog } from "./queries.ts";

/** Two identifiers are compared with the person before anything is done to them; that it was done, or why it could not be, is kept. */
export function IdentityCheck({
  order,
  onStart,
  onClose,
}: {
  order: ImagingOrder;
  onStart: () => void;
  onClose: () => void;
}) {
  const today = useToday();
  const procedure = useProcedure(order.procedureId);
  const [said, setSaid] = useState(false);
  const [worn, setWorn] = useState(false);
  const [unable, setUnable] = useState(false);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const ready = unable ? reason.trim() !== "" : said && worn;
  const { patient } = order;
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const subject = { type: "order", id: order.id } as const;
      if (unable) await writeLog("IDENTITY_NOT_CHECKED", subject, reason.trim());
      else await writeLog("IDENTITY_CHECKED", subject);
      onStart();
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title={t("Is this the patient?")} wide>
      <form
        className="station-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void start();
        }}
      >
        <div className="identity">
          <p className="identity-name">{patient.name}</p>
          <dl>
            <div>
              <dt>{t("Born")}</dt>
              <dd>
                {patient.birthDate ? dayOf(patient.birthDate) : t("not known")}{" "}
                <span className="text-14 text-text-2">{sexAndAge(patient, today)}</span>
              </dd>
            </div>
            <div>
              <dt>{t("Identifier")}</dt>
              <dd className="mono">{patient.identifier}</dd>
            </div>
            <div>
              <dt>{t("Examination")}</dt>
              <dd className="text-16">{order.procedureName}</dd>
            </div>
          </dl>
        </div>
        {patient.provisional && (
          <p className="note crit" role="note">
            {t("This record is provisional: whose it is is not settled yet.")}
          </p>
        )}
        {procedure.data?.preparation && (
          <p className="note plain">
            <b>{t("Preparation")}:</b> {procedure.data.preparation}
          </p>
        )}
        {order.notes && (
          <p className="note urg">
            <b>{t("Notes")}:</b> {order.notes}
          </p>
        )}
        {!unable && (
          <div className="grid gap-1">
            <label className="station-tick">
              <input type="checkbox" checked={said} onChange={({ target }) => setSaid(target.checked)} />
              {t("The patient said this name and birth date")}
            </label>
            <label className="station-tick">
              <input type="checkbox" checked={worn} onChange={({ target }) => setWorn(target.checked)} />
              {t("The identifier is that of the wristband or the request")}
            </label>
          </div>
        )}
        <label className="station-tick text-text-2">
          <input type="checkbox" checked={unable} onChange={({ target }) => setUnable(target.checked)} />
          {t("The patient cannot be asked")}
        </label>
        {unable && (
          <Field
            label={t("How it was made sure who it is, or why not")}
            value={reason}
            maxLength={1000}
            onChange={({ target }) => setReason(target.value)}
            hint={t("It is kept in the log of the department’s work.")}
          />
        )}
        {error && (
          <p className="note urg" role="alert">
            {error}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button size="l" onClick={onClose}>
            {t("It is somebody else")}
          </Button>
          <Button size="l" variant="primary" type="submit" busy={busy} disabled={!ready}>
            {t("Start the examination")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import type { PatientSummary } from "@isocenter/contract";
import { type ReactNode, useState } from "react";
import { queryClient } from "../api/live.ts";
import { ApiError } from "../api/problem.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field } from "../kit/Field.tsx";
import { sending } from "../kit/typed.ts";
import { t } from "../words/words.ts";
import { PatientOf } from "./PatientOf.tsx";

interface SignDialogProps {
  title: string;
  patient: PatientSummary;
  action: string;
  children?: ReactNode;
  /** It takes something away. */
  danger?: boolean;
  /** Whether what else it asks for is there. */
  ready?: boolean;
  onClose: () => void;
  run: (password: string) => Promise<unknown>;
  done: () => Promise<void>;
}

/** A signature: the password again, and what the server has to say against it. */
export function SignDialog({
  title,
  patient,
  action,
  children,
  danger,
  ready = true,
  onClose,
  run,
  done,
}: SignDialogProps) {
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [warning, setWarning] = useState<string | null>(null);
  const sign = async () => {
    if (password === "" || !ready) return;
    const sent = sending();
    setBusy(true);
    setError(null);
    try {
      await run(password);
      sent();
      onClose();
      await done();
    } catch (failure) {
      const problem = failure instanceof ApiError ? failure : null;
      // Said once: the next signature counts, for whoever is named then.
      const isPatient = problem?.code === "report.patient-changed";
      if (isPatient) await queryClient.invalidateQueries({ queryKey: ["reports"] });
      if (isPatient || problem?.code === "report.images-arrived") setWarning(problem.detail);
      else setError(problem?.detail ?? t("That did not work. Nothing was signed."));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={t("Your password is your signature.")}
    >
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void sign();
        }}
      >
        <PatientOf patient={patient} />
        {children}
        {warning && (
          <p className="note urg" role="alert">
            {warning}
          </p>
        )}
        <Field
          label={t("Password")}
          type="password"
          autoComplete="current-password"
          value={password}
          error={error}
          onChange={(event) => setPassword(event.target.value)}
        />
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button variant={danger ? "danger" : "primary"} type="submit" busy={busy} disabled={!ready}>
            {warning ? t("{action} all the same", { action }) : action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

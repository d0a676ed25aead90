import type { PatientSummary } from "@isocenter/contract";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
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
  reportId: string;
  /** Whom the text is about, as the signer knows it when this opens. */
  patient: PatientSummary;
  action: string;
  children?: ReactNode;
  /** It takes something away. */
  danger?: boolean;
  /** Whether what else it asks for is there. */
  ready?: boolean;
  onClose: () => void;
  /** @param patientId of whom the signer sees */
  run: (password: string, patientId: string) => Promise<unknown>;
  done: () => Promise<void>;
}

/** A signature: the password again, and what the server has to say against it. */
export function SignDialog({
  title,
  reportId,
  patient,
  action,
  children,
  danger,
  ready = true,
  onClose,
  run,
  done,
}: SignDialogProps) {
  const [shown, setShown] = useState(patient);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  /** What stands against signing and is not about the password. */
  const [refused, setRefused] = useState<string | null>(null);
  const [warning, setWarning] = useState<string | null>(null);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In a long text what was answered would lie below what is seen.
    if (error || refused || warning) end.current?.scrollIntoView({ block: "nearest" });
  }, [error, refused, warning]);
  const seeWhoItIs = async () => {
    void queryClient.invalidateQueries({ queryKey: ["reports"] });
    const one = { params: { path: { id: reportId } } };
    // Where it cannot be read the next signature is refused again.
    const now = await answerOf(api.GET("/api/v1/reports/{id}", one)).catch(() => null);
    if (now) setShown(now.patient);
  };
  const sign = async () => {
    if (password === "" || !ready) return;
    const sent = sending();
    setBusy(true);
    setError(null);
    setRefused(null);
    try {
      await run(password, shown.id);
      sent();
      onClose();
      await done();
    } catch (failure) {
      const problem = failure instanceof ApiError ? failure : null;
      // Said once: the next signature counts, for whoever is named then.
      const isPatient = problem?.code === "report.patient-changed";
      if (isPatient) await seeWhoItIs();
      if (isPatient || problem?.code === "report.images-arrived") setWarning(problem.detail);
      else if (problem?.code.startsWith("password.")) setError(problem.detail);
      else setRefused(problem?.detail ?? t("That did not work. Nothing was signed."));
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
        <PatientOf patient={shown} />
        {children}
        {warning && (
          <p className="note urg" role="alert">
            {warning}
          </p>
        )}
        {refused && (
          <p className="note crit" role="alert">
            {refused}
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
        <div ref={end} className="flex justify-end gap-2">
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

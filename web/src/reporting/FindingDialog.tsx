import { useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { requestKey } from "../api/request-key.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Labelled } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";
import { message, t } from "../words/words.ts";
import { PatientOf } from "./PatientOf.tsx";
import { useStudy } from "./queries.ts";

const severities = [
  ["CRITICAL", message("Critical: life-threatening, told in person within minutes")],
  ["HIGH", message("High: told within the hour")],
  ["MODERATE", message("Moderate: tracked until somebody has answered")],
  ["LOW", message("Low: for awareness")],
] as const;

/** Raises a critical finding: who asked for the examination is told at once, and others until somebody answers. */
export function FindingDialog({
  studyId,
  reportId,
  impression = "",
  onClose,
}: {
  studyId: string;
  /** What the report says already: it need not be written twice. */
  impression?: string;
  /** Left out where it was seen before there is a report. */
  reportId?: string;
  onClose: () => void;
}) {
  const [severity, setSeverity] = useState<string>("CRITICAL");
  const [description, setDescription] = useState(impression.trim());
  const study = useStudy(studyId);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [key] = useState(() => requestKey());
  const raise = async () => {
    setBusy(true);
    setError(null);
    try {
      await answerOf(
        api.POST("/api/v1/critical-findings", {
          params: { header: { "Idempotency-Key": key } },
          body: { studyId, ...(reportId ? { reportId } : {}), severity, description: description.trim() },
        }),
      );
      toast({
        title: t("Critical finding raised"),
        detail: t("It is followed until somebody answers."),
        tone: "ok",
      });
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("Critical finding")}
      description={
        study.data?.orderId === null
          ? t("The study came without an order: those whom your department names next are told at once.")
          : t("Whoever asked for the examination is told at once; if nobody answers, others are.")
      }
    >
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (description.trim()) void raise();
        }}
      >
        {study.data && <PatientOf patient={study.data.patient} />}
        <Labelled label={t("What was found")}>
          <textarea
            className="report-text"
            rows={3}
            maxLength={4000}
            value={description}
            // What stands there already goes with the first letter that is typed.
            onFocus={(event) => description === impression.trim() && event.target.select()}
            onChange={(event) => setDescription(event.target.value)}
          />
        </Labelled>
        <Labelled label={t("How severe")} boxed>
          <select value={severity} onChange={(event) => setSeverity(event.target.value)}>
            {severities.map(([value, word]) => (
              <option key={value} value={value}>
                {t(word)}
              </option>
            ))}
          </select>
        </Labelled>
        {error && (
          <p className="note crit" role="alert">
            {error}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button variant="danger" type="submit" busy={busy} disabled={!description.trim()}>
            {t("Raise")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

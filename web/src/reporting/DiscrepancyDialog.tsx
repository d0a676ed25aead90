import type { Report } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Labelled } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";
import { message, t } from "../words/words.ts";
import { keepReport } from "./queries.ts";

export const discrepancyWords = {
  MINOR: message("Minor: nothing changes for the patient"),
  MAJOR: message("Major: it changes what is done for the patient"),
} as const;

/** Marks that the final report says other than the preliminary one; whoever submitted that is told. */
export function DiscrepancyDialog({ report, onClose }: { report: Report; onClose: () => void }) {
  const [category, setCategory] = useState<keyof typeof discrepancyWords>("MINOR");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const mark = async () => {
    setBusy(true);
    setError(null);
    try {
      await answerOf(
        api.POST("/api/v1/reports/{id}/discrepancy", {
          params: { path: { id: report.id } },
          body: { category, note: note.trim(), expectedVersion: report.version },
        }),
      );
      toast({
        title: t("Discrepancy marked"),
        detail: t("Whoever submitted the report is told."),
        tone: "ok",
      });
      onClose();
      await keepReport(report.studyId);
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
      title={t("Discrepancy with the preliminary report")}
      description={
        report.submittedBy
          ? t("Submitted by {name}, who is told what you write here.", { name: report.submittedBy.name })
          : undefined
      }
    >
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (note.trim() && !busy) void mark();
        }}
      >
        <Labelled label={t("What differs")}>
          <textarea
            className="report-text"
            rows={3}
            maxLength={1000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </Labelled>
        <Labelled label={t("How much it matters")} boxed>
          <select
            value={category}
            onChange={(event) => setCategory(event.target.value as keyof typeof discrepancyWords)}
          >
            {Object.entries(discrepancyWords).map(([value, word]) => (
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
          <Button variant="primary" type="submit" busy={busy} disabled={!note.trim()}>
            {t("Mark discrepancy")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

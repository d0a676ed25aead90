import { useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Labelled } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";

const severities = [
  ["CRITICAL", "Critical: life-threatening, told in person within minutes"],
  ["HIGH", "High: told within the hour"],
  ["MODERATE", "Moderate: tracked until somebody has answered"],
  ["LOW", "Low: for awareness"],
] as const;

/** Raises a critical finding: who asked for the examination is told at once, and others until somebody answers. */
export function FindingDialog({
  studyId,
  reportId,
  onClose,
}: {
  studyId: string;
  reportId: string;
  onClose: () => void;
}) {
  const [severity, setSeverity] = useState<string>("CRITICAL");
  const [description, setDescription] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [key] = useState(() => crypto.randomUUID());
  const raise = async () => {
    setBusy(true);
    setError(null);
    try {
      await answerOf(
        api.POST("/api/v1/critical-findings", {
          params: { header: { "Idempotency-Key": key } },
          body: { studyId, reportId, severity, description: description.trim() },
        }),
      );
      toast({
        title: "Critical finding raised",
        detail: "It is followed until somebody answers.",
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
      title="Critical finding"
      description="Whoever asked for the examination is told at once; if nobody answers, others are."
    >
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (description.trim()) void raise();
        }}
      >
        <Labelled label="What was found">
          <textarea
            className="report-text"
            rows={3}
            maxLength={4000}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        </Labelled>
        <Labelled label="How severe" boxed>
          <select value={severity} onChange={(event) => setSeverity(event.target.value)}>
            {severities.map(([value, word]) => (
              <option key={value} value={value}>
                {word}
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
            Cancel
          </Button>
          <Button variant="danger" type="submit" busy={busy} disabled={!description.trim()}>
            Raise
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Labelled } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import { writeLog } from "./queries.ts";

const longest = 1000;

/** What whoever reads should know of the examination. */
export function NoteDialog({ studyId, onClose }: { studyId: string; onClose: () => void }) {
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const keep = async () => {
    setBusy(true);
    setError(null);
    try {
      await writeLog("NOTE_TO_READER", { type: "study", id: studyId }, note.trim());
      toast({ title: t("Noted"), detail: t("Whoever reads the study sees it."), tone: "ok" });
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={t("Note to the reader")}
      description={t(
        "Contrast given, how the patient was placed, what went differently. It cannot be changed later.",
      )}
    >
      <form
        className="station-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (note.trim() && !busy) void keep();
        }}
      >
        <Labelled label={t("Note")}>
          <textarea
            className="text-area"
            rows={4}
            maxLength={longest}
            value={note}
            onChange={({ target }) => setNote(target.value)}
          />
        </Labelled>
        {error && (
          <p className="note urg" role="alert">
            {error}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button size="l" onClick={onClose}>
            {t("Back")}
          </Button>
          <Button size="l" variant="primary" type="submit" busy={busy} disabled={!note.trim()}>
            {t("Keep the note")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

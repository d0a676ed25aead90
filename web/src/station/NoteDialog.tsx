import { useState } from "react";
import { Labelled } from "../kit/Field.tsx";
import { FormDialog } from "../kit/forms.tsx";
import { useRun } from "../kit/run.ts";
import { t } from "../words/words.ts";
import { writeLog } from "./queries.ts";

const longest = 1000;

/** What whoever reads should know of the examination. */
export function NoteDialog({ studyId, onClose }: { studyId: string; onClose: () => void }) {
  const [note, setNote] = useState("");
  const { busy, problem, run } = useRun("log");
  const keep = async () => {
    const work = () => writeLog("NOTE_TO_READER", { type: "study", id: studyId }, note.trim());
    if (await run(work, t("Noted: whoever reads the study sees it"))) onClose();
  };
  return (
    <FormDialog
      title={t("Note to the reader")}
      description={t(
        "Contrast given, how the patient was placed, what went differently. It cannot be changed later.",
      )}
      submit={t("Keep the note")}
      busy={busy}
      problem={problem}
      disabled={!note.trim()}
      onSubmit={() => void keep()}
      onClose={onClose}
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
    </FormDialog>
  );
}

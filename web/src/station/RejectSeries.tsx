import type { Series, Study } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field, Labelled } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";
import { message, t } from "../words/words.ts";
import { moveStudy, rejectSeries } from "./queries.ts";

/** Why images are not good enough, as departments count it. */
const reasons = [
  message("The patient moved"),
  message("Wrong position or region"),
  message("Artefact"),
  message("Wrong protocol or exposure"),
  message("Contrast did not arrive in time"),
  message("The machine failed"),
] as const;
const other = "other";

/** Takes a series that is not good enough away, and keeps the study from the readers where it is made again. */
export function RejectSeries({
  study,
  series,
  name,
  onClose,
}: {
  study: Study;
  series: Series;
  name: string;
  onClose: () => void;
}) {
  const mayHold = study.actions.includes("start") && study.numberOfSeries > 1;
  const [why, setWhy] = useState("");
  const [more, setMore] = useState("");
  const [again, setAgain] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const ready = why !== "" && (why !== other || more.trim() !== "");
  const reason = [why === other ? "" : t(why), more.trim()].filter(Boolean).join(": ");
  const reject = async () => {
    setBusy(true);
    setError(null);
    try {
      if (mayHold && again) await moveStudy(study, "IN_PROGRESS", reason);
      await rejectSeries(series.id, reason);
      toast({ title: t("Rejected"), detail: name, tone: "ok" });
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
      title={t("Reject {series}", { series: name })}
      description={t("The images leave every list and viewer. An administrator can bring them back.")}
    >
      <form
        className="station-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void reject();
        }}
      >
        <Labelled label={t("Why")} boxed>
          <select value={why} onChange={({ target }) => setWhy(target.value)}>
            <option value="">{t("Choose a reason")}</option>
            {reasons.map((one) => (
              <option key={one} value={one}>
                {t(one)}
              </option>
            ))}
            <option value={other}>{t("Another reason")}</option>
          </select>
        </Labelled>
        <Field
          label={why === other ? t("Which reason") : t("More about it, if need be")}
          value={more}
          maxLength={800}
          onChange={({ target }) => setMore(target.value)}
        />
        {mayHold && (
          <label className="station-tick">
            <input type="checkbox" checked={again} onChange={({ target }) => setAgain(target.checked)} />
            {t("It is repeated: keep the study from the readers until the new images are here")}
          </label>
        )}
        {error && (
          <p className="note urg" role="alert">
            {error}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button size="l" onClick={onClose}>
            {t("Back")}
          </Button>
          <Button size="l" variant="danger" type="submit" busy={busy} disabled={!ready}>
            {t("Reject")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

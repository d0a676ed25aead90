import type { Series, Study } from "@isocenter/contract";
import { useState } from "react";
import { Field, Labelled } from "../kit/Field.tsx";
import { FormDialog } from "../kit/forms.tsx";
import { useRun } from "../kit/run.ts";
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
  const { busy, problem, run } = useRun("series");
  const ready = why !== "" && (why !== other || more.trim() !== "");
  const reason = [why === other ? "" : t(why), more.trim()].filter(Boolean).join(": ");
  const reject = async () => {
    const work = async () => {
      if (mayHold && again) await moveStudy(study, "IN_PROGRESS", reason);
      await rejectSeries(series.id, reason);
    };
    if (await run(work, t("Rejected: {series}", { series: name }))) onClose();
  };
  return (
    <FormDialog
      title={t("Reject {series}", { series: name })}
      description={t("The images leave every list and viewer. An administrator can bring them back.")}
      submit={t("Reject")}
      danger
      busy={busy}
      problem={problem}
      disabled={!ready}
      onSubmit={() => void reject()}
      onClose={onClose}
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
    </FormDialog>
  );
}

import type { Series, Study } from "@isocenter/contract";
import { useState } from "react";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field } from "../../kit/Field.tsx";
import { Form, Select } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { ErrorState } from "../../kit/States.tsx";
import { message, t } from "../../words/words.ts";
import { contentCount } from "../format.ts";
import { useSeries } from "../queries.ts";
import { attributes, changedValues, type Level, levels, valuesOf } from "./attributes.ts";
import { CorrectionHistory } from "./CorrectionHistory.tsx";
import { correct, useAttributes, useImagesOf } from "./queries.ts";
import "./correct.css";

const levelWords: Readonly<Record<Level, string>> = {
  STUDY: message("The study"),
  SERIES: message("The series"),
  IMAGE: message("This image alone"),
};

/**
 * Corrects what is written in images: the study, one of its series, one image; and shows how they came to be as they are, which is all that there is for who
 * may not correct.
 */
export default function CorrectDialog({ study, onClose }: { study: Study; onClose: () => void }) {
  const may = study.actions.includes("correct");
  const series = useSeries(study.id, study.version);
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => open || onClose()}
      title={may ? t("Correct the study") : t("History")}
      description={`${study.patient.name} · ${study.studyDescription ?? t("No description")}. ${t(
        "The images stay as they came; everywhere they are sent with the correction.",
      )}`}
    >
      {series.isError ? (
        <ErrorState error={series.error} onRetry={() => void series.refetch()} />
      ) : series.data ? (
        <Chosen study={study} series={series.data.data} onClose={onClose} />
      ) : (
        <Skeleton width="100%" height={240} />
      )}
    </Dialog>
  );
}

function Chosen({
  study,
  series,
  onClose,
}: {
  study: Study;
  series: readonly Series[];
  onClose: () => void;
}) {
  const [seriesUid, setSeriesUid] = useState(series[0]?.seriesInstanceUid ?? "");
  const [imageId, setImageId] = useState("");
  const images = useImagesOf(study.id, seriesUid);
  const image = images.data?.data.find(({ id }) => id === imageId) ?? images.data?.data[0];
  const set = useAttributes(
    image
      ? {
          studyInstanceUid: study.studyInstanceUid,
          seriesInstanceUid: seriesUid,
          sopInstanceUid: image.sopInstanceUid,
        }
      : null,
  );
  const number = (value: number | null) => (value === null ? "" : String(value));
  const failed = images.isError ? images : set.isError ? set : null;
  return (
    <div className="grid gap-4">
      <div className="grid grid-cols-2 gap-3">
        <Select
          label={t("Series")}
          value={seriesUid}
          options={series.map((one) => ({
            value: one.seriesInstanceUid,
            word: [
              t("Se {number}", { number: number(one.seriesNumber) }),
              one.seriesDescription ?? one.modality,
              contentCount(one),
            ].join(" · "),
          }))}
          onChange={(uid) => {
            setSeriesUid(uid);
            setImageId("");
          }}
        />
        <Select
          label={t("Image")}
          value={image?.id ?? ""}
          options={(images.data?.data ?? []).map((one, at) => ({
            value: one.id,
            word: t("Image {number}", { number: number(one.instanceNumber) || String(at + 1) }),
          }))}
          onChange={setImageId}
        />
      </div>
      {failed ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : image && set.data ? (
        <>
          {study.actions.includes("correct") && (
            <Fields
              key={`${image.id} ${image.version} ${study.version} ${set.dataUpdatedAt}`}
              study={study}
              image={image}
              before={valuesOf(set.data)}
              onDone={onClose}
            />
          )}
          <CorrectionHistory study={study} image={image} />
        </>
      ) : (
        <Skeleton width="100%" height={240} />
      )}
    </div>
  );
}

interface FieldsProps {
  study: Study;
  image: { id: string; version: number };
  before: Readonly<Record<string, string>>;
  onDone: () => void;
}

function Fields({ study, image, before, onDone }: FieldsProps) {
  const [now, setNow] = useState(before);
  const [reason, setReason] = useState("");
  const { busy, problem, run } = useRun("correct");
  const values = changedValues(before, now);
  const count = Object.keys(values).length;
  const save = async () => {
    if (await run(() => correct({ study, image, values, reason: reason.trim() }), t("Corrected"))) onDone();
  };
  return (
    <Form
      label={t("Correct the study")}
      submit={t("{count, plural, =0 {Correct} one {Correct # attribute} other {Correct # attributes}}", {
        count,
      })}
      busy={busy}
      problem={problem}
      disabled={count === 0 || reason.trim() === ""}
      onSubmit={() => void save()}
      onBack={onDone}
    >
      {levels.map((level) => (
        <fieldset key={level} className="correct-fields">
          <legend>{t(levelWords[level])}</legend>
          {attributes[level].map(({ keyword, word, type, longest }) => (
            <Field
              key={keyword}
              label={keyword in values ? t("{attribute}, changed", { attribute: t(word) }) : t(word)}
              value={now[keyword] ?? ""}
              maxLength={longest}
              {...(type === "date" ? { type } : type === "time" ? { type, step: 1 } : {})}
              {...(type === "number" ? { inputMode: "numeric" as const } : {})}
              onChange={({ target }) => setNow({ ...now, [keyword]: target.value })}
            />
          ))}
        </fieldset>
      ))}
      <Field
        label={t("Reason")}
        value={reason}
        maxLength={1000}
        hint={t("It is kept with the correction. Who the patient is, is corrected at the patient.")}
        onChange={({ target }) => setReason(target.value)}
      />
    </Form>
  );
}

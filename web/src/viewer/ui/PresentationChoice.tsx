import { useState } from "react";
import { t } from "../../words/words.ts";
import type { PresentationState } from "../model/presentation-states.ts";
import { screenPitch } from "../stack/screen-pitch.ts";
import { ScreenDialog } from "./ScaleChoice.tsx";
import type { Presentations } from "./use-presentations.ts";
import { useStore } from "./use-store.ts";

/** "Lesion marked, Reader, Ada" */
function titleOf({ label, author }: PresentationState): string {
  return [label || t("Without a name"), author].filter(Boolean).join(", ");
}

/** As which saved presentation the images are shown. Nothing where there is none. */
export function PresentationChoice({ presentations }: { presentations: Presentations }) {
  const { all, others, chosen, error, choose } = presentations;
  if (all.length + others.length === 0) return null;
  return (
    <span className="vw-slab">
      <select
        className="vw-presentations"
        aria-label={t("Presentation")}
        aria-keyshortcuts="Shift+P"
        title={t("Presentation (Shift+P)")}
        value={chosen?.sopInstanceUid ?? ""}
        onChange={(event) => {
          choose(all.find(({ sopInstanceUid }) => sopInstanceUid === event.target.value));
          event.target.blur();
        }}
      >
        <option value="">{t("As stored")}</option>
        {all.map((state) => (
          <option key={state.sopInstanceUid} value={state.sopInstanceUid}>
            {titleOf(state)}
          </option>
        ))}
        {others.map(({ sopInstanceUid, label, kind }) => (
          <option key={sopInstanceUid} disabled>
            {t("{title}: not shown here ({kind})", { title: label || t("Without a name"), kind: t(kind) })}
          </option>
        ))}
      </select>
      {error && (
        <span role="alert" className="vw-failed">
          {t("This presentation cannot be shown: {reason}", { reason: error })}
        </span>
      )}
    </span>
  );
}

interface PresentationTagProps {
  presentation: PresentationState;
  /** Whether it has the image in its true size. */
  isTrueSize: boolean;
  /** What it says besides and is not done, as messages. */
  omitted: readonly string[];
  /** Why what it lays over the image is not seen, or "". */
  refusal: string;
}

/** That what is seen is not the image as stored. */
export function PresentationTag({ presentation, isTrueSize, omitted, refusal }: PresentationTagProps) {
  const pitch = useStore(screenPitch);
  const [measuring, setMeasuring] = useState(false);
  return (
    <>
      <span className="vw-presentation-tag" role="note">
        {t("Presentation: {title}", { title: titleOf(presentation) })}
        {omitted.length > 0 &&
          ` · ${t("not applied: {what}", { what: omitted.map((each) => t(each)).join(", ") })}`}
        {isTrueSize && pitch > 0 && ` · ${t("True size")}`}
        {isTrueSize && pitch === 0 && (
          <button type="button" className="vw-button" onClick={() => setMeasuring(true)}>
            {t("True size: measure the screen")}
          </button>
        )}
      </span>
      {refusal && (
        <span role="alert" className="vw-presentation-refusal">
          {t("What it lays over the image is not shown: {reason}.", { reason: refusal })}
        </span>
      )}
      {measuring && (
        <ScreenDialog onClose={() => setMeasuring(false)} onMeasured={() => setMeasuring(false)} />
      )}
    </>
  );
}

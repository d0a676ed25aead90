import { t } from "../../words/words.ts";
import type { PresentationState } from "../model/presentation-states.ts";
import type { Presentations } from "./use-presentations.ts";

/** "Lesion marked, Reader, Ada" */
function titleOf({ label, author }: PresentationState): string {
  return [label || t("Without a name"), author].filter(Boolean).join(", ");
}

/** As which saved presentation the images are shown. Nothing where there is none. */
export function PresentationChoice({ presentations }: { presentations: Presentations }) {
  const { all, chosen, choose } = presentations;
  if (all.length === 0) return null;
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
      </select>
    </span>
  );
}

/** That what is seen is not the image as stored. */
export function PresentationTag({ presentation }: { presentation: PresentationState }) {
  return (
    <span className="vw-presentation-tag" role="note">
      {t("Presentation: {title}", { title: titleOf(presentation) })}
    </span>
  );
}

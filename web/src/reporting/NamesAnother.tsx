import { t } from "../words/words.ts";

/** Stands above a report, or a version of it, that was made before the study was given to another patient. */
export const NamesAnother = () => (
  <p className="note crit" role="alert">
    {t(
      "This was signed when the study was thought to be another patient's, whom its letter and its documents name: read it anew and amend it.",
    )}
  </p>
);

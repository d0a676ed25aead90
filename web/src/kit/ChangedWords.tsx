import { t } from "../words/words.ts";
import type { Part } from "./changes.ts";

/** What became of a text: marked by lines and, for who does not see them, by words. */
export function ChangedWords({ parts }: { parts: readonly Part[] }) {
  let at = 0;
  return parts.map(({ kind, text }) => {
    const key = at++;
    if (kind === "same") return <span key={key}>{text}</span>;
    return kind === "added" ? (
      <ins key={key}>
        <span className="sr-only">{t("added:")} </span>
        {text}
      </ins>
    ) : (
      <del key={key}>
        <span className="sr-only">{t("removed:")} </span>
        {text}
      </del>
    );
  });
}

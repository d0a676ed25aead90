import type { Report } from "@isocenter/contract";
import { useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { t } from "../words/words.ts";
import { differing, type Texts, textsOf, titleOf } from "./autosave.ts";
import { forgetUnsaved, useUnsaved } from "./unsaved.ts";

interface NotInItProps {
  report: Report;
  /** Begins an amendment with this text; null for those who may not. */
  onAmend: ((texts: Texts) => void) | null;
}

/** What somebody wrote here while another signed: it is not in the report, and it is not lost. */
export function NotInIt({ report, onAmend }: NotInItProps) {
  const unsaved = useUnsaved(useMe()?.id ?? "", report.id);
  if (!unsaved) return null;
  const signed = textsOf(report);
  const written = differing(unsaved.saved, unsaved.texts).filter(
    (key) => (unsaved.texts[key] ?? "") !== (signed[key] ?? ""),
  );
  if (written.length === 0) return null;
  const withIt = { ...signed, ...Object.fromEntries(written.map((key) => [key, unsaved.texts[key] ?? ""])) };
  return (
    <div className="note crit" role="alert">
      <div className="grid flex-1 gap-1">
        <p>
          <strong>
            {t("{name} signed this report while you wrote.", { name: report.signer?.name ?? "" })}
          </strong>{" "}
          {t("This of yours is not in it, and stands nowhere but here:")}
        </p>
        {written.map((key) => (
          <p key={key} className="whitespace-pre-line [overflow-wrap:anywhere]">
            {titleOf(key, report.template)}: {unsaved.texts[key] || t("(empty)")}
          </p>
        ))}
      </div>
      <div className="flex gap-2">
        {onAmend && <Button onClick={() => onAmend(withIt)}>{t("Amend with it")}</Button>}
        <Button onClick={forgetUnsaved}>{t("Leave it out")}</Button>
      </div>
    </div>
  );
}

import { useState } from "react";
import { t } from "../../words/words.ts";
import type { Desk } from "../desk.ts";
import { Icon } from "./icons.tsx";
import { ShareDialog } from "./ShareDialog.tsx";

interface StudyActionsProps {
  desk: Desk | undefined;
  studyInstanceUid: string;
}

/** What can be done with the study as a whole: share it by a link, save it, print what is on the screen. */
export function StudyActions({ desk, studyInstanceUid }: StudyActionsProps) {
  const [sharing, setSharing] = useState<ReturnType<NonNullable<Desk["sharingOf"]>>>();
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState("");
  const save = async () => {
    setSaving(true);
    setError("");
    try {
      await desk?.download?.(studyInstanceUid);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    } finally {
      setSaving(false);
    }
  };
  return (
    <span className="vw-actions">
      {error && (
        <span className="vw-series-error" role="alert">
          {error}
        </span>
      )}
      {desk?.sharingOf && (
        <button
          type="button"
          className="vw-action"
          onClick={() => setSharing(desk.sharingOf?.(studyInstanceUid))}
        >
          <Icon name="share" />
          {t("Share")}
        </button>
      )}
      {desk?.download && (
        <button type="button" className="vw-action" disabled={saving} onClick={() => void save()}>
          <Icon name="download" />
          {saving ? t("Saving") : t("Download")}
        </button>
      )}
      <button type="button" className="vw-action" onClick={() => globalThis.print()}>
        <Icon name="print" />
        {t("Print")}
      </button>
      {sharing && <ShareDialog sharing={sharing} onClose={() => setSharing(undefined)} />}
    </span>
  );
}

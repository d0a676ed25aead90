import { useState } from "react";
import { t } from "../../words/words.ts";
import type { Desk } from "../desk.ts";
import { DownloadDialog } from "./DownloadDialog.tsx";
import { Icon } from "./icons.tsx";
import { ShareDialog } from "./ShareDialog.tsx";

interface StudyActionsProps {
  desk: Desk | undefined;
  studyInstanceUid: string;
  /** Opens the study on another screen too. */
  onSecondScreen: (() => void) | undefined;
}

/** What can be done with the study as a whole: share it by a link, save it, print what is on the screen. */
export function StudyActions({ desk, studyInstanceUid, onSecondScreen }: StudyActionsProps) {
  const [sharing, setSharing] = useState<ReturnType<NonNullable<Desk["sharingOf"]>>>();
  const [saving, setSaving] = useState(false);
  return (
    <span className="vw-actions">
      {onSecondScreen && (
        <button
          type="button"
          className="vw-action"
          title={t("The same study in a second window, for the other monitor")}
          onClick={onSecondScreen}
        >
          <Icon name="layout2" />
          {t("Second screen")}
        </button>
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
        <button type="button" className="vw-action" onClick={() => setSaving(true)}>
          <Icon name="download" />
          {t("Download")}
        </button>
      )}
      <button type="button" className="vw-action" onClick={() => globalThis.print()}>
        <Icon name="print" />
        {t("Print")}
      </button>
      {saving && desk?.download && (
        <DownloadDialog
          onStudy={() => desk.download?.(studyInstanceUid) ?? Promise.resolve()}
          onPicture={desk.saveFile}
          onClose={() => setSaving(false)}
        />
      )}
      {sharing && <ShareDialog sharing={sharing} onClose={() => setSharing(undefined)} />}
    </span>
  );
}

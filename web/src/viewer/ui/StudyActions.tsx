import { useState } from "react";
import { createPortal } from "react-dom";
import { t } from "../../words/words.ts";
import type { Desk } from "../desk.ts";
import { DownloadDialog } from "./DownloadDialog.tsx";
import { Icon } from "./icons.tsx";
import { ShareDialog } from "./ShareDialog.tsx";
import { pictureOf } from "./save-picture.ts";

interface StudyActionsProps {
  desk: Desk | undefined;
  studyInstanceUid: string;
  /** Opens the study on another screen too. */
  onSecondScreen: (() => void) | undefined;
  /** Opens the report beside the images. */
  onReport: (() => void) | undefined;
}

/** What can be done with the study as a whole: share it by a link, save it, print what is on the screen. */
export function StudyActions({ desk, studyInstanceUid, onSecondScreen, onReport }: StudyActionsProps) {
  const [sharing, setSharing] = useState<ReturnType<NonNullable<Desk["sharingOf"]>>>();
  const [saving, setSaving] = useState(false);
  const [page, setPage] = useState("");
  // As a picture: the viewports themselves have the size of the screen, of which a sheet would show a part.
  const print = async () => {
    const panes = [...document.querySelectorAll<HTMLElement>(".vw-pane:not([hidden])")];
    setPage(URL.createObjectURL(await pictureOf(panes, { type: "image/png", texts: true })));
  };
  const printed = () => {
    addEventListener(
      "afterprint",
      () => {
        URL.revokeObjectURL(page);
        setPage("");
      },
      { once: true },
    );
    globalThis.print();
  };
  return (
    <span className="vw-actions">
      {page && createPortal(<img className="vw-print" src={page} alt="" onLoad={printed} />, document.body)}
      {onSecondScreen && (
        <button
          type="button"
          className="vw-action vw-second"
          title={t("The same study in a second window, for the other monitor")}
          onClick={onSecondScreen}
        >
          <Icon name="layout2" />
          <span>{t("Second screen")}</span>
        </button>
      )}
      {desk?.sharingOf && (
        <button
          type="button"
          className="vw-action"
          title={t("Share")}
          onClick={() => setSharing(desk.sharingOf?.(studyInstanceUid))}
        >
          <Icon name="share" />
          <span>{t("Share")}</span>
        </button>
      )}
      {desk?.download && (
        <button type="button" className="vw-action" title={t("Download")} onClick={() => setSaving(true)}>
          <Icon name="download" />
          <span>{t("Download")}</span>
        </button>
      )}
      <button type="button" className="vw-action" title={t("Print")} onClick={() => void print()}>
        <Icon name="print" />
        <span>{t("Print")}</span>
      </button>
      {onReport && (
        <button
          type="button"
          className="vw-action"
          title={t("Report")}
          aria-keyshortcuts="F6"
          onClick={onReport}
        >
          <Icon name="document" />
          <span>{t("Report")}</span>
          <kbd>F6</kbd>
        </button>
      )}
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

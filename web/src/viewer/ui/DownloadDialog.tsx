import { useLayoutEffect, useRef, useState } from "react";
import { message, t } from "../../words/words.ts";
import { Icon } from "./icons.tsx";
import { type PictureType, pictureOf } from "./save-picture.ts";

interface DownloadDialogProps {
  /** Saves the study as a ZIP of DICOM files. */
  onStudy: () => Promise<void>;
  onPicture: (blob: Blob, name: string) => void;
  onClose: () => void;
}

type Wish = "study" | "viewport" | "viewports";

const wishes: readonly [Wish, string][] = [
  ["study", message("The study, as it was received: DICOM files in a ZIP")],
  ["viewport", message("The active viewport as a picture")],
  ["viewports", message("All viewports as one picture")],
];

const types: readonly [PictureType, string][] = [
  ["image/png", "PNG"],
  ["image/jpeg", "JPEG"],
];

const endings: Readonly<Record<PictureType, string>> = { "image/png": "png", "image/jpeg": "jpg" };

/** What is to be saved: the study itself, or what is on the screen as a picture. */
export function DownloadDialog({ onStudy, onPicture, onClose }: DownloadDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [wish, setWish] = useState<Wish>("study");
  const [type, setType] = useState<PictureType>("image/png");
  const [texts, setTexts] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  useLayoutEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const save = async () => {
    setBusy(true);
    setError("");
    try {
      if (wish === "study") await onStudy();
      else onPicture(...(await picture(wish === "viewport", { type, texts })));
      onClose();
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} className="vw-help vw-share" aria-label={t("Download")} onClose={onClose}>
      <header>
        <h2>{t("Download")}</h2>
        <button type="button" className="vw-icon-button" aria-label={t("Close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {wishes.map(([value, label]) => (
          <label key={value} className="vw-check">
            <input type="radio" name="wish" checked={wish === value} onChange={() => setWish(value)} />
            {t(label)}
          </label>
        ))}
        {wish !== "study" && (
          <>
            <label>
              {t("Form of the picture")}
              <select value={type} onChange={(event) => setType(event.target.value as PictureType)}>
                {types.map(([value, label]) => (
                  <option key={value} value={value} label={label} />
                ))}
              </select>
            </label>
            <label className="vw-check">
              <input type="checkbox" checked={texts} onChange={(event) => setTexts(event.target.checked)} />
              {t("With the patient's name and the other texts")}
            </label>
            <p className="vw-dim">
              {t("Measurements are part of the picture. What is burned into the image itself stays in it.")}
            </p>
          </>
        )}
        <button type="submit" className="vw-button" data-primary disabled={busy}>
          {busy ? t("Saving") : t("Save")}
        </button>
      </form>
      {error && <p role="alert">{error}</p>}
    </dialog>
  );
}

async function picture(one: boolean, wish: { type: PictureType; texts: boolean }): Promise<[Blob, string]> {
  const seen = [...document.querySelectorAll<HTMLElement>(".vw-pane:not([hidden])")];
  const active = seen.find((pane) => pane.dataset.active !== undefined) ?? seen[0];
  const panes = one ? seen.filter((pane) => pane === active) : seen;
  if (panes.length === 0) throw new Error(t("No image is shown."));
  // A coarse picture is not to be kept as if it were the image.
  if (panes.some((pane) => pane.querySelector(".vw-coarse")))
    throw new Error(t("An image is still on its way. Save it when all of it is here."));
  const blob = await pictureOf(panes, wish);
  const image = active?.dataset.imageNumber;
  // No name: files lie about where many people look.
  return [blob, `${[t("Picture"), one && image].filter(Boolean).join(" ")}.${endings[wish.type]}`];
}

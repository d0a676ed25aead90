import { useLayoutEffect, useRef, useState } from "react";
import { message, t } from "../../words/words.ts";
import { keepScreenPitch, pitchOrNominal, screenPitch } from "../stack/screen-pitch.ts";
import { Icon } from "./icons.tsx";
import type { Scale } from "./use-scale.ts";

interface ScaleChoiceProps {
  /** Undefined where there is no projection. */
  scale: Scale | undefined;
  onScale: (scale: Scale) => void;
}

const scales: readonly [Scale, string][] = [
  ["fit", message("Fit each")],
  ["same", message("Same scale")],
  ["true", message("True size")],
];

/** How large projections are. The true size asks once how large the screen is. */
export function ScaleChoice({ scale, onScale }: ScaleChoiceProps) {
  const [measuring, setMeasuring] = useState(false);
  if (!scale) return null;
  return (
    <span className="vw-slab">
      <select
        aria-label={t("Scale of the pictures")}
        value={scale}
        onChange={(event) => {
          const next = event.target.value as Scale;
          event.target.blur();
          if (next === "true" && screenPitch.get() === 0) setMeasuring(true);
          else onScale(next);
        }}
      >
        {scales.map(([value, label]) => (
          <option key={value} value={value}>
            {t(label)}
          </option>
        ))}
      </select>
      {measuring && (
        <ScreenDialog
          onClose={() => setMeasuring(false)}
          onMeasured={() => {
            setMeasuring(false);
            onScale("true");
          }}
        />
      )}
    </span>
  );
}

/** The width of a bank card (ISO/IEC 7810 ID-1), in millimetres. */
const cardWidth = 85.6;

/** Asks how large a pixel of this screen is. */
export function ScreenDialog({ onClose, onMeasured }: { onClose: () => void; onMeasured: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [width, setWidth] = useState(() => Math.round(cardWidth / pitchOrNominal()));
  useLayoutEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="vw-help vw-share" aria-label={t("Size of this screen")} onClose={onClose}>
      <header>
        <h2>{t("Size of this screen")}</h2>
        <button type="button" className="vw-icon-button" aria-label={t("Close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <p>
        {t(
          "Hold a bank card to the screen and make the bar as long as the card. It is asked once for each browser.",
        )}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          keepScreenPitch(cardWidth / width);
          onMeasured();
        }}
      >
        <div className="vw-card" style={{ width }} />
        <label>
          {t("Length of the bar")}
          <input
            type="range"
            min={150}
            max={1200}
            value={width}
            onChange={(event) => setWidth(Number(event.target.value))}
          />
        </label>
        <button type="submit" className="vw-button" data-primary>
          {t("Show true size")}
        </button>
      </form>
    </dialog>
  );
}

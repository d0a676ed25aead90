import { t } from "../../words/words.ts";
import { type ColorMapName, colorMaps } from "../layers/color-maps.ts";
import { type FusionLook, type Measure, partUppers, suvUppers } from "../layers/fusion.ts";
import type { SeriesEntry } from "../model/study.ts";
import { seriesTitle } from "./SeriesStrip.tsx";

export interface Fusion {
  /** Of what lies over the active picture. */
  measure: Measure;
  /** The series that lies over it, and all that could. */
  series: SeriesEntry;
  choices: readonly SeriesEntry[];
  onSeries: (seriesInstanceUid: string) => void;
  look: FusionLook;
  onLook: (look: FusionLook) => void;
}

/** How the uptake over the active picture looks: its colours, where they end, and how much of them is seen. */
export function FusionChoice({ fusion }: { fusion: Fusion | undefined }) {
  if (!fusion) return null;
  const { look, onLook, measure, series, choices, onSeries } = fusion;
  const isSuv = measure.kind === "suv";
  const uppers = isSuv ? suvUppers : partUppers;
  return (
    <>
      <span className="vw-slab">
        {choices.length > 1 && (
          <select
            className="vw-presentations"
            aria-label={t("Series over the picture")}
            value={series.seriesInstanceUid}
            onChange={(event) => {
              onSeries(event.target.value);
              event.target.blur();
            }}
          >
            {choices.map((choice) => (
              <option key={choice.seriesInstanceUid} value={choice.seriesInstanceUid}>
                {seriesTitle(choice)}
              </option>
            ))}
          </select>
        )}
        <select
          aria-label={t("Colours of what lies over")}
          value={look.colorMap}
          onChange={(event) => {
            onLook({ ...look, colorMap: event.target.value as ColorMapName });
            event.target.blur();
          }}
        >
          {colorMaps.map(({ name, label }) => (
            <option key={name} value={name}>
              {t(label)}
            </option>
          ))}
        </select>
        {measure.kind !== "other" && (
          <select
            aria-label={t("Uptake in the last colour")}
            value={isSuv ? look.upperSuv : look.upperPart}
            onChange={(event) => {
              const upper = Number(event.target.value);
              onLook(isSuv ? { ...look, upperSuv: upper } : { ...look, upperPart: upper });
              event.target.blur();
            }}
          >
            {uppers.map((upper) => (
              <option key={upper} value={upper}>
                {isSuv ? `SUV 0–${upper}` : t("0 to {percent} %", { percent: upper * 100 })}
              </option>
            ))}
          </select>
        )}
        <label className="vw-speed">
          <span className="vw-hidden">{t("Share of what lies over in the picture")}</span>
          <input
            type="range"
            min={0}
            max={100}
            step={5}
            value={Math.round(look.blend * 100)}
            onChange={(event) => onLook({ ...look, blend: Number(event.target.value) / 100 })}
            onPointerUp={(event) => event.currentTarget.blur()}
          />
          <output>{`${Math.round(look.blend * 100)} %`}</output>
        </label>
      </span>
      <span className="vw-rule" />
    </>
  );
}

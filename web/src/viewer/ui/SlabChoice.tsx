import { message, t } from "../../words/words.ts";
import type { Slab, SlabMode } from "../volume/reslice.ts";

const slabModes: readonly [SlabMode, string][] = [
  ["average", message("Average")],
  ["maximum", message("MIP")],
  ["minimum", message("MinIP")],
];
const thicknesses = [0, 3, 5, 10, 20, 40];

interface SlabChoiceProps {
  /** Of the active viewport, if it shows a plane; undefined elsewhere. */
  slab: Slab | undefined;
  onSlab: (slab: Slab) => void;
  /** Lays turned planes straight again; undefined where none is turned. */
  onStraighten: (() => void) | undefined;
}

/** How thick the active plane is, and what becomes of the values behind each other. */
export function SlabChoice({ slab, onSlab, onStraighten }: SlabChoiceProps) {
  if (!slab && !onStraighten) return null;
  return (
    <span className="vw-slab">
      {slab && <Thickness slab={slab} onSlab={onSlab} />}
      {onStraighten && (
        <button type="button" className="vw-button" aria-keyshortcuts="\\" onClick={onStraighten}>
          {t("Straighten planes")}
        </button>
      )}
    </span>
  );
}

function Thickness({ slab, onSlab }: { slab: Slab; onSlab: (slab: Slab) => void }) {
  return (
    <>
      <select
        aria-label={t("What a slab shows")}
        value={slab.mode}
        onChange={(event) => {
          const mode = event.target.value as SlabMode;
          onSlab({ mode, thickness: slab.thickness || 10 });
          event.target.blur();
        }}
      >
        {slabModes.map(([mode, label]) => (
          <option key={mode} value={mode}>
            {t(label)}
          </option>
        ))}
      </select>
      <select
        aria-label={t("Thickness of the slab")}
        value={slab.thickness}
        onChange={(event) => {
          onSlab({ ...slab, thickness: Number(event.target.value) });
          event.target.blur();
        }}
      >
        {thicknesses.map((thickness) => (
          <option key={thickness} value={thickness}>
            {thickness === 0 ? t("thin") : `${thickness} mm`}
          </option>
        ))}
      </select>
    </>
  );
}

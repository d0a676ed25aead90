import { t } from "../../words/words.ts";
import { figure } from "../marks/words.ts";
import type { Masking } from "../model/masking.ts";

/** Says over a picture what was subtracted from it. */
export function MaskTag({ masking: { mask, shift, regions, visible } }: { masking: Masking }) {
  const [down, left] = shift;
  const image = mask.length > 1 ? `${mask[0]}–${mask.at(-1)}` : String(mask[0]);
  const decimals = (value: number) => (Number.isInteger(value) ? 0 : Number.isInteger(value * 2) ? 1 : 2);
  const moved = [
    down === 0 ? "" : `${down > 0 ? "↓" : "↑"} ${figure(Math.abs(down), decimals(down))}`,
    left === 0 ? "" : `${left > 0 ? "←" : "→"} ${figure(Math.abs(left), decimals(left))}`,
  ].filter(Boolean);
  return (
    <span className="vw-mask-tag" role="note">
      {t("Subtracted, mask: image {image}", { image })}
      {moved.length > 0 && ` ${moved.join(" ")} ${t("px")}`}
      {regions &&
        ` · ${t("{count, plural, one {one part} other {# parts}} moved by itself", { count: regions.length })}`}
      {visible !== undefined &&
        ` · ${t("{percent} % of the mask seen", { percent: Math.round(visible * 100) })}`}
    </span>
  );
}

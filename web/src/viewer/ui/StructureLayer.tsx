import { useMemo } from "react";
import { createPortal } from "react-dom";
import { t } from "../../words/words.ts";
import type { StackImage } from "../model/image.ts";
import { type Outline, outlinesOn, type Structure } from "../model/structure-sets.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";

interface StructureLayerProps {
  structures: readonly Structure[];
  image: StackImage;
  controller: ViewportController;
}

/** The contours of structure sets on an image, and what they are called. */
export function StructureLayer({ structures, image, controller }: StructureLayerProps) {
  const here = useMemo(
    () =>
      structures
        .map((structure) => ({ structure, outlines: outlinesOn(image, structure) }))
        .filter(({ outlines }) => outlines.length > 0),
    [structures, image],
  );
  if (here.length === 0) return null;
  return (
    <>
      {createPortal(
        <svg className="vw-drawn" aria-hidden="true">
          {here.map(({ structure, outlines }) => (
            <g key={structure.key} data-structure={structure.name}>
              <path
                fill={structure.color}
                fillOpacity={outlines[0]?.edges ? 0.3 : 0.12}
                fillRule="evenodd"
                d={outlines.map(({ points, closed }) => drawn(points, closed, controller)).join("")}
              />
              <path
                className="vw-drawn-line"
                fill="none"
                stroke={structure.color}
                d={outlines.map((outline) => edgesOf(outline, controller)).join("")}
              />
            </g>
          ))}
        </svg>,
        controller.layers,
      )}
      <ul className="vw-segments-names vw-structures-names" aria-label={t("Structures on this image")}>
        {here.map(({ structure: { key, name, color } }) => (
          <li key={key}>
            <i style={{ background: color }} />
            <span>{name}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function edgesOf({ points, closed, edges }: Outline, controller: ViewportController): string {
  if (!edges) return drawn(points, closed, controller);
  return edges.map((edge) => drawn(edge, false, controller)).join("");
}

/** A point alone is a cross. */
function drawn(
  points: readonly (readonly [number, number, number])[],
  closed: boolean,
  { canvasOf }: ViewportController,
): string {
  const seen = points.map((point) => canvasOf(point).map((value) => Number(value.toFixed(2))));
  if (seen.length === 1) {
    const [x = 0, y = 0] = seen[0]!;
    return `M${x - 5} ${y}h10M${x} ${y - 5}v10`;
  }
  return `M${seen.map((point) => point.join(",")).join("L")}${closed ? "Z" : ""}`;
}

import { numberOf } from "@isocenter/presentation";
import { useEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { t } from "../../words/words.ts";
import type { FusionLook } from "../layers/fusion.ts";
import type { ColorScale, Over } from "../layers/over.ts";
import { gridOver, sampleVolume } from "../layers/sample.ts";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf } from "../model/pixel-space.ts";
import { tags } from "../model/tags.ts";
import { formatWindowValue } from "../model/windows.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import type { VolumeGeometry } from "../volume/geometry.ts";
import { VolumeProgress } from "./hung-pane.tsx";
import { matrixOf } from "./layer-place.ts";

interface FusionLayerProps {
  /** What lies over the picture. */
  over: Over;
  controller: ViewportController;
  state: ViewportState;
  /** Of what a person laid over it. */
  look: FusionLook;
  /** Whether the scale of the colours stands beside the picture. */
  overlays: boolean;
}

/** Cells along the longer side: of uptake, which is coarser than that, and at most. */
const [usualCells, mostCells] = [320, 640];

/** A volume in colours over the picture of a viewport, under its measurements. */
export function FusionLayer({ over, controller, state, look, overlays }: FusionLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [error, setError] = useState("");
  const [prepared, setPrepared] = useState<{ over: Over; values: ReturnType<Over["prepare"]> }>();
  useEffect(() => {
    let gone = false;
    setError("");
    over.volume.slices().then(
      (slices) => !gone && setPrepared({ over, values: over.prepare(slices) }),
      (reason: unknown) => !gone && setError(reason instanceof Error ? reason.message : String(reason)),
    );
    return () => {
      gone = true;
    };
  }, [over]);
  const { shown } = state;
  // What lay over it before is not what lies over it now.
  const values = prepared?.over === over ? prepared.values : undefined;
  const painter = useMemo(() => values?.painter(look), [values, look]);
  const { geometry } = over.volume;
  const cells = useMemo(
    () => (shown && values ? cellsOf(shown, geometry, values.slices) : undefined),
    [shown, geometry, values],
  );
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !cells || !painter) return;
    const [columns, rows] = cells.size;
    context.putImageData(new ImageData(painter.paint(cells.values), columns, rows), 0, 0);
  }, [cells, painter]);

  return (
    <>
      {shown &&
        cells &&
        createPortal(
          <canvas
            ref={canvas}
            className="vw-layer"
            width={cells.size[0]}
            height={cells.size[1]}
            style={{ transform: matrixOf(shown, cells.size, controller.canvasOf) }}
            data-upper={painter?.scale.upper}
          />,
          controller.layers,
        )}
      {overlays && painter && <Scale scale={painter.scale} />}
      {error ? (
        <span className="vw-loading" role="alert">
          {t("The uptake cannot be laid over: {reason}", { reason: error })}
        </span>
      ) : (
        !values && <VolumeProgress volume={over.volume} over />
      )}
    </>
  );
}

function cellsOf(image: StackImage, geometry: VolumeGeometry, slices: readonly ArrayLike<number>[]) {
  const columns = numberOf(image.attributes, tags.Columns) ?? 0;
  const rows = numberOf(image.attributes, tags.Rows) ?? 0;
  const plane = drawnPlaneOf(image);
  const side = Math.max(columns * plane.columnSpacing, rows * plane.rowSpacing);
  const wanted = Math.max(usualCells, Math.min(mostCells, Math.ceil(side / Math.min(...geometry.spacing))));
  const grid = gridOver(plane, columns, rows, wanted);
  return { size: grid.size, values: sampleVolume(geometry, slices, grid) };
}

/** Which colour stands for which value. */
function Scale({ scale: { lower, upper, unit, table } }: { scale: ColorScale }) {
  const bar = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const steps = new ImageData(1, 256);
    for (let n = 0; n < 256; n++) steps.data.set([...table.slice((255 - n) * 3, (256 - n) * 3), 255], n * 4);
    bar.current?.getContext("2d")?.putImageData(steps, 0, 0);
  }, [table]);
  const width = upper - lower;
  return (
    <div className="vw-scale" data-unit={unit} data-upper={upper}>
      <span>{`${formatWindowValue(upper, width)} ${unit}`}</span>
      <canvas ref={bar} width={1} height={256} />
      <span>{lower === 0 ? "0" : formatWindowValue(lower, width)}</span>
    </div>
  );
}

import { useEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { t } from "../../words/words.ts";
import { colorMap } from "../layers/color-maps.ts";
import { type FusionLook, type Measure, maximumOf, measureOf, paint, upperOf } from "../layers/fusion.ts";
import { gridOver, sampleVolume } from "../layers/sample.ts";
import { numberOf } from "../model/dicom-json.ts";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf } from "../model/pixel-space.ts";
import { tags } from "../model/tags.ts";
import { formatWindowValue } from "../model/windows.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import type { Volume } from "../volume/volumes.ts";
import { VolumeProgress } from "./hung-pane.tsx";
import { matrixOf } from "./layer-place.ts";

interface FusionLayerProps {
  /** What lies over the picture. */
  volume: Volume;
  controller: ViewportController;
  state: ViewportState;
  look: FusionLook;
  /** Whether the scale of the colours stands beside the picture. */
  overlays: boolean;
}

/** Cells along the longer side: uptake is coarser than that. */
const mostCells = 320;

interface Uptake {
  slices: readonly ArrayLike<number>[];
  maximum: number;
}

/** Uptake in colours over the picture of a viewport, under its measurements. */
export function FusionLayer({ volume, controller, state, look, overlays }: FusionLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [error, setError] = useState("");
  const [uptake, setUptake] = useState<Uptake>();
  useEffect(() => {
    let gone = false;
    volume.slices().then(
      (slices) => !gone && setUptake({ slices, maximum: maximumOf(slices) }),
      (reason: unknown) => !gone && setError(reason instanceof Error ? reason.message : String(reason)),
    );
    return () => {
      gone = true;
    };
  }, [volume]);
  const { shown } = state;
  const measure = useMemo(() => measureOf(volume.geometry.images[0]!), [volume]);
  const upper = uptake && upperOf(look, measure, uptake.maximum);
  const cells = useMemo(
    () => (shown && uptake ? cellsOf(shown, volume, uptake) : undefined),
    [shown, volume, uptake],
  );
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !cells || upper === undefined) return;
    const [columns, rows] = cells.size;
    const pixels = paint(cells.values, upper, look);
    context.putImageData(new ImageData(pixels, columns, rows), 0, 0);
  }, [cells, upper, look]);

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
            data-upper={upper}
          />,
          controller.layers,
        )}
      {overlays && upper !== undefined && <Scale look={look} measure={measure} upper={upper} />}
      {error ? (
        <span className="vw-loading" role="alert">
          {t("The uptake cannot be laid over: {reason}", { reason: error })}
        </span>
      ) : (
        !uptake && <VolumeProgress volume={volume} />
      )}
    </>
  );
}

function cellsOf(image: StackImage, { geometry }: Volume, { slices }: Uptake) {
  const columns = numberOf(image.attributes, tags.Columns) ?? 0;
  const rows = numberOf(image.attributes, tags.Rows) ?? 0;
  const grid = gridOver(drawnPlaneOf(image), columns, rows, mostCells);
  return { size: grid.size, values: sampleVolume(geometry, slices, grid) };
}

/** Which colour stands for which value. */
function Scale({ look, measure, upper }: { look: FusionLook; measure: Measure; upper: number }) {
  const bar = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { table } = colorMap(look.colorMap);
    const steps = new ImageData(1, 256);
    for (let n = 0; n < 256; n++) steps.data.set([...table.slice((255 - n) * 3, (256 - n) * 3), 255], n * 4);
    bar.current?.getContext("2d")?.putImageData(steps, 0, 0);
  }, [look.colorMap]);
  return (
    <div className="vw-scale" data-unit={measure.unit} data-upper={upper}>
      <span>{`${formatWindowValue(upper, upper)} ${measure.unit}`}</span>
      <canvas ref={bar} width={1} height={256} />
      <span>0</span>
    </div>
  );
}

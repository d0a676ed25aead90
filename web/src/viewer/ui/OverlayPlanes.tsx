import { drawOverlay, numberOf } from "@isocenter/presentation";
import { useEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { t } from "../../words/words.ts";
import type { Dicomweb } from "../dicomweb.ts";
import type { StackImage } from "../model/image.ts";
import { overlayBits, overlayPlanesOf } from "../model/overlay-planes.ts";
import { tags } from "../model/tags.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import { matrixOf } from "./layer-place.ts";

type Drawn = NonNullable<ReturnType<typeof drawOverlay>>;

interface OverlayPlanesProps {
  dicomweb: Dicomweb;
  image: StackImage;
  controller: ViewportController;
}

/** The drawings that the image itself brings: marks of the scanner, of an earlier reader. */
export function OverlayPlanes({ dicomweb, image, controller }: OverlayPlanesProps) {
  const planes = useMemo(() => (image.reformat ? [] : overlayPlanesOf(image)), [image]);
  const [drawn, setDrawn] = useState<{ image: StackImage; all: readonly Drawn[] | undefined }>();
  useEffect(() => {
    if (planes.length === 0) return;
    const abort = new AbortController();
    const size = [
      numberOf(image.attributes, tags.Columns) ?? 0,
      numberOf(image.attributes, tags.Rows) ?? 0,
    ] as const;
    const fetchBytes = (uri: string) => dicomweb.bulkData(uri, image, abort.signal);
    const draw = async () => {
      const found = await Promise.all(
        planes.map(async (plane) =>
          drawOverlay(plane, await overlayBits(image.attributes, plane, fetchBytes), size),
        ),
      );
      if (!abort.signal.aborted) setDrawn({ image, all: found.filter((one) => one !== undefined) });
    };
    draw().catch(() => {
      if (!abort.signal.aborted) setDrawn({ image, all: undefined });
    });
    return () => abort.abort();
  }, [dicomweb, image, planes]);
  if (drawn?.image !== image) return null;
  if (!drawn.all)
    return (
      <span className="vw-loading" role="alert">
        {t("A drawing that belongs to this image could not be loaded.")}
      </span>
    );
  return <BitmapLayers bitmaps={drawn.all} image={image} controller={controller} />;
}

interface BitmapLayersProps extends Pick<OverlayPlanesProps, "image" | "controller"> {
  bitmaps: readonly Drawn[];
}

/** Drawings pixel by pixel, over the image and turned with it. */
export function BitmapLayers({ bitmaps, image, controller }: BitmapLayersProps) {
  return bitmaps.map((one, index) =>
    createPortal(
      <Bitmap drawn={one} transform={matrixOf(image, [one.columns, one.rows], controller.canvasOf, one)} />,
      controller.layers,
      String(index),
    ),
  );
}

function Bitmap({ drawn, transform }: { drawn: Drawn; transform: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { pixels, columns, rows } = drawn;
    canvas.current?.getContext("2d")?.putImageData(new ImageData(pixels, columns, rows), 0, 0);
  }, [drawn]);
  return (
    <canvas
      ref={canvas}
      className="vw-layer"
      data-overlay
      width={drawn.columns}
      height={drawn.rows}
      style={{ transform }}
    />
  );
}

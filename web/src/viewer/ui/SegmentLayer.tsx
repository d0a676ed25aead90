import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { t } from "../../words/words.ts";
import { type DrawnRegion, regionsOn } from "../layers/drawn-regions.ts";
import type { StackImage } from "../model/image.ts";
import type { Segmentation } from "../model/segments.ts";
import type { ImageSource } from "../pixels/image-source.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import { matrixOf } from "./layer-place.ts";

interface SegmentLayerProps {
  segmentations: readonly Segmentation[];
  image: StackImage;
  source: ImageSource;
  controller: ViewportController;
}

/** The regions that segmentations draw on an image, and what they are called. */
export function SegmentLayer({ segmentations, image, source, controller }: SegmentLayerProps) {
  const [loaded, setLoaded] = useState<{
    image: StackImage;
    of: readonly Segmentation[];
    drawn: readonly DrawnRegion[];
    error: string;
  }>();
  useEffect(() => {
    let gone = false;
    const put = (drawn: readonly DrawnRegion[], error: string) => {
      if (!gone) setLoaded({ image, of: segmentations, drawn, error });
    };
    Promise.all(segmentations.map((segmentation) => regionsOn(image, segmentation, source))).then(
      (drawn) => put(drawn.flat(), ""),
      (reason: unknown) => put([], reason instanceof Error ? reason.message : String(reason)),
    );
    return () => {
      gone = true;
    };
  }, [segmentations, image, source]);
  if (loaded?.image !== image || loaded.of !== segmentations) return null;
  const names = new Map(loaded.drawn.flatMap(({ segments }) => segments.map((one) => [one.key, one])));
  return (
    <>
      {loaded.error && (
        <span className="vw-loading" role="alert">
          {t("The regions on this image could not be loaded: {reason}", { reason: loaded.error })}
        </span>
      )}
      {loaded.drawn.map((one) =>
        createPortal(<Region drawn={one} controller={controller} />, controller.layers, one.key),
      )}
      {names.size > 0 && (
        <ul className="vw-segments-names" aria-label={t("Regions on this image")}>
          {[...names].map(([key, { label, color }]) => (
            <li key={key}>
              <i style={{ background: `rgb(${color.join(" ")})` }} />
              <span>{label}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Region({ drawn, controller }: { drawn: DrawnRegion; controller: ViewportController }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { over, size, pixels, segments } = drawn;
  useEffect(() => {
    canvas.current?.getContext("2d")?.putImageData(new ImageData(pixels, ...size), 0, 0);
  }, [pixels, size]);
  return (
    <canvas
      ref={canvas}
      className="vw-layer vw-region"
      data-segment={segments.map(({ label }) => label).join(", ")}
      width={size[0]}
      height={size[1]}
      style={{ transform: matrixOf(over, size, controller.canvasOf) }}
    />
  );
}

import { useEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { t } from "../../words/words.ts";
import { numberOf } from "../model/dicom-json.ts";
import type { StackImage } from "../model/image.ts";
import {
  framesOver,
  paintSegment,
  type Segment,
  type Segmentation,
  segmentNumberOf,
} from "../model/segments.ts";
import { tags } from "../model/tags.ts";
import { fetchImage, type ImageSource } from "../pixels/image-source.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import { matrixOf } from "./layer-place.ts";

interface SegmentLayerProps {
  segmentations: readonly Segmentation[];
  image: StackImage;
  source: ImageSource;
  controller: ViewportController;
}

interface Shown {
  key: string;
  frame: StackImage;
  segment: Segment;
  size: [columns: number, rows: number];
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** The regions that segmentations draw on an image, and what they are called. */
export function SegmentLayer({ segmentations, image, source, controller }: SegmentLayerProps) {
  const wanted = useMemo(
    () =>
      segmentations.flatMap((segmentation) =>
        framesOver(image, segmentation).map((frame) => ({ frame, segmentation })),
      ),
    [segmentations, image],
  );
  const [loaded, setLoaded] = useState<{ wanted: typeof wanted; shown: readonly Shown[]; error: string }>();
  useEffect(() => {
    let gone = false;
    const load = async () => {
      const ids = source.register(wanted.map(({ frame }) => frame));
      const shown = await Promise.all(
        wanted.map(async ({ frame, segmentation }, index): Promise<Shown | undefined> => {
          const segment = segmentation.segments.get(segmentNumberOf(frame));
          if (!segment) return undefined;
          const values = (await fetchImage(ids[index]!)).getPixelData();
          const columns = numberOf(frame.attributes, tags.Columns) ?? 0;
          const rows = numberOf(frame.attributes, tags.Rows) ?? 0;
          const pixels = paintSegment(values, segmentation.full, segment.color);
          return { key: ids[index]!, frame, segment, size: [columns, rows], pixels };
        }),
      );
      if (!gone) setLoaded({ wanted, shown: shown.filter((one) => one !== undefined), error: "" });
    };
    load().catch((reason: unknown) => {
      const error = reason instanceof Error ? reason.message : String(reason);
      if (!gone) setLoaded({ wanted, shown: [], error });
    });
    return () => {
      gone = true;
    };
  }, [wanted, source]);
  if (loaded?.wanted !== wanted) return null;
  const names = new Map(loaded.shown.map(({ segment }) => [`${segment.number} ${segment.label}`, segment]));
  return (
    <>
      {loaded.error && (
        <span className="vw-loading" role="alert">
          {t("The regions on this image could not be loaded: {reason}", { reason: loaded.error })}
        </span>
      )}
      {loaded.shown.map((one) =>
        createPortal(<Region shown={one} controller={controller} />, controller.layers, one.key),
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

function Region({ shown, controller }: { shown: Shown; controller: ViewportController }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { frame, size, pixels, segment } = shown;
  useEffect(() => {
    canvas.current?.getContext("2d")?.putImageData(new ImageData(pixels, ...size), 0, 0);
  }, [pixels, size]);
  return (
    <canvas
      ref={canvas}
      className="vw-layer vw-region"
      data-segment={segment.label}
      width={size[0]}
      height={size[1]}
      style={{ transform: matrixOf(frame, size, controller.canvasOf) }}
    />
  );
}

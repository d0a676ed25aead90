import { type CSSProperties, useEffect, useMemo, useRef, useState } from "react";
import { t } from "../../words/words.ts";
import type { Dicomweb } from "../dicomweb.ts";
import { numberOf } from "../model/dicom-json.ts";
import { spacingOf } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { tags } from "../model/tags.ts";
import type { ImageSource } from "../pixels/image-source.ts";
import { useStore } from "./use-store.ts";

interface CoarseLayerProps {
  dicomweb: Dicomweb;
  source: ImageSource;
  image: StackImage;
}

/** The longer side of what the archive draws: enough to see what it is, little to send. */
const side = 768;

/** A large image while it comes: a coarse picture that sharpens, and how much is here. It lies where the whole one will. */
export function CoarseLayer({ dicomweb, source, image }: CoarseLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const imageId = source.idOf(image);
  const { share, picture } = useStore(useMemo(() => source.coming.of(imageId), [source, imageId]));
  const [drawn, setDrawn] = useState<ImageBitmap>();
  useEffect(() => () => source.coming.leave(imageId), [source, imageId]);
  useEffect(() => {
    const abort = new AbortController();
    dicomweb
      .rendered(image, { width: side, height: side }, abort.signal)
      .then((blob) => createImageBitmap(blob))
      .then((bitmap) => !abort.signal.aborted && setDrawn(bitmap))
      // The image itself is on its way.
      .catch(() => {});
    return () => {
      abort.abort();
      setDrawn(undefined);
    };
  }, [dicomweb, image]);
  const columns = picture?.columns ?? drawn?.width ?? 0;
  const rows = picture?.rows ?? drawn?.height ?? 0;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    if (picture) context.putImageData(new ImageData(picture.pixels, columns, rows), 0, 0);
    else if (drawn) context.drawImage(drawn, 0, 0);
  }, [picture, drawn, columns, rows]);
  const percent = Math.round(share * 100);
  return (
    <div className="vw-coarse" data-columns={columns || undefined} data-here={percent}>
      {columns > 0 && (
        <canvas
          ref={canvas}
          width={columns}
          height={rows}
          style={{ "--aspect": aspectOf(image) } as CSSProperties}
        />
      )}
      <span className="vw-coarse-share" role="status">
        {columns > 0 ? t("Coarse picture, not for diagnosis") : t("Loading the image")}
        <progress max={100} value={percent} aria-label={t("Part of the image that is here")} />
        {`${percent} %`}
      </span>
    </div>
  );
}

function aspectOf({ attributes }: StackImage): number {
  const spacing = spacingOf(attributes);
  const columns = numberOf(attributes, tags.Columns) ?? 1;
  const rows = numberOf(attributes, tags.Rows) ?? 1;
  return (columns * spacing.column) / (rows * spacing.row);
}

import { useEffect, useMemo, useRef, useState } from "react";
import { t } from "../../words/words.ts";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf } from "../model/pixel-space.ts";
import type { Presented } from "../model/presentation-states.ts";
import type { Room } from "../room.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import { extentOf, placeInViewport, type ScaleWish } from "./coarse-place.ts";
import { matrixOf } from "./layer-place.ts";
import { useStore } from "./use-store.ts";

interface CoarseLayerProps {
  room: Room;
  image: StackImage;
  controller: ViewportController;
  /** What stands in the viewport still: the image takes its place if it is like it. */
  before: StackImage | undefined;
  presented: Presented | undefined;
  scale: ScaleWish | undefined;
}

/** The longer side of what the archive draws: enough to see what it is, little to send. */
const side = 768;

/** A large image while it comes: a coarse picture that sharpens, and how much is here. It lies where the whole one will. */
export function CoarseLayer({ room, image, ...place }: CoarseLayerProps) {
  const { dicomweb, source } = room;
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
  // The viewport may have another size now.
  useStore(room.session.resized);
  const percent = Math.round(share * 100);
  return (
    <div className="vw-coarse" data-columns={columns || undefined} data-here={percent}>
      {columns > 0 && (
        <canvas
          ref={canvas}
          width={columns}
          height={rows}
          style={{ transform: matrixFor(image, [columns, rows], place) }}
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

/** Where the whole image will lie. */
function matrixFor(
  image: StackImage,
  cells: readonly [columns: number, rows: number],
  { controller, before, presented, scale }: Omit<CoarseLayerProps, "room" | "image">,
): string {
  if (before && isAlike(before, image)) return matrixOf(image, cells, controller.canvasOf);
  const { clientWidth: width, clientHeight: height } = controller.layers;
  const [a, b, c, d, x, y] = placeInViewport(image, { width, height }, presented, scale);
  const parts = [a / cells[0], b / cells[0], c / cells[1], d / cells[1], x, y];
  return `matrix(${parts.map((part) => part.toFixed(5)).join(", ")})`;
}

/** Whether Cornerstone draws one where the other was. */
function isAlike(a: StackImage, b: StackImage): boolean {
  const [one, other] = [a, b].map((image) => {
    const { width, height } = extentOf(image);
    const { row, column } = drawnPlaneOf(image);
    return [width, height, ...row, ...column].map((part) => part.toFixed(3)).join();
  });
  return one === other;
}

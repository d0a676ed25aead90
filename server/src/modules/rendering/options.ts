import { createHash } from "node:crypto";
import { Refusal } from "../../platform/index.ts";
import type { PictureFormat, PictureRequest, ThumbnailRequest } from "./types.ts";

/** Goes up when the same object and request give another picture than before, so that cached ones are made anew. */
const renderingVersion = 6;

export const contentTypeOf: Readonly<Record<PictureFormat, string>> = {
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  gif: "image/gif",
};

const thumbnailSide = 128;
const thumbnailQuality = 80;
const thumbnailSides = { min: 16, max: 1024 };

const invalid = (detail: string) => new Refusal("invalid", "image.invalid-options", detail);

/** Whether all frames of the instance are asked for in one picture. */
export const isMoving = ({ format, frame }: PictureRequest): boolean =>
  format === "gif" && frame === undefined;

/**
 * The key of a picture in the cache: everything that decides what it looks like. Members that are left out and members at their default
 * give the same key.
 */
export function pictureKey(objectSha256: string, request: PictureRequest): string {
  const { window, region, size } = request;
  const parts = [
    renderingVersion,
    objectSha256,
    request.format,
    isMoving(request) ? "all" : (request.frame ?? 1),
    request.format === "png" || request.format === "gif" ? null : (request.quality ?? 90),
    window ? [window.center, window.width, window.function ?? "LINEAR"] : null,
    region ? [region.left, region.top, region.width, region.height] : null,
    [request.flipHorizontal ?? false, request.flipVertical ?? false],
    size ? [size.width, size.height, size.enlarge ?? false] : null,
    request.overlays ?? false,
    ...(request.state ? [request.state.sha256] : []),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

export const etagOfKey = (key: string): string => `"${key.slice(0, 32)}"`;

/** @throws Refusal `invalid` (`image.invalid-options`) */
export function thumbnailOptions(request: ThumbnailRequest = {}): {
  format: PictureFormat;
  size: { width: number; height: number };
} {
  const size = request.size ?? { width: thumbnailSide, height: thumbnailSide };
  for (const side of [size.width, size.height])
    if (!Number.isInteger(side) || side < thumbnailSides.min || side > thumbnailSides.max)
      throw invalid(`A thumbnail's side is from ${thumbnailSides.min} to ${thumbnailSides.max} pixels.`);
  return { format: request.format ?? "jpeg", size };
}

/** What a thumbnail asks of a picture. @param frame from 1 */
export function thumbnailPicture(request: ThumbnailRequest | undefined, frame: number): PictureRequest {
  return { ...thumbnailOptions(request), frame, quality: thumbnailQuality };
}

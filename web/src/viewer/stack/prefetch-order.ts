/** A stack whose images are to be at hand, and the image now looked at. */
export interface Wanted {
  imageIds: readonly string[];
  index: number;
}

/**
 * The image to fetch next: of the first stack that lacks one within `reach`, the nearest to the image looked at, those ahead before those
 * behind. Undefined when nothing is missing.
 */
export function nextToFetch(
  wanted: readonly Wanted[],
  isMissing: (imageId: string) => boolean,
  reach = Number.POSITIVE_INFINITY,
): string | undefined {
  for (const { imageIds, index } of wanted) {
    const farthest = Math.min(reach, Math.max(index, imageIds.length - 1 - index));
    for (let distance = 0; distance <= farthest; distance++) {
      const ahead = imageIds[index + distance];
      if (ahead !== undefined && isMissing(ahead)) return ahead;
      const behind = distance > 0 ? imageIds[index - distance] : undefined;
      if (behind !== undefined && isMissing(behind)) return behind;
    }
  }
  return undefined;
}

import { numberOf } from "@isocenter/presentation";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf } from "../model/pixel-space.ts";
import { type SegmentStack, sampleStack, stacksOf } from "../model/segment-stacks.ts";
import {
  framesOver,
  paintLabels,
  paintSegment,
  type Segment,
  type Segmentation,
  segmentNumberOf,
} from "../model/segments.ts";
import { tags } from "../model/tags.ts";
import { fetchImage, type ImageSource } from "../pixels/image-source.ts";
import { slicePlaneOf } from "../space/slice-plane.ts";
import { gridOver } from "./sample.ts";

/** Segments on an image, as colours. */
export interface DrawnRegion {
  key: string;
  /** Over which it lies: the image itself, or a frame of the segmentation. */
  over: StackImage;
  size: readonly [columns: number, rows: number];
  pixels: Uint8ClampedArray<ArrayBuffer>;
  segments: readonly Segment[];
}

/** Cells along the longer side of a plane that is cut. */
const mostCells = 448;
/** Above so many pixels of frames planes would take the page's memory. */
const mostPixels = 2 ** 28;

interface Loaded {
  stack: SegmentStack;
  slices: readonly ArrayLike<number>[];
}
/** By the frames: of the same ones some segments may not be drawn. */
const loading = new WeakMap<Segmentation["frames"], Promise<readonly Loaded[]>>();

/** The regions of a segmentation on an image: its frames where they lie in its plane, and else where the image cuts them. */
export async function regionsOn(
  image: StackImage,
  segmentation: Segmentation,
  source: ImageSource,
): Promise<DrawnRegion[]> {
  const frames = image.reformat ? [] : framesOver(image, segmentation);
  if (frames.length > 0) {
    const ids = source.register(frames);
    const drawn = await Promise.all(
      frames.map(async (frame, n) => {
        const values = (await fetchImage(ids[n]!)).getPixelData();
        return painted(frame, sizeOf(frame), values, segmentNumberOf(frame), segmentation, ids[n]!);
      }),
    );
    return drawn.filter((one) => one !== undefined);
  }
  const plane = slicePlaneOf(image);
  if (!plane || !cuts(image, segmentation)) return [];
  const loaded = await stacks(segmentation, source);
  const grid = gridOver(drawnPlaneOf(image), ...sizeOf(image), mostCells);
  return loaded.flatMap(({ stack, slices }) => {
    if (stack.frameOfReferenceUid !== plane.frameOfReferenceUid) return [];
    const values = sampleStack(stack, slices, grid);
    const key = `${segmentation.frames[0]?.sopInstanceUid}/${stack.segment}`;
    return painted(image, grid.size, values, stack.segment, segmentation, key) ?? [];
  });
}

/** An acquired image in the frames' own direction that none of them lies on has nothing of it; one that lies across, and a cut plane, may. */
function cuts(image: StackImage, { frames }: Segmentation): boolean {
  const [own, first] = [slicePlaneOf(image), frames[0] && slicePlaneOf(frames[0])];
  if (!own || !first || own.frameOfReferenceUid !== first.frameOfReferenceUid) return false;
  const cosine = own.normal.reduce((sum, part, n) => sum + part * first.normal[n]!, 0);
  return image.reformat !== undefined || Math.abs(cosine) < 0.99;
}

function stacks(segmentation: Segmentation, source: ImageSource): Promise<readonly Loaded[]> {
  let found = loading.get(segmentation.frames);
  if (!found) {
    found = load(segmentation, source);
    loading.set(segmentation.frames, found);
    // What failed is tried again by whoever asks next.
    found.catch(() => loading.delete(segmentation.frames));
  }
  return found;
}

async function load(segmentation: Segmentation, source: ImageSource): Promise<Loaded[]> {
  const all = stacksOf(segmentation);
  const pixels = all.reduce((sum, { frames, size }) => sum + frames.length * size[0] * size[1], 0);
  if (pixels > mostPixels) return [];
  const loaded: Loaded[] = [];
  for (const stack of all) {
    const slices: ArrayLike<number>[] = [];
    for (const id of source.register(stack.frames)) slices.push((await fetchImage(id)).getPixelData());
    loaded.push({ stack, slices });
  }
  return loaded;
}

const sizeOf = ({ attributes }: StackImage): [columns: number, rows: number] => [
  numberOf(attributes, tags.Columns) ?? 0,
  numberOf(attributes, tags.Rows) ?? 0,
];

function painted(
  over: StackImage,
  size: readonly [number, number],
  values: ArrayLike<number>,
  number: number,
  { segments, full, isLabelMap }: Segmentation,
  key: string,
): DrawnRegion | undefined {
  if (isLabelMap) {
    const seen = new Set<number>();
    for (let i = 0; i < values.length; i++) if (values[i] !== 0) seen.add(values[i]!);
    const here = [...segments.values()].filter((segment) => seen.has(segment.number));
    const colors = new Map(here.map((segment) => [segment.number, segment.color]));
    return here.length > 0
      ? { key, over, size, pixels: paintLabels(values, colors), segments: here }
      : undefined;
  }
  const segment = segments.get(number);
  let isEmpty = true;
  for (let i = 0; i < values.length && isEmpty; i++) isEmpty = values[i] === 0;
  if (!segment || isEmpty) return undefined;
  return { key, over, size, pixels: paintSegment(values, full, segment.color), segments: [segment] };
}

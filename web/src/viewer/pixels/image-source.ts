import { cache, type Types, utilities } from "@cornerstonejs/core";
import {
  expandSegments,
  inlineBytesOf,
  lookupTable,
  numberOf,
  numbersOf,
  rememberTableData,
  tableFromBytes,
} from "@isocenter/presentation";
import { t } from "../../words/words.ts";
import type { Dicomweb } from "../dicomweb.ts";
import { spacingOf } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { tablesToFetch } from "../model/lookup-table.ts";
import { suvFactorOf } from "../model/suv.ts";
import { tags } from "../model/tags.ts";
import type { PixelStatistics } from "../model/windows.ts";
import { applyPalette, type Palette, toRgb } from "./color.ts";
import { type Coming, createComing, isLarge } from "./coming.ts";
import { decodePixels } from "./decode.ts";
import { describePixels, isColor, type PixelDescription, transferSyntaxOf } from "./description.ts";
import { applyModality, modalityTransformOf } from "./gray.ts";
import { profileOf, toScreenColors } from "./screen-colors.ts";
import { paddingOf, statisticsOf } from "./statistics.ts";

/** The scheme of our image identifiers; Cornerstone asks the loader registered for it. */
export const scheme = "isocenter";

interface Registered {
  image: StackImage;
  source: ImageSource;
}

/** All images that viewers now open may show, by Cornerstone's image identifier. */
const registered = new Map<string, Registered>();
const statisticsOfImages = new WeakMap<Types.IImage, PixelStatistics>();
let sources = 0;

export function registeredImage(imageId: string): StackImage | undefined {
  return registered.get(imageId)?.image;
}

/** What Cornerstone calls to load an image. */
export function loadImage(imageId: string): { promise: Promise<Types.IImage>; cancelFn: () => void } {
  const entry = registered.get(imageId);
  const abort = new AbortController();
  const promise = entry
    ? entry.source.load(imageId, entry.image, abort.signal)
    : Promise.reject(new Error(t("This image is no longer open.")));
  return { promise, cancelFn: () => abort.abort() };
}

/**
 * The image from the cache, or fetched into it. Cornerstone's own way into the cache leaves a rejection unhandled when an image cannot be
 * loaded, so images are put there by us before it asks.
 */
export function fetchImage(imageId: string): Promise<Types.IImage> {
  const known = cache.getImageLoadObject(imageId);
  if (known) return known.promise;
  const loading = loadImage(imageId);
  cache.putImageLoadObject(imageId, loading).catch(() => {
    // Told to whoever waits for the image itself.
  });
  return loading.promise;
}

/** The range and percentiles of a loaded image. */
export function imageStatistics(image: Types.IImage): PixelStatistics {
  let statistics = statisticsOfImages.get(image);
  if (!statistics) {
    const stackImage = registeredImage(image.imageId);
    const padding =
      stackImage && paddingOf(stackImage.attributes, modalityTransformOf(stackImage.attributes));
    statistics = statisticsOf(image.getPixelData(), padding);
    statisticsOfImages.set(image, statistics);
  }
  return statistics;
}

export interface ImageSource {
  /** Cornerstone's identifiers of these images, in their order. */
  register(images: readonly StackImage[]): string[];
  /** The identifier that a frame has, or will have. */
  idOf(image: Pick<StackImage, "sopInstanceUid" | "frameNumber" | "reformat" | "subtracted">): string;
  /** Forgets images that nobody will ask for again, when what shows them now has had time to show others. */
  release(imageIds: readonly string[]): void;
  load(imageId: string, image: StackImage, signal: AbortSignal): Promise<Types.IImage>;
  /** What is to be seen of a large image before all of it is here. */
  coming: Coming;
  /** Forgets the images and frees their pixels; what is still on its way is given up. */
  dispose(): void;
}

const laterMs = 3000;

/** The images of one open viewer, fetched frame by frame from its archive. */
export function createImageSource(dicomweb: Dicomweb): ImageSource {
  const prefix = `${scheme}:${++sources}/`;
  const disposed = new AbortController();
  const mine = new Set<string>();
  const coming = createComing((image) => profileOf(dicomweb, image, disposed.signal));
  const idOf: ImageSource["idOf"] = ({ sopInstanceUid, frameNumber, reformat, subtracted }) =>
    `${subtracted ? `${subtracted.name}:` : ""}${prefix}${reformat?.key ?? sopInstanceUid}/${frameNumber}`;
  const forget = (imageId: string) => {
    mine.delete(imageId);
    registered.delete(imageId);
    if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId);
  };
  const source: ImageSource = {
    idOf,
    coming,
    register(images) {
      return images.map((image) => {
        const imageId = idOf(image);
        if (!registered.has(imageId)) {
          registered.set(imageId, { image, source });
          mine.add(imageId);
        }
        return imageId;
      });
    },
    release(imageIds) {
      setTimeout(() => imageIds.forEach(forget), laterMs);
    },
    async load(imageId, image, signal) {
      const either = AbortSignal.any([signal, disposed.signal]);
      const made = image.reformat ?? image.subtracted;
      if (made) {
        const pixels = await made.pixels();
        either.throwIfAborted();
        return build(imageId, image, pixels, 1);
      }
      const description = describePixels(image.attributes);
      const asked = isColor(description) ? profileOf(dicomweb, image, either) : undefined;
      // Awaited when the pixels are here, which may fail before.
      asked?.catch(() => {});
      const frame = await dicomweb.frame(
        image,
        either,
        isLarge(image) ? (soFar) => coming.tell(imageId, image, soFar) : undefined,
      );
      const transferSyntax = transferSyntaxOf(frame.transferSyntaxUid, frame.mediaType);
      const { samples, planar, photometric } = await decodePixels(frame.bytes, description, transferSyntax);
      either.throwIfAborted();
      if (!isColor(description)) {
        await fetchTables(dicomweb, image, either);
        return build(imageId, image, applyModality(samples, modalityTransformOf(image.attributes)), 1);
      }
      const colors =
        description.photometricInterpretation === "PALETTE COLOR"
          ? applyPalette(
              samples,
              description.rows * description.columns,
              await paletteOf(dicomweb, image, either),
            )
          : toRgb(samples, description, photometric, planar);
      const profile = await asked;
      return build(imageId, image, profile ? await toScreenColors(colors, profile) : colors, 3);
    },
    dispose() {
      disposed.abort();
      for (const imageId of mine) forget(imageId);
    },
  };
  return source;
}

/** Tables that the metadata only refers to must be here before the picture is made and windowed. */
async function fetchTables(dicomweb: Dicomweb, image: StackImage, signal: AbortSignal): Promise<void> {
  for (const { dataSet, tag, uri } of tablesToFetch(image.attributes))
    rememberTableData(dataSet, tag, await dicomweb.bulkData(uri, image, signal));
}

/** Where the same table stands in segments (PS3.3 C.7.9.2). */
const segmentedTags: Record<string, string> = {
  [tags.RedPaletteData]: tags.SegmentedRedPaletteData,
  [tags.GreenPaletteData]: tags.SegmentedGreenPaletteData,
  [tags.BluePaletteData]: tags.SegmentedBluePaletteData,
};

/** The bytes of a value, inline or fetched; undefined when there is none. */
async function valueBytes(dicomweb: Dicomweb, image: StackImage, tag: string, signal: AbortSignal) {
  const uri = image.attributes[tag]?.BulkDataURI;
  return (
    inlineBytesOf(image.attributes, tag) ?? (uri ? await dicomweb.bulkData(uri, image, signal) : undefined)
  );
}

async function paletteOf(dicomweb: Dicomweb, image: StackImage, signal: AbortSignal): Promise<Palette> {
  const color = async (descriptorTag: string, dataTag: string) => {
    const inline = lookupTable(image.attributes, descriptorTag, dataTag);
    if (inline) return inline;
    const [count = 0, first = 0, bits = 16] = numbersOf(image.attributes, descriptorTag);
    const entries = count === 0 ? 65536 : count;
    const bytes = await valueBytes(dicomweb, image, dataTag, signal);
    if (bytes) return { first, values: tableFromBytes(bytes, entries, bits) };
    const segments = await valueBytes(dicomweb, image, segmentedTags[dataTag] ?? "", signal);
    if (segments)
      return { first, values: expandSegments(tableFromBytes(segments, segments.length, bits), entries) };
    throw new Error(t("The picture's colour table is missing."));
  };
  const [red, green, blue] = await Promise.all([
    color(tags.RedPaletteDescriptor, tags.RedPaletteData),
    color(tags.GreenPaletteDescriptor, tags.GreenPaletteData),
    color(tags.BluePaletteDescriptor, tags.BluePaletteData),
  ]);
  const bits = numberOf(image.attributes, tags.RedPaletteDescriptor, 2) ?? 16;
  return { first: red.first, red: red.values, green: green.values, blue: blue.values, bits };
}

type Pixels =
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** Values are final: rescaled, or colours. Windowing is all that is left to the display. */
function build(imageId: string, image: StackImage, pixels: Pixels, components: number): Types.IImage {
  const description: PixelDescription = describePixels(image.attributes);
  const { rows, columns } = description;
  if (pixels.length < rows * columns * components)
    throw new Error(t("The picture has fewer pixels than it says."));
  const scalarData =
    pixels.length === rows * columns * components ? pixels : pixels.slice(0, rows * columns * components);
  const spacing = spacingOf(image.attributes);
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    scalarData,
    width: columns,
    height: rows,
    numberOfComponents: components,
  });
  const built = {
    imageId,
    dataType: scalarData.constructor.name,
    color: components === 3,
    rgba: false,
    numberOfComponents: components,
    rows,
    columns,
    width: columns,
    height: rows,
    rowPixelSpacing: spacing.row,
    columnPixelSpacing: spacing.column,
    slope: 1,
    intercept: 0,
    invert: false,
    photometricInterpretation: components === 3 ? "RGB" : "MONOCHROME2",
    sizeInBytes: scalarData.byteLength,
    preScale: {
      enabled: true,
      scaled: true,
      scalingParameters: { modality: image.modality, suvbw: suvFactorOf(image.attributes) },
    },
    voxelManager,
    getPixelData: () => scalarData,
    windowCenter: 128,
    windowWidth: 256,
    voiLUTFunction: "LINEAR",
    minPixelValue: 0,
    maxPixelValue: 255,
  } as unknown as Types.IImage;
  if (components === 1) {
    const statistics = imageStatistics(built);
    built.minPixelValue = statistics.min;
    built.maxPixelValue = statistics.max;
    // Cornerstone makes its curve of it: one of no extent, as of a picture of a single value, could never be widened again.
    built.windowWidth = Math.max(statistics.max - statistics.min, 2);
    built.windowCenter = statistics.min + built.windowWidth / 2;
  }
  return built;
}

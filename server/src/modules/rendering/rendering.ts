import { createHash } from "node:crypto";
import path from "node:path";
import {
  createImagingPool,
  decodableTransferSyntaxes,
  type FrameDescription,
  type ImagingPool,
} from "@isocenter/imaging";
import { type Platform, Refusal, requirePermission, type Viewer } from "../../platform/index.ts";
import type { Archive, StoredInstance } from "../archive/index.ts";
import { animate, frameDelays, requireAnimatable } from "./animation.ts";
import { type FileCache, openFileCache } from "./cache.ts";
import { documentMediaType } from "./documents/document.ts";
import { renderDocument } from "./documents/render.ts";
import { createHeaders } from "./headers.ts";
import {
  contentTypeOf,
  etagOfKey,
  isMoving,
  pictureKey,
  thumbnailOptions,
  thumbnailPicture,
} from "./options.ts";
import { pictureMetrics } from "./picture-metrics.ts";
import { isLasting, refusalOf } from "./refusals.ts";
import { isPicture, middleOf, pickForStudy } from "./representative.ts";
import { createStates, imageOfState, isState, requireShown } from "./states.ts";
import { drawTile, tileLetters } from "./tile.ts";
import { chooseSyntax, syntaxesFor } from "./transcode/choose.ts";
import { createTranscoder } from "./transcode/transcode.ts";
import type { DecodedPixels, Picture, PictureRequest, Rendering, ThumbnailRequest } from "./types.ts";

export interface RenderingOptions {
  platform: Pick<Platform, "config" | "clock" | "log" | "metrics">;
  archive: Pick<
    Archive,
    "readAttributes" | "readFrame" | "locate" | "locateEach" | "openObject" | "openDataSet" | "readObject"
  >;
  /** Bytes of pictures kept on disk; 1 GiB when left out. */
  maxCacheBytes?: number;
  /** Threads that are shared with others, and closed by whoever made them; threads of its own when left out. */
  imaging?: ImagingPool;
}

const defaultCacheBytes = 1024 * 1024 * 1024;
/** What could not be shown is not tried again for so long. */
const rememberFailureMs = 5 * 60_000;
const maxFailures = 1000;
/** Of a moving picture, so that others get their turn. */
const framesAtOnce = 4;

/** Remembers objects that cannot be shown, so that a damaged one asked for again and again costs nothing. */
function createFailures(now: () => number) {
  const failures = new Map<string, { refusal: Refusal; untilMs: number }>();
  return {
    check(key: string): void {
      const known = failures.get(key);
      if (!known) return;
      if (known.untilMs > now()) throw known.refusal;
      failures.delete(key);
    },
    remember(key: string, refusal: Refusal): void {
      failures.delete(key);
      failures.set(key, { refusal, untilMs: now() + rememberFailureMs });
      const oldest = failures.keys().next().value;
      if (failures.size > maxFailures && oldest !== undefined) failures.delete(oldest);
    },
  };
}

/** @throws Refusal `not-acceptable`, `not-found` */
function checkFrame(instance: StoredInstance, frame: number): void {
  if (instance.numberOfFrames === 0 || !instance.pixels)
    throw new Refusal("not-acceptable", "image.no-pixels", "This object has no picture.");
  if (instance.pixels.encapsulated && !decodableTransferSyntaxes.includes(instance.transferSyntaxUID))
    throw new Refusal(
      "not-acceptable",
      "image.not-renderable",
      `Pixels in the transfer syntax ${instance.transferSyntaxUID} cannot be shown as a picture.`,
    );
  if (!Number.isInteger(frame) || frame < 1 || frame > instance.numberOfFrames)
    throw new Refusal(
      "not-found",
      "frame.not-found",
      `The object has the frames 1 to ${instance.numberOfFrames}.`,
    );
}

/** Opens the cache and offers the rendering door; the imaging threads start with the first picture. */
export async function createRendering(options: RenderingOptions): Promise<Rendering> {
  const { platform, archive } = options;
  const pool = options.imaging ?? createImagingPool();
  const cache: FileCache = await openFileCache({
    folder: path.join(platform.config.dataDir, "cache", "pictures"),
    maxBytes: options.maxCacheBytes ?? defaultCacheBytes,
    clock: platform.clock,
    onTrouble: (error) => platform.log.warn({ err: error }, "the picture cache has trouble with a file"),
  });
  const howToShow = createHeaders(archive);
  const states = createStates(archive);
  const failures = createFailures(() => platform.clock.now().getTime());
  const transcoder = createTranscoder({ archive, pool });
  const pictures = pictureMetrics(platform.metrics);
  const underWay = new Map<string, Promise<Uint8Array>>();

  /** @throws Refusal `not-acceptable` where the object says that it has the frame, and its pixels do not show where */
  async function readFrame(instance: StoredInstance, frame: number) {
    try {
      return await archive.readFrame(instance, frame);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "frame.not-found")) throw error;
      throw new Refusal(
        "not-acceptable",
        "image.not-renderable",
        "The object does not have the frames that it says, or they cannot be told apart.",
      );
    }
  }

  async function pictureOfFrame(
    instance: StoredInstance,
    { frame = 1, state, ...picture }: PictureRequest,
  ): Promise<Uint8Array> {
    const [{ description, presentation }, pixels, said] = await Promise.all([
      howToShow(instance, frame),
      readFrame(instance, frame),
      state ? states.read(state) : null,
    ]);
    if (said) {
      const image = imageOfState(instance, frame, description, presentation);
      requireShown(said, image);
      return pool.renderPresented(description, presentation, pixels, { dataSet: said, image }, picture, {
        given: true,
      });
    }
    return pool.render(description, presentation, pixels, picture, { given: true });
  }

  /** All frames in one GIF: each made as a picture without loss, a few at a time, and joined. */
  async function movingPicture(instance: StoredInstance, request: PictureRequest): Promise<Uint8Array> {
    const { numberOfFrames } = instance;
    const { dataSet } = await howToShow(instance, 1);
    const still = (frame: number) => pictureOfFrame(instance, { ...request, format: "png", frame });
    const pictures = [await still(1)];
    await requireAnimatable(pictures[0]!, numberOfFrames);
    for (let next = 2; next <= numberOfFrames; next += framesAtOnce) {
      const count = Math.min(framesAtOnce, numberOfFrames - next + 1);
      pictures.push(...(await Promise.all(Array.from({ length: count }, (_, at) => still(next + at)))));
    }
    return animate(pictures, frameDelays(dataSet, numberOfFrames));
  }

  async function make(instance: StoredInstance, request: PictureRequest, key: string): Promise<Uint8Array> {
    const cached = await cache.get(key);
    if (cached) {
      pictures.kept();
      return cached;
    }
    failures.check(key);
    const made = pictures.making();
    try {
      const moves = isMoving(request) && instance.numberOfFrames > 1;
      const bytes = await (moves ? movingPicture(instance, request) : pictureOfFrame(instance, request));
      made("made");
      await cache.put(key, bytes);
      return bytes;
    } catch (error) {
      made("refused");
      const refusal = refusalOf(error);
      if (isLasting(refusal)) failures.remember(key, refusal);
      throw refusal;
    }
  }

  async function renderInstance(
    viewer: Viewer,
    instance: StoredInstance,
    request: PictureRequest,
  ): Promise<Picture> {
    requirePermission(viewer, "images.read");
    checkFrame(instance, request.frame ?? 1);
    if (request.state && request.state.studyId !== instance.studyId)
      throw new Refusal("not-found", "image.not-found", "The presentation state is of another study.");
    const key = pictureKey(instance.sha256, request);
    let bytes = underWay.get(key);
    if (!bytes) {
      bytes = make(instance, request, key).finally(() => underWay.delete(key));
      underWay.set(key, bytes);
    }
    return { bytes: await bytes, contentType: contentTypeOf[request.format], etag: etagOfKey(key) };
  }

  async function withFrame<T>(
    viewer: Viewer,
    instance: StoredInstance,
    frame: number,
    work: (description: FrameDescription, pixels: Uint8Array) => Promise<T>,
  ): Promise<T> {
    requirePermission(viewer, "images.read");
    checkFrame(instance, frame);
    try {
      const [{ description }, pixels] = await Promise.all([
        howToShow(instance, frame),
        readFrame(instance, frame),
      ]);
      return await work(description, pixels);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  async function tile(modality: string, request?: ThumbnailRequest): Promise<Picture> {
    const { format, size } = thumbnailOptions(request);
    const letters = tileLetters(modality);
    const key = createHash("sha256")
      .update(JSON.stringify(["tile", letters, format, size]))
      .digest("hex");
    return {
      bytes: await drawTile(letters, size, format),
      contentType: contentTypeOf[format],
      etag: etagOfKey(key),
    };
  }

  async function instanceThumbnail(
    viewer: Viewer,
    instance: StoredInstance,
    request?: ThumbnailRequest,
  ): Promise<Picture> {
    requirePermission(viewer, "images.read");
    thumbnailOptions(request);
    if (!isPicture(instance)) return tile(instance.modality, request);
    const frame = request?.frame ?? Math.ceil(instance.numberOfFrames / 2);
    try {
      return await renderInstance(viewer, instance, thumbnailPicture(request, frame));
    } catch (error) {
      if (isLasting(error)) return tile(instance.modality, request);
      throw error;
    }
  }

  return {
    etagOf: (instance, request) => etagOfKey(pictureKey(instance.sha256, request)),
    renderInstance,
    isState,
    async firstOfState(viewer, state) {
      requirePermission(viewer, "images.read");
      return states.firstOf(state);
    },
    instanceThumbnail,
    async seriesThumbnail(viewer, selection, request) {
      const instances = await archive.locate(viewer, selection, "rendered");
      const shown = middleOf(instances);
      if (!shown) throw new Refusal("not-found", "series.not-found", "There is no such series.");
      return instanceThumbnail(viewer, shown, request);
    },
    async studyThumbnail(viewer, selection, request) {
      const shown = await pickForStudy(archive.locateEach(viewer, selection, "rendered"));
      if (!shown) throw new Refusal("not-found", "study.not-found", "There are no images of this study.");
      return instanceThumbnail(viewer, shown, request);
    },
    decodeFrame: (viewer, instance, frame): Promise<DecodedPixels> =>
      withFrame(viewer, instance, frame, (description, pixels) =>
        pool.decode(description, pixels, { given: true }),
      ),
    encodeFrame: async (viewer, instance, frame, transferSyntaxUID) => {
      const { bytes } = await withFrame(viewer, instance, frame, (description, pixels) =>
        pool.transcode(description, pixels, transferSyntaxUID),
      );
      return bytes;
    },
    documentType: documentMediaType,
    renderDocument: (viewer, instance) => renderDocument(archive, viewer, instance),
    syntaxesFor,
    chooseSyntax,
    openAs: transcoder.openAs,
    openDataSetAs: transcoder.openDataSetAs,
    async close() {
      await Promise.allSettled(underWay.values());
      if (!options.imaging) await pool.close();
    },
  };
}

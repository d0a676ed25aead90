import type { Readable } from "node:stream";
import type { Viewer } from "../../platform/index.ts";
import type { InstanceSelection, StoredInstance } from "../archive/index.ts";

export type PictureFormat = "jpeg" | "png" | "webp" | "gif";

/** How a picture of one frame is to be. */
export interface PictureRequest {
  format: PictureFormat;
  /** From 1; the first when left out, and as a GIF all of them, moving. */
  frame?: number;
  /** 1 to 100, for jpeg and webp; 90 when left out. */
  quality?: number;
  /** Instead of the object's; LINEAR when no function is named. In the modality's units; for colour, of 0 to 255. */
  window?: { center: number; width: number; function?: "LINEAR" | "LINEAR_EXACT" | "SIGMOID" };
  /** The part of the frame to show, in its own columns and rows from 0; the whole when left out. */
  region?: { left: number; top: number; width: number; height: number };
  /** Mirrored after the region is cut. */
  flipHorizontal?: boolean;
  flipVertical?: boolean;
  /** The picture fits into these pixels and keeps its shape. It is made larger only with `enlarge`. */
  size?: { width: number; height: number; enlarge?: boolean };
  /** Draws the overlay planes over the pixels. */
  overlays?: boolean;
  /**
   * A presentation state of the same study that is about the frame: it says all of how the frame is seen (PS3.3 A.33), so neither a window nor a region, mirroring or
   * overlays are asked for beside it.
   */
  state?: StoredInstance;
}

/** The first frame that a presentation state is about. */
export interface FirstOfState {
  SeriesInstanceUID: string;
  SOPInstanceUID: string;
  /** From 1. */
  frame: number;
}

export interface ThumbnailRequest {
  /** `jpeg` when left out. */
  format?: PictureFormat;
  /** It fits into these pixels; 128 × 128 when left out. Each side 16 to 1024. */
  size?: { width: number; height: number };
  /** Of the instance, from 1; the middle one when left out. */
  frame?: number;
}

export interface Picture {
  bytes: Uint8Array;
  /** `image/jpeg`, ... */
  contentType: string;
  /** Strong, with its quotation marks (RFC 9110 8.8.3): it changes with the object, the request and the way of rendering. */
  etag: string;
}

export interface DecodedPixels {
  bytes: Uint8Array;
  /** After decoding: lossy colour comes out as RGB. */
  photometricInterpretation: string;
  planarConfiguration: 0 | 1;
}

/**
 * The rendering door. Who asks has located the instances through the archive as the same viewer, so the right to see them was checked and the
 * access was journalled there; the permission `images.read` is asked for here as well.
 */
export interface Rendering {
  /** Of the picture that `renderInstance` would give, without making it: for `If-None-Match`. */
  etagOf(instance: StoredInstance, request: PictureRequest): string;

  /**
   * From the cache, or made by an imaging thread; the same picture asked for many times at once is made once.
   * @throws Refusal `not-acceptable` (`image.no-pixels`, `image.not-renderable`) for what is no picture or cannot be shown (`image.too-many-frames`: as
   *   one GIF), `not-found`
   *   (`frame.not-found`), `invalid` (`image.invalid-options`), `unavailable` (`image.busy`) with a time to retry; with a state also `not-acceptable`
   *   (`state.not-renderable`), `not-found` (`image.not-found`) for one of another study, `invalid` (`state.not-about`)
   */
  renderInstance(viewer: Viewer, instance: StoredInstance, request: PictureRequest): Promise<Picture>;

  /** Whether pictures are made as the instance says: a presentation state of greys, of colours, of greys in other colours or of angiography. */
  isState(instance: StoredInstance): boolean;
  /** @throws Refusal `not-acceptable` (`state.not-renderable`) for a state that names no image or is too large to be one, `forbidden` */
  firstOfState(viewer: Viewer, state: StoredInstance): Promise<FirstOfState>;

  /** Of the middle frame; a drawn tile with the modality's letters for what is no picture. */
  instanceThumbnail(viewer: Viewer, instance: StoredInstance, request?: ThumbnailRequest): Promise<Picture>;
  /** Of the middle instance that is a picture. @throws Refusal `not-found` (`series.not-found`) */
  seriesThumbnail(
    viewer: Viewer,
    selection: Required<Pick<InstanceSelection, "StudyInstanceUID" | "SeriesInstanceUID">>,
    request?: ThumbnailRequest,
  ): Promise<Picture>;
  /** Of the first series with pictures. @throws Refusal `not-found` (`study.not-found`) */
  studyThumbnail(
    viewer: Viewer,
    selection: Pick<InstanceSelection, "StudyInstanceUID">,
    request?: ThumbnailRequest,
  ): Promise<Picture>;

  /**
   * The pixels of one frame as they stand in an Explicit VR Little Endian object, without a pad byte: for whoever does not take the frame as it is kept.
   * @param frame from 1
   * @throws Refusal as `renderInstance`
   */
  decodeFrame(viewer: Viewer, instance: StoredInstance, frame: number): Promise<DecodedPixels>;
  /**
   * One frame compressed without loss, as one fragment of an object in that syntax without a pad byte.
   * @param frame from 1
   * @param transferSyntaxUID one of `syntaxesFor` that is encapsulated
   * @throws Refusal as `decodeFrame`
   */
  encodeFrame(
    viewer: Viewer,
    instance: StoredInstance,
    frame: number,
    transferSyntaxUID: string,
  ): Promise<Uint8Array>;

  /** What a report or a recording can be shown as to a person (`text/html`, `image/svg+xml`); null for everything else. */
  documentType(instance: StoredInstance): string | null;
  /**
   * The report or recording for people, made by us: without script, everything of the object escaped. To be sent under `documentPolicy`.
   * @throws Refusal `not-acceptable` (`document.none`, `document.too-large`, `document.unreadable`), `forbidden`
   */
  renderDocument(viewer: Viewer, instance: StoredInstance): Promise<Picture>;

  /**
   * Every transfer syntax that the instance can be given in, the best first: as it is kept, then what needs no decoding, then without compression, then
   * compressed without loss.
   */
  syntaxesFor(instance: StoredInstance): readonly string[];
  /**
   * The transfer syntax to give the instance in to whoever takes those: the kept one where it is among them, else the best that loses nothing; what is
   * lossy already comes decoded. Null where none fits.
   */
  chooseSyntax(instance: StoredInstance, accepted: ReadonlySet<string>): string | null;
  /**
   * The instance as a Part 10 file in a transfer syntax, written as it is read, with a few frames in memory. The first frame is made before this returns; a
   * frame that fails later breaks the stream.
   * @throws Refusal `not-acceptable` (`transcode.unsupported`, `transcode.failed`, `image.not-renderable`), `unavailable` (`transcode.busy`)
   */
  openAs(instance: StoredInstance, transferSyntaxUID: string): Promise<Readable>;
  /** The data set alone, for C-STORE. @throws Refusal as `openAs` */
  openDataSetAs(instance: StoredInstance, transferSyntaxUID: string): Promise<Readable>;

  /** Waits for the pictures under way, and ends the imaging threads where they are its own. */
  close(): Promise<void>;
}

import type { JsonDataSet } from "@isocenter/presentation";
import { t } from "../words/words.ts";
import { seriesListUrl, seriesMetadataUrl, seriesUrl } from "./addresses.ts";
import { firstPart, type Part, partSoFar } from "./pixels/multipart.ts";

export type FetchAuthorized = (input: string, init?: RequestInit) => Promise<Response>;

/** A frame as the archive sent it. */
export interface EncodedFrame {
  bytes: Uint8Array<ArrayBuffer>;
  /** Undefined when the archive did not say. */
  transferSyntaxUid: string | undefined;
  mediaType: string;
}

/** What has come of a frame while the rest is still on its way. */
export interface ComingFrame extends EncodedFrame {
  /** The bytes of the whole frame; undefined when the archive did not say. */
  total: number | undefined;
}

/** An answer that is no success, in words that can be shown to a person. */
export class DicomwebError extends Error {
  readonly status: number;
  /** Whether the archive, or the way to it, may be back in a moment. */
  readonly mayPass: boolean;
  constructor(message: string, status: number) {
    super(message);
    this.name = "DicomwebError";
    this.status = status;
    this.mayPass = [0, 429, 502, 503, 504].includes(status);
  }
}

export interface Dicomweb {
  listSeries(studyUid: string, signal?: AbortSignal): Promise<JsonDataSet[]>;
  seriesMetadata(studyUid: string, seriesUid: string, signal?: AbortSignal): Promise<JsonDataSet[]>;
  /** @param onComing told of each piece that comes, with all bytes so far */
  frame(
    path: FramePath,
    signal?: AbortSignal,
    onComing?: (soFar: ComingFrame) => void,
  ): Promise<EncodedFrame>;
  /** A frame as the archive itself draws it, no larger than `size`: eight bits, in the window that the image brings. */
  rendered(path: FramePath, size: Size, signal?: AbortSignal): Promise<Blob>;
  /** A small picture of a series; `middle` is an instance to ask for where the archive makes none of the series. */
  thumbnail(
    studyUid: string,
    seriesUid: string,
    size: Size,
    middle?: FramePath,
    signal?: AbortSignal,
  ): Promise<Blob>;
  /** What an instance without pictures is shown as: a page, a drawing, a PDF or a film; the blob's type says which. */
  document(path: FramePath, signal?: AbortSignal): Promise<Blob>;
  /**
   * Where the browser may play a film itself, range by range, for some minutes from now on; undefined where the archive gives it whole alone.
   */
  film(path: FramePath, signal?: AbortSignal): Promise<Film | undefined>;
  bulkData(uri: string, path: FramePath, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

export interface Film {
  url: string;
  type: string;
}

export interface FramePath {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  sopInstanceUid: string;
  frameNumber: number;
}

export interface Size {
  width: number;
  height: number;
}

/** A client of QIDO-RS and WADO-RS (PS3.18 10.4, 10.6). `root` is the service's address without a slash at its end. */
export function createDicomweb(root: string, fetchAuthorized: FetchAuthorized): Dicomweb {
  const base = root.replace(/\/+$/, "");

  async function get(
    url: string,
    accept: string,
    signal?: AbortSignal,
    more: Record<string, string> = {},
  ): Promise<Response> {
    let response: Response;
    try {
      const headers = { Accept: accept, ...more };
      response = await fetchAuthorized(url, { headers, ...(signal ? { signal } : {}) });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new DicomwebError(t("The archive cannot be reached."), 0);
    }
    if (!response.ok) throw new DicomwebError(wordsFor(response.status), response.status);
    return response;
  }

  async function getJson(url: string, signal?: AbortSignal): Promise<JsonDataSet[]> {
    const response = await get(url, "application/dicom+json", signal);
    if (response.status === 204) return [];
    const body: unknown = await response.json();
    if (!Array.isArray(body))
      throw new DicomwebError(t("The archive's answer is not DICOM JSON."), response.status);
    return body as JsonDataSet[];
  }

  const instanceUrl = (path: FramePath) =>
    `${seriesUrl(base, path.studyInstanceUid, path.seriesInstanceUid)}/instances/${encodeURIComponent(path.sopInstanceUid)}`;

  return {
    listSeries(studyUid, signal) {
      return getJson(seriesListUrl(base, studyUid), signal);
    },
    seriesMetadata(studyUid, seriesUid, signal) {
      return getJson(seriesMetadataUrl(base, studyUid, seriesUid), signal);
    },
    async frame(path, signal, onComing) {
      const accept = 'multipart/related; type="application/octet-stream"; transfer-syntax=*';
      const response = await get(`${instanceUrl(path)}/frames/${path.frameNumber}`, accept, signal);
      const type = response.headers.get("content-type") ?? "";
      const tell = (soFar: Uint8Array<ArrayBuffer>) => {
        const part = partSoFar(type, soFar);
        if (part) onComing?.({ ...encodedFrame(part), total: part.total });
      };
      const body = onComing ? await bytesOf(response, tell) : new Uint8Array(await response.arrayBuffer());
      const part = firstPart(type, body);
      if (part.body.length === 0)
        throw new DicomwebError(t("The archive sent no pixels for this image."), response.status);
      return encodedFrame(part);
    },
    async rendered(path, { width, height }, signal) {
      const url = `${instanceUrl(path)}/frames/${path.frameNumber}/rendered?viewport=${width},${height}`;
      return (await get(url, "image/jpeg", signal)).blob();
    },
    async thumbnail(studyUid, seriesUid, size, middle, signal) {
      const viewport = `viewport=${size.width},${size.height}`;
      const accept = "image/jpeg, image/png;q=0.9";
      try {
        return await (
          await get(`${seriesUrl(base, studyUid, seriesUid)}/thumbnail?${viewport}`, accept, signal)
        ).blob();
      } catch (error) {
        if (!middle || !(error instanceof DicomwebError) || error.status < 400) throw error;
        const url = `${instanceUrl(middle)}/frames/${middle.frameNumber}/rendered?${viewport}`;
        return (await get(url, "image/jpeg", signal)).blob();
      }
    },
    async document(path, signal) {
      const accept = "text/html, image/svg+xml, application/pdf, video/mp4, video/mpeg, text/xml;q=0.1";
      return (await get(`${instanceUrl(path)}/rendered`, accept, signal)).blob();
    },
    async film(path, signal) {
      const url = `${instanceUrl(path)}/rendered`;
      // Its first byte, with which comes what lets the browser ask for the others.
      const headers = { Range: "bytes=0-0", "X-Isocenter-Client": "web" };
      const response = await get(url, "video/mp4, video/mpeg", signal, headers);
      await response.body?.cancel();
      const type = (response.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
      return response.status === 206 && type.startsWith("video/") ? { url, type } : undefined;
    },
    async bulkData(uri, path, signal) {
      // A relative address counts from where the metadata came from (PS3.18 F.2.2).
      const metadataUrl = new URL(`${instanceUrl(path)}/metadata`, globalThis.location?.href);
      const address = new URL(uri, metadataUrl);
      // The token goes to the archive alone.
      if (address.origin !== metadataUrl.origin)
        throw new DicomwebError(t("These bytes lie outside the archive."), 0);
      const response = await get(address.href, 'multipart/related; type="application/octet-stream"', signal);
      return firstPart(
        response.headers.get("content-type") ?? "",
        new Uint8Array(await response.arrayBuffer()),
      ).body;
    },
  };
}

function encodedFrame({ contentType, body }: Part): EncodedFrame {
  return {
    bytes: body,
    transferSyntaxUid: /;\s*transfer-syntax="?([0-9.]+)"?/i.exec(contentType)?.[1],
    mediaType: (contentType.split(";")[0] ?? "").trim().toLowerCase(),
  };
}

/** The body of an answer; `onPiece` is told of all that has come whenever more has. */
async function bytesOf(
  response: Response,
  onPiece: (soFar: Uint8Array<ArrayBuffer>) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  let bytes = new Uint8Array(1 << 20);
  let length = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (length + piece.value.length > bytes.length) {
      const larger = new Uint8Array(Math.max(bytes.length * 2, length + piece.value.length));
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    bytes.set(piece.value, length);
    length += piece.value.length;
    onPiece(bytes.subarray(0, length));
  }
  return bytes.subarray(0, length);
}

function wordsFor(status: number): string {
  if (status === 401) return t("You are signed out.");
  if (status === 403) return t("You may not see these images.");
  if (status === 404 || status === 410) return t("The archive no longer has this.");
  if (status === 406) return t("The archive cannot send these images in a form that can be shown.");
  if (status === 429) return t("The archive is busy.");
  if (status === 502 || status === 503 || status === 504)
    return t("The archive cannot answer at the moment.");
  return t("The archive answered with an error ({status}).", { status: String(status) });
}

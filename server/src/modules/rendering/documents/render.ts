import { DicomError, readPart10 } from "@isocenter/dicom";
import { Refusal, requirePermission, type Viewer } from "../../../platform/index.ts";
import type { Archive, StoredInstance } from "../../archive/index.ts";
import { etagOfKey } from "../options.ts";
import type { Picture } from "../types.ts";
import { documentMediaType, documentText } from "./document.ts";

/** Reports have some kilobytes, recordings of a day some megabytes. */
const maxObjectBytes = 64 * 1024 * 1024;
/** Another way of drawing makes another document. */
const version = 1;

const cannot = (code: string, detail: string, cause?: unknown): Refusal =>
  new Refusal("not-acceptable", `document.${code}`, detail, { cause });

/** See `Rendering.renderDocument`. */
export async function renderDocument(
  archive: Pick<Archive, "readObject">,
  viewer: Viewer,
  instance: StoredInstance,
): Promise<Picture> {
  requirePermission(viewer, "images.read");
  const mediaType = documentMediaType(instance);
  if (!mediaType) throw cannot("none", "The object is neither a report nor a recording.");
  if (instance.size > maxObjectBytes)
    throw cannot("too-large", `An object of over ${maxObjectBytes} bytes is not shown as a document.`);
  let shown: string | null;
  try {
    shown = documentText(instance, readPart10(await archive.readObject(instance)).dataSet);
  } catch (error) {
    if (error instanceof DicomError) throw cannot("unreadable", "The object cannot be read.", error);
    throw error;
  }
  if (shown === null) throw cannot("unreadable", "The object does not hold what its class says.");
  return {
    bytes: Buffer.from(shown),
    contentType: `${mediaType}; charset=utf-8`,
    etag: etagOfKey(`document ${version} ${instance.sha256}`),
  };
}

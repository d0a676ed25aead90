import type { Export } from "@isocenter/contract";
import { api } from "../api/client.ts";

/**
 * The file of an export that is made, told of while it comes.
 * @param onBytes how many have come
 */
export async function fetchExport(
  { id, name }: Pick<Export, "id" | "name">,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<{ blob: Blob; name: string }> {
  const { response } = await api.GET("/api/v1/jobs/{id}/result", {
    params: { path: { id } },
    headers: { accept: "application/zip" },
    parseAs: "stream",
    signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  // Blobs may leave memory for the disk, which many small parts could not.
  let parts: Uint8Array<ArrayBuffer>[] = [];
  const blobs: Blob[] = [];
  let bytes = 0;
  let waiting = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    bytes += part.value.length;
    waiting += part.value.length;
    if (waiting > blobBytes) {
      blobs.push(new Blob(parts));
      parts = [];
      waiting = 0;
    }
    onBytes(bytes);
  }
  return { blob: new Blob([...blobs, ...parts], { type: "application/zip" }), name: name ?? "studies.zip" };
}

const blobBytes = 32 * 1024 * 1024;

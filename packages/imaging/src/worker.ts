import { parentPort } from "node:worker_threads";
import { ImagingError } from "./errors.ts";
import { type ImagingReply, type ImagingRequest, runJob } from "./jobs.ts";

/**
 * The bytes of the result in a buffer of their own, which can be handed over. That of a Buffer is copied: it may be part of Node's pool, or
 * belong to the library that made it.
 */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return whole && !Buffer.isBuffer(bytes) && bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer)
    : new Uint8Array(bytes);
}

parentPort?.on("message", async (request: ImagingRequest | null) => {
  if (request === null) return parentPort?.close();
  const { id, job } = request;
  let reply: ImagingReply;
  const transfer: ArrayBuffer[] = [];
  try {
    const result = await runJob(job);
    const bytes = owned(result instanceof Uint8Array ? result : result.bytes);
    transfer.push(bytes.buffer);
    reply = { id, result: result instanceof Uint8Array ? bytes : { ...result, bytes } };
  } catch (error) {
    const code = error instanceof ImagingError ? error.code : null;
    reply = { id, error: { code, message: error instanceof Error ? error.message : String(error) } };
  }
  parentPort?.postMessage(reply, transfer);
});

import { parentPort, workerData } from "node:worker_threads";
import { demoInstances } from "./examinations.ts";

// Draws one instance for each message, so that no more waits than the other side asked for.
const port = parentPort;
if (!port) throw new Error("drawing-worker runs as a worker thread");
const instances = demoInstances(new Date(workerData.today as string))[Symbol.iterator]();
port.on("message", () => {
  const next = instances.next();
  if (next.done) return port.postMessage(null);
  const bytes = next.value;
  port.postMessage(bytes, bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer as ArrayBuffer] : []);
});

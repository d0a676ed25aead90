import { parentPort } from "node:worker_threads";
import type { ImagingRequest } from "../src/jobs.ts";

/** Does as the first byte of the frame says: 0 answers, 1 hangs, 2 dies. */
parentPort?.on("message", ({ id, job }: ImagingRequest) => {
  if (job.bytes[0] === 2) process.exit(1);
  while (job.bytes[0] === 1);
  parentPort?.postMessage({ id, result: { bytes: job.bytes } });
});

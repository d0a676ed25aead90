import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { EncodedFrame } from "./encode.ts";
import { ImagingError } from "./errors.ts";
import type { DecodedFrame, FrameDescription } from "./frame.ts";
import type { ImagingJob, ImagingReply } from "./jobs.ts";
import type { Presentation } from "./presentation.ts";
import type { StateOfFrame } from "./presented/presented.ts";
import type { RenderOptions } from "./render.ts";

export interface ImagingPoolOptions {
  /** One less than the processor has cores, at least two, when left out. */
  threads?: number;
  /** Jobs that may wait for a thread; one more is refused as `busy`. 256 when left out. */
  maxQueued?: number;
  /** Bytes that may wait for a thread. 512 MiB when left out. */
  maxQueuedBytes?: number;
  /** From the moment a thread takes the job; 30 s when left out. */
  jobTimeoutMs?: number;
  /** The module a thread runs; for tests. */
  workerUrl?: URL;
}

export interface JobOptions {
  /** Takes the job out of the queue; one that a thread has taken runs on, but its result is dropped. */
  signal?: AbortSignal;
  /** The bytes are the pool's from now on, and need not be copied for the thread. */
  given?: true;
}

/** Decoding and rendering in threads of their own, so that no event loop waits for pixels. */
export interface ImagingPool {
  /** As `decodeFrame`. @throws ImagingError also `busy`, `timeout`, `crashed`, `aborted`, `closed` */
  decode(description: FrameDescription, bytes: Uint8Array, options?: JobOptions): Promise<DecodedFrame>;
  /** As `transcodeFrame`. @throws ImagingError also `busy`, `timeout`, `crashed`, `aborted`, `closed` */
  transcode(
    description: FrameDescription,
    bytes: Uint8Array,
    transferSyntaxUID: string,
    options?: JobOptions,
  ): Promise<EncodedFrame>;
  /** As `renderFrame`. @throws ImagingError also `busy`, `timeout`, `crashed`, `aborted`, `closed` */
  render(
    description: FrameDescription,
    presentation: Presentation,
    bytes: Uint8Array,
    picture: RenderOptions,
    options?: JobOptions,
  ): Promise<Uint8Array>;
  /** As `renderPresented`. @throws ImagingError also `busy`, `timeout`, `crashed`, `aborted`, `closed` */
  renderPresented(
    description: FrameDescription,
    presentation: Presentation,
    bytes: Uint8Array,
    state: StateOfFrame,
    picture: RenderOptions,
    options?: JobOptions,
  ): Promise<Uint8Array>;
  /** Jobs that wait and jobs that run, for metrics. */
  load(): { queued: number; running: number };
  /** Ends the threads; what waits or runs fails with `closed`. */
  close(): Promise<void>;
}

interface Pending {
  job: ImagingJob;
  given: boolean | undefined;
  resolve(result: DecodedFrame | Uint8Array): void;
  reject(error: Error): void;
  /** Nobody waits for it any more. */
  settled: boolean;
}

/** Bytes that may be handed to a thread. The caller keeps its own but where it gave them; of a view into something larger only the view is copied. */
function ownBytes({ given, job: { bytes } }: Pending): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return given && buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}

interface Slot {
  worker: Worker | null;
  /** The thread has begun to run. */
  online: boolean;
  running: { id: number; pending: Pending; timer: NodeJS.Timeout } | null;
}

/** So long a thread may take to begin on a busy machine, before the time of its job does. */
const startMs = 10_000;
/** So long a thread at rest may take to end. */
const patienceMs = 2_000;

/**
 * Lets a thread that has nothing to do end by itself: to end one from outside while its libraries are loaded has brought whole processes down
 * (nodejs/node#56312).
 */
async function release(worker: Worker): Promise<void> {
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  const timer = setTimeout(() => void worker.terminate(), patienceMs);
  worker.ref();
  worker.postMessage(null);
  await ended;
  clearTimeout(timer);
}

/**
 * A pool of threads that starts each thread with the first job it is needed for. A thread that dies or does not answer in time is ended
 * and replaced with the next job; the job that it had fails.
 */
export function createImagingPool(options: ImagingPoolOptions = {}): ImagingPool {
  const {
    threads = Math.max(2, availableParallelism() - 1),
    maxQueued = 256,
    maxQueuedBytes = 512 * 1024 * 1024,
    jobTimeoutMs = 30_000,
    workerUrl = new URL("./worker.ts", import.meta.url),
  } = options;
  const slots: Slot[] = Array.from({ length: threads }, () => ({
    worker: null,
    online: false,
    running: null,
  }));
  const queue: Pending[] = [];
  let queuedBytes = 0;
  let nextId = 1;
  let closed = false;

  function settle(pending: Pending, outcome: () => void): void {
    if (pending.settled) return;
    pending.settled = true;
    outcome();
  }

  /** The thread is of no more use: it is ended, its job fails, and the slot is free for a new one. */
  function discard(slot: Slot, worker: Worker, error: Error): void {
    if (slot.worker !== worker) return;
    const { running } = slot;
    slot.worker = null;
    slot.running = null;
    void worker.terminate();
    if (running) {
      clearTimeout(running.timer);
      settle(running.pending, () => running.pending.reject(error));
    }
    pump();
  }

  function onReply(slot: Slot, reply: ImagingReply): void {
    const { running } = slot;
    if (running?.id !== reply.id) return;
    clearTimeout(running.timer);
    slot.running = null;
    slot.worker?.unref();
    const { pending } = running;
    settle(pending, () => {
      if ("result" in reply) pending.resolve(reply.result);
      else if (reply.error.code) pending.reject(new ImagingError(reply.error.code, reply.error.message));
      else pending.reject(new Error(reply.error.message));
    });
    pump();
  }

  function start(slot: Slot): Worker {
    const worker = new Worker(workerUrl, { execArgv: [], stdin: false });
    worker.on("message", (reply: ImagingReply) => onReply(slot, reply));
    worker.on("error", (error) =>
      discard(slot, worker, new ImagingError("crashed", "The imaging thread died.", error)),
    );
    worker.on("exit", () => discard(slot, worker, new ImagingError("crashed", "The imaging thread ended.")));
    worker.once("online", () => {
      if (slot.worker !== worker) return;
      slot.online = true;
      if (!slot.running) return;
      clearTimeout(slot.running.timer);
      slot.running.timer = timeOf(slot, worker, jobTimeoutMs);
    });
    slot.worker = worker;
    slot.online = false;
    return worker;
  }

  function timeOf(slot: Slot, worker: Worker, ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const message = `The frame was not done within ${jobTimeoutMs} ms.`;
      discard(slot, worker, new ImagingError("timeout", message));
    }, ms);
  }

  function run(slot: Slot, pending: Pending): void {
    const worker = slot.worker ?? start(slot);
    const id = nextId++;
    const timer = timeOf(slot, worker, slot.online ? jobTimeoutMs : startMs + jobTimeoutMs);
    slot.running = { id, pending, timer };
    worker.ref();
    const bytes = ownBytes(pending);
    worker.postMessage({ id, job: { ...pending.job, bytes } }, [bytes.buffer]);
  }

  function pump(): void {
    while (!closed && queue.length > 0) {
      const slot =
        slots.find((candidate) => candidate.worker && !candidate.running) ??
        slots.find((candidate) => !candidate.running);
      if (!slot) return;
      const pending = queue.shift()!;
      queuedBytes -= pending.job.bytes.byteLength;
      if (!pending.settled) run(slot, pending);
    }
  }

  function withdraw(pending: Pending): void {
    const at = queue.indexOf(pending);
    if (at >= 0) {
      queue.splice(at, 1);
      queuedBytes -= pending.job.bytes.byteLength;
    }
    settle(pending, () =>
      pending.reject(new ImagingError("aborted", "Nobody waits for the frame any more.")),
    );
  }

  function submit(job: ImagingJob, { signal, given }: JobOptions = {}): Promise<DecodedFrame | Uint8Array> {
    if (closed) return Promise.reject(new ImagingError("closed", "The imaging pool is closed."));
    const size = job.bytes.byteLength;
    const idle = slots.some((slot) => !slot.running);
    if (!idle && (queue.length >= maxQueued || queuedBytes + size > maxQueuedBytes))
      return Promise.reject(new ImagingError("busy", "Too many frames wait to be decoded."));
    return new Promise((resolve, reject) => {
      const pending: Pending = { job, given, resolve, reject, settled: false };
      queue.push(pending);
      queuedBytes += size;
      if (signal) {
        const onAbort = () => withdraw(pending);
        if (signal.aborted) return onAbort();
        signal.addEventListener("abort", onAbort, { once: true });
        const release = () => signal.removeEventListener("abort", onAbort);
        pending.resolve = (result) => {
          release();
          resolve(result);
        };
        pending.reject = (error) => {
          release();
          reject(error);
        };
      }
      pump();
    });
  }

  return {
    decode: (description, bytes, jobOptions) =>
      submit({ kind: "decode", description, bytes }, jobOptions) as Promise<DecodedFrame>,
    transcode: (description, bytes, transferSyntaxUID, jobOptions) =>
      submit(
        { kind: "transcode", description, bytes, transferSyntaxUID },
        jobOptions,
      ) as Promise<EncodedFrame>,
    render: (description, presentation, bytes, picture, jobOptions) =>
      submit(
        {
          kind: "render",
          description,
          presentation: picture.overlays ? presentation : { ...presentation, overlays: [] },
          bytes,
          options: picture,
        },
        jobOptions,
      ) as Promise<Uint8Array>,
    renderPresented: (description, presentation, bytes, state, picture, jobOptions) =>
      submit(
        {
          kind: "render",
          description,
          presentation,
          bytes,
          options: picture,
          state,
        },
        jobOptions,
      ) as Promise<Uint8Array>,
    load: () => ({ queued: queue.length, running: slots.filter((slot) => slot.running).length }),
    async close() {
      closed = true;
      const error = new ImagingError("closed", "The imaging pool is closed.");
      for (const pending of queue.splice(0)) settle(pending, () => pending.reject(error));
      const workers = slots.flatMap((slot) => slot.worker ?? []);
      const atRest = slots.flatMap(({ worker, running }) => (running ? [] : (worker ?? [])));
      for (const slot of slots) if (slot.worker && slot.running) discard(slot, slot.worker, error);
      await Promise.all(
        workers.map((worker) => (atRest.includes(worker) ? release(worker) : worker.terminate())),
      );
    },
  };
}

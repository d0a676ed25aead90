import type { RefusedFile } from "@isocenter/contract";
import { ApiError } from "../api/problem.ts";
import { t } from "../words/words.ts";
import {
  isOver,
  summarise,
  type UploadFile,
  type UploadItem,
  type UploadPatient,
  type UploadSnapshot,
} from "./items.ts";
import { kindOf, type UploadKind } from "./kinds.ts";

export interface UploadAnswer {
  images: ReadonlyArray<{ status: string }>;
  refused: readonly RefusedFile[];
}

export interface UploadBatch<F extends UploadFile> {
  /** Each under a name that is its own within the batch; a refusal names it. */
  files: ReadonlyArray<{ name: string; file: F }>;
  patientId: string | null;
}

export interface UploadDependencies<F extends UploadFile> {
  send: (
    batch: UploadBatch<F>,
    options: { signal: AbortSignal; onProgress: (sentBytes: number) => void },
  ) => Promise<UploadAnswer>;
  sleep: (ms: number) => Promise<void>;
  /** Calls back a little later, so that many changes become one rendering. */
  later: (run: () => void) => void;
  parallel?: number;
}

export const maxItems = 20_000;
export const maxFilesPerBatch = 20;
export const maxBytesPerBatch = 32 * 1024 * 1024;
const maxAttempts = 3;
const firstWaitMs = 2_000;

/** Whether sending the same again may work: the network, a server that is busy or away. */
const mayWorkLater = (error: unknown): error is ApiError =>
  error instanceof ApiError && [0, 408, 429, 502, 503, 504].includes(error.status);

/** The queue of files on their way into the archive. It sends a few batches at a time, and lives as long as the page. */
export function createUploadQueue<F extends UploadFile>(dependencies: UploadDependencies<F>) {
  const { send, sleep, later, parallel = 3 } = dependencies;
  let items: UploadItem<F>[] = [];
  let nextId = 1;
  let running = 0;
  let leftOut = 0;
  let scheduled = false;
  let pause: Promise<void> | null = null;
  let snapshot: UploadSnapshot<F> = summarise(items, 0);
  const aborts = new Map<UploadItem<F>, AbortController>();
  const listeners = new Set<() => void>();

  function changed() {
    if (scheduled) return;
    scheduled = true;
    later(() => {
      scheduled = false;
      snapshot = summarise(items, leftOut);
      for (const listener of listeners) listener();
    });
  }

  function add(files: ReadonlyArray<{ file: F; path: string }>): {
    added: number;
    skipped: number;
    leftOut: number;
  } {
    let added = 0;
    let skipped = 0;
    let full = 0;
    for (const { file, path } of files) {
      const kind = kindOf(file.name, file.type);
      if (!kind) skipped++;
      else if (items.length >= maxItems) full++;
      else {
        items.push(newItem(nextId++, file, path, kind));
        added++;
      }
    }
    leftOut += full;
    changed();
    pump();
    return { added, skipped, leftOut: full };
  }

  function pump() {
    while (running < parallel && !pause) {
      const batch = nextBatch(items);
      if (batch.length === 0) return;
      running++;
      void run(batch).finally(() => {
        running--;
        changed();
        pump();
      });
    }
  }

  async function run(batch: UploadItem<F>[]) {
    const abort = new AbortController();
    for (const item of batch) {
      item.status = "sending";
      item.sentBytes = 0;
      item.reason = null;
      item.attempts++;
      aborts.set(item, abort);
    }
    changed();
    const named = uniqueNames(batch);
    try {
      const answer = await send(
        { files: named, patientId: batch[0]?.patient?.id ?? null },
        {
          signal: abort.signal,
          onProgress: (sent) => {
            spread(batch, sent);
            changed();
          },
        },
      );
      settle(batch, named, answer);
    } catch (error) {
      if (abort.signal.aborted) giveBack(batch);
      else await fail(batch, error);
    } finally {
      for (const item of batch) aborts.delete(item);
    }
  }

  /** One of the batch was cancelled: the others go back into the queue as if nothing had been. */
  function giveBack(batch: UploadItem<F>[]) {
    for (const item of batch) {
      if (item.status === "cancelled") continue;
      item.status = "waiting";
      item.sentBytes = 0;
      item.attempts--;
    }
  }

  async function fail(batch: UploadItem<F>[], error: unknown) {
    const problem = error instanceof ApiError ? error : null;
    if (mayWorkLater(error) && batch.every((item) => item.attempts < maxAttempts)) {
      const waitMs =
        (error.retryAfterSeconds ?? 0) * 1000 || firstWaitMs * 2 ** ((batch[0]?.attempts ?? 1) - 1);
      for (const item of batch) {
        item.status = "waiting";
        item.sentBytes = 0;
        item.reason = t("{problem}; trying again", { problem: error.title });
      }
      changed();
      pause ??= sleep(Math.min(waitMs, 60_000)).then(() => {
        pause = null;
        pump();
      });
      await pause;
      return;
    }
    const refused =
      problem !== null && problem.status >= 400 && problem.status < 500 && problem.status !== 401;
    if (refused && batch.length > 1) {
      for (const item of batch) {
        item.status = "waiting";
        item.alone = true;
        item.sentBytes = 0;
      }
      return;
    }
    for (const item of batch) {
      item.status = refused ? "refused" : "failed";
      item.reason = problem
        ? `${problem.detail || problem.title}${!refused && problem.requestId ? ` (${t("request {id}", { id: problem.requestId })})` : ""}`
        : t("Something went wrong in this page");
    }
  }

  function cancel(id: number) {
    const item = items.find((one) => one.id === id);
    if (!item || isOver(item.status)) return;
    item.status = "cancelled";
    aborts.get(item)?.abort();
    changed();
  }

  function retry(id?: number) {
    for (const item of items) {
      if (id !== undefined && item.id !== id) continue;
      if (
        item.status !== "failed" &&
        item.status !== "cancelled" &&
        !(id !== undefined && item.status === "refused")
      )
        continue;
      item.status = item.kind === "picture" && !item.patient ? "needs-patient" : "waiting";
      item.reason = null;
      item.sentBytes = 0;
      item.attempts = 0;
    }
    changed();
    pump();
  }

  return {
    add,
    cancel,
    retry,
    cancelAll() {
      for (const item of items) if (!isOver(item.status)) item.status = "cancelled";
      for (const abort of new Set(aborts.values())) abort.abort();
      changed();
    },
    /** Gives a patient to all pictures that wait for one. */
    assignPatient(patient: UploadPatient) {
      for (const item of items) {
        if (item.status !== "needs-patient") continue;
        item.patient = patient;
        item.status = "waiting";
      }
      changed();
      pump();
    },
    /** Takes what is over off the list. */
    clear() {
      items = items.filter((item) => !isOver(item.status));
      leftOut = 0;
      changed();
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    snapshot: () => snapshot,
  };
}

function newItem<F extends UploadFile>(id: number, file: F, path: string, kind: UploadKind): UploadItem<F> {
  return {
    id,
    file,
    path,
    kind,
    status: kind === "picture" ? "needs-patient" : "waiting",
    patient: null,
    sentBytes: 0,
    reason: null,
    stored: 0,
    alreadyStored: 0,
    refused: [],
    attempts: 0,
    alone: false,
  };
}

/** What goes next: a ZIP, a picture or a large file by itself, small files together. */
function nextBatch<F extends UploadFile>(items: readonly UploadItem<F>[]): UploadItem<F>[] {
  const batch: UploadItem<F>[] = [];
  let bytes = 0;
  for (const item of items) {
    if (item.status !== "waiting") continue;
    const single = item.kind !== "dicom" || item.alone || item.file.size >= maxBytesPerBatch;
    if (single) {
      if (batch.length === 0) return [item];
      continue;
    }
    if (bytes + item.file.size > maxBytesPerBatch) break;
    batch.push(item);
    bytes += item.file.size;
    if (batch.length === maxFilesPerBatch) break;
  }
  return batch;
}

/** Names under which the files of a batch travel: their own, told apart where two are called the same, as on every CD. */
function uniqueNames<F extends UploadFile>(
  batch: readonly UploadItem<F>[],
): Array<{ name: string; file: F }> {
  const used = new Set<string>();
  return batch.map(({ file }) => {
    let name = file.name;
    for (let n = 2; used.has(name); n++) name = `${file.name} (${n})`;
    used.add(name);
    return { name, file };
  });
}

/** Shares the bytes sent among the files in the order they travel. */
function spread<F extends UploadFile>(batch: readonly UploadItem<F>[], sent: number) {
  let rest = sent;
  for (const item of batch) {
    item.sentBytes = Math.min(item.file.size, Math.max(0, rest));
    rest -= item.file.size;
    if (item.sentBytes >= item.file.size && item.status === "sending") item.status = "storing";
  }
}

function settle<F extends UploadFile>(
  batch: readonly UploadItem<F>[],
  named: ReadonlyArray<{ name: string }>,
  answer: UploadAnswer,
) {
  const alone = batch.length === 1;
  const already = answer.images.filter((image) => image.status === "ALREADY_STORED").length;
  // In a batch each file that is not refused is one image; which of them were here before is told by their order.
  let image = 0;
  for (const [index, item] of batch.entries()) {
    item.sentBytes = item.file.size;
    const mine = answer.refused.filter((one) => alone || one.filename === named[index]?.name);
    if (alone) {
      item.stored = answer.images.length - already;
      item.alreadyStored = already;
      item.refused = mine;
    } else if (mine.length === 0) {
      const known = answer.images[image++]?.status === "ALREADY_STORED";
      item.stored = known ? 0 : 1;
      item.alreadyStored = known ? 1 : 0;
    }
    if (item.stored > 0) item.status = "stored";
    else if (item.alreadyStored > 0) item.status = "already-stored";
    else item.status = "refused";
    item.reason = mine.length === 0 ? null : reasonOf(mine, item.kind);
    if (item.status === "refused" && !item.reason) item.reason = t("There is no image in it");
  }
}

function reasonOf(refused: readonly RefusedFile[], kind: UploadKind): string {
  const first = refused[0];
  if (!first) return "";
  if (kind !== "zip") return first.reason;
  return t(
    "{more, plural, =0 {Not taken from it: {file} ({reason})} other {Not taken from it: {file} ({reason}), and # more}}",
    { file: first.filename, reason: first.reason, more: refused.length - 1 },
  );
}

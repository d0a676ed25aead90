import type { RefusedFile } from "@isocenter/contract";
import type { UploadKind } from "./kinds.ts";

export type UploadStatus =
  | "needs-patient"
  | "waiting"
  | "sending"
  /** All bytes are there; the server is reading and storing them. */
  | "storing"
  | "stored"
  | "already-stored"
  /** The server looked at it and does not take it; sending it again would not help. */
  | "refused"
  /** It did not get through; sending it again may help. */
  | "failed"
  | "cancelled";

/** Whose a picture is, as far as a person needs to see it. */
export interface UploadPatient {
  id: string;
  name: string;
  /** Sex, birth date, identifier in one line. */
  line: string;
}

/** What of a browser's File the queue needs. */
export interface UploadFile {
  name: string;
  size: number;
  type: string;
}

export interface UploadItem<F extends UploadFile = UploadFile> {
  readonly id: number;
  readonly file: F;
  /** Where it lay in the folder that was dropped. */
  readonly path: string;
  readonly kind: UploadKind;
  status: UploadStatus;
  patient: UploadPatient | null;
  sentBytes: number;
  /** Why it was refused or failed. */
  reason: string | null;
  /** Images in it that are stored now, and those that were here before; for a ZIP many. */
  stored: number;
  alreadyStored: number;
  /** Files in a ZIP that were not taken. */
  refused: readonly RefusedFile[];
  attempts: number;
  /** Goes alone, because a batch with it was refused as a whole. */
  alone: boolean;
}

export interface UploadSnapshot<F extends UploadFile = UploadFile> {
  items: readonly UploadItem<F>[];
  counts: Readonly<Record<UploadStatus, number>>;
  /** Images that are stored, those in ZIPs counted one by one. */
  images: number;
  alreadyStored: number;
  totalBytes: number;
  sentBytes: number;
  /** Something is under way or will be. */
  active: boolean;
  /** Files that were not taken because the queue is full. */
  leftOut: number;
}

const over = new Set<UploadStatus>(["stored", "already-stored", "refused", "failed", "cancelled"]);

export const isOver = (status: UploadStatus): boolean => over.has(status);

/** The state of the whole queue, as a page shows it. */
export function summarise<F extends UploadFile>(
  items: readonly UploadItem<F>[],
  leftOut: number,
): UploadSnapshot<F> {
  const counts: Record<UploadStatus, number> = {
    "needs-patient": 0,
    waiting: 0,
    sending: 0,
    storing: 0,
    stored: 0,
    "already-stored": 0,
    refused: 0,
    failed: 0,
    cancelled: 0,
  };
  let images = 0;
  let alreadyStored = 0;
  let totalBytes = 0;
  let sentBytes = 0;
  for (const item of items) {
    counts[item.status]++;
    images += item.stored;
    alreadyStored += item.alreadyStored;
    if (item.status === "cancelled") continue;
    totalBytes += item.file.size;
    sentBytes += isOver(item.status) ? item.file.size : item.sentBytes;
  }
  const active = counts.waiting + counts.sending + counts.storing > 0;
  return { items: [...items], counts, images, alreadyStored, totalBytes, sentBytes, active, leftOut };
}

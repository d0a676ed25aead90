import { useSyncExternalStore } from "react";
import { session } from "../api/client.ts";
import { refreshLists } from "../api/live.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import { createUploadQueue } from "./queue.ts";
import { sendBatch } from "./send.ts";

const renderEveryMs = 120;

export const uploads = createUploadQueue<File>({
  send: sendBatch,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  later: (run) => void setTimeout(run, renderEveryMs),
});

// What this person just added is in the list at once, live feed or not.
let stored = 0;
uploads.subscribe(() => {
  const { images } = uploads.snapshot();
  if (images > stored) refreshLists("study");
  stored = images;
});

export const useUploads = () => useSyncExternalStore(uploads.subscribe, uploads.snapshot);

/** Puts files into the queue, and says so when there was nothing to take among them. */
export function addFiles(files: ReadonlyArray<{ file: File; path: string }>): void {
  const { added, skipped, leftOut } = uploads.add(files);
  if (added === 0 && skipped > 0) {
    toast({ tone: "urg", title: t("No images among these files"), detail: t("Nothing was sent.") });
  }
  if (leftOut > 0) {
    toast({
      tone: "urg",
      title: t("Too many files at once"),
      detail: t(
        "{count, plural, one {# was left out; add it when these are done.} other {# were left out; add them when these are done.}}",
        { count: leftOut },
      ),
    });
  }
}

/** Leaving the page would stop what is on its way: the browser asks first. */
addEventListener("beforeunload", (event) => {
  if (uploads.snapshot().active) event.preventDefault();
});

session.subscribe(() => {
  if (session.snapshot().status !== "signed-out") return;
  uploads.cancelAll();
  uploads.clear();
});

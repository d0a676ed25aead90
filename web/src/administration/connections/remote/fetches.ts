import type { RemoteMoved } from "@isocenter/contract";
import { useSyncExternalStore } from "react";
import { answerOf } from "../../../api/api.ts";
import { api, session } from "../../../api/client.ts";
import { problemOf } from "../../../kit/run.ts";
import { toast } from "../../../kit/toast.ts";
import { t } from "../../../words/words.ts";

/** A study, or one series of it, that another system was told to send (C-MOVE), or asked for (C-GET). */
export interface Fetch {
  running: boolean;
  answer?: RemoteMoved;
  problem?: string;
}

interface Asked {
  modalityId: string;
  studyInstanceUid: string;
  seriesInstanceUid?: string;
  /** Where it goes; this archive where it is left out. */
  destinationAeTitle?: string;
  /** On our own association, which a system can answer that could not call us (C-GET); not to a third one. */
  byGet?: boolean;
  /** What it is called in the notice of its end. */
  name: string;
}

const keyOf = ({ modalityId, studyInstanceUid, seriesInstanceUid = "" }: Omit<Asked, "name" | "byGet">) =>
  `${modalityId} ${studyInstanceUid} ${seriesInstanceUid}`;

/** They go on while the person looks at other pages, and end with the session. */
let fetches: Readonly<Record<string, Fetch>> = {};
const stops = new Map<string, AbortController>();
const listeners = new Set<() => void>();
let person = session.snapshot().me?.id;

function put(key: string, fetch: Fetch) {
  fetches = { ...fetches, [key]: fetch };
  for (const listener of listeners) listener();
}

session.subscribe(() => {
  const now = session.snapshot().me?.id;
  if (now === person) return;
  person = now;
  for (const stop of stops.values()) stop.abort();
  fetches = {};
});

export function useFetches() {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => fetches,
  );
  return (asked: Omit<Asked, "name" | "byGet">): Fetch | undefined => all[keyOf(asked)];
}

/** Closing the request has the server cancel the retrieval; what came until then stays. */
export const stopFetch = (asked: Omit<Asked, "name" | "byGet">) => stops.get(keyOf(asked))?.abort();

export async function startFetch(asked: Asked): Promise<void> {
  const key = keyOf(asked);
  if (fetches[key]?.running) return;
  const stop = new AbortController();
  const whose = person;
  stops.set(key, stop);
  put(key, { running: true });
  const { modalityId, studyInstanceUid, seriesInstanceUid, destinationAeTitle, byGet, name } = asked;
  const call = { params: { path: { id: modalityId } }, signal: stop.signal };
  const body = {
    studyInstanceUids: [studyInstanceUid],
    ...(seriesInstanceUid ? { seriesInstanceUids: [seriesInstanceUid] } : {}),
    timeoutSeconds: 3600,
  };
  try {
    const answer = await answerOf(
      byGet && !destinationAeTitle
        ? api.POST("/api/v1/modalities/{id}/get", { ...call, body })
        : api.POST("/api/v1/modalities/{id}/move", {
            ...call,
            body: { ...body, ...(destinationAeTitle ? { destinationAeTitle } : {}) },
          }),
    );
    put(key, { running: false, answer });
    const whole = answer.outcome === "DONE";
    toast({
      title: whole ? t("Fetched: {name}", { name }) : t("Not all of it came: {name}", { name }),
      tone: whole ? "ok" : "urg",
    });
  } catch (error) {
    if (whose !== person) return;
    if (stop.signal.aborted) put(key, { running: false, problem: t("Stopped") });
    else {
      const problem = problemOf(error);
      put(key, { running: false, problem });
      toast({ title: t("Not fetched: {name}", { name }), detail: problem, tone: "urg" });
    }
  } finally {
    stops.delete(key);
  }
}

/** How long each wait may last, in milliseconds. */
export interface Timeouts {
  /** ARTIM (PS3.8 §9.1.5): for the A-ASSOCIATE-RQ of who connected, and for the close of who was answered for the last time. */
  artimMs: number;
  /** For the transport connection to open. */
  connectMs: number;
  /** For the answer to our A-ASSOCIATE-RQ. */
  associateMs: number;
  /** For the next request on an association on which nothing is going on. */
  idleMs: number;
  /** So long nothing went on on an association that may be ended for another caller, where every place is taken. */
  yieldMs: number;
  /** For the next PDU, whole, where a message has begun or a PDU has. */
  receiveMs: number;
  /** For the peer to take what we send. */
  sendMs: number;
  /** For a response to our request, or the next one. */
  responseMs: number;
  /** For the answer to our A-RELEASE-RQ. */
  releaseMs: number;
}

export const defaultTimeouts: Timeouts = {
  artimMs: 30_000,
  connectMs: 10_000,
  associateMs: 30_000,
  idleMs: 300_000,
  yieldMs: 10_000,
  receiveMs: 60_000,
  sendMs: 60_000,
  responseMs: 300_000,
  releaseMs: 30_000,
};

/** One timer that is set anew often: a wait that is prolonged costs no allocation. */
export interface Deadline {
  /** Starts the wait, or ends it (null). */
  set(waitMs: number | null): void;
  /** Prolongs the wait, if there is one. */
  touch(): void;
}

/** @param expired called once for each wait that ran out; the next one is to be set */
export function createDeadline(expired: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined;
  let currentMs: number | null = null;
  return {
    set(waitMs) {
      if (waitMs !== null && waitMs === currentMs) {
        timer!.refresh();
        return;
      }
      clearTimeout(timer);
      timer = undefined;
      currentMs = waitMs;
      if (waitMs === null) return;
      timer = setTimeout(() => {
        timer = undefined;
        currentMs = null;
        expired();
      }, waitMs);
    },
    touch() {
      timer?.refresh();
    },
  };
}

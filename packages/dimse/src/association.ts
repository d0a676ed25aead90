import type { Socket } from "node:net";
import { type CommandSet, encodeCommandSet } from "./command-set.ts";
import { encodeMessage } from "./data-pdu.ts";
import { DimseError } from "./errors.ts";
import { createMessageReader, type DataSetSink } from "./message-reader.ts";
import type { AssociateAccept, AssociateRequest, Rejection } from "./pdu.ts";
import { abortReasons } from "./pdu.ts";
import { createPduReader } from "./pdu-reader.ts";
import { holdReceived, release } from "./received.ts";
import type { Event, State } from "./state-table.ts";
import { createDeadline, type Timeouts } from "./timeouts.ts";
import { createUpperLayer } from "./upper-layer.ts";

export interface Limits {
  /** The longest P-DATA-TF we take, announced to the peer (PS3.8 Annex D.1). */
  maxPduLength: number;
  /** The longest A-ASSOCIATE-RQ or -AC. 128 contexts with some thirty transfer syntaxes each come to about 110 KiB. */
  maxAssociateBytes: number;
  maxCommandBytes: number;
  /** How much of a data set may wait for its reader before the socket is paused. */
  receiveBufferBytes: number;
  /** The longest identifier, or other data set that is taken into memory as a whole. */
  maxIdentifierBytes: number;
}

export const defaultLimits: Limits = {
  maxPduLength: 256 * 1024,
  maxAssociateBytes: 256 * 1024,
  maxCommandBytes: 64 * 1024,
  receiveBufferBytes: 1024 * 1024,
  maxIdentifierBytes: 1024 * 1024,
};

/** What happens on an association, told to the side (client or server) that owns it. */
export interface AssociationUser {
  associateIndication(request: AssociateRequest): void;
  associateAccepted(accept: AssociateAccept): void;
  associateRejected(rejection: Rejection): void;
  releaseIndication(): void;
  /** Over, before the transport closes: released (null), aborted, lost or timed out. Called once. */
  ended(error: DimseError | null): void;
  /** The transport is closed. Called once, after `ended` if there was an association. */
  closed(): void;
  accepts(contextId: number): boolean;
  message(contextId: number, command: CommandSet): DataSetSink | null;
}

export type Write = (pieces: readonly Uint8Array[]) => Promise<void>;

/** An association over a socket: the state machine, its timers, and messages in both directions. */
export interface Association {
  readonly state: State;
  /** A primitive of the service user. @throws DimseError `closed` where the state does not allow it */
  fire(
    event: Event,
    detail?: { request?: AssociateRequest; accept?: AssociateAccept; rejection?: Rejection },
  ): void;
  /** Longest P-DATA-TF the peer takes; set once it is known. */
  peerMaximumLength: number;
  /** A command with, perhaps, a small data set, in one write. Resolves when the peer has taken enough for more. */
  send(contextId: number, command: CommandSet, dataSet?: Uint8Array): Promise<void>;
  /**
   * A message that takes more than one write, as pieces of P-DATA-TF PDUs in order: messages do not mix (PS3.8 Annex E.1), so what others
   * send waits until the work is done. Each write resolves as `send` does.
   */
  stream<R>(work: (write: Write) => Promise<R>): Promise<R>;
  /** Bytes that were written and that the system has not taken yet: their memory is in use while it is not 0. */
  readonly unsent: number;
  /** What the peer owes us when no message is under way: something within this time, or nothing (null). */
  expect(waitMs: number | null): void;
  /** Stops and continues reading; holds are counted. */
  hold(): void;
  unhold(): void;
  /** A-ABORT, with the reason that our side gives for it. */
  abort(error: DimseError, source?: number, reason?: number): void;
  /** Closes the transport at once, whatever it still carries. */
  destroy(): void;
}

/** How much may wait in the socket before we wait for the peer. */
const sendBufferBytes = 512 * 1024;

/** The upper layer's state machine over one connection (PS3.8 §9.2). What the peer does, and how the association ends, is told to the user. */
export function createAssociation(
  role: "requestor" | "acceptor",
  socket: Socket,
  user: AssociationUser,
  timeouts: Timeouts,
  limits: Limits,
): Association {
  let over = false;
  let socketClosed = false;
  let holds = 0;
  let expectedMs: number | null = null;
  let armedMs: number | null = null;
  let pdusSeen = 0;
  let failure: Error | undefined;
  let peerMaximumLength = 0;
  let drainWaiters: (() => void)[] = [];
  /** Streams under way or waiting, and the end of the last one. */
  let streams = 0;
  let lastStream: Promise<unknown> = Promise.resolve();

  const artim = createDeadline(() => layer.fire("Evt18"));
  const wait = createDeadline(() => {
    armedMs = null;
    abort(new DimseError("timed-out", "the peer sent nothing, or too slowly"));
  });
  /** After an A-ABORT for a peer that does not read, nothing else would close the socket before ARTIM. */
  const sending = createDeadline(() => {
    abort(new DimseError("timed-out", "the peer does not read what we send"));
    socket.destroy();
  });

  function end(error: DimseError | null): void {
    if (over) return;
    over = true;
    wait.set(null);
    // From here on what is read only serves to see the connection close.
    if (socket.isPaused()) socket.resume();
    user.ended(error);
    wakeSenders();
  }

  const layer = createUpperLayer({
    role,
    transport: {
      connect() {},
      write(pdu) {
        if (!socket.destroyed && socket.writable) socket.write(pdu);
      },
      close: () => socket.destroy(),
      stopReading: () => reader.stop(),
      startArtim: () => artim.set(timeouts.artimMs),
      stopArtim: () => artim.set(null),
    },
    user: {
      associateIndication: (request) => user.associateIndication(request),
      associateAccepted: (accept) => user.associateAccepted(accept),
      associateRejected(rejection) {
        user.associateRejected(rejection);
        end(new DimseError("rejected", "rejected", { rejection }));
      },
      releaseIndication() {
        // The rest of the message can come no more: an answer to the release would call it whole.
        if (messages.midMessage)
          abort(
            new DimseError("protocol", "a release in the middle of a message"),
            2,
            abortReasons.unexpectedPdu,
          );
        else user.releaseIndication();
      },
      releaseConfirmed: () => end(null),
      aborted: (error) => end(error),
    },
  });

  const messages = createMessageReader(
    {
      accepts: (contextId) => user.accepts(contextId),
      message: (contextId, command) => user.message(contextId, command),
      violation: (explanation) =>
        abort(new DimseError("protocol", explanation), 2, abortReasons.invalidParameterValue),
    },
    limits.maxCommandBytes,
  );

  const reader = createPduReader(
    {
      pdu(type, body) {
        pdusSeen += 1;
        layer.received(type, body);
      },
      dataPdu() {
        pdusSeen += 1;
        return layer.receivedData();
      },
      fragment: (value, bytes, complete) => messages.fragment(value, bytes, complete),
      dataPduEnd() {},
      invalid(reason, explanation) {
        if (layer.state === "Sta1" || layer.state === "Sta4") return;
        layer.fire("Evt19", { abort: { source: 2, reason }, error: new DimseError("protocol", explanation) });
      },
    },
    { maxDataLength: limits.maxPduLength, maxAssociateLength: limits.maxAssociateBytes },
  );

  function rearm(progress: boolean): void {
    const idle = over || holds > 0 || layer.state === "Sta2";
    const dueMs = idle ? null : messages.midMessage || reader.midPdu ? timeouts.receiveMs : expectedMs;
    if (!progress && dueMs === armedMs) return;
    armedMs = dueMs;
    wait.set(dueMs);
  }

  function abort(error: DimseError, source = 0, reason: number = abortReasons.notSpecified): void {
    if (over) return;
    try {
      layer.fire("Evt15", { abort: { source, reason }, error });
    } catch {
      // Before an association there is nothing to abort: closing is all.
      socket.destroy();
    }
    // Where the transport was only opening, the table has no indication (AA-2).
    end(error);
    reader.stop();
  }

  function wakeSenders(): void {
    const waiters = drainWaiters;
    drainWaiters = [];
    sending.set(null);
    for (const wake of waiters) wake();
  }

  function taken(): Promise<void> {
    if (over || socketClosed) {
      return Promise.reject(new DimseError("closed", "the association is over", { cause: failure }));
    }
    if (socket.writableLength <= sendBufferBytes) return Promise.resolve();
    sending.set(timeouts.sendMs);
    return new Promise((resolve, reject) => {
      drainWaiters.push(() => {
        if (over || socketClosed)
          reject(new DimseError("closed", "the association is over", { cause: failure }));
        else resolve();
      });
    });
  }

  function sendData(pieces: readonly Uint8Array[]): Promise<void> {
    try {
      socket.cork();
      layer.fire("Evt9", { data: pieces });
    } catch (error) {
      return Promise.reject(error);
    } finally {
      socket.uncork();
    }
    return taken();
  }

  function stream<R>(work: (write: Write) => Promise<R>): Promise<R> {
    streams += 1;
    const done = lastStream
      .then(() => work(sendData))
      .finally(() => {
        streams -= 1;
      });
    lastStream = done.catch(() => {});
    return done;
  }

  socket.setNoDelay(true);
  // A socket that is paused for back-pressure learns of a lost peer by nothing else.
  socket.setKeepAlive(true, 60_000);
  socket.on("data", (chunk: Buffer) => {
    const before = pdusSeen;
    // What a server receives goes to queues that hold it; on our own associations others may keep parts of it.
    if (role === "acceptor") holdReceived(chunk);
    reader.push(chunk);
    release(chunk);
    rearm(pdusSeen !== before);
  });
  socket.on("drain", wakeSenders);
  socket.on("error", (error) => {
    failure = error;
  });
  socket.on("close", () => {
    socketClosed = true;
    reader.stop();
    const connecting = layer.state === "Sta4";
    layer.fire("Evt17", {
      error: new DimseError(
        connecting ? "connection-failed" : "connection-lost",
        connecting ? "no connection" : "the connection was lost",
        { cause: failure },
      ),
    });
    artim.set(null);
    wait.set(null);
    wakeSenders();
    user.closed();
  });

  return {
    get state() {
      return layer.state;
    },
    fire(event, detail) {
      layer.fire(event, detail);
      if (event === "Evt14" && layer.state === "Sta13") end(null);
      rearm(false);
    },
    get peerMaximumLength() {
      return peerMaximumLength;
    },
    set peerMaximumLength(length: number) {
      peerMaximumLength = length;
    },
    send(contextId, command, dataSet) {
      const pieces = [encodeMessage(contextId, encodeCommandSet(command), dataSet, peerMaximumLength)];
      return streams === 0 ? sendData(pieces) : stream((write) => write(pieces));
    },
    stream,
    get unsent() {
      return socket.writableLength;
    },
    expect(waitMs) {
      expectedMs = waitMs;
      rearm(true);
    },
    hold() {
      holds += 1;
      if (holds === 1 && !over) socket.pause();
      rearm(false);
    },
    unhold() {
      holds -= 1;
      if (holds === 0 && !over) socket.resume();
      rearm(true);
    },
    abort,
    destroy() {
      socket.destroy();
    },
  };
}

import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { createFrameReader, type FrameEvent, frameOf } from "@isocenter/hl7";
import type { Received } from "./conclude.ts";
import type { Source } from "./receive.ts";

/** Times and sizes of a connection. */
export interface ConnectionLimits {
  /** Of a message. */
  maxBytes: number;
  /** Without a byte, between messages. */
  idleMs: number;
  /** For the rest of a message that has begun, and for an answer to be taken. */
  stalledMs: number;
}

export interface ConnectionDeps {
  limits: ConnectionLimits;
  /** @param isWhole false where it was too long, and this is its beginning */
  receive(bytes: Buffer, source: Source, isWhole: boolean): Promise<Received>;
  /** `cut`: another message began before it had ended; `junk` is no MLLP; `unanswered`: the message could not even be put down, so it is not answered and must come again. */
  observe(what: Received["outcome"] | "cut" | "junk" | "unanswered", seconds: number): void;
  onFault(error: unknown): void;
}

export interface Connection {
  /** Ends when the message at hand is answered; at once where there is none. */
  finish(): void;
  readonly ended: Promise<void>;
}

const sourceOf = (socket: Socket): Source => {
  const shown = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : undefined;
  return {
    address: socket.remoteAddress ?? "",
    certificateSha256: shown?.replaceAll(":", "").toLowerCase() ?? null,
  };
};

/** Serves a connection: one message after the other, each answered before the next is looked at; until then nothing is read. */
export function serveConnection(socket: Socket, deps: ConnectionDeps): Connection {
  const { limits, observe } = deps;
  const reader = createFrameReader({ maxLength: limits.maxBytes });
  const source = sourceOf(socket);
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let isBusy = false;
  let isFinishing = false;

  function wait(): void {
    socket.setTimeout(reader.isInFrame || isBusy ? limits.stalledMs : limits.idleMs);
  }

  const write = (bytes: Buffer): Promise<void> =>
    new Promise((done) => {
      socket.write(bytes, () => done());
    });

  /** @returns whether the connection goes on */
  async function answer(bytes: Buffer, isWhole: boolean): Promise<boolean> {
    const begun = performance.now();
    try {
      const { answers, outcome } = await deps.receive(bytes, source, isWhole);
      observe(outcome, (performance.now() - begun) / 1000);
      for (const one of answers) await write(frameOf(one));
      return true;
    } catch (error) {
      deps.onFault(error);
      observe("unanswered", (performance.now() - begun) / 1000);
      return false;
    }
  }

  async function handle(events: readonly FrameEvent[]): Promise<boolean> {
    for (const event of events) {
      // What comes behind it is the sender's to send again: it has no answer yet.
      if (isFinishing) return false;
      if (event.kind === "junk") {
        observe("junk", 0);
        return false;
      }
      if (event.kind === "cut") {
        observe("cut", 0);
        continue;
      }
      const isWhole = event.kind === "message";
      if (!(await answer(event.bytes, isWhole)) || !isWhole) return false;
    }
    return !isFinishing;
  }

  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  socket.on("data", (chunk: Buffer) => {
    const events = reader.push(chunk);
    if (events.length === 0) return wait();
    isBusy = true;
    socket.pause();
    wait();
    handle(events).then(
      (goesOn) => {
        isBusy = false;
        if (!goesOn) return void socket.end();
        wait();
        socket.resume();
      },
      (error: unknown) => {
        deps.onFault(error);
        socket.destroy();
      },
    );
  });
  socket.on("timeout", () => {
    // What is being done here is not the sender's fault.
    if (!isBusy) socket.destroy();
  });
  socket.on("error", () => socket.destroy());
  socket.on("end", () => {
    if (!isBusy) socket.end();
  });
  socket.on("close", () => resolve());
  wait();
  return {
    ended,
    finish() {
      isFinishing = true;
      if (!isBusy) socket.destroy();
    },
  };
}

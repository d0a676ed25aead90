import type { Socket } from "node:net";
import {
  createFrameReader,
  frameOf,
  Hl7Error,
  parseMessage,
  type ReadAcknowledgement,
  readAcknowledgement,
} from "@isocenter/hl7";
import { Hl7ConnectionError } from "../../../modules/peers/index.ts";
import { Refusal } from "../../../platform/index.ts";

export interface Answer extends ReadAcknowledgement {
  bytes: Buffer;
}

/** `away`: nobody took the message. `silent`: it was sent, and nobody knows whether it was taken. */
export class LinkError extends Error {
  readonly kind: "away" | "silent";
  /** It hung up, and waiting for longer would not have helped. */
  readonly hungUp: boolean;
  constructor(kind: "away" | "silent", message: string, hungUp = false) {
    super(message);
    this.name = "LinkError";
    this.kind = kind;
    this.hungUp = hungUp;
  }
}

/** Messages to one system, one at a time, over a connection that is kept. */
export interface Link {
  /** @throws LinkError */
  send(message: Uint8Array, controlId: string): Promise<Answer>;
  close(): void;
}

export interface Patience {
  answerMs: number;
  /** A connection over which nothing goes is closed after so long. */
  idleMs: number;
}

export const usualPatience: Patience = { answerMs: 30_000, idleMs: 60_000 };
const maxAnswer = 1024 * 1024;
const keepAliveMs = 15_000;

function answerOf(bytes: Buffer): Answer | null {
  try {
    const read = readAcknowledgement(parseMessage(bytes));
    return read && { ...read, bytes };
  } catch (error) {
    if (error instanceof Hl7Error) return null;
    throw error;
  }
}

/** One message over a connection. What answers another message (a late answer of before) is not looked at. */
function exchange(socket: Socket, message: Uint8Array, controlId: string, answerMs: number): Promise<Answer> {
  const answering = Promise.withResolvers<Answer>();
  const reader = createFrameReader({ maxLength: maxAnswer });
  const silent = (text: string, hungUp = false) => answering.reject(new LinkError("silent", text, hungUp));
  const late = setTimeout(() => silent("It did not answer in time."), answerMs);
  const onData = (chunk: Buffer) => {
    for (const event of reader.push(chunk)) {
      if (event.kind === "junk" || event.kind === "too-long")
        return silent("What it answers is no HL7 message.");
      const answer = event.kind === "message" ? answerOf(event.bytes) : null;
      if (event.kind === "message" && answer === null)
        return silent("What it answers is no acknowledgement.");
      // Some leave MSA-2 empty; over one connection with one message at a time there is no other that they could mean.
      if (answer && (answer.controlId === controlId || answer.controlId === ""))
        return answering.resolve(answer);
    }
  };
  const onEnd = () => silent("It closed the connection before it answered.", true);
  const onError = (error: NodeJS.ErrnoException) =>
    silent(`The connection failed before it answered: ${error.code ?? error.message}.`, true);
  socket.on("data", onData).once("close", onEnd).once("end", onEnd).once("error", onError);
  socket.write(frameOf(message));
  return answering.promise.finally(() => {
    clearTimeout(late);
    socket.off("data", onData).off("close", onEnd).off("end", onEnd).off("error", onError);
  });
}

/** @param open a new connection; @throws Hl7ConnectionError, Refusal where there is none */
export function createLink(open: () => Promise<Socket>, patience: Patience = usualPatience): Link {
  let socket: Socket | null = null;
  let idle: NodeJS.Timeout | null = null;
  let isOver = false;
  const hangUp = () => {
    if (idle) clearTimeout(idle);
    idle = null;
    socket?.destroy();
    socket = null;
  };

  async function opened(): Promise<Socket> {
    try {
      const made = await open();
      made.removeAllListeners("close");
      made.setNoDelay(true);
      made.setKeepAlive(true, keepAliveMs);
      return made;
    } catch (error) {
      if (error instanceof Hl7ConnectionError || error instanceof Refusal)
        throw new LinkError("away", error.message);
      throw error;
    }
  }

  async function once(message: Uint8Array, controlId: string): Promise<Answer> {
    if (idle) clearTimeout(idle);
    const current = socket ?? (await opened());
    socket = current;
    try {
      const answer = await exchange(current, message, controlId, patience.answerMs);
      current.once("error", hangUp).once("close", hangUp).once("end", hangUp);
      idle = setTimeout(hangUp, patience.idleMs).unref();
      return answer;
    } catch (error) {
      // What it might still answer must not be taken for the answer to the next one.
      current.on("error", () => {});
      hangUp();
      throw error;
    }
  }

  return {
    async send(message, controlId) {
      const kept = socket;
      kept?.removeAllListeners();
      if (kept && (kept.destroyed || kept.readableEnded)) hangUp();
      const isKept = socket !== null;
      try {
        return await once(message, controlId);
      } catch (error) {
        // Many hang up after each message, and may have done so while this one was on its way.
        if (isOver || !isKept || !(error instanceof LinkError) || !error.hungUp) throw error;
        return await once(message, controlId);
      }
    },
    close() {
      isOver = true;
      hangUp();
    },
  };
}

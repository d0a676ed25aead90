import { readFile } from "node:fs/promises";
import { connect } from "node:net";

/** A peer that speaks bytes: writes what it is told and cuts what it gets into PDUs (PS3.8 §9.3.1). */
export interface Wire {
  write(bytes: Uint8Array): void;
  /** The next PDU, header included. Rejects when the connection closes first. */
  next(): Promise<Buffer>;
  /** Resolves when the other side has closed. */
  readonly closed: Promise<void>;
  /** Sends FIN. */
  end(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
}

export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const closed = Promise.withResolvers<void>();
  const pdus: Buffer[] = [];
  const readers: { resolve(pdu: Buffer): void; reject(error: Error): void }[] = [];
  let pending: Buffer = Buffer.alloc(0);
  let isClosed = false;
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 6 && pending.length >= 6 + pending.readUInt32BE(2)) {
      const end = 6 + pending.readUInt32BE(2);
      const pdu = pending.subarray(0, end);
      pending = pending.subarray(end);
      const reader = readers.shift();
      if (reader) reader.resolve(pdu);
      else pdus.push(pdu);
    }
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
    for (const { reject } of readers) reject(new Error("the connection closed"));
    closed.resolve();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return {
    write: (bytes) => void socket.write(bytes),
    next() {
      const pdu = pdus.shift();
      if (pdu) return Promise.resolve(pdu);
      if (isClosed) return Promise.reject(new Error("the connection closed"));
      return new Promise((resolve, reject) => readers.push({ resolve, reject }));
    },
    closed: closed.promise,
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

/** One step of a conversation: bytes that the client sends (`>`) or that the server must answer (`<`). */
export interface Step {
  from: "client" | "server";
  name: string;
  bytes: Buffer;
}

/**
 * Reads an annotated conversation. A line `> name` or `< name` begins a PDU; the lines after it hold bytes in hexadecimal or text in double
 * quotes, then `#` and what they are. `*N` after a byte repeats it.
 */
export async function readConversation(file: URL | string): Promise<Step[]> {
  const steps: { from: Step["from"]; name: string; parts: Buffer[] }[] = [];
  for (const line of (await readFile(file, "utf8")).split("\n")) {
    const start = /^([<>])\s*(.*)$/.exec(line);
    if (start) {
      steps.push({ from: start[1] === ">" ? "client" : "server", name: start[2]!, parts: [] });
      continue;
    }
    const content = line.replace(/#.*$/, "").trim();
    for (const token of content.match(/"[^"]*"|\S+/g) ?? []) steps.at(-1)!.parts.push(tokenBytes(token));
  }
  return steps.map(({ from, name, parts }) => ({ from, name, bytes: Buffer.concat(parts) }));
}

function tokenBytes(token: string): Buffer {
  if (token.startsWith('"')) return Buffer.from(token.slice(1, -1), "latin1");
  const repeated = /^([0-9a-f]{2})\*(\d+)$/i.exec(token);
  if (repeated) return Buffer.alloc(Number(repeated[2]), Number.parseInt(repeated[1]!, 16));
  if (!/^(?:[0-9a-f]{2})+$/i.test(token)) throw new Error(`no bytes: ${token}`);
  return Buffer.from(token, "hex");
}

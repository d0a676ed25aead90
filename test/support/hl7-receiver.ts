import { createServer, type Socket } from "node:net";
import {
  createFrameReader,
  fieldValue,
  frameOf,
  type Message,
  parseMessage,
  segmentOf,
} from "@isocenter/hl7";

/** What a receiver does with a message: a code and a text of its answer, no answer at all, or it hangs up. */
export type Reply = { code: string; text?: string } | "silence" | "hang up";

export interface Hl7Receiver {
  readonly port: number;
  /** Everything that came, in order. */
  readonly got: Message[];
  /** MSH-10 of each. */
  controlIds(): string[];
  /** AA when left alone. */
  reply: (message: Message) => Reply;
  /** Nobody answers at its port any more, until it opens again. */
  shut(): Promise<void>;
  open(): Promise<void>;
}

/** Another system that takes HL7 messages by MLLP. Call in `beforeAll` or a test. */
export async function hl7Receiver(): Promise<Hl7Receiver> {
  const sockets = new Set<Socket>();
  let port = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    const reader = createFrameReader({ maxLength: 10_000_000 });
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      for (const event of reader.push(chunk)) {
        if (event.kind !== "message") continue;
        const message = parseMessage(event.bytes);
        receiver.got.push(message);
        const said = receiver.reply(message);
        if (said === "hang up") socket.destroy();
        if (typeof said === "string") continue;
        const id = fieldValue(segmentOf(message, "MSH"), 10);
        const answer = `MSH|^~\\&|EHR||ISOCENTER||20260105||ACK|${id}A|P|2.5.1\rMSA|${said.code}|${id}|${said.text ?? ""}\r`;
        socket.write(frameOf(Buffer.from(answer)));
      }
    });
  });
  const listen = () =>
    new Promise<void>((done, failed) =>
      server.once("error", failed).listen(port, "127.0.0.1", () => {
        port = (server.address() as { port: number }).port;
        done();
      }),
    );
  const shut = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      for (const socket of sockets) socket.destroy();
    });
  const receiver: Hl7Receiver = {
    get port() {
      return port;
    },
    got: [],
    controlIds: () => receiver.got.map((message) => fieldValue(segmentOf(message, "MSH"), 10)),
    reply: () => ({ code: "AA" }),
    shut,
    open: listen,
  };
  await listen();
  return receiver;
}

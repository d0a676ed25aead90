import http from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface Received {
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface HttpReceiver {
  url: string;
  received: Received[];
  /** What it answers; 200 when it was not told. */
  answer: { status: number; headers?: Record<string, string>; body?: string };
  /** Takes the request and breaks the connection off without an answer. */
  silent: boolean;
  /** Takes the request and never answers. */
  hold: boolean;
  close(): Promise<void>;
}

/** A server on loopback that keeps what it is sent. */
export async function httpReceiver(): Promise<HttpReceiver> {
  const receiver = {
    received: [],
    answer: { status: 200 },
    silent: false,
    hold: false,
  } as unknown as HttpReceiver;
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    receiver.received.push({
      path: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    });
    if (receiver.hold) return;
    if (receiver.silent) return void response.destroy();
    response.writeHead(receiver.answer.status, receiver.answer.headers).end(receiver.answer.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  receiver.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return receiver;
}

export interface MailServer {
  url: string;
  /** Whole messages, with their envelope. */
  received: { to: string[]; text: string }[];
  /** Answers each message so, when set; or takes it and breaks the connection off, or never answers. */
  refuse: { at: "RCPT" | "DATA"; code: number } | "break-off" | "hold" | null;
  close(): Promise<void>;
}

/** An SMTP server on loopback. */
export async function mailServer(): Promise<MailServer> {
  const mail = { received: [], refuse: null } as unknown as MailServer;
  const refusal = (code: number) => Object.assign(new Error("no"), { responseCode: code });
  const sockets = new Set<{ destroy(): void }>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onRcptTo: (_address, _session, done) =>
      mail.refuse !== null && typeof mail.refuse === "object" && mail.refuse.at === "RCPT"
        ? done(refusal(mail.refuse.code))
        : done(),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (mail.refuse !== null && typeof mail.refuse === "object") return done(refusal(mail.refuse.code));
        mail.received.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
        });
        if (mail.refuse === null) return done();
        if (mail.refuse === "hold") return;
        for (const socket of sockets) socket.destroy();
      });
    },
  });
  server.on("error", () => {});
  server.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  mail.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  mail.close = () => new Promise((resolve) => server.close(() => resolve()));
  return mail;
}

import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { Problem } from "@isocenter/contract";

const lingerMs = 1000;

/** By Node's code of what it could not read. */
const broken: Readonly<Record<string, { status: number; title: string; code: string; detail: string }>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    title: "Request header fields too large",
    code: "request.headers-too-large",
    detail: "The head of a request, with its URL, has at most 16 KiB.",
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    title: "Request timeout",
    code: "request.timeout",
    detail: "The request did not come in time.",
  },
};
const unreadable = {
  status: 400,
  title: "Invalid request",
  code: "request.unreadable",
  detail: "This is no HTTP request that can be read.",
};

/** What cannot be read as a request is answered with a problem document as well, and the connection ends. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  // The other side has gone, or the answer to an earlier request is under way.
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) return void socket.destroy();
  const { status, title, code, detail } = broken[error.code ?? ""] ?? unreadable;
  const requestId = randomUUID();
  const problem: Omit<Problem, "instance"> = {
    type: "about:blank",
    title,
    status,
    code,
    detail,
    message: detail,
    requestId,
  };
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      "content-type: application/problem+json",
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      "connection: close",
      "",
      body,
    ].join("\r\n"),
  );
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

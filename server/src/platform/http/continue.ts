import type { IncomingMessage, ServerResponse } from "node:http";
import type { App } from "./app.ts";

/**
 * A client that asks first (`Expect: 100-continue`) is invited to send its body when somebody begins to read it. Who is refused before that gets
 * the refusal and sends nothing (RFC 9110 10.1.1); whether what follows would be the body is then unknown, so the connection ends.
 */
export function inviteWhenRead(app: App): void {
  const asking = new WeakSet<IncomingMessage>();
  app.server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    asking.add(request);
    const read = request._read;
    request._read = (size) => {
      request._read = read;
      if (asking.delete(request) && !response.headersSent) response.writeContinue();
      read.call(request, size);
    };
    app.server.emit("request", request, response);
  });
  app.addHook("onSend", async (request, reply, payload) => {
    if (asking.delete(request.raw)) reply.header("connection", "close");
    return payload;
  });
}

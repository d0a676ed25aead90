import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createLog } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { Refusal } from "../refusal.ts";
import type { App } from "./app.ts";
import { bodyOf, rawBodies } from "./body.ts";
import { createHttpServer } from "./server.ts";

let app: App;
const sockets: Socket[] = [];

beforeAll(async () => {
  app = await createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log: createLog({ logLevel: "silent" }, { write: () => {} }),
    metrics: createMetrics(),
    authentication: (scope) =>
      scope.addHook("onRequest", async (request) => {
        if (!request.headers.authorization) throw new Refusal("unauthenticated", "sign-in", "Sign in first.");
      }),
    root: [],
    api: [
      (scope) => {
        rawBodies(scope);
        scope.post("/stream", async (request) => {
          let bytes = 0;
          for await (const chunk of bodyOf(request, 100)) bytes += chunk.length;
          return { bytes };
        });
      },
    ],
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => app.close());

/** Sends the head alone; what comes back, as far as `until` is found or the other side has closed. */
async function ask(headers: readonly string[]) {
  const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
  sockets.push(socket);
  let received = "";
  socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
  const head = ["POST /api/v1/stream HTTP/1.1", "host: a", "content-type: a/b", ...headers, "", ""];
  socket.write(head.join("\r\n"));
  return {
    socket,
    async until(text: string) {
      while (!received.includes(text)) await once(socket, "data");
      return received;
    },
    async closed() {
      if (!socket.closed) await once(socket, "close");
      return received;
    },
  };
}
const asksFirst = "expect: 100-continue";
const signedIn = "authorization: Bearer a";

test("who asks first is invited when the body is read, and answered", async () => {
  const asked = await ask([signedIn, asksFirst, "content-length: 5"]);
  expect(await asked.until("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  asked.socket.write("hello");
  expect(await asked.until("}")).toContain('{"bytes":5}');
});

test.each([
  ["by name", 401, ["content-length: 5"]],
  ["by its length", 413, [signedIn, "content-length: 101"]],
])("who is refused %s is not invited first, and the connection ends", async (_, status, headers) => {
  const asked = await ask([asksFirst, ...headers]);
  const answer = await asked.closed();
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toMatch(/\r\nconnection: close\r\n/);
});

test("who does not ask keeps the connection", async () => {
  const told = await ask([signedIn, "content-length: 5"]);
  told.socket.write("hello");
  expect(await told.until("}")).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\nconnection: keep-alive\r\n/i);
});

import { createHash, X509Certificate } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { makeCertificate } from "@isocenter/test/support/certificate.ts";
import { afterEach, expect, test } from "vitest";
import { connectTo } from "../../../modules/peers/index.ts";
import { createLink, type Link, type LinkError } from "./link.ts";

const message = (id: string) => Buffer.from(`MSH|^~\\&|A|B|C|D|20260105||ORU^R01|${id}|P|2.5.1\r`);
const answer = (code: string, id: string, more = "") =>
  `\v${`MSH|^~\\&|C|D|A|B|20260105||ACK|9|P|2.5.1\rMSA|${code}|${id}${more}\r`}\x1c\r`;
const idOf = (frame: string) => frame.split("|")[9]!;
const open: (Server | Link)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** A receiver that does with each chunk what it is told. */
async function receiver(
  onFrame: (frame: string, socket: Socket, connection: number) => void,
  tls?: { cert: string; key: string },
) {
  let connections = 0;
  const serve = (socket: Socket) => {
    const number = ++connections;
    let text = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\x1c\r"); end >= 0; end = text.indexOf("\x1c\r")) {
        const frame = text.slice(text.indexOf("\v") + 1, end);
        text = text.slice(end + 2);
        onFrame(frame, socket, number);
      }
    });
  };
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  open.push(server);
  const { port } = server.address() as { port: number };
  return { port, connections: () => connections };
}
function link(port: number, tls: { certificate_sha256: string | null } | null = null, answerMs = 5000) {
  const row = {
    host: "127.0.0.1",
    port,
    tls: tls !== null,
    certificate_sha256: tls?.certificate_sha256 ?? null,
  };
  const made = createLink(() => connectTo({ tls: null }, row, 5000), { answerMs, idleMs: 60_000 });
  open.push(made);
  return made;
}
const failure = (sending: Promise<unknown>): Promise<LinkError> =>
  sending.then(
    () => {
      throw new Error("It was sent.");
    },
    (error: LinkError) => error,
  );

test("messages go over one connection; each gets its own answer, in pieces and behind a late one", async () => {
  const peer = await receiver((frame, socket) => {
    const id = idOf(frame);
    const said = answer("AA", "earlier") + answer(id === "2" ? "AE" : "AA", id, "|No such order");
    for (const part of [said.slice(0, 30), said.slice(30)]) socket.write(part);
  });
  const sending = link(peer.port);
  expect(await sending.send(message("1"), "1")).toMatchObject({ code: "AA", controlId: "1" });
  expect(await sending.send(message("2"), "2")).toMatchObject({ code: "AE", text: "No such order" });
  expect(peer.connections()).toBe(1);
});

test("who hangs up after each message, or while the next one is on its way, is called again", async () => {
  const polite = await receiver((frame, socket) => socket.end(answer("AA", idOf(frame))));
  const sending = link(polite.port);
  for (const id of ["1", "2", "3"]) expect((await sending.send(message(id), id)).controlId).toBe(id);
  expect(polite.connections()).toBe(3);
  const frames: string[] = [];
  const rude = await receiver((frame, socket, connection) => {
    frames.push(`${connection}:${idOf(frame)}`);
    if (connection === 1 && frames.length > 1) socket.destroy();
    else socket.write(answer("AA", idOf(frame)));
  });
  const again = link(rude.port);
  for (const id of ["1", "2"]) await again.send(message(id), id);
  expect(frames).toEqual(["1:1", "1:2", "2:2"]);
});

test("who is not there is away; who says nothing, nonsense or goodbye is silent", async () => {
  const gone = await receiver(() => {});
  (open.pop() as Server).close();
  expect(await failure(link(gone.port).send(message("1"), "1"))).toMatchObject({
    kind: "away",
    message: "Nothing listens at this host and port.",
  });
  const deaf = await receiver(() => {});
  expect(await failure(link(deaf.port, null, 20).send(message("1"), "1"))).toMatchObject({
    kind: "silent",
    message: "It did not answer in time.",
  });
  const babbling = await receiver((_, socket) => socket.write("\vMSH|^~\\&|C\rPID|1\r\x1c\r"));
  expect((await failure(link(babbling.port).send(message("1"), "1"))).message).toMatch(/no acknowledgement/);
  const leaving = await receiver((_, socket) => socket.destroy());
  expect((await failure(link(leaving.port).send(message("1"), "1"))).kind).toBe("silent");
});

test("by TLS it must be the one whose certificate was put down, or one that is trusted", async () => {
  const own = makeCertificate();
  const peer = await receiver((frame, socket) => socket.write(answer("AA", idOf(frame))), own);
  const certificate_sha256 = createHash("sha256").update(new X509Certificate(own.cert).raw).digest("hex");
  expect((await link(peer.port, { certificate_sha256 }).send(message("1"), "1")).code).toBe("AA");
  const other = await failure(
    link(peer.port, { certificate_sha256: "0".repeat(64) }).send(message("1"), "1"),
  );
  expect([other.kind, other.message]).toEqual([
    "away",
    "It shows another certificate than the one put down for it.",
  ]);
  expect((await failure(link(peer.port, { certificate_sha256: null }).send(message("1"), "1"))).kind).toBe(
    "away",
  );
});

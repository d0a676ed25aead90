import net from "node:net";
import { Transform } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";

/** What the proxy does with the next connections. */
export interface Fault {
  /** Only so many connections meet it; left out: all. */
  times?: number;
  /** Cut when so many bytes have gone towards the store. */
  cutAfterSent?: number;
  /** Turn a bit of the byte that goes to the store after so many, on the first connection that comes so far. */
  damageAfterSent?: number;
  /** Cut when so many bytes have come from the store. */
  cutAfterReceived?: number;
  /** Stop passing bytes from the store after so many, and keep the connection. */
  silentAfterReceived?: number;
  /** Answer each request with this status instead of asking the store. */
  status?: number;
  /** The body of that answer. */
  body?: string;
  /** Pass what comes from the store in pieces of so many bytes, with so long between them. */
  slowReceive?: { bytes: number; everyMs: number };
}

export interface FaultyProxy {
  port: number;
  /** Closes what is open, so that the fault meets the next connection. */
  use(fault: Fault | null): void;
  /** Connections since the last `use`. */
  connections(): number;
  stop(): Promise<void>;
}

/** A TCP proxy in front of the store that breaks in the ways that networks do. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  let fault: Fault | null = null;
  let connections = 0;
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    connections += 1;
    const here = connections <= (fault?.times ?? Number.POSITIVE_INFINITY) ? fault : null;
    open.add(client);
    client.on("error", () => {});
    client.on("close", () => open.delete(client));
    if (here?.status !== undefined) {
      client.once("data", () =>
        client.end(
          `HTTP/1.1 ${here.status} Fault\r\ncontent-type: application/xml\r\ncontent-length: ${Buffer.byteLength(here.body ?? "")}\r\nconnection: close\r\n\r\n${here.body ?? ""}`,
        ),
      );
      client.resume();
      return;
    }
    const store = net.connect(targetPort, "127.0.0.1");
    const cut = () => {
      client.resetAndDestroy();
      store.destroy();
    };
    store.on("error", cut);
    client.on("close", () => store.destroy());
    if (!here?.slowReceive) store.on("close", () => client.end());
    let sent = 0;
    let received = 0;
    client.on("data", (chunk: Buffer) => {
      const damaged = (here?.damageAfterSent ?? -1) - sent;
      if (here && damaged >= 0 && damaged < chunk.length) {
        chunk[damaged]! ^= 1;
        delete here.damageAfterSent;
      }
      sent += chunk.length;
      if (here?.cutAfterSent !== undefined && sent > here.cutAfterSent) return cut();
      if (!store.write(chunk)) {
        client.pause();
        store.once("drain", () => client.resume());
      }
    });
    const slow = here?.slowReceive;
    if (slow) {
      store.pipe(slowly(slow)).pipe(client);
      return;
    }
    store.on("data", (chunk: Buffer) => {
      const room = (limit: number | undefined) => Math.max(0, (limit ?? Number.POSITIVE_INFINITY) - received);
      const passed = chunk.subarray(
        0,
        Math.min(chunk.length, room(here?.cutAfterReceived), room(here?.silentAfterReceived)),
      );
      received += chunk.length;
      if (here?.cutAfterReceived !== undefined && received > here.cutAfterReceived)
        return void client.write(passed, () => client.destroy());
      if (passed.length > 0) client.write(passed);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const drop = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as net.AddressInfo).port,
    use(next) {
      fault = next;
      connections = 0;
      drop();
    },
    connections: () => connections,
    async stop() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const slowly = ({ bytes, everyMs }: { bytes: number; everyMs: number }): Transform =>
  new Transform({
    async transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; at += bytes) {
        await pause(everyMs);
        this.push(chunk.subarray(at, at + bytes));
      }
      done();
    },
  });

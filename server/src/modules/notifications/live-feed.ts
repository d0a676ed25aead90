import { Readable } from "node:stream";
import type { LiveEvent } from "@isocenter/contract";
import { type Platform, Refusal, withoutEndedGlass } from "../../platform/index.ts";
import type { Authenticated, Identity } from "../identity/index.ts";
import type { Journal, SealedFact } from "../journal/index.ts";
import { type CareRelations, findCare, maySee } from "./visibility.ts";

export interface LiveFeedOptions {
  /** Asked for who only sees patients in their care; without it such viewers hear only of what names them. */
  careRelations?: CareRelations;
  heartbeatMs?: number;
  connectionsPerViewer?: number;
  connections?: number;
  /** A connection that does not take what it is sent is ended when so much waits; the client resumes. */
  bufferBytes?: number;
}

export interface LiveFeed {
  /**
   * Server-Sent Events for one connection, from the position on, or from now.
   * @throws Refusal `too-many` (`feed.too-many-connections`), `unavailable` (`feed.full`, `feed.stopping`)
   */
  open(authenticated: Authenticated, lastEventId: number | null): Promise<Readable>;
  /** Ends every connection; no new one is taken. */
  close(): void;
}

interface Connection {
  authenticated: Authenticated;
  stream: Readable;
  /** Facts up to here were considered. */
  position: number;
  /** Facts that came while earlier ones are still being read for it; null once it has caught up. */
  waiting: SealedFact[] | null;
}

/** Whoever was away for longer reads the lists again instead. */
const mostReplayed = 1000;
const replayBatch = 500;
/** Facts that wait to be told; with more the connections are ended, and the clients resume. */
const mostQueued = 10_000;

function toEvent(fact: SealedFact): string {
  const event: LiveEvent = {
    type: fact.type,
    subject: fact.subject,
    patientId: fact.patientId,
    facilityId: fact.facilityId ?? "",
    at: fact.recordedAt.toISOString(),
  };
  return `id: ${fact.position}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The live feed of this process. The journal is followed once, however many listen. */
export function createLiveFeed(
  platform: Pick<Platform, "clock" | "log">,
  journal: Journal,
  identity: Pick<Identity, "again" | "onChange">,
  options: LiveFeedOptions = {},
): LiveFeed {
  const {
    heartbeatMs = 15_000,
    connectionsPerViewer = 10,
    connections: mostConnections = 1000,
    bufferBytes = 256 * 1024,
  } = options;
  const careRelations = options.careRelations ?? null;
  const connections = new Set<Connection>();
  let closed = false;
  let queue: SealedFact[] = [];
  let delivering: Promise<void> | null = null;
  let checking: Promise<void> | null = null;
  let checkAgain = false;

  function end(connection: Connection): void {
    connections.delete(connection);
    connection.stream.push(null);
  }

  function send(connection: Connection, text: string): void {
    if (connection.stream.destroyed) {
      connections.delete(connection);
      return;
    }
    connection.stream.push(text);
    if (connection.stream.readableLength <= bufferBytes) return;
    connections.delete(connection);
    connection.stream.destroy();
  }

  function deliver(connection: Connection, facts: readonly SealedFact[], care: ReadonlySet<string>): void {
    let text = "";
    const viewer = withoutEndedGlass(connection.authenticated.viewer, platform.clock.now());
    for (const fact of facts) {
      if (fact.position <= connection.position) continue;
      connection.position = fact.position;
      if (maySee(viewer, fact, care)) text += toEvent(fact);
    }
    if (text !== "") send(connection, text);
  }

  async function deliverAll(): Promise<void> {
    while (queue.length > 0) {
      const facts = queue;
      queue = [];
      const caughtUp = [...connections].filter((connection) => connection.waiting === null);
      const viewers = caughtUp.map((connection) => connection.authenticated.viewer);
      const care = await findCare(careRelations, viewers, facts);
      for (const connection of caughtUp) if (connections.has(connection)) deliver(connection, facts, care);
    }
  }

  const unfollow = journal.follow((facts) => {
    if (connections.size === 0) return;
    for (const connection of connections) {
      if (connection.waiting === null) continue;
      connection.waiting.push(...facts);
      if (connection.waiting.length > mostReplayed) end(connection);
    }
    queue.push(...facts);
    if (queue.length > mostQueued) {
      queue = [];
      for (const connection of connections) end(connection);
    }
    if (delivering) return;
    delivering = deliverAll()
      .catch((error: unknown) => {
        // Who cannot be asked about is not told; the clients come back and resume.
        platform.log.error({ err: error }, "the live feed failed; its connections are ended");
        for (const connection of connections) end(connection);
      })
      .finally(() => {
        delivering = null;
      });
  });

  /** Sessions end, roles change: each connection is looked at again. */
  async function checkAll(): Promise<void> {
    do {
      checkAgain = false;
      for (const connection of [...connections]) {
        const now = await identity.again(connection.authenticated);
        if (now === null || now.mustChangePassword) end(connection);
        else connection.authenticated = now;
      }
    } while (checkAgain);
  }

  function check(): void {
    checkAgain = true;
    if (checking) return;
    checking = checkAll()
      .catch((error: unknown) => {
        platform.log.error({ err: error }, "who listens could not be checked; the connections are ended");
        for (const connection of connections) end(connection);
      })
      .finally(() => {
        checking = null;
      });
  }

  const unwatch = identity.onChange(check);
  const heartbeat = setInterval(() => {
    // The id lets a client that saw nothing for long resume from here; who has not caught up yet has no such place.
    for (const connection of connections)
      if (connection.waiting === null) send(connection, `: heartbeat\nid: ${connection.position}\n\n`);
    check();
  }, heartbeatMs).unref();

  /** What was sealed after the position, then what came while that was read. */
  async function catchUp(connection: Connection, from: number): Promise<void> {
    const head = await journal.position();
    if (head - from > mostReplayed || head < from) {
      connection.position = head;
      send(connection, `event: reset\nid: ${head}\ndata: {}\n\n`);
    }
    for (let facts = [] as readonly SealedFact[]; ; ) {
      facts = await journal.factsAfter(connection.position, replayBatch);
      const care = await findCare(careRelations, [connection.authenticated.viewer], facts);
      deliver(connection, facts, care);
      if (facts.length < replayBatch) break;
    }
    while (connection.waiting !== null && connection.waiting.length > 0) {
      const facts = connection.waiting;
      connection.waiting = [];
      const care = await findCare(careRelations, [connection.authenticated.viewer], facts);
      deliver(connection, facts, care);
    }
    connection.waiting = null;
  }

  function admit({ viewer }: Authenticated): void {
    if (closed)
      throw new Refusal("unavailable", "feed.stopping", "The server is stopping.", { retryAfter: 5 });
    if (connections.size >= mostConnections)
      throw new Refusal("unavailable", "feed.full", "Too many connections to the live feed.", {
        retryAfter: 30,
      });
    let own = 0;
    for (const { authenticated } of connections) if (authenticated.viewer.id === viewer.id) own += 1;
    if (own >= connectionsPerViewer) {
      throw new Refusal(
        "too-many",
        "feed.too-many-connections",
        `At most ${connectionsPerViewer} connections to the live feed at once.`,
        { retryAfter: 30 },
      );
    }
  }

  return {
    async open(authenticated, lastEventId) {
      admit(authenticated);
      const stream = new Readable({ read() {} });
      const connection: Connection = { authenticated, stream, position: lastEventId ?? 0, waiting: [] };
      connections.add(connection);
      stream.once("close", () => connections.delete(connection));
      try {
        connection.position = lastEventId ?? (await journal.position());
        send(connection, `retry: 3000\n: connected\nid: ${connection.position}\n\n`);
        await catchUp(connection, connection.position);
      } catch (error) {
        connections.delete(connection);
        stream.destroy();
        throw error;
      }
      // It may have ended between the check of its token and its place among those that are looked at.
      check();
      return stream;
    },
    close() {
      closed = true;
      clearInterval(heartbeat);
      unfollow();
      unwatch();
      for (const connection of [...connections]) end(connection);
    },
  };
}

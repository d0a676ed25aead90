import { describe, expect, test } from "vitest";
import {
  ctStorage,
  explicitLittleEndian,
  keepingStore,
  open,
  testServer,
  verification,
} from "../test/support.ts";
import {
  answerContexts,
  answerRoles,
  collect,
  type DimseServerOptions,
  type Handlers,
  type RetrieveResponse,
  Status,
  StatusError,
} from "./index.ts";

const studyRootMove = "1.2.840.10008.5.1.4.1.2.2.2";
const studyRootGet = "1.2.840.10008.5.1.4.1.2.2.3";
const mrStorage = "1.2.840.10008.5.1.4.1.1.4";
const contexts = [studyRootMove, studyRootGet, ctStorage, mrStorage, verification].map((abstractSyntax) => ({
  abstractSyntax,
  transferSyntaxes: [explicitLittleEndian],
}));
const roles = [
  { sopClassUid: ctStorage, scu: false, scp: true },
  { sopClassUid: mrStorage, scu: false, scp: true },
];
const identifier = Buffer.from("which ones");

/** Grants the role of SCP of CT alone. */
const decide: DimseServerOptions<string>["decide"] = (request) => ({
  accept: true,
  contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
  roles: answerRoles(request, (uid) => ({ scu: true, scp: uid === ctStorage })),
  data: "",
});

async function responsesOf(responses: AsyncIterable<RetrieveResponse>): Promise<RetrieveResponse[]> {
  const all: RetrieveResponse[] = [];
  for await (const response of responses) all.push(response);
  return all;
}

describe("C-MOVE", () => {
  test("counts come as pending responses, the outcome as the final one", async () => {
    let asked: unknown;
    const handlers: Handlers<string> = {
      async *move({ command }, bytes) {
        asked = [command.moveDestination, command.priority, String(bytes)];
        yield { remaining: 70_000, completed: 0, failed: 0, warning: 0 };
        yield { remaining: 1, completed: 1, failed: 1, warning: 0 };
        const subOperations = { completed: 1, failed: 1, warning: 1 };
        return {
          status: Status.RetrieveCompleteWithFailures,
          subOperations,
          identifier: Buffer.from("failed"),
        };
      },
    };
    const { port } = await testServer({ handlers });
    const association = await open(port, { contexts });
    const request = { sopClassUid: studyRootMove, identifier, destination: "ELSEWHERE", priority: 1 };
    const responses = await responsesOf(association.move(request));
    expect(asked).toEqual(["ELSEWHERE", 1, "which ones"]);
    expect(responses).toMatchObject([
      { status: 0xff00, pending: true, remaining: 65_535, completed: 0, identifier: null },
      { status: 0xff00, pending: true, remaining: 1, completed: 1, failed: 1, warning: 0 },
      { status: 0xb000, pending: false, completed: 1, failed: 1, warning: 1 },
    ]);
    expect("remaining" in responses[2]!).toBe(false);
    expect(String(responses[2]!.identifier)).toBe("failed");
    await association.release();
  });

  test("a failure is thrown, with counts where there are any", async () => {
    const handlers: Handlers<string> = {
      // biome-ignore lint/correctness/useYield: it refuses before anything is sent
      async *move({ command }) {
        if (command.moveDestination === "NOWHERE")
          throw new StatusError(Status.MoveDestinationUnknown, "not known");
        const subOperations = { completed: 0, failed: 3, warning: 0 };
        return { status: Status.RetrieveUnableToPerformSuboperations, subOperations };
      },
    };
    const { port } = await testServer({ handlers });
    const association = await open(port, { contexts });
    const moveTo = (destination: string) =>
      responsesOf(association.move({ sopClassUid: studyRootMove, identifier, destination }));
    await expect(moveTo("NOWHERE")).rejects.toMatchObject({ status: 0xa801, errorComment: "not known" });
    await expect(moveTo("THERE")).rejects.toMatchObject({ status: 0xa702, subOperations: { failed: 3 } });
    await association.release();
  });

  test("the signal sends C-CANCEL; the handler ends by itself and says how far it came", async () => {
    const handlers: Handlers<string> = {
      async *move({ signal }) {
        yield { remaining: 5, completed: 1, failed: 0, warning: 0 };
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        return {
          status: Status.Cancel,
          subOperations: { remaining: 5, completed: 1, failed: 0, warning: 0 },
        };
      },
      echo: () => ({ status: 0 }),
    };
    const { port } = await testServer({ handlers });
    const association = await open(port, { contexts });
    const stop = new AbortController();
    const request = { sopClassUid: studyRootMove, identifier, destination: "THERE", signal: stop.signal };
    const statuses: [number, number | undefined][] = [];
    for await (const { status, remaining } of association.move(request)) {
      statuses.push([status, remaining]);
      stop.abort();
    }
    expect(statuses).toEqual([
      [0xff00, 5],
      [0xfe00, 5],
    ]);
    await association.echo();
    await association.release();
  });
});

describe("C-GET", () => {
  const bytes = Buffer.alloc(100_000, 7);
  const storeOf = (sopInstanceUid: string, sopClassUid = ctStorage) => ({
    sopClassUid,
    sopInstanceUid,
    transferSyntax: explicitLittleEndian,
    chunks: [bytes],
  });

  test("what is found comes on the same association, where we said that we take it", async () => {
    const handlers: Handlers<string> = {
      async *get({ association }) {
        const { requests } = association;
        expect(requests.storeContexts.map(({ abstractSyntax }) => abstractSyntax)).toEqual([ctStorage]);
        let completed = 0;
        for (const uid of ["1.2.1", "1.2.2", "1.2.3"]) {
          await requests.store(storeOf(uid));
          completed += 1;
          yield { remaining: 3 - completed, completed, failed: 0, warning: 0 };
        }
        await expect(requests.store(storeOf("1.2.4", mrStorage))).rejects.toMatchObject({
          code: "context-not-accepted",
        });
        return { status: 0, subOperations: { completed, failed: 0, warning: 0 } };
      },
    };
    const { port, told } = await testServer({ handlers, decide });
    const association = await open(port, { contexts, roles });
    expect(association.peer.roles).toEqual([
      { sopClassUid: ctStorage, scu: false, scp: true },
      { sopClassUid: mrStorage, scu: false, scp: false },
    ]);
    const got: [string, number][] = [];
    const responses = await responsesOf(
      association.get({
        sopClassUid: studyRootGet,
        identifier,
        async store({ command }, chunks) {
          got.push([command.affectedSopInstanceUid, (await collect(chunks, 1 << 20)).length]);
          return { status: 0 };
        },
      }),
    );
    expect(got).toEqual([
      ["1.2.1", 100_000],
      ["1.2.2", 100_000],
      ["1.2.3", 100_000],
    ]);
    expect(responses.map(({ status, completed }) => [status, completed])).toEqual([
      [0xff00, 1],
      [0xff00, 2],
      [0xff00, 3],
      [0, 3],
    ]);
    await association.release();
    expect(await told("ended")).toBe("ended released");
  });

  test("without role selection nothing may be sent back", async () => {
    const handlers: Handlers<string> = {
      // biome-ignore lint/correctness/useYield: nothing can be sent
      async *get({ association }) {
        return { status: association.requests.storeContexts.length === 0 ? 0xa702 : 0 };
      },
    };
    const { port } = await testServer({ handlers, decide });
    const association = await open(port, { contexts });
    const responses = association.get({ sopClassUid: studyRootGet, identifier });
    await expect(responsesOf(responses)).rejects.toMatchObject({ status: 0xa702 });
    await association.release();
  });

  test("a refusal of ours is the answer to the sub-operation, and without a handler it is 0211H", async () => {
    const statuses: number[] = [];
    const handlers: Handlers<string> = {
      async *get({ association }) {
        await association.requests.store(storeOf("1.2.1")).catch(({ status }) => statuses.push(status));
        return { status: 0 };
      },
    };
    const { port } = await testServer({ handlers, decide });
    const association = await open(port, { contexts, roles });
    const store = async () => ({ status: Status.StoreOutOfResources });
    await responsesOf(association.get({ sopClassUid: studyRootGet, identifier, store }));
    await responsesOf(association.get({ sopClassUid: studyRootGet, identifier }));
    expect(statuses).toEqual([0xa700, 0x0211]);
    await association.release();
  });

  test("a requestor that is lost, or asks for release, in mid-operation leaves nothing waiting", async () => {
    const outcomes: string[] = [];
    const sent = Promise.withResolvers<void>();
    const handlers: Handlers<string> = {
      async *get({ association, signal }) {
        sent.resolve();
        const outcome = await association.requests.store(storeOf("1.2.1")).catch((error) => error.code);
        outcomes.push(`${outcome} ${signal.aborted} ${association.requests.open}`);
        return { status: Status.Cancel };
      },
    };
    const { port, told, server } = await testServer({ handlers, decide });
    const association = await open(port, { contexts, roles, timeouts: { artimMs: 50 } });
    const never = { sopClassUid: studyRootGet, identifier, store: () => new Promise<never>(() => {}) };
    const getting = responsesOf(association.get(never)).catch((error) => error.code);
    await sent.promise;
    association.abort();
    expect(await getting).toBe("aborted");
    await told("ended aborted");
    await server.close({ graceMs: 1000 });
    expect(outcomes).toEqual(["aborted true false"]);
    expect(server.connections).toBe(0);
  });

  test("many handlers at once: an N-EVENT-REPORT and answers do not mix with a data set that is being sent", async () => {
    const { received, store } = keepingStore();
    const events: number[] = [];
    const { port } = await testServer({
      handlers: {
        store,
        async *get({ association }) {
          const event = (eventTypeId: number) =>
            association.requests.nEventReport({
              sopClassUid: ctStorage,
              sopInstanceUid: "1.2.9",
              eventTypeId,
            });
          yield { remaining: 1, completed: 0, failed: 0, warning: 0 };
          const begun = Promise.withResolvers<void>();
          async function* chunks() {
            // More than one write, with time for others in between.
            for (let i = 0; i < 4; i++) {
              yield Buffer.alloc(300_000, i);
              begun.resolve();
              await new Promise((resolve) => setImmediate(resolve));
            }
          }
          const stored = association.requests.store({ ...storeOf("1.2.1"), chunks });
          await begun.promise;
          await Promise.all([stored, event(1), event(2)]);
          return { status: 0 };
        },
      },
      decide,
    });
    const association = await open(port, {
      contexts,
      roles,
      handlers: {
        nEventReport({ command }) {
          events.push(command.eventTypeId);
          return { status: 0 };
        },
      },
    });
    let taken = 0;
    const get = responsesOf(
      association.get({
        sopClassUid: studyRootGet,
        identifier,
        async store(_context, chunks) {
          taken = (await collect(chunks, 1 << 21)).length;
          return { status: 0 };
        },
      }),
    );
    // Ours waits for the C-GET: one operation at a time was agreed on.
    const stored = association.store(storeOf("1.2.8"));
    expect((await get).map(({ status }) => status)).toEqual([0xff00, 0]);
    await stored;
    expect([taken, events, received.length]).toEqual([1_200_000, [1, 2], 1]);
    await association.release();
  });
});

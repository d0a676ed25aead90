import { expect, test } from "vitest";
import { ctStorage, explicitLittleEndian, open, storeOf, testServer } from "../test/support.ts";
import { type Handlers, type NormalizedContext, Status, StatusError } from "./index.ts";

const commitment = "1.2.840.10008.1.20.1";
const commitmentInstance = "1.2.840.10008.1.20.1.1";
const performedStep = "1.2.840.10008.3.1.2.3.3";
const contexts = [commitment, performedStep].map((abstractSyntax) => ({
  abstractSyntax,
  transferSyntaxes: [explicitLittleEndian],
}));

test("each N-service reaches its handler with what the command says, and comes back with what it gives", async () => {
  const asked: [string, Partial<NormalizedContext<string>["command"]>, string | null][] = [];
  const take =
    (name: string) =>
    ({ command }: NormalizedContext<string>, dataSet: Uint8Array | null) => {
      asked.push([name, command, dataSet && Buffer.from(dataSet).toString()]);
      return {
        status: name === "set" ? Status.AttributeValueOutOfRange : 0,
        ...(name === "delete" || name === "set" ? {} : { dataSet: Buffer.from(`reply to ${name}`) }),
        ...(name === "create" ? { affectedSopInstanceUid: "1.2.77" } : {}),
        ...(name === "set" ? { attributeIdentifierList: [0x00400241] } : {}),
      };
    };
  const { port } = await testServer({
    handlers: {
      nEventReport: take("event"),
      nGet: take("get"),
      nSet: take("set"),
      nAction: take("action"),
      nCreate: take("create"),
      nDelete: take("delete"),
    },
  });
  const association = await open(port, { contexts });
  const instance = { sopClassUid: performedStep, sopInstanceUid: "1.2.3" };
  const results = [
    await association.nEventReport({ ...instance, eventTypeId: 2, information: Buffer.from("event") }),
    await association.nGet({ ...instance, attributeIdentifierList: [0x00100010, 0x00400252] }),
    await association.nSet({ ...instance, modifications: (syntax) => Buffer.from(syntax) }),
    await association.nAction({ ...instance, actionTypeId: 1, information: Buffer.from("action") }),
    await association.nCreate({ sopClassUid: performedStep, attributes: Buffer.from("create") }),
    await association.nDelete(instance),
  ];
  await association.release();
  const said = { sopClassUid: performedStep, sopInstanceUid: "1.2.3" };
  expect(asked).toMatchObject([
    ["event", { ...said, eventTypeId: 2 }, "event"],
    ["get", { ...said, attributeIdentifierList: [0x00100010, 0x00400252] }, null],
    ["set", said, explicitLittleEndian],
    ["action", { ...said, actionTypeId: 1 }, "action"],
    ["create", { sopClassUid: performedStep, sopInstanceUid: "" }, "create"],
    ["delete", said, null],
  ]);
  expect(results.map(({ status, dataSet }) => [status, dataSet?.toString() ?? null])).toEqual([
    [0, "reply to event"],
    [0, "reply to get"],
    [0x0116, null],
    [0, "reply to action"],
    [0, "reply to create"],
    [0, null],
  ]);
  expect(results[2]!.attributeIdentifierList).toEqual([0x00400241]);
  expect(results[4]!.affectedSopInstanceUid).toBe("1.2.77");
});

test("a failure carries its error id; what is not there, or has no UID, is refused by the book", async () => {
  const handlers: Handlers<string> = {
    nSet() {
      throw new StatusError(Status.ProcessingFailure, "may no longer be updated", undefined, {
        errorId: 0xa710,
      });
    },
  };
  const { port } = await testServer({ handlers });
  const association = await open(port, { contexts });
  const instance = { sopClassUid: performedStep, sopInstanceUid: "1.2.3" };
  await expect(association.nSet({ ...instance, modifications: Buffer.from("x") })).rejects.toMatchObject({
    status: 0x0110,
    errorId: 0xa710,
    errorComment: "may no longer be updated",
  });
  await expect(association.nDelete(instance)).rejects.toMatchObject({ status: 0x0211 });
  await expect(
    association.nSet({ sopClassUid: performedStep, sopInstanceUid: "../x", modifications: Buffer.from("x") }),
  ).rejects.toMatchObject({ status: 0x0117 });
  await expect(
    association.nSet({ ...instance, sopClassUid: "1.2.3", modifications: Buffer.from("x") }),
  ).rejects.toMatchObject({ code: "context-not-accepted" });
  await expect(
    association.nSet({
      ...instance,
      sopClassUid: "1.2.3",
      abstractSyntax: commitment,
      modifications: Buffer.from("x"),
    }),
  ).rejects.toMatchObject({ status: 0x0122 });
  await association.release();
});

test("storage commitment's way: the event follows on the association of the action, after its answer", async () => {
  const events: { eventTypeId: number; information: string }[] = [];
  const told = Promise.withResolvers<void>();
  const reported = Promise.withResolvers<number>();
  const { port } = await testServer({
    timeouts: { idleMs: 5000 },
    handlers: {
      nAction({ association, command }, dataSet) {
        const report = () =>
          association.requests.nEventReport({
            sopClassUid: command.sopClassUid,
            sopInstanceUid: command.sopInstanceUid,
            eventTypeId: 1,
            information: dataSet!,
          });
        told.promise.then(report).then(({ status }) => reported.resolve(status), reported.reject);
        return { status: 0 };
      },
    },
  });
  const association = await open(port, {
    contexts,
    handlers: {
      nEventReport({ command }, dataSet) {
        events.push({ eventTypeId: command.eventTypeId, information: Buffer.from(dataSet!).toString() });
        return { status: 0 };
      },
    },
  });
  const action = { sopClassUid: commitment, sopInstanceUid: commitmentInstance, actionTypeId: 1 };
  const { dataSet } = await association.nAction({ ...action, information: Buffer.from("commit these") });
  expect([dataSet, events]).toEqual([null, []]);
  told.resolve();
  expect(await reported.promise).toBe(0);
  expect(events).toEqual([{ eventTypeId: 1, information: "commit these" }]);
  await association.release();
});

test("an event that nobody answers ends the association in time; who is not asked for events says 0211H", async () => {
  const failures: unknown[] = [];
  const { port, told } = await testServer({
    timeouts: { responseMs: 40, artimMs: 30 },
    handlers: {
      async nAction({ association, command }) {
        const { sopClassUid, sopInstanceUid } = command;
        association.requests
          .nEventReport({ sopClassUid, sopInstanceUid, eventTypeId: 1 })
          .catch((error) => failures.push(error.status ?? error.code));
        return { status: 0 };
      },
    },
  });
  const action = { sopClassUid: commitment, sopInstanceUid: commitmentInstance, actionTypeId: 1 };
  const deaf = await open(port, { contexts });
  await deaf.nAction(action);
  await deaf.release();
  const silent = await open(port, {
    contexts,
    handlers: { nEventReport: () => new Promise<never>(() => {}) },
  });
  await silent.nAction(action);
  await silent.closed;
  expect(await told("ended timed-out")).toBeTruthy();
  expect(failures).toEqual([0x0211, "timed-out"]);
});

test("our answer to an event waits for the end of the data set that we are sending", async () => {
  const asked = Promise.withResolvers<void>();
  let reported: Promise<unknown> | undefined;
  let received = 0;
  const { port } = await testServer({
    handlers: {
      async store({ association }, chunks) {
        const instance = { sopClassUid: ctStorage, sopInstanceUid: "1.2.3" };
        reported = association.requests.nEventReport({ ...instance, eventTypeId: 1 });
        for await (const chunk of chunks) received += chunk.length;
        return { status: 0 };
      },
    },
  });
  const association = await open(port, {
    handlers: {
      nEventReport() {
        asked.resolve();
        return { status: 0 };
      },
    },
  });
  async function* chunks() {
    yield Buffer.alloc(600_000);
    await asked.promise;
    // The answer has every chance to go out before the rest.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    yield Buffer.alloc(600_000);
  }
  expect(await association.store({ ...storeOf(Buffer.alloc(0)), chunks })).toEqual({ status: 0 });
  expect(await reported).toMatchObject({ status: 0 });
  expect(received).toBe(1_200_000);
  await association.release();
});

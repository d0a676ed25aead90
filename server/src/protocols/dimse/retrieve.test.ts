import {
  dataSetOf,
  readDataSet,
  SopClasses,
  Tags,
  TransferSyntaxes,
  texts,
  writeDataSet,
} from "@isocenter/dicom";
import {
  answerContexts,
  collect,
  createDimseServer,
  openAssociation,
  type RetrieveResponse,
} from "@isocenter/dimse";
import { manualClock } from "@isocenter/server/platform/clock.ts";
import { formsOf } from "@isocenter/test/support/forms.ts";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Archive, InstanceSelection, StoredInstance } from "../../modules/archive/index.ts";
import type { Peer, Peers } from "../../modules/peers/index.ts";
import { createLog, createMetrics, type Platform, readConfig, type Viewer } from "../../platform/index.ts";
import { startDimse } from "./index.ts";

const { ExplicitVRLittleEndian } = TransferSyntaxes;
const ct = SopClasses.CTImageStorage;
const mr = SopClasses.MRImageStorage;
const move = SopClasses.StudyRootQueryRetrieveInformationModelMove;
const get = SopClasses.StudyRootQueryRetrieveInformationModelGet;

const instance = (uid: string, SOPClassUID: string = ct) =>
  ({
    SOPInstanceUID: uid,
    SOPClassUID,
    transferSyntaxUID: ExplicitVRLittleEndian,
    size: bytesOf(uid).length,
    dataSetOffset: 0,
  }) as StoredInstance;
const bytesOf = (SOPInstanceUID: string) =>
  writeDataSet(dataSetOf({ SOPInstanceUID }), ExplicitVRLittleEndian);

interface Held {
  instances: StoredInstance[];
  permissions?: Peer["permissions"];
  destinations?: Record<string, number>;
  onSend?: (instance: StoredInstance) => void;
}

async function archiveWith({ instances, permissions = ["move", "get"], destinations = {}, onSend }: Held) {
  const located: [InstanceSelection, string][] = [];
  const viewer = { kind: "peer", id: "WS" } as Viewer;
  const archive: Partial<Archive> = {
    async *locateEach(_viewer, selection, purpose) {
      located.push([selection, purpose]);
      if (selection.StudyInstanceUID === "1.1") yield instances;
    },
    async readObject(one) {
      onSend?.(one);
      return bytesOf(one.SOPInstanceUID);
    },
  };
  const peers: Peers = {
    recognize: async () => ({ known: true, permissions, facilityId: "f", patientIdIssuer: null, viewer }),
    async destination(_viewer, aeTitle) {
      const port = destinations[aeTitle];
      return port === undefined ? null : { aeTitle, host: "127.0.0.1", port };
    },
    knock: async () => {},
  };
  const listener = await startDimse({
    platform: {
      config: { ...readConfig({ NODE_ENV: "test" }), host: "127.0.0.1", dicomPort: 0 },
      log: createLog({ logLevel: "silent" }),
      metrics: createMetrics(),
      clock: manualClock(),
    } as unknown as Platform,
    archive: archive as Archive,
    rendering: formsOf(archive as Archive),
    peers,
  });
  onTestFinished(() => listener.close(0));
  const open = () =>
    openAssociation({
      host: "127.0.0.1",
      port: listener.port,
      callingAeTitle: "WS",
      calledAeTitle: "ISOCENTER",
      implementation: { classUid: "2.25.1", versionName: "TEST" },
      contexts: [move, get, ct, mr].map((abstractSyntax) => ({
        abstractSyntax,
        transferSyntaxes: [ExplicitVRLittleEndian],
      })),
      roles: [{ sopClassUid: ct, scu: false, scp: true }],
      timeouts: { artimMs: 50 },
    });
  return { open, located };
}

/** A destination that answers with a status for each UID. */
async function destination(answer: (uid: string) => number | Promise<number> = () => 0) {
  const received: string[] = [];
  const server = createDimseServer<null>({
    acceptsCalled: () => true,
    decide: (request) => ({
      accept: true,
      contexts: answerContexts(request, ({ abstractSyntax, transferSyntaxes }) =>
        abstractSyntax === ct ? transferSyntaxes[0]! : { refused: 3 },
      ),
      data: null,
    }),
    handlers: {
      async store({ command }, chunks) {
        await collect(chunks, 1 << 20);
        const { affectedSopInstanceUid: uid, moveOriginatorAeTitle, moveOriginatorMessageId } = command;
        received.push(`${uid} ${moveOriginatorAeTitle} ${moveOriginatorMessageId}`);
        return { status: await answer(uid) };
      },
    },
    implementation: { classUid: "2.25.2", versionName: "DEST" },
    maxAssociations: 5,
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close({ graceMs: 0 }));
  return { port, received, server };
}

const study = (uid = "1.1") => ({
  sopClassUid: move as string,
  identifier: (syntax: string) =>
    writeDataSet(dataSetOf({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: uid }), syntax),
});
async function all(responses: AsyncIterable<RetrieveResponse>): Promise<RetrieveResponse[]> {
  const gathered: RetrieveResponse[] = [];
  for await (const response of responses) gathered.push(response);
  return gathered;
}
const failedList = (bytes: Uint8Array | null | undefined) =>
  bytes ? texts(readDataSet(bytes, ExplicitVRLittleEndian), Tags.FailedSOPInstanceUIDList) : null;

describe("C-MOVE", () => {
  test("goes to the destination with whose C-MOVE it is; counts come as it goes, then success", async () => {
    const { port, received } = await destination();
    const instances = [1, 2, 3, 4].map((n) => instance(`1.2.${n}`));
    const { open, located } = await archiveWith({ instances, destinations: { CT9: port } });
    const association = await open();
    const responses = await all(association.move({ ...study(), destination: "CT9" }));
    await association.release();
    expect(received.sort()).toEqual([1, 2, 3, 4].map((n) => `1.2.${n} WS 1`));
    const pending = responses.filter((response) => response.pending);
    expect(pending.length).toBeGreaterThan(0);
    for (const { remaining, completed } of pending) expect(remaining! + completed).toBe(4);
    expect(responses.at(-1)).toMatchObject({
      status: 0,
      completed: 4,
      failed: 0,
      warning: 0,
      identifier: null,
    });
    expect(located).toEqual([
      [{ StudyInstanceUID: "1.1" }, "none"],
      [{ StudyInstanceUID: "1.1" }, "retrieve"],
    ]);
  });

  test("failures and warnings are B000H with the list of what failed; nothing sent is A702H", async () => {
    const statuses: Record<string, number> = { "1.2.1": 0xa700, "1.2.2": 0xb000 };
    const { port } = await destination((uid) => statuses[uid] ?? 0);
    const instances = [instance("1.2.1"), instance("1.2.2"), instance("1.2.3"), instance("1.2.4", mr)];
    const { open } = await archiveWith({ instances, destinations: { CT9: port } });
    const association = await open();
    const last = (await all(association.move({ ...study(), destination: "CT9" }))).at(-1)!;
    expect(last).toMatchObject({ status: 0xb000, completed: 1, failed: 2, warning: 1 });
    expect("remaining" in last).toBe(false);
    expect(failedList(last.identifier)?.toSorted()).toEqual(["1.2.1", "1.2.4"]);
    await association.release();

    const only = await archiveWith({ instances: [instance("1.2.1")], destinations: { CT9: port } });
    const second = await only.open();
    const error = await all(second.move({ ...study(), destination: "CT9" })).catch((reason) => reason);
    expect(error).toMatchObject({ status: 0xa702, subOperations: { completed: 0, failed: 1, warning: 0 } });
    expect(failedList(error.dataSet)).toEqual(["1.2.1"]);
    await second.release();
  });

  test("a destination that is not known is A801H, one that is not there A702H, nothing to send success", async () => {
    const { port, server } = await destination();
    await server.close({ graceMs: 0 });
    const { open } = await archiveWith({ instances: [instance("1.2.1")], destinations: { GONE: port } });
    const association = await open();
    const moved = (destinationTitle: string, uid?: string) =>
      all(association.move({ ...study(uid), destination: destinationTitle })).catch((error) => [error]);
    expect((await moved("NOBODY")).at(-1)).toMatchObject({ status: 0xa801 });
    expect((await moved("GONE")).at(-1)).toMatchObject({ status: 0xa702, subOperations: { failed: 1 } });
    expect((await moved("GONE", "1.9")).at(-1)).toMatchObject({ status: 0, completed: 0, failed: 0 });
    await association.release();
  });

  test("C-CANCEL ends it with FE00H and the counts, and the destination is released", async () => {
    const { port, server } = await destination();
    const instances = Array.from({ length: 200 }, (_, n) => instance(`1.2.${n}`));
    const { open } = await archiveWith({ instances, destinations: { CT9: port } });
    const association = await open();
    const stop = new AbortController();
    let last: RetrieveResponse | undefined;
    const request = { ...study(), destination: "CT9", signal: stop.signal };
    for await (const response of association.move(request)) {
      stop.abort();
      last = response;
    }
    expect(last).toMatchObject({ status: 0xfe00, failed: 0 });
    expect(last!.completed + last!.remaining!).toBe(200);
    expect(last!.remaining).toBeGreaterThan(0);
    await association.release();
    await expect.poll(() => server.connections).toBe(0);
  });

  test("a caller that is gone in the middle leaves nothing behind; a destination that goes fails what is left", async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { port, server, received } = await destination(async () => {
      begun.resolve();
      await gate.promise;
      return 0;
    });
    const instances = Array.from({ length: 50 }, (_, n) => instance(`1.2.${n}`));
    const { open } = await archiveWith({ instances, destinations: { CT9: port } });
    const association = await open();
    const moving = all(association.move({ ...study(), destination: "CT9" })).catch((error) => error.code);
    await begun.promise;
    association.abort();
    expect(await moving).toBe("aborted");
    gate.resolve();
    await expect.poll(() => server.connections).toBe(0);
    expect(received.length).toBeLessThan(6);

    const leaving = await destination(async (uid) => {
      if (uid === "1.2.1") await leaving.server.close({ graceMs: 0 });
      return 0;
    });
    const second = await (await archiveWith({ instances, destinations: { CT9: leaving.port } })).open();
    const last = (await all(second.move({ ...study(), destination: "CT9" }))).at(-1)!;
    expect(last).toMatchObject({ status: 0xb000, completed: 1, failed: 49 });
    await second.release();
  });

  test("who may not is told so", async () => {
    const { open } = await archiveWith({ instances: [], permissions: ["echo"] });
    const association = await open();
    expect(association.contexts).toEqual([]);
    await association.release();
  });
});

describe("C-GET", () => {
  const request = { ...study(), sopClassUid: get };

  test("comes on the same association, in the SOP classes that the caller takes", async () => {
    const instances = [instance("1.2.1"), instance("1.2.2"), instance("1.2.3", mr)];
    const { open } = await archiveWith({ instances });
    const association = await open();
    expect(association.contexts.map(({ abstractSyntax }) => abstractSyntax)).toEqual([move, get, ct]);
    const got: string[] = [];
    const responses = await all(
      association.get({
        ...request,
        async store({ command }, chunks) {
          got.push(command.affectedSopInstanceUid);
          await collect(chunks, 1000);
          return { status: 0 };
        },
      }),
    );
    await association.release();
    expect(got).toEqual(["1.2.1", "1.2.2"]);
    expect(responses.at(-1)).toMatchObject({ status: 0xb000, completed: 2, failed: 1 });
    expect(failedList(responses.at(-1)!.identifier)).toEqual(["1.2.3"]);
  });

  test("C-CANCEL between two sub-operations", async () => {
    const instances = Array.from({ length: 100 }, (_, n) => instance(`1.2.${n}`));
    const { open } = await archiveWith({ instances });
    const association = await open();
    const stop = new AbortController();
    let got = 0;
    const store = async () => {
      got += 1;
      if (got === 3) stop.abort();
      return { status: 0 };
    };
    const last = (await all(association.get({ ...request, store, signal: stop.signal }))).at(-1)!;
    expect(last).toMatchObject({ status: 0xfe00, completed: got });
    expect(last.completed + last.remaining!).toBe(100);
    await association.release();
  });

  test("a caller that is gone in the middle: no more is read", async () => {
    let opened = 0;
    const instances = Array.from({ length: 100 }, (_, n) => instance(`1.2.${n}`));
    const { open } = await archiveWith({ instances, onSend: () => (opened += 1) });
    const association = await open();
    const store = async () => {
      association.abort();
      return { status: 0 };
    };
    await expect(all(association.get({ ...request, store }))).rejects.toMatchObject({ code: "aborted" });
    await association.closed;
    expect(opened).toBeLessThan(5);
  });
});

test("an identifier that is none of a retrieval", async () => {
  const { open } = await archiveWith({ instances: [] });
  const association = await open();
  const statusOf = (identifier: Uint8Array) =>
    all(association.move({ sopClassUid: move, identifier, destination: "X" })).then(
      () => 0,
      ({ status }) => status,
    );
  expect(await statusOf(Buffer.from([8, 0, 0x52, 0, 0x43, 0x53, 0xff, 0x7f, 1]))).toBe(0xc000);
  const patient = dataSetOf({ QueryRetrieveLevel: "PATIENT", PatientID: "P" });
  expect(await statusOf(writeDataSet(patient, ExplicitVRLittleEndian))).toBe(0xa900);
  await association.release();
});

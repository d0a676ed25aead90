import {
  dataSetOf,
  implementationClassUid,
  items,
  newUid,
  number,
  readDataSet,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  writeDataSet,
} from "@isocenter/dicom";
import {
  answerContexts,
  answerRoles,
  type ClientAssociation,
  createDimseServer,
  type Handlers,
  openAssociation,
} from "@isocenter/dimse";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { formsOf } from "@isocenter/test/support/forms.ts";
import { chunked, ctInstance, ctSeries, type MadeInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { eventually } from "@isocenter/test/support/program.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test } from "vitest";
import { type Archive, createArchive } from "../../modules/archive/index.ts";
import { createJournal, type Journal } from "../../modules/journal/index.ts";
import { createPeers, enqueue } from "../../modules/peers/index.ts";
import { newId, prepareJobs, transact } from "../../platform/index.ts";
import { createSending, type DimseListener, type Sending, startDimse } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database, { host: "127.0.0.1", dicomPort: 0 });
const model = SopClasses.StorageCommitmentPushModel;
const instance = "1.2.840.10008.1.20.1.1";
const ct = SopClasses.CTImageStorage;
const { ExplicitVRLittleEndian, ImplicitVRLittleEndian } = TransferSyntaxes;
let journal: Journal;
let archive: Archive;
let sending: Sending;
let listener: DimseListener;
let facilityId: string;

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  facilityId = await makeFacility(database.db);
  journal = createJournal(platform);
  archive = createArchive(platform, journal);
  sending = createSending({ platform, journal, archive, rendering: formsOf(archive), answerMs: 100 });
  const peers = createPeers(platform, journal);
  listener = await startDimse({
    platform,
    archive,
    rendering: formsOf(archive),
    peers,
    commitment: sending.commitment,
  });
});
afterAll(() => listener.close(0));
beforeEach(async () => {
  await database.db`delete from modality`;
  await database.db`delete from send_item`;
});

const modality = async (aeTitle: string, port: number, permissions: string[] = []): Promise<string> => {
  const id = newId(platform.clock);
  await database.db`insert into modality (id, ae_title, host, port, facility_id, permissions, created_at)
    values (${id}, ${aeTitle}, '127.0.0.1', ${port}, ${facilityId}, ${permissions}, now())`;
  return id;
};
async function archived(made: readonly MadeInstance[]): Promise<void> {
  for (const { bytes } of made)
    await archive.ingest(viewerAt([facilityId]), { chunks: chunked(bytes), door: "import", facilityId });
}

interface Report {
  eventTypeId: number;
  transactionUid: string | undefined;
  committed: (string | undefined)[];
  failed: [string | undefined, number | undefined][];
}
function reportOf(eventTypeId: number, bytes: Uint8Array | null, syntax: string): Report {
  const set = readDataSet(bytes!, syntax);
  return {
    eventTypeId,
    transactionUid: text(set, Tags.TransactionUID),
    committed: items(set, Tags.ReferencedSOPSequence).map((item) =>
      text(item, Tags.ReferencedSOPInstanceUID),
    ),
    failed: items(set, Tags.FailedSOPSequence).map((item) => [
      text(item, Tags.ReferencedSOPInstanceUID),
      number(item, Tags.FailureReason),
    ]),
  };
}

const references = (pairs: readonly [string, string][]) =>
  pairs.map(([ReferencedSOPClassUID, ReferencedSOPInstanceUID]) => ({
    ReferencedSOPClassUID,
    ReferencedSOPInstanceUID,
  }));
const request = (TransactionUID: string, pairs: readonly [string, string][]) => (syntax: string) =>
  writeDataSet(dataSetOf({ TransactionUID, ReferencedSOPSequence: references(pairs) }), syntax);

/** Calls us as CT1; what is reported on the association goes to `reports`. */
async function call(reports: Report[] = [], others: readonly string[] = []): Promise<ClientAssociation> {
  return openAssociation({
    host: "127.0.0.1",
    port: listener.port,
    callingAeTitle: "CT1",
    calledAeTitle: platform.config.aeTitle,
    contexts: [model, ...others].map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: [ImplicitVRLittleEndian],
    })),
    handlers: {
      nEventReport({ command, presentationContext }, bytes) {
        reports.push(reportOf(command.eventTypeId, bytes, presentationContext.transferSyntax));
        return { status: 0 };
      },
    },
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
  });
}
const action = (association: ClientAssociation, information: (syntax: string) => Uint8Array) =>
  association.nAction({ sopClassUid: model, sopInstanceUid: instance, actionTypeId: 1, information });

/** The roles that we asked a system for, one list for each association. */
const rolesAsked: unknown[] = [];

/** A system that listens, and its port. */
async function system(handlers: Handlers<null>, port = 0): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createDimseServer<null>({
    acceptsCalled: () => true,
    decide(asked) {
      rolesAsked.push(asked.user.roles);
      return {
        accept: true,
        contexts: answerContexts(asked, (context) => context.transferSyntaxes[0]!),
        roles: answerRoles(asked, () => ({ scu: true, scp: true })),
        data: null,
      };
    },
    handlers,
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
    maxAssociations: 5,
  });
  const stop = () => server.close({ graceMs: 0 });
  onTestFinished(stop);
  return { port: await server.listen({ host: "127.0.0.1", port }), stop };
}

describe("as SCP", () => {
  const stateOf = async (uid: string) =>
    (
      await database.db`select state, attempts, committed, failed from commitment_request where transaction_uid = ${uid}`
    )[0];

  test("what is here is committed, what is not fails with its reason, on the association of the request", async () => {
    await modality("CT1", 1, ["commit"]);
    const made = ctSeries(2);
    await archived(made);
    const [first, second] = made.map(({ SOPInstanceUID }) => SOPInstanceUID) as [string, string];
    const reports: Report[] = [];
    const association = await call(reports);
    const all = newUid();
    await action(
      association,
      request(all, [
        [ct, first],
        [ct, second],
      ]),
    );
    await eventually(async () => reports.length === 1);
    const some = newUid();
    // With a leading zero, as many have them.
    const unknown = "1.2.03.4";
    await action(
      association,
      request(some, [
        [ct, first],
        [ct, unknown],
        [SopClasses.MRImageStorage, second],
      ]),
    );
    await eventually(async () => reports.length === 2);
    await eventually(async () => (await stateOf(some))!.state === "REPORTED");
    await association.release();
    expect(reports).toEqual([
      { eventTypeId: 1, transactionUid: all, committed: [first, second], failed: [] },
      {
        eventTypeId: 2,
        transactionUid: some,
        committed: [first],
        failed: [
          [unknown, 0x0112],
          [second, 0x0119],
        ],
      },
    ]);
    expect(await stateOf(some)).toMatchObject({ committed: 1, failed: 2 });
  });

  test("the same UID in quarantine with other data fails: whoever sent it keeps it", async () => {
    await modality("CT1", 1, ["commit"]);
    const one = ctInstance();
    await archived([
      one,
      ctInstance({ ...one, bytes: undefined, transferSyntaxUID: undefined, SeriesDescription: "Other" }),
    ]);
    const reports: Report[] = [];
    const association = await call(reports);
    await action(association, request(newUid(), [[ct, one.SOPInstanceUID]]));
    await eventually(async () => reports.length === 1);
    await association.release();
    expect(reports[0]!.failed).toEqual([[one.SOPInstanceUID, 0x0110]]);
  });

  test("who has gone is called back, also when it was away first; the answer is durable meanwhile", async () => {
    const reports: Report[] = [];
    const there = await system({});
    await there.stop();
    await modality("CT1", there.port, ["commit"]);
    const one = ctInstance();
    await archived([one]);
    const uid = newUid();
    const association = await call();
    const asked = action(association, request(uid, [[ct, one.SOPInstanceUID]]));
    await asked;
    association.abort();
    await association.closed;
    await eventually(
      async () => (await database.db`select from commitment_request where runner is null`).length > 0,
    );
    await sending.drain();
    expect(await stateOf(uid)).toMatchObject({ state: "PENDING", attempts: 1 });
    await system(
      {
        nEventReport({ command, presentationContext }, bytes) {
          reports.push(reportOf(command.eventTypeId, bytes, presentationContext.transferSyntax));
          return { status: 0 };
        },
      },
      there.port,
    );
    await sending.drain();
    expect(reports).toEqual([]);
    platform.clock.advance(10_000);
    await sending.drain();
    expect(reports).toMatchObject([{ eventTypeId: 1, transactionUid: uid, committed: [one.SOPInstanceUID] }]);
    // It is we who perform the service.
    expect(rolesAsked.at(-1)).toEqual([{ sopClassUid: model, scu: false, scp: true }]);
    expect(await stateOf(uid)).toMatchObject({ state: "REPORTED" });
  });

  test("who may not ask, and what is no request, is refused", async () => {
    const id = await modality("CT1", 1, ["store"]);
    const association = await call();
    const refused = (information: (syntax: string) => Uint8Array) =>
      action(association, information).then(
        () => null,
        ({ status }) => status,
      );
    const good = request(newUid(), [[ct, "1.2.3"]]);
    expect(await refused(good)).toBe(0x0124);
    await association.release();
    await database.db`update modality set permissions = '{commit}' where id = ${id}`;
    const again = await call();
    const status = (information: (syntax: string) => Uint8Array) =>
      action(again, information).then(
        () => null,
        (error) => error.status,
      );
    expect(await status(request(newUid(), []))).toBe(0x0120);
    expect(await status(request(newUid(), [["CT", "1.2.3"]]))).toBe(0x0106);
    expect(await status(() => Buffer.from([1, 2, 3]))).toBe(0x0110);
    await again.release();
    expect(await database.db`select from commitment_request where state = 'PENDING'`).toHaveLength(0);
  });

  test("0211H: an action or an event of another SOP class, such as of performed steps (PS3.4 F.7.2)", async () => {
    await modality("CT1", 1, ["commit", "mpps"]);
    const sopClassUid = SopClasses.ModalityPerformedProcedureStep;
    const association = await call([], [sopClassUid]);
    const of = { sopClassUid, sopInstanceUid: newUid() };
    const information = request(newUid(), [[ct, "1.2.3"]]);
    for (const asked of [
      association.nEventReport({ ...of, eventTypeId: 1, information }),
      association.nAction({ ...of, actionTypeId: 1, information }),
    ])
      await expect(asked).rejects.toMatchObject({ status: 0x0211 });
    await association.release();
  });
});

describe("as SCU", () => {
  const sent = async (modalityId: string, made: readonly MadeInstance[]): Promise<string> => {
    const { id } = await transact(platform.db, (tx) =>
      enqueue({ clock: platform.clock, journal }, tx, viewerAt([facilityId]), {
        modalityId,
        facilityId,
        selection: [{ StudyInstanceUID: made[0]!.StudyInstanceUID }],
        total: made.length,
        commit: true,
      }),
    );
    await sending.drain();
    return id;
  };
  const itemOf = async (id: string) =>
    (
      await database.db`select state, commitment, committed, commitment_failed, commitment_problem from send_item where id = ${id}`
    )[0];
  const asked = (bytes: Uint8Array | null, syntax: string) => {
    const set = readDataSet(bytes!, syntax);
    return {
      TransactionUID: text(set, Tags.TransactionUID)!,
      uids: items(set, Tags.ReferencedSOPSequence).map((item) => text(item, Tags.ReferencedSOPInstanceUID)!),
    };
  };
  const store = async (_context: unknown, chunks: AsyncIterable<Uint8Array>) => {
    for await (const _ of chunks);
    return { status: 0 };
  };

  test("a destination that answers on the association commits to what was sent", async () => {
    const { port } = await system({
      store,
      nAction({ association, presentationContext }, bytes) {
        const { TransactionUID, uids } = asked(bytes, presentationContext.transferSyntax);
        const pairs = uids.map((uid): [string, string] => [ct, uid]);
        setImmediate(() =>
          association.requests.nEventReport({
            sopClassUid: model,
            sopInstanceUid: instance,
            eventTypeId: 1,
            information: request(TransactionUID, pairs),
          }),
        );
        return { status: 0 };
      },
    });
    const made = ctSeries(3);
    await archived(made);
    const id = await sent(await modality("PACS2", port), made);
    expect(await itemOf(id)).toMatchObject({ state: "SENT", commitment: "COMMITTED", committed: 3 });
  });

  test("a destination that answers later calls us; what it does not keep is told", async () => {
    let told: { TransactionUID: string; uids: string[] } | undefined;
    const { port } = await system({
      store,
      nAction({ presentationContext }, bytes) {
        told = asked(bytes, presentationContext.transferSyntax);
        return { status: 0 };
      },
    });
    const made = ctSeries(2);
    await archived(made);
    const modalityId = await modality("PACS2", port);
    const id = await sent(modalityId, made);
    expect(await itemOf(id)).toMatchObject({ state: "SENT", commitment: "REQUESTED" });
    const report = async (callingAeTitle: string, TransactionUID: string, eventTypeId = 2) => {
      const association = await openAssociation({
        host: "127.0.0.1",
        port: listener.port,
        callingAeTitle,
        calledAeTitle: platform.config.aeTitle,
        contexts: [{ abstractSyntax: model, transferSyntaxes: [ExplicitVRLittleEndian] }],
        roles: [{ sopClassUid: model, scu: false, scp: true }],
        implementation: { classUid: implementationClassUid, versionName: "TEST" },
      });
      expect(association.peer.roles).toEqual([{ sopClassUid: model, scu: false, scp: true }]);
      const [kept, lost] = told!.uids as [string, string];
      const set = dataSetOf({
        TransactionUID,
        ReferencedSOPSequence: references([[ct, kept]]),
        FailedSOPSequence: [{ ...references([[ct, lost]])[0], FailureReason: 0x0213 }],
      });
      const information = (syntax: string) => writeDataSet(set, syntax);
      const answer = await association
        .nEventReport({ sopClassUid: model, sopInstanceUid: instance, eventTypeId, information })
        .catch((error) => error);
      await association.release();
      return answer.status;
    };
    await modality("OTHER", 1);
    expect(await report("OTHER", told!.TransactionUID)).toBe(0x0115);
    expect(await report("PACS2", newUid())).toBe(0x0115);
    // There are the events 1 and 2 alone (PS3.4 J.3.3).
    expect(await report("PACS2", told!.TransactionUID, 3)).toBe(0x0113);
    expect(await itemOf(id)).toMatchObject({ commitment: "REQUESTED" });
    expect(await report("PACS2", told!.TransactionUID)).toBe(0);
    expect(await itemOf(id)).toMatchObject({
      commitment: "FAILED",
      committed: 1,
      commitment_failed: 1,
      commitment_problem: "It does not answer for 1 of 2: 0213H.",
    });
    expect(await report("PACS2", told!.TransactionUID)).toBe(0);
  });

  test("a destination that does not offer it, or never answers, is told", async () => {
    const made = ctSeries(1);
    await archived(made);
    const { port } = await system({ store });
    const without = await sent(await modality("PACS2", port), made);
    expect(await itemOf(without)).toMatchObject({
      commitment: "FAILED",
      commitment_problem: expect.stringContaining("0211H"),
    });
    const silent = await system({ store, nAction: () => ({ status: 0 }) });
    const id = await sent(await modality("PACS3", silent.port), made);
    expect(await itemOf(id)).toMatchObject({ commitment: "REQUESTED" });
    platform.clock.advance(49 * 3_600_000);
    await sending.drain();
    expect(await itemOf(id)).toMatchObject({
      commitment: "FAILED",
      commitment_problem: "It never answered.",
    });
  });
});

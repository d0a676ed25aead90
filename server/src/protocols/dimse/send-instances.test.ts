import { Readable } from "node:stream";
import { SopClasses, storageSopClasses, TransferSyntaxes } from "@isocenter/dicom";
import {
  answerContexts,
  collect,
  createDimseServer,
  type DimseServerOptions,
  firstSupported,
} from "@isocenter/dimse";
import { expect, onTestFinished, test } from "vitest";
import type { StoredInstance } from "../../modules/archive/index.ts";
import { Refusal } from "../../platform/index.ts";
import { contextGroups } from "./contexts.ts";
import { type DeliveryReport, openSender, type SenderDeps, sendInstances } from "./send-instances.ts";

const { ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless } = TransferSyntaxes;
const ct = SopClasses.CTImageStorage;

/** What stands before the data set. */
const before = "meta";
const file = (uid: string) => Buffer.from(`${before}kept ${uid}`);

const instance = (number: number, more: Partial<StoredInstance> = {}) =>
  ({
    SOPInstanceUID: `1.2.${number}`,
    SOPClassUID: ct,
    transferSyntaxUID: ExplicitVRLittleEndian,
    pixels: null,
    size: file(`1.2.${number}`).length,
    dataSetOffset: before.length,
    ...more,
  }) as StoredInstance;
const some = (count: number) => Array.from({ length: count }, (_, index) => instance(index + 1));

/** Bytes that say what was opened; the native forms of one another, and of JPEG 2000. */
const deps: SenderDeps = {
  aeTitle: "ISOCENTER",
  archive: {
    openDataSet: async ({ SOPInstanceUID }) => Readable.from([file(SOPInstanceUID).subarray(before.length)]),
    // Into the memory that is lent, as a store does.
    async readObject({ SOPInstanceUID }, memory = Buffer.alloc(100)) {
      return memory.subarray(0, file(SOPInstanceUID).copy(memory));
    },
  },
  rendering: {
    syntaxesFor: ({ transferSyntaxUID }) => [
      ...new Set([transferSyntaxUID, ExplicitVRLittleEndian, ImplicitVRLittleEndian]),
    ],
    chooseSyntax: (one, accepted) => deps.rendering.syntaxesFor(one).find((uid) => accepted.has(uid)) ?? null,
    openDataSetAs: async (_one, uid) => Readable.from([Buffer.from(`made ${uid}`)]),
  },
  timeouts: { artimMs: 50 },
};

interface Received {
  uid: string;
  bytes: string;
  transferSyntax: string;
  originator: string;
}

async function receiver(
  supported: readonly string[],
  options: Partial<DimseServerOptions<null>> & { answer?: (uid: string) => number } = {},
) {
  const received: Received[] = [];
  const associations: number[] = [];
  const { answer = () => 0, ...more } = options;
  const server = createDimseServer<null>({
    acceptsCalled: (title) => title === "PACS",
    decide(request) {
      associations.push(request.contexts.length);
      const contexts = answerContexts(request, (context) => firstSupported(context, new Set(supported)));
      return { accept: true, contexts, data: null };
    },
    handlers: {
      async store({ command, presentationContext }, chunks) {
        const bytes = String(await collect(chunks, 1 << 24));
        const { affectedSopInstanceUid: uid, moveOriginatorAeTitle, moveOriginatorMessageId } = command;
        const originator = `${moveOriginatorAeTitle ?? ""} ${moveOriginatorMessageId ?? ""}`.trim();
        received.push({ uid, bytes, transferSyntax: presentationContext.transferSyntax, originator });
        return { status: answer(uid), errorComment: "as told" };
      },
    },
    implementation: { classUid: "2.25.1", versionName: "PACS" },
    maxAssociations: 5,
    ...more,
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close({ graceMs: 0 }));
  return { target: { aeTitle: "PACS", host: "127.0.0.1", port }, received, associations, server };
}

function reported() {
  const lines: string[] = [];
  const report: DeliveryReport = {
    taken: ({ SOPInstanceUID }, warning) =>
      lines.push(`${SOPInstanceUID} taken${warning ? ` ${warning}` : ""}`),
    refused: ({ SOPInstanceUID }, problem, status) =>
      lines.push(`${SOPInstanceUID} refused ${status?.toString(16) ?? "unsent"} ${problem}`),
  };
  return { lines, report };
}

test("each goes as it is kept where that is taken, else as the best that is taken, else it is refused", async () => {
  const { target, received, associations } = await receiver([ImplicitVRLittleEndian, JPEG2000Lossless]);
  const { lines, report } = reported();
  const instances = [
    instance(1),
    instance(2, { transferSyntaxUID: JPEG2000Lossless }),
    instance(3, { SOPClassUID: SopClasses.MRImageStorage, transferSyntaxUID: ImplicitVRLittleEndian }),
  ];
  await sendInstances(deps, target, instances, report, { moveOriginator: { aeTitle: "WS", messageId: 7 } });
  expect(received.toSorted((a, b) => a.uid.localeCompare(b.uid))).toEqual([
    {
      uid: "1.2.1",
      bytes: `made ${ImplicitVRLittleEndian}`,
      transferSyntax: ImplicitVRLittleEndian,
      originator: "WS 7",
    },
    { uid: "1.2.2", bytes: "kept 1.2.2", transferSyntax: JPEG2000Lossless, originator: "WS 7" },
    { uid: "1.2.3", bytes: "kept 1.2.3", transferSyntax: ImplicitVRLittleEndian, originator: "WS 7" },
  ]);
  expect(lines.sort()).toEqual(["1.2.1 taken", "1.2.2 taken", "1.2.3 taken"]);
  expect(associations).toHaveLength(1);

  const narrow = await receiver([JPEG2000Lossless]);
  const second = reported();
  await sendInstances(deps, narrow.target, instances, second.report);
  expect(second.lines.sort()).toEqual([
    "1.2.1 refused 122 It takes no transfer syntax in which this can be given: CT Image Storage.",
    "1.2.2 taken",
    "1.2.3 refused 122 It does not take MR Image Storage.",
  ]);

  const third = reported();
  await sendInstances(deps, narrow.target, [instances[1]!, instance(4, { bitsAllocated: 32 })], third.report);
  expect(third.lines.sort()).toEqual([
    "1.2.2 taken",
    "1.2.4 refused 122 It takes no transfer syntax that holds 32 bits: CT Image Storage.",
  ]);
});

test("warnings are taken, failures refused with what the receiver says", async () => {
  const statuses: Record<string, number> = { "1.2.1": 0xb007, "1.2.2": 0xa700 };
  const { target } = await receiver([ExplicitVRLittleEndian], { answer: (uid) => statuses[uid] ?? 0 });
  const { lines, report } = reported();
  await sendInstances(deps, target, some(3), report);
  expect(lines.sort()).toEqual([
    "1.2.1 taken B007H: as told",
    "1.2.2 refused a700 A700H: as told",
    "1.2.3 taken",
  ]);
});

test("more contexts than an association carries are divided over several", async () => {
  const instances = storageSopClasses.slice(0, 100).map((SOPClassUID, at) => instance(at, { SOPClassUID }));
  const groups = contextGroups(instances, deps.rendering.syntaxesFor);
  expect(groups.map((group) => group.length)).toEqual([128, 72]);
  const { target, received, associations } = await receiver([ExplicitVRLittleEndian]);
  const { lines, report } = reported();
  await sendInstances(deps, target, instances, report);
  expect([lines.length, received.length, associations]).toEqual([100, 100, [128, 72]]);
});

test("a sender goes on with its association, and asks for another where the contexts do not serve", async () => {
  const { target, associations, server } = await receiver([ExplicitVRLittleEndian]);
  const { lines, report } = reported();
  const sender = openSender(deps, target);
  await sender.send(some(2), report);
  await sender.send([instance(3)], report);
  expect(associations).toHaveLength(1);
  await sender.send([instance(4, { SOPClassUID: SopClasses.MRImageStorage })], report);
  expect(associations).toHaveLength(2);
  await sender.close();
  expect(lines).toHaveLength(4);
  await expect.poll(() => server.connections).toBe(0);
});

test("what cannot be read is refused alone, at its beginning, in its middle or where it is cut short; the others go", async () => {
  const { target, associations, received } = await receiver([ExplicitVRLittleEndian]);
  const { lines, report } = reported();
  const large = 5_000_000;
  async function* pieces(uid: string) {
    yield Buffer.alloc(3_000_000);
    if (uid === "1.2.4") throw new Error("a damaged part");
  }
  const breaking: SenderDeps = {
    ...deps,
    archive: {
      openDataSet: async (one) => Readable.from(pieces(one.SOPInstanceUID)),
      async readObject(one, memory) {
        if (one.SOPInstanceUID === "1.2.2")
          throw new Refusal("unavailable", "store.away", "The store is away.");
        const whole = await deps.archive.readObject(one, memory);
        return one.SOPInstanceUID === "1.2.6" ? whole.subarray(0, -1) : whole;
      },
    },
  };
  const instances = some(8).map((one, index) => (index === 3 || index === 4 ? { ...one, size: large } : one));
  await sendInstances(breaking, target, instances, report);
  expect(lines.sort()).toEqual(
    [
      "1.2.2 refused unsent The store is away.",
      ...[4, 5, 6].map((n) => `1.2.${n} refused unsent It cannot be read from the archive.`),
      ...[1, 3, 7, 8].map((n) => `1.2.${n} taken`),
    ].sort(),
  );
  expect(received.map(({ uid, bytes }) => `${uid} ${bytes}`).sort()).toEqual(
    [1, 3, 7, 8].map((n) => `1.2.${n} kept 1.2.${n}`),
  );
  expect(associations.length).toBeLessThan(5);
});

test("a destination that is not there, rejects or leaves in the middle is an error; what was answered was reported", async () => {
  const { target, server } = await receiver([ExplicitVRLittleEndian], {
    handlers: {
      async store({ command }, chunks) {
        for await (const _ of chunks);
        if (command.affectedSopInstanceUid === "1.2.3") await server.close({ graceMs: 0 });
        return { status: 0 };
      },
    },
  });
  const wrong = reported();
  await expect(
    sendInstances(deps, { ...target, aeTitle: "OTHER" }, some(1), wrong.report),
  ).rejects.toMatchObject({ code: "rejected" });
  const { lines, report } = reported();
  await expect(sendInstances(deps, target, some(8), report)).rejects.toMatchObject({ name: "DimseError" });
  expect(lines).toEqual(["1.2.1 taken", "1.2.2 taken"]);
  await expect(sendInstances(deps, target, some(1), report)).rejects.toMatchObject({
    code: "connection-failed",
  });
});

test("the signal lets what is on its way arrive, and begins no more", async () => {
  const stop = new AbortController();
  const { target, received } = await receiver([ExplicitVRLittleEndian], {
    answer(uid) {
      if (uid === "1.2.2") stop.abort();
      return 0;
    },
  });
  const { lines, report } = reported();
  await sendInstances(deps, target, some(50), report, { signal: stop.signal });
  expect(lines.length).toBe(received.length);
  expect(received.length).toBeLessThan(6);
});

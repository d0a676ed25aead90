import { createHash, X509Certificate } from "node:crypto";
import {
  dataSetOf,
  implementationClassUid,
  readDataSet,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  writeDataSet,
} from "@isocenter/dicom";
import {
  type ClientAssociation,
  collect,
  type OpenOptions,
  openAssociation,
  userIdentityOf,
} from "@isocenter/dimse";
import { manualClock } from "@isocenter/server/platform/clock.ts";
import { makeCertificate } from "@isocenter/test/support/certificate.ts";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type {
  Archive,
  ArchiveQuery,
  Found,
  IngestAnswer,
  IngestSource,
} from "../../modules/archive/index.ts";
import type { Caller, Peer } from "../../modules/peers/index.ts";
import {
  createLog,
  createMetrics,
  type Platform,
  Refusal,
  readConfig,
  type Viewer,
} from "../../platform/index.ts";
import { type DimseListener, startDimse } from "./index.ts";

const ct = SopClasses.CTImageStorage;
const studyRoot = SopClasses.StudyRootQueryRetrieveInformationModelFind;
const patientRoot = SopClasses.PatientRootQueryRetrieveInformationModelFind;
const { ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLSLossless } = TransferSyntaxes;
const all = ["echo", "store", "find"] as const;

const known = (permissions: Peer["permissions"], more: Partial<Peer> = {}): Peer => ({
  known: true,
  permissions,
  facilityId: "f1",
  patientIdIssuer: null,
  viewer: { kind: "peer", id: "CT1" } as Viewer,
  ...more,
});

let peer: Peer | null;
let callers: Caller[];
let knocks: [calledAeTitle: string, reason: string][];
let ingested: { source: IngestSource; bytes: Buffer }[];
let queries: ArchiveQuery[];
let ingest: Archive["ingest"];
let find: Archive["find"];
beforeEach(() => {
  peer = known(all);
  callers = [];
  knocks = [];
  ingested = [];
  queries = [];
  ingest = async (_viewer, source) => {
    ingested.push({ source, bytes: await collect(source.chunks, 1 << 20) });
    return { outcome: "stored" } as IngestAnswer;
  };
  find = async function* (_viewer, query) {
    queries.push(query);
    yield* [];
  };
});

async function listen(more: Partial<Platform> = {}): Promise<DimseListener> {
  const listener = await startDimse({
    platform: {
      config: {
        ...readConfig({ NODE_ENV: "test" }),
        host: "127.0.0.1",
        dicomPort: 0,
        dicomTlsPort: more.tls ? 0 : null,
      },
      log: createLog({ logLevel: "silent" }),
      metrics: createMetrics(),
      clock: manualClock(),
      ...more,
    } as unknown as Platform,
    archive: {
      ingest: (...given) => ingest(...given),
      find: (...given) => find(...given),
    } as Archive,
    // Nothing is sent here.
    rendering: null as never,
    peers: {
      async recognize(caller) {
        callers.push(caller);
        return peer;
      },
      async knock(caller, reason) {
        knocks.push([caller.calledAeTitle, reason]);
      },
      destination: async () => null,
    },
  });
  onTestFinished(() => listener.close(0));
  return listener;
}

const open = async (options: Partial<OpenOptions> = {}): Promise<ClientAssociation> =>
  openAssociation({
    host: "127.0.0.1",
    port: (await listen()).port,
    callingAeTitle: "CT1",
    calledAeTitle: "ISOCENTER",
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
    contexts: [
      { abstractSyntax: SopClasses.Verification, transferSyntaxes: [ImplicitVRLittleEndian] },
      { abstractSyntax: ct, transferSyntaxes: [JPEGLSLossless, ExplicitVRLittleEndian] },
      { abstractSyntax: "1.2.3.4.5", transferSyntaxes: [ExplicitVRLittleEndian] },
      { abstractSyntax: studyRoot, transferSyntaxes: [ExplicitVRLittleEndian] },
      { abstractSyntax: patientRoot, transferSyntaxes: [ImplicitVRLittleEndian] },
      { abstractSyntax: SopClasses.Printer, transferSyntaxes: [ImplicitVRLittleEndian] },
    ],
    ...options,
  });

const object = (more = {}) => ({
  sopClassUid: ct,
  sopInstanceUid: "1.2.3",
  transferSyntax: JPEGLSLossless,
  chunks: [Buffer.from("some bytes")],
  ...more,
});

describe("who calls", () => {
  test("titles, address and implementation are what recognition is asked with", async () => {
    const association = await open();
    await association.echo();
    await association.release();
    expect(callers).toEqual([
      {
        callingAeTitle: "CT1",
        calledAeTitle: "ISOCENTER",
        remoteAddress: "127.0.0.1",
        tls: false,
        certificateSha256: null,
        implementation: "TEST",
      },
    ]);
  });

  test("a caller that nobody knows is rejected: calling AE title not recognized", async () => {
    peer = null;
    await expect(open()).rejects.toMatchObject({ rejection: { result: 1, source: 1, reason: 3 } });
  });

  test("a known caller must call us by our title, a guest need not", async () => {
    await expect(open({ calledAeTitle: "ANY-SCP" })).rejects.toMatchObject({ rejection: { reason: 7 } });
    expect(knocks).toEqual([["ANY-SCP", "OTHER_CALLED_TITLE"]]);
    peer = known(["echo", "store"], { known: false });
    const association = await open({ calledAeTitle: "ANY-SCP" });
    await association.echo();
    await association.release();
  });

  test("contexts follow the permissions", async () => {
    const accepted = async (permissions: Peer["permissions"]) => {
      peer = known(permissions);
      const association = await open();
      await association.release();
      return association.contexts.map(({ id }) => id);
    };
    expect(await accepted(all)).toEqual([1, 3, 5, 7, 9]);
    expect(await accepted(["echo", "store"])).toEqual([1, 3, 5]);
    expect(await accepted(["find"])).toEqual([7, 9]);
    expect(await accepted([])).toEqual([]);
  });
});

describe("C-STORE", () => {
  test("the archive gets the bytes with what the association says of them", async () => {
    peer = known(all, { patientIdIssuer: "HOSPITAL" });
    const association = await open();
    expect(await association.store(object())).toEqual({ status: 0 });
    await association.release();
    const [{ source, bytes }] = ingested as [{ source: IngestSource; bytes: Buffer }];
    expect(bytes.toString()).toBe("some bytes");
    expect(source).toMatchObject({
      door: "c-store",
      facilityId: "f1",
      patientIdIssuer: "HOSPITAL",
      bareDataSet: {
        transferSyntaxUID: JPEGLSLossless,
        sopClassUid: ct,
        sopInstanceUid: "1.2.3",
        sourceApplicationEntityTitle: "CT1",
      },
    });
    expect(source.signal).toBeInstanceOf(AbortSignal);
  });

  test("private SOP classes are stored as well", async () => {
    const association = await open();
    await association.store(object({ sopClassUid: "1.2.3.4.5", transferSyntax: ExplicitVRLittleEndian }));
    await association.release();
    expect(ingested).toHaveLength(1);
  });

  test("a refusal has its status, a fault is 0110H, and the association goes on", async () => {
    const association = await open();
    const refusedWith = async (error: unknown) => {
      ingest = async () => {
        throw error;
      };
      return association.store(object()).catch((reason) => [reason.status, reason.errorComment]);
    };
    const full = new Refusal("out-of-space", "store.disk-reserve", "The disk reserve is reached.");
    expect(await refusedWith(full)).toEqual([0xa700, "The disk reserve is reached."]);
    const junk = new Refusal("unprocessable", "dicom.truncated", "The data set ends early.");
    expect(await refusedWith(junk)).toEqual([0xc000, "The data set ends early."]);
    expect(await refusedWith(new Error("secret"))).toEqual([0x0110, undefined]);
    await association.echo();
    await association.release();
  });

  test("an association lost in mid-object breaks the ingest off", async () => {
    const failed = Promise.withResolvers<{ error: unknown; signalled: boolean }>();
    const begun = Promise.withResolvers<void>();
    ingest = async (_viewer, source) => {
      try {
        for await (const _ of source.chunks) begun.resolve();
        return {} as IngestAnswer;
      } catch (error) {
        failed.resolve({ error, signalled: source.signal!.aborted });
        throw error;
      }
    };
    const association = await open({ timeouts: { artimMs: 50 } });
    async function* chunks() {
      yield Buffer.alloc(600_000);
      await begun.promise;
      association.abort();
      yield Buffer.alloc(1);
    }
    await expect(association.store(object({ chunks: chunks() }))).rejects.toThrow();
    const { error, signalled } = await failed.promise;
    expect(error).toMatchObject({ code: "aborted" });
    expect(signalled).toBe(true);
  });
});

describe("C-FIND", () => {
  const found = (attributes: Found["attributes"]): Found => ({ attributes, key: "" });
  const search = async (
    keys: Parameters<typeof dataSetOf>[0],
    { model = studyRoot, options = {} }: { model?: string; options?: Partial<OpenOptions> } = {},
  ) => {
    const association = await open(options);
    const matches: { status: number; set: ReturnType<typeof readDataSet> }[] = [];
    try {
      const identifier = (syntax: string) => writeDataSet(dataSetOf(keys), syntax);
      for await (const match of association.find({ sopClassUid: model, identifier })) {
        matches.push({ status: match.status, set: readDataSet(match.identifier, match.transferSyntax) });
      }
      return matches;
    } finally {
      await association.release();
    }
  };

  test("keys become a query; matches hold what was asked for, and nothing else", async () => {
    find = async function* (_viewer, query) {
      queries.push(query);
      yield found({
        "00100010": { vr: "PN", Value: [{ Alphabetic: "Muller^Anna" }] },
        "00100020": { vr: "LO", Value: ["P1"] },
        "0020000D": { vr: "UI", Value: ["1.2.3"] },
        "00080061": { vr: "CS", Value: ["CT", "SR"] },
      });
    };
    const matches = await search({
      QueryRetrieveLevel: "STUDY",
      PatientName: "mul*",
      StudyDate: "20260101-20260131",
      StudyInstanceUID: ["1.2.3", "1.2.04"],
      ModalitiesInStudy: ["CT", "MR"],
      AccessionNumber: "*",
      StudyTime: "",
    });
    expect(queries).toEqual([
      {
        level: "STUDY",
        matches: [
          { tag: Tags.StudyDate, match: { kind: "date", from: "2026-01-01", to: "2026-01-31" } },
          { tag: Tags.ModalitiesInStudy, match: { kind: "codes", values: ["CT", "MR"] } },
          { tag: Tags.PatientName, match: { kind: "name", pattern: "mul*", fuzzy: false } },
          { tag: Tags.StudyInstanceUID, match: { kind: "uids", values: ["1.2.3", "1.2.04"] } },
        ],
        include: [Tags.StudyTime, Tags.AccessionNumber],
        combineDateTime: false,
      },
    ]);
    expect(matches).toHaveLength(1);
    const [{ status, set }] = matches as [(typeof matches)[0]];
    expect(status).toBe(0xff00);
    expect([...set.elements.keys()]).toEqual(
      [
        Tags.StudyDate,
        Tags.StudyTime,
        Tags.AccessionNumber,
        Tags.QueryRetrieveLevel,
        Tags.RetrieveAETitle,
        Tags.ModalitiesInStudy,
        Tags.PatientName,
        Tags.StudyInstanceUID,
      ].sort((a, b) => a - b),
    );
    expect(text(set, Tags.PatientName)).toBe("Muller^Anna");
    expect(text(set, Tags.QueryRetrieveLevel)).toBe("STUDY");
    expect(text(set, Tags.RetrieveAETitle)).toBe("ISOCENTER");
    expect(text(set, Tags.AccessionNumber)).toBeUndefined();
  });

  test("an answer is in the character set that the query declared, where that holds it", async () => {
    find = async function* () {
      yield found({ "00100010": { vr: "PN", Value: [{ Alphabetic: "Müller^Jörg" }] } });
    };
    const asked = async (characterSet: string) => {
      const association = await open();
      const keys = { SpecificCharacterSet: characterSet, QueryRetrieveLevel: "PATIENT", PatientName: "" };
      const identifier = (syntax: string) => writeDataSet(dataSetOf(keys), syntax);
      const said: (string | undefined)[] = [];
      for await (const match of association.find({ sopClassUid: patientRoot, identifier })) {
        const set = readDataSet(match.identifier, match.transferSyntax);
        said.push(text(set, Tags.SpecificCharacterSet), text(set, Tags.PatientName));
      }
      await association.release();
      return said;
    };
    expect(await asked("ISO_IR 100")).toEqual(["ISO_IR 100", "Müller^Jörg"]);
    expect(await asked("ISO_IR 144")).toEqual(["ISO_IR 192", "Müller^Jörg"]);
    expect(await asked("WINDOWS-1252")).toEqual(["ISO_IR 192", "Müller^Jörg"]);
    // Nor is one declared that there is not, where nothing needs it.
    find = async function* () {
      yield found({ "00100010": { vr: "PN", Value: [{ Alphabetic: "Doe^Jane" }] } });
    };
    expect(await asked("WINDOWS-1252")).toEqual([undefined, "Doe^Jane"]);
    expect(await asked("ISO_IR 100")).toEqual(["ISO_IR 100", "Doe^Jane"]);
  });

  test("what is not ASCII comes in UTF-8 and says so; a query's own character set is read", async () => {
    find = async function* (_viewer, query) {
      queries.push(query);
      yield found({
        "00100010": { vr: "PN", Value: [{ Alphabetic: "Yamada^Tarou", Ideographic: "山田^太郎" }] },
      });
    };
    const keys = {
      SpecificCharacterSet: "ISO_IR 100",
      QueryRetrieveLevel: "PATIENT",
      PatientName: "Müller*",
    };
    const association = await open();
    const identifier = (syntax: string) =>
      writeDataSet(dataSetOf(keys, { characterSet: "ISO_IR 100" }), syntax);
    for await (const match of association.find({ sopClassUid: patientRoot, identifier })) {
      const set = readDataSet(match.identifier, match.transferSyntax);
      expect(text(set, Tags.SpecificCharacterSet)).toBe("ISO_IR 192");
      expect(text(set, Tags.PatientName)).toBe("Yamada^Tarou=山田^太郎");
    }
    await association.release();
    expect(queries[0]!.matches).toEqual([
      { tag: Tags.PatientName, match: { kind: "name", pattern: "Müller*", fuzzy: false } },
    ]);
  });

  test("a key that is not supported is left out and the matches are told with FF01H", async () => {
    find = async function* () {
      yield found({ "0020000D": { vr: "UI", Value: ["1.2.3"] } });
    };
    const [match] = await search({
      QueryRetrieveLevel: "STUDY",
      StudyInstanceUID: "",
      DetectorID: "",
      "00091001": { vr: "LO", value: "x" },
    });
    expect(match!.status).toBe(0xff01);
    expect(match!.set.elements.has(Tags.DetectorID)).toBe(false);
    expect(text(match!.set, Tags.StudyInstanceUID)).toBe("1.2.3");
  });

  test("keys in a sequence are matched within it, and come back in it", async () => {
    find = async function* (_viewer, query) {
      queries.push(query);
      const item = { "00400009": { vr: "SH", Value: ["S1"] }, "00401001": { vr: "SH", Value: ["R1"] } };
      yield found({ "00400275": { vr: "SQ", Value: [item] } });
    };
    const [match] = await search({
      QueryRetrieveLevel: "SERIES",
      RequestAttributesSequence: [{ ScheduledProcedureStepID: "S1" }],
    });
    expect(queries[0]!.matches).toEqual([
      {
        tag: Tags.ScheduledProcedureStepID,
        within: Tags.RequestAttributesSequence,
        match: { kind: expect.stringMatching(/codes|text/), values: ["S1"] },
      },
    ]);
    const [item] = match!.set.elements.get(Tags.RequestAttributesSequence)!.items!;
    expect([...item!.elements.keys()]).toEqual([Tags.ScheduledProcedureStepID]);
  });

  test("levels and values that are none are A900H with the offending element", async () => {
    const refused = (keys: Parameters<typeof dataSetOf>[0], model: string = studyRoot) =>
      search(keys, { model }).then(
        () => null,
        (error) => [error.status, error.offendingElements],
      );
    const level = [0xa900, [Tags.QueryRetrieveLevel]];
    expect(await refused({ PatientName: "A" })).toEqual(level);
    expect(await refused({ QueryRetrieveLevel: "PATIENT" })).toEqual(level);
    expect(await refused({ QueryRetrieveLevel: "WORLD" }, patientRoot)).toEqual(level);
    expect(await refused({ QueryRetrieveLevel: "STUDY", StudyDate: "20261345" })).toEqual([
      0xa900,
      [Tags.StudyDate],
    ]);
    expect(await refused({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: "1.2.x" })).toEqual([
      0xa900,
      [Tags.StudyInstanceUID],
    ]);
  });

  test("an identifier that is no data set is C000H; a refusal of the archive has its status", async () => {
    const association = await open();
    const statusOf = async (identifier: Uint8Array) => {
      try {
        for await (const _ of association.find({ sopClassUid: studyRoot, identifier }));
        return 0;
      } catch (error) {
        return (error as { status: number }).status;
      }
    };
    expect(await statusOf(Buffer.from([8, 0, 0x52, 0, 0x43, 0x53, 0xff, 0x7f, 1]))).toBe(0xc000);
    // biome-ignore lint/correctness/useYield: it refuses before the first match
    find = async function* () {
      throw new Refusal("unavailable", "database.unavailable", "The database is away.");
    };
    const identifier = writeDataSet(dataSetOf({ QueryRetrieveLevel: "STUDY" }), ExplicitVRLittleEndian);
    expect(await statusOf(identifier)).toBe(0xa700);
    await association.release();
  });
});

describe("TLS and user identity", () => {
  test("the certificate that a caller has proved to own is what recognition is asked with; ours is renewed", async () => {
    const own = [makeCertificate(), makeCertificate()];
    const client = makeCertificate({ commonName: "CT1" });
    let renew: (pair: { cert: string; key: string }) => void = () => {};
    const tls = {
      current: () => own[0]!,
      onRenewed(listener: typeof renew) {
        renew = listener;
        return () => {};
      },
    } as unknown as NonNullable<Platform["tls"]>;
    const { tlsPort, port } = await listen({ tls });
    const echoBy = async (certificate: string, more: Partial<OpenOptions>) => {
      const association = await open({
        port: tlsPort!,
        tls: { ca: certificate, cert: client.cert, key: client.key },
        ...more,
      });
      await association.echo();
      await association.release();
    };
    await echoBy(own[0]!.cert, {});
    expect(callers.at(-1)).toMatchObject({
      tls: true,
      certificateSha256: createHash("sha256").update(new X509Certificate(client.cert).raw).digest("hex"),
    });
    await echoBy(own[0]!.cert, { tls: { ca: own[0]!.cert } });
    expect(callers.at(-1)).toMatchObject({ tls: true, certificateSha256: null });
    renew(own[1]!);
    await expect(echoBy(own[0]!.cert, {})).rejects.toMatchObject({ code: "connection-failed" });
    await echoBy(own[1]!.cert, {});
    await expect(open({ port, tls: { ca: own[1]!.cert } })).rejects.toBeTruthy();
  });

  test("a user name is accepted where that is asked; a passcode is not looked at, and nothing is said of it", async () => {
    const responseTo = async (user: Parameters<typeof userIdentityOf>[0]) => {
      const identity = userIdentityOf({ ...user, positiveResponseRequested: true });
      const association = await open({ userIdentity: identity });
      await association.release();
      return association.peer.userIdentityResponse?.length ?? null;
    };
    expect(await responseTo({ userName: "ada" })).toBe(0);
    expect(await responseTo({ userName: "ada", passcode: "secret" })).toBeNull();
  });
});

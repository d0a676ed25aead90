import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  dataSetOf,
  readDataSet,
  readPart10,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  writeDataSet,
} from "@isocenter/dicom";
import {
  answerContexts,
  type ClientAssociation,
  collect,
  createDimseServer,
  type OpenOptions,
  openAssociation,
  type RetrieveResponse,
} from "@isocenter/dimse";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import { dcmtkMissing, run, serve } from "../support/dcmtk.ts";
import { ctSeries, type MadeInstance } from "../support/instances.ts";
import { freePorts } from "../support/ports.ts";
import { eventually } from "../support/program.ts";

const missing = dcmtkMissing("dcmqrscp", "storescu", "storescp", "echoscu");
const { ExplicitVRLittleEndian, ImplicitVRLittleEndian } = TransferSyntaxes;
const ct = SopClasses.CTImageStorage;
const study = "1.2.3.4.5";
const models = {
  find: SopClasses.StudyRootQueryRetrieveInformationModelFind,
  move: SopClasses.StudyRootQueryRetrieveInformationModelMove,
  get: SopClasses.StudyRootQueryRetrieveInformationModelGet,
};
const implementation = { classUid: "2.25.12345", versionName: "WIRETEST" };

let folder = "";
let images: MadeInstance[] = [];

const dataSetBytes = ({ bytes }: MadeInstance) =>
  Buffer.from(bytes.subarray(readPart10(bytes).dataSetOffset));

async function listening(port: number, title: string, ...options: string[]): Promise<void> {
  const echo = () => run("echoscu", ...options, "-aec", title, "127.0.0.1", String(port));
  await eventually(async () => (await echo()).code === 0);
}

describe.skipIf(missing)("our client, with DCMTK's servers", () => {
  let archivePort = 0;
  let movePort = 0;
  const moved = new Map<string, { bytes: Buffer; originator: string }>();

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "isocenter-client-"));
    images = ctSeries(8, { StudyInstanceUID: study, PatientID: "P-7", PatientName: "Wire^Test" });
    const destination = createDimseServer<null>({
      acceptsCalled: (title) => title === "TAKER",
      decide: (request) => ({
        accept: true,
        contexts: answerContexts(request, (context) =>
          context.transferSyntaxes.includes(ExplicitVRLittleEndian) ? ExplicitVRLittleEndian : { refused: 4 },
        ),
        data: null,
      }),
      handlers: {
        async store({ command }, chunks) {
          const originator = `${command.moveOriginatorAeTitle} ${command.moveOriginatorMessageId}`;
          moved.set(command.affectedSopInstanceUid, { bytes: await collect(chunks, 1 << 20), originator });
          return { status: 0 };
        },
      },
      implementation,
      maxAssociations: 5,
    });
    movePort = await destination.listen({ host: "127.0.0.1", port: 0 });
    [archivePort] = (await freePorts(1)) as [number];
    const archive = path.join(folder, "archive");
    await mkdir(archive);
    await writeFile(
      path.join(folder, "dcmqrscp.cfg"),
      [
        `NetworkTCPPort = ${archivePort}`,
        "MaxPDUSize = 65536",
        "MaxAssociations = 16",
        "HostTable BEGIN",
        `taker = (TAKER, 127.0.0.1, ${movePort})`,
        "HostTable END",
        "VendorTable BEGIN",
        "VendorTable END",
        "AETable BEGIN",
        `QRSCP ${archive} RW (200, 1024mb) ANY`,
        "AETable END",
      ].join("\n"),
    );
    const scp = serve("dcmqrscp", ["-v", "-c", path.join(folder, "dcmqrscp.cfg")], /./);
    await listening(archivePort, "QRSCP");
    return async () => {
      await scp.stop();
      await destination.close({ graceMs: 0 });
      await rm(folder, { recursive: true, force: true });
    };
  });

  const open = (options: Partial<OpenOptions> = {}): Promise<ClientAssociation> =>
    openAssociation({
      host: "127.0.0.1",
      port: archivePort,
      callingAeTitle: "ISOCENTER",
      calledAeTitle: "QRSCP",
      implementation,
      contexts: [...Object.values(models), ct].map((abstractSyntax) => ({
        abstractSyntax,
        transferSyntaxes: [ExplicitVRLittleEndian],
      })),
      roles: [{ sopClassUid: ct, scu: true, scp: true }],
      ...options,
    });
  const identifier = (level: "STUDY" | "IMAGE") => (syntax: string) =>
    writeDataSet(
      dataSetOf({ QueryRetrieveLevel: level, StudyInstanceUID: study, PatientName: "", StudyDate: "" }),
      syntax,
    );
  const all = async (responses: AsyncIterable<RetrieveResponse>) => {
    const list: RetrieveResponse[] = [];
    for await (const response of responses) list.push(response);
    return list;
  };

  test("C-STORE, then C-FIND, C-MOVE and C-GET of what was stored", async () => {
    const association = await open();
    // Asked for at once: each is read while the answer to the one before is awaited.
    const stored = await Promise.all(
      images.map((image) =>
        association.store({
          sopClassUid: ct,
          sopInstanceUid: image.SOPInstanceUID,
          transferSyntax: ExplicitVRLittleEndian,
          chunks: () => [dataSetBytes(image)],
        }),
      ),
    );
    expect(stored.map(({ status }) => status)).toEqual(images.map(() => 0));

    const found: string[] = [];
    for await (const match of association.find({ sopClassUid: models.find, identifier: identifier("STUDY") }))
      found.push(text(readDataSet(match.identifier, match.transferSyntax), Tags.PatientName) ?? "");
    expect(found).toEqual(["Wire^Test"]);

    const move = { sopClassUid: models.move, destination: "TAKER", identifier: identifier("STUDY") };
    const moving = await all(association.move(move));
    expect(moving.at(-1)).toMatchObject({ status: 0, completed: 8, failed: 0 });
    expect(moving.length).toBeGreaterThan(1);
    for (const image of images)
      expect(moved.get(image.SOPInstanceUID)?.bytes.equals(dataSetBytes(image))).toBe(true);
    expect(new Set([...moved.values()].map(({ originator }) => originator.split(" ")[0]))).toEqual(
      new Set(["ISOCENTER"]),
    );
    await expect(all(association.move({ ...move, destination: "NOBODY" }))).rejects.toMatchObject({
      status: 0xa801,
    });

    const got = new Map<string, Buffer>();
    const getting = await all(
      association.get({
        sopClassUid: models.get,
        identifier: identifier("STUDY"),
        async store({ command }, chunks) {
          got.set(command.affectedSopInstanceUid, await collect(chunks, 1 << 20));
          return { status: 0 };
        },
      }),
    );
    expect(getting.at(-1)).toMatchObject({ status: 0, completed: 8, failed: 0 });
    for (const image of images) expect(got.get(image.SOPInstanceUID)?.equals(dataSetBytes(image))).toBe(true);
    await association.release();
  });

  test("C-GET that is cancelled, or whose association is aborted, ends", async () => {
    const association = await open();
    const stop = new AbortController();
    const store = async () => {
      stop.abort();
      return { status: 0 };
    };
    const request = { sopClassUid: models.get, identifier: identifier("STUDY"), store };
    const last = (await all(association.get({ ...request, signal: stop.signal }))).at(-1)!;
    expect([0xfe00, 0]).toContain(last.status);
    await association.release();
    const second = await open({ timeouts: { artimMs: 100 } });
    const aborting = async () => {
      second.abort();
      return { status: 0 };
    };
    await expect(all(second.get({ ...request, store: aborting }))).rejects.toMatchObject({ code: "aborted" });
    await second.closed;
    await listening(archivePort, "QRSCP");
  });

  test("user identity is taken by who does not know it", async () => {
    const { userIdentityOf } = await import("@isocenter/dimse");
    const userIdentity = userIdentityOf({ userName: "ada", passcode: "secret" });
    const association = await open({
      userIdentity,
      asynchronousOperations: { invoked: 0, performed: 1 },
      contexts: [{ abstractSyntax: SopClasses.Verification, transferSyntaxes: [ImplicitVRLittleEndian] }],
    });
    await association.echo();
    expect(association.peer.operationsWindow).toBeGreaterThanOrEqual(1);
    await association.release();
  });

  test("C-STORE by TLS to storescp, which asks for our certificate", async () => {
    const theirs = makeCertificate({ commonName: "SCP" });
    const ours = makeCertificate({ commonName: "ISOCENTER" });
    const place = (name: string) => path.join(folder, name);
    await writeFile(place("scp.key"), theirs.key);
    await writeFile(place("scp.crt"), theirs.cert);
    await writeFile(place("own.crt"), ours.cert);
    await writeFile(place("own.key"), ours.key);
    await mkdir(place("tls-out"));
    const [port] = (await freePorts(1)) as [number];
    const own = ["+tls", place("scp.key"), place("scp.crt"), "+cf", place("own.crt")];
    const scp = serve("storescp", ["-v", "-od", place("tls-out"), ...own, String(port)], /./);
    onTestFinished(() => scp.stop());
    const byTls = ["+tls", place("own.key"), place("own.crt"), "+cf", place("scp.crt")];
    await listening(port, "STORESCP", ...byTls);
    const options = { port, calledAeTitle: "STORESCP" };
    const association = await open({ ...options, tls: { ca: theirs.cert, cert: ours.cert, key: ours.key } });
    const [image] = images;
    await association.store({
      sopClassUid: ct,
      sopInstanceUid: image!.SOPInstanceUID,
      transferSyntax: ExplicitVRLittleEndian,
      chunks: [dataSetBytes(image!)],
    });
    await association.release();
    const [name] = await readdir(place("tls-out"));
    const written = await readFile(path.join(place("tls-out"), name!));
    expect(readPart10(written).dataSetOffset).toBeGreaterThan(132);
    await expect(open({ ...options, tls: { ca: theirs.cert } })).rejects.toBeTruthy();
    await expect(open({ ...options, tls: { cert: ours.cert, key: ours.key } })).rejects.toMatchObject({
      code: "connection-failed",
    });
  });
});

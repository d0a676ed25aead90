import { dataSetOf, readPart10, SopClasses, TransferSyntaxes, writeDataSet } from "@isocenter/dicom";
import { collect, openAssociation, type RetrieveResponse } from "@isocenter/dimse";
import { type Archive, createArchive } from "@isocenter/server/modules/archive/index.ts";
import { createJournal } from "@isocenter/server/modules/journal/index.ts";
import { createPeers } from "@isocenter/server/modules/peers/index.ts";
import { newId, prepareJobs, systemViewer } from "@isocenter/server/platform/index.ts";
import { createSending, type DimseListener, startDimse } from "@isocenter/server/protocols/dimse/index.ts";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { makeFacility, viewerAt } from "../support/archive.ts";
import { testDatabase } from "../support/database.ts";
import { formsOf } from "../support/forms.ts";
import { chunked, ctSeries, type MadeInstance } from "../support/instances.ts";
import { type Orthanc, orthancMissing, startOrthanc } from "../support/orthanc.ts";
import { testPlatform } from "../support/platform.ts";

const missing = orthancMissing();
const database = testDatabase();
const platform = testPlatform(database, { host: "127.0.0.1", dicomPort: 0 });
const { ExplicitVRLittleEndian } = TransferSyntaxes;
const ct = SopClasses.CTImageStorage;
const models = {
  move: SopClasses.StudyRootQueryRetrieveInformationModelMove,
  get: SopClasses.StudyRootQueryRetrieveInformationModelGet,
};
let archive: Archive;
let listener: DimseListener;
let orthanc: Orthanc;
let facilityId: string;

const dataSetBytes = (bytes: Uint8Array) => Buffer.from(bytes.subarray(readPart10(bytes).dataSetOffset));

describe.skipIf(missing)("Orthanc and we fetch from each other", () => {
  beforeAll(async () => {
    await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
    await platform.objects.check();
    facilityId = await makeFacility(database.db);
    const journal = createJournal(platform);
    archive = createArchive(platform, journal);
    const rendering = formsOf(archive);
    const { commitment } = createSending({ platform, journal, archive, rendering });
    listener = await startDimse({
      platform,
      archive,
      rendering,
      peers: createPeers(platform, journal),
      commitment,
    });
    const { aeTitle: AET } = platform.config;
    orthanc = await startOrthanc({ isocenter: { AET, Host: "127.0.0.1", Port: listener.port } });
    const permissions = ["echo", "store", "find", "move", "get"];
    await database.db`insert into modality (id, ae_title, host, port, facility_id, permissions, created_at)
      values (${newId(platform.clock)}, 'ORTHANC', '127.0.0.1', ${orthanc.dicomPort}, ${facilityId}, ${permissions}, now())`;
  });
  afterAll(async () => {
    await orthanc?.stop();
    await listener?.close(0);
  });

  const post = async (place: string, body: string | Buffer): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${orthanc.url}${place}`, { method: "POST", body: body as string });
    return { status: answer.status, body: await answer.json() };
  };
  const studyIdentifier = (image: MadeInstance) => (syntax: string) =>
    writeDataSet(
      dataSetOf({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: image.StudyInstanceUID }),
      syntax,
    );
  const associate = () =>
    openAssociation({
      host: "127.0.0.1",
      port: orthanc.dicomPort,
      callingAeTitle: platform.config.aeTitle,
      calledAeTitle: "ORTHANC",
      implementation: { classUid: "2.25.1", versionName: "TEST" },
      contexts: [...Object.values(models), ct].map((abstractSyntax) => ({
        abstractSyntax,
        transferSyntaxes: [ExplicitVRLittleEndian],
      })),
      roles: [{ sopClassUid: ct, scu: false, scp: true }],
    });
  async function lastOf(responses: AsyncIterable<RetrieveResponse>): Promise<RetrieveResponse | undefined> {
    let last: RetrieveResponse | undefined;
    for await (const response of responses) last = response;
    return last;
  }

  test("Orthanc's C-MOVE brings a study of ours to it, bit for bit", async () => {
    const images = ctSeries(5);
    for (const { bytes } of images)
      await archive.ingest(viewerAt([facilityId]), { chunks: chunked(bytes), door: "import", facilityId });
    const [{ StudyInstanceUID }] = images as [MadeInstance];
    const request = { Level: "Study", Resources: [{ StudyInstanceUID }], TargetAet: "ORTHANC" };
    const moved = await post("/modalities/isocenter/move", JSON.stringify({ ...request, Synchronous: true }));
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    const found = (await post("/tools/lookup", StudyInstanceUID)).body as { ID: string }[];
    expect(found).toHaveLength(1);
    for (const image of images) {
      const [{ ID }] = (await post("/tools/lookup", image.SOPInstanceUID)).body as [{ ID: string }];
      const file = Buffer.from(await (await fetch(`${orthanc.url}/instances/${ID}/file`)).arrayBuffer());
      expect(dataSetBytes(file).equals(dataSetBytes(image.bytes))).toBe(true);
    }
  });

  test("our C-GET and our C-MOVE bring a study of Orthanc to us, bit for bit", async () => {
    const images = ctSeries(4);
    for (const { bytes } of images) await post("/instances", Buffer.from(bytes));
    const association = await associate();
    const got = new Map<string, Buffer>();
    const identifier = studyIdentifier(images[0]!);
    const last = await lastOf(
      association.get({
        sopClassUid: models.get,
        identifier,
        async store({ command }, chunks) {
          got.set(command.affectedSopInstanceUid, await collect(chunks, 1 << 20));
          return { status: 0 };
        },
      }),
    );
    expect(last).toMatchObject({ status: 0, completed: 4, failed: 0 });
    for (const { SOPInstanceUID, bytes } of images)
      expect(got.get(SOPInstanceUID)?.equals(dataSetBytes(bytes))).toBe(true);

    const destination = platform.config.aeTitle;
    const moved = await lastOf(association.move({ sopClassUid: models.move, identifier, destination }));
    expect(moved).toMatchObject({ status: 0 });
    await association.release();
    const located = await archive.locate(systemViewer([facilityId]), images[0]!, "none");
    const [{ StudyInstanceUID }] = images as [MadeInstance];
    const all = await archive.locate(systemViewer([facilityId]), { StudyInstanceUID }, "none");
    expect([located.length, all.length]).toEqual([1, 4]);
  });
});

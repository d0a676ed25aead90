import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { readPart10, Tags, text } from "@isocenter/dicom";
import { createArchive } from "@isocenter/server/modules/archive/index.ts";
import { createJournal } from "@isocenter/server/modules/journal/index.ts";
import { createRendering, type Rendering } from "@isocenter/server/modules/rendering/index.ts";
import {
  type App,
  createHttpServer,
  createLog,
  createMetrics,
  prepareJobs,
} from "@isocenter/server/platform/index.ts";
import { dicomwebRoutes, hostedPacsRoutes } from "@isocenter/server/protocols/dicomweb/index.ts";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { makeFacility, viewerAt } from "../support/archive.ts";
import { corpusBytes, corpusFiles } from "../support/corpus.ts";
import { testDatabase } from "../support/database.ts";
import { ctInstance, ctSeries } from "../support/instances.ts";
import { testPlatform } from "../support/platform.ts";
import { form } from "../support/uploads.ts";

const program = "/usr/sbin/Orthanc";
const plugin = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";
const here = existsSync(program) && existsSync(plugin);
if (!here) {
  const reason = "DICOMweb with Orthanc: Orthanc and its DICOMweb plugin are not installed";
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
}

const database = testDatabase();
const platform = testPlatform(database);
let app: App;
let rendering: Rendering;
let orthanc: ChildProcess | undefined;
let folder: string;
let url = "";
let ours = "";
let output = "";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  if (!here) return;
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  const archive = createArchive(platform, createJournal(platform));
  rendering = await createRendering({ platform, archive });
  const viewer = viewerAt([await makeFacility(database.db)]);
  app = await createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log: createLog({ logLevel: "silent" }),
    metrics: createMetrics(),
    authentication(scope) {
      scope.decorateRequest("viewer");
      scope.addHook("onRequest", async (request) => {
        request.viewer = viewer;
      });
    },
    api: [],
    root: [
      dicomwebRoutes({ config: platform.config, archive, rendering }),
      hostedPacsRoutes({ config: platform.config, archive, rendering }),
    ],
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  ours = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`;
  folder = await mkdtemp(path.join(tmpdir(), "isocenter-orthanc-"));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const settings = {
    StorageDirectory: folder,
    IndexDirectory: folder,
    HttpPort: port,
    DicomServerEnabled: false,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    Plugins: [plugin],
    DicomWeb: {
      Enable: true,
      Servers: { isocenter: { Url: `${ours}dicomweb/`, HasDelete: false, ChunkedTransfers: true } },
    },
  };
  const file = path.join(folder, "orthanc.json");
  await writeFile(file, JSON.stringify(settings));
  orthanc = spawn(program, [file], { stdio: ["ignore", "pipe", "pipe"] });
  orthanc.stderr?.on("data", (data) => {
    output += data;
  });
  const started = () => fetch(`${url}/system`).then((answer) => expect(answer.status).toBe(200));
  await vi.waitFor(started, { timeout: 30_000, interval: 100 });
});

afterAll(async () => {
  const ended = orthanc && new Promise((resolve) => orthanc?.once("exit", resolve));
  orthanc?.kill();
  await ended;
  await app?.close();
  await rendering?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const call = async (method: string, at: string, body?: string | Uint8Array) => {
  const answer = await fetch(url + at, { method, ...(body === undefined ? {} : { body: body as never }) });
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(answer.status, `${method} ${at}: ${bytes.toString().slice(0, 300)}\n${output.slice(-2000)}`).toBe(
    200,
  );
  return bytes;
};
const callJson = async (method: string, at: string, body?: unknown) =>
  JSON.parse((await call(method, at, body === undefined ? undefined : JSON.stringify(body))).toString());

describe.skipIf(!here)("Orthanc as a DICOMweb client of ours", () => {
  const series = ctSeries(3, { PatientName: "Doe^Jane", PatientID: "O-1" });
  const StudyInstanceUID = series[0]!.StudyInstanceUID;

  test("sends by STOW-RS, searches, and retrieves what it sent", async () => {
    for (const { bytes } of series) await call("POST", "/instances", bytes);
    const [study] = await callJson("GET", "/studies");
    const sent = await callJson("POST", "/dicom-web/servers/isocenter/stow", {
      Resources: [study],
      Synchronous: true,
    });
    expect(sent).toMatchObject({ InstancesCount: "3" });
    const found = await callJson("POST", "/dicom-web/servers/isocenter/qido", {
      Uri: "/studies",
      Arguments: { PatientID: "O-1" },
    });
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).toContain(StudyInstanceUID);
    await call("DELETE", `/studies/${study}`);
    expect(await callJson("GET", "/studies")).toEqual([]);
    await callJson("POST", "/dicom-web/servers/isocenter/retrieve", {
      Resources: [{ Study: StudyInstanceUID }],
      Synchronous: true,
    });
    const instances: string[] = await callJson("GET", "/instances");
    expect(instances).toHaveLength(3);
    const files = await Promise.all(instances.map((id) => call("GET", `/instances/${id}/file`)));
    const uidOf = (bytes: Uint8Array) => text(readPart10(bytes).dataSet, Tags.SOPInstanceUID);
    for (const { bytes, SOPInstanceUID } of series)
      expect(files.find((file) => uidOf(file) === SOPInstanceUID)?.equals(bytes)).toBe(true);
  });

  test("gives the same file the same identifiers as the two-step upload", async () => {
    const odd = ["", " spaces ", "Müller^1", "a\\b", "0"].map((PatientID) => ctInstance({ PatientID }).bytes);
    const real = corpusFiles
      .filter((file) => file.expect === "accept" && !file.path.startsWith("files/series"))
      .map(corpusBytes)
      .filter((bytes) => bytes.length < 2_000_000);
    const wrong: unknown[] = [];
    let compared = 0;
    for (const bytes of [...odd, ...real]) {
      const theirs = await fetch(`${url}/instances`, { method: "POST", body: bytes as never });
      const answer = await fetch(`${ours}dicom/upload`, {
        method: "POST",
        headers: form.headers,
        body: form.body([{ name: "file", filename: "a.dcm", bytes }]),
      });
      if (theirs.status !== 200 || answer.status !== 200) {
        await Promise.all([theirs.arrayBuffer(), answer.arrayBuffer()]);
        continue;
      }
      const expected = (await theirs.json()) as Record<string, unknown>;
      const { data } = (await answer.json()) as { data: Record<string, unknown> };
      compared += 1;
      for (const name of ["ID", "ParentPatient", "ParentStudy", "ParentSeries"])
        if (expected[name] !== data[name])
          wrong.push([name, data.SOPInstanceUID, expected[name], data[name]]);
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(odd.length);
  });
});

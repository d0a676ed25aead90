import fs from "node:fs/promises";
import path from "node:path";
import { readPart10, SopClasses, Tags, TransferSyntaxes, text } from "@isocenter/dicom";
import { decodedFrames } from "@isocenter/server/modules/rendering/transcode/test-object.ts";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type MadeCertificate, makeCertificate } from "../support/certificate.ts";
import { dcmtkMissing, run, serve } from "../support/dcmtk.ts";
import { ctSeries, instance, type MadeInstance } from "../support/instances.ts";
import { freePorts } from "../support/ports.ts";
import { type Program, startProgram, temporaryFolder } from "../support/program.ts";

const missing = dcmtkMissing(
  "movescu",
  "getscu",
  "storescu",
  "storescp",
  "echoscu",
  "dcmcjpls",
  "dcmdjpls",
  "dcmdrle",
);
const { ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLSLossless, RLELossless } = TransferSyntaxes;
const study = "1.2.3.4.1";
const series = "1.2.3.4.1.1";

describe.skipIf(missing)("DCMTK fetches what is archived", () => {
  let program: Program;
  let folder: string;
  let movePort: number;
  let tlsPort: number;
  let certificate: MadeCertificate;
  const sent = new Map<string, MadeInstance>();
  const peer = () => ["-aec", "ISOCENTER", "127.0.0.1", String(program.dicomPort)];

  beforeAll(async () => {
    folder = await temporaryFolder();
    [movePort, tlsPort] = (await freePorts(2)) as [number, number];
    certificate = makeCertificate();
    await fs.writeFile(path.join(folder, "server.crt"), certificate.cert);
    await fs.writeFile(path.join(folder, "server.key"), certificate.key);
    program = await startProgram({
      env: {
        DICOM_PROCESS: "own",
        DICOM_TLS_PORT: String(tlsPort),
        TLS_CERT: path.join(folder, "server.crt"),
        TLS_KEY: path.join(folder, "server.key"),
      },
    });
    const images = ctSeries(6, { StudyInstanceUID: study, SeriesInstanceUID: series, PatientID: "P-1" });
    const report = instance({
      SOPClassUID: SopClasses.BasicTextSRStorage,
      StudyInstanceUID: study,
      PatientID: "P-1",
      PatientName: "Doe^Jane",
      Modality: "SR",
      SeriesNumber: 9,
    });
    await fs.mkdir(path.join(folder, "sent"));
    for (const made of [...images, report]) {
      sent.set(made.SOPInstanceUID, made);
      await fs.writeFile(path.join(folder, "sent", `${made.SOPInstanceUID}.dcm`), made.bytes);
    }
    const stored = await run("storescu", ...peer(), "+sd", path.join(folder, "sent"));
    expect(stored.code, stored.output).toBe(0);
    await known("WORKSTATION", movePort, ["echo", "move", "get"]);
    await known("FINDER", movePort, ["find"]);
  });
  afterAll(async () => {
    await program?.stop();
    for (const place of [folder, program?.dataDir])
      if (place) await fs.rm(place, { recursive: true, force: true });
  });

  async function known(aeTitle: string, port: number, permissions: string[], more = {}): Promise<void> {
    const answer = await postJson({ aeTitle, host: "127.0.0.1", port, permissions, ...more });
    expect(answer.status, await answer.clone().text()).toBe(201);
  }

  /** The program speaks HTTPS here, with a certificate that nobody signed. */
  async function postJson(body: object): Promise<Response> {
    const { request } = await import("node:https");
    const call = (place: string, headers: Record<string, string>, content: object): Promise<Response> =>
      new Promise((resolve, reject) => {
        const url = new URL(place, program.url.replace("http:", "https:"));
        const options = { method: "POST", ca: certificate.cert, headers };
        const asked = request(url, options, async (answer) => {
          const parts: Buffer[] = [];
          for await (const part of answer) parts.push(part as Buffer);
          resolve(new Response(Buffer.concat(parts), { status: answer.statusCode ?? 0 }));
        });
        asked.on("error", reject);
        asked.end(JSON.stringify(content));
      });
    const json = { "content-type": "application/json" };
    const credentials = { username: "admin", password: "correct-horse-battery-staple" };
    const session = (await (await call("/api/v1/users/login", json, credentials)).json()) as {
      accessToken: string;
    };
    return call("/api/v1/modalities", { ...json, authorization: `Bearer ${session.accessToken}` }, body);
  }

  interface Arrived {
    uid: string;
    transferSyntax: string;
    dataSet: Buffer;
    bytes: Buffer;
  }
  async function arrived(out: string): Promise<Arrived[]> {
    const files = await Promise.all((await fs.readdir(out)).map((name) => fs.readFile(path.join(out, name))));
    await fs.rm(out, { recursive: true });
    return files.map((bytes) => {
      const { dataSet, transferSyntaxUID, dataSetOffset } = readPart10(bytes);
      return {
        uid: text(dataSet, Tags.SOPInstanceUID) ?? "",
        transferSyntax: transferSyntaxUID,
        dataSet: bytes.subarray(dataSetOffset),
        bytes,
      };
    });
  }

  async function movescu(keys: string[], ...options: string[]) {
    const out = await temporaryFolder();
    const asked = keys.flatMap((key) => ["-k", key]);
    const result = await run(
      "movescu",
      ...["-v", "-aet", "WORKSTATION", "-aem", "WORKSTATION", "+P", String(movePort), "-od", out],
      ...options,
      ...peer(),
      ...asked,
    );
    return { ...result, files: await arrived(out) };
  }

  async function getscu(keys: string[], ...options: string[]) {
    const out = await temporaryFolder();
    const asked = keys.flatMap((key) => ["-k", key]);
    const title = ["-v", "-aet", "WORKSTATION", "-od", out];
    const result = await run("getscu", ...title, ...options, ...peer(), ...asked);
    return { ...result, files: await arrived(out) };
  }

  const studyKeys = ["QueryRetrieveLevel=STUDY", `StudyInstanceUID=${study}`];
  const seriesKeys = [
    "QueryRetrieveLevel=SERIES",
    `StudyInstanceUID=${study}`,
    `SeriesInstanceUID=${series}`,
  ];
  const imageOf = (...uids: string[]) => [
    "QueryRetrieveLevel=IMAGE",
    `StudyInstanceUID=${study}`,
    `SeriesInstanceUID=${series}`,
    `SOPInstanceUID=${uids.join("\\")}`,
  ];

  /** Of an image, 16 × 16 of two bytes, which stand last; null for the report. */
  const pixelsOf = (uid: string): Uint8Array | null => {
    const { bytes, SeriesInstanceUID } = sent.get(uid)!;
    return SeriesInstanceUID === series ? bytes.slice(-512) : null;
  };

  const sameAsSent = (files: readonly Arrived[]) => {
    for (const { uid, dataSet, transferSyntax } of files) {
      const original = sent.get(uid)!.bytes;
      expect(transferSyntax).toBe(ExplicitVRLittleEndian);
      expect(dataSet.equals(original.subarray(readPart10(original).dataSetOffset)), uid).toBe(true);
    }
  };

  test("movescu: study, patient, series and images arrive bit for bit", async () => {
    const whole = await movescu(studyKeys, "-S");
    expect(whole.code, whole.output).toBe(0);
    expect(whole.files).toHaveLength(7);
    sameAsSent(whole.files);
    const patient = await movescu(["QueryRetrieveLevel=PATIENT", "PatientID=P-1"], "-P");
    expect(patient.files).toHaveLength(7);
    const one = await movescu(seriesKeys, "-S");
    expect(one.files).toHaveLength(6);
    const [first, second] = [...sent.keys()];
    const images = await movescu(imageOf(first!, second!), "-S");
    expect(images.files.map(({ uid }) => uid).sort()).toEqual([first, second].sort());
  });

  test("movescu: what is not there is success with nothing; an unknown destination is A801H", async () => {
    const nothing = await movescu(["QueryRetrieveLevel=STUDY", "StudyInstanceUID=1.2.99"], "-S");
    expect([nothing.code, nothing.files.length]).toEqual([0, 0]);
    const elsewhere = await run(
      "movescu",
      ...[
        "-v",
        "-S",
        "-aet",
        "WORKSTATION",
        "-aem",
        "NOBODY",
        ...peer(),
        "-k",
        studyKeys[0]!,
        "-k",
        studyKeys[1]!,
      ],
    );
    expect(elsewhere.code).not.toBe(0);
    expect(elsewhere.output).toMatch(/MoveDestinationUnknown|a801/i);
  });

  test("movescu that takes Implicit VR alone gets it so; the values are the same", async () => {
    const { files, code, output } = await movescu(studyKeys, "-S", "+xi");
    expect(code, output).toBe(0);
    expect(files).toHaveLength(7);
    for (const { transferSyntax, uid, dataSet } of files) {
      expect(transferSyntax).toBe(ImplicitVRLittleEndian);
      const pixels = pixelsOf(uid);
      if (pixels) expect(dataSet.subarray(-512).equals(pixels)).toBe(true);
    }
  });

  test("movescu that cancels is answered with the counts, and the program goes on", async () => {
    const { output } = await movescu(studyKeys, "-S", "--cancel", "1");
    expect(output).toMatch(/Cancel|Success/);
    expect((await run("echoscu", ...peer())).code).toBe(0);
  });

  test("getscu: study, series and image come on the same association, bit for bit", async () => {
    const whole = await getscu(studyKeys, "-S");
    expect(whole.code, whole.output).toBe(0);
    expect(whole.files).toHaveLength(7);
    sameAsSent(whole.files);
    expect((await getscu(["QueryRetrieveLevel=PATIENT", "PatientID=P-1"], "-P")).files).toHaveLength(7);
    expect((await getscu(seriesKeys, "-S")).files).toHaveLength(6);
    expect((await getscu(imageOf([...sent.keys()][0]!), "-S")).files).toHaveLength(1);
  });

  test.each([
    ["+xs", TransferSyntaxes.JPEGLosslessSV1],
    ["+xv", TransferSyntaxes.JPEG2000Lossless],
    ["+xt", TransferSyntaxes.JPEGLSLossless],
    ["+xr", RLELossless],
    ["+xd", ExplicitVRLittleEndian],
  ])("getscu %s: all of it arrives in %s, and no pixel is another", async (option, wanted) => {
    const { files, code, output } = await getscu(studyKeys, "-S", option);
    expect(code, output).toBe(0);
    expect(files).toHaveLength(7);
    const pictures = files.filter(({ uid }) => pixelsOf(uid) !== null);
    expect(new Set(pictures.map(({ transferSyntax }) => transferSyntax))).toEqual(new Set([wanted]));
    for (const { uid, bytes } of pictures)
      expect(Buffer.concat(await decodedFrames(bytes, readPart10(bytes))).equals(pixelsOf(uid)!)).toBe(true);
  });

  test("what is given in RLE decodes to the pixels that were sent", async () => {
    const out = await temporaryFolder();
    onTestFinished(() => fs.rm(out, { recursive: true, force: true }));
    const asked = imageOf([...sent.keys()][0]!).flatMap((key) => ["-k", key]);
    const got = await run("getscu", "-S", "+xr", "-aet", "WORKSTATION", "-od", out, ...peer(), ...asked);
    expect(got.code, got.output).toBe(0);
    const [name] = await fs.readdir(out);
    const decoded = path.join(out, "decoded");
    expect((await run("dcmdrle", path.join(out, name!), decoded)).code).toBe(0);
    const bytes = await fs.readFile(decoded);
    expect(bytes.subarray(-512).equals(pixelsOf([...sent.keys()][0]!)!)).toBe(true);
  });

  test("what is kept compressed is decoded for who does not take it", async () => {
    const plain = path.join(folder, "plain.dcm");
    const packed = path.join(folder, "packed.dcm");
    const [made] = ctSeries(1, { StudyInstanceUID: "1.2.3.4.2", SeriesInstanceUID: "1.2.3.4.2.1" });
    await fs.writeFile(plain, made!.bytes);
    expect((await run("dcmcjpls", plain, packed)).code).toBe(0);
    expect((await run("storescu", "-xt", ...peer(), packed)).code).toBe(0);
    const keys = ["QueryRetrieveLevel=STUDY", "StudyInstanceUID=1.2.3.4.2"];
    const kept = await movescu(keys, "-S", "+xt");
    expect(kept.files.map(({ transferSyntax }) => transferSyntax)).toEqual([JPEGLSLossless]);
    const decoded = await movescu(keys, "-S");
    expect(decoded.code, decoded.output).toBe(0);
    expect(decoded.files.map(({ transferSyntax }) => transferSyntax)).toEqual([ExplicitVRLittleEndian]);
    expect(decoded.files[0]!.dataSet.subarray(-512).equals(made!.bytes.slice(-512))).toBe(true);
  });

  test("who may only search fetches nothing", async () => {
    const keys = studyKeys.flatMap((key) => ["-k", key]);
    const moving = await run(
      "movescu",
      "-v",
      "-S",
      "-aet",
      "FINDER",
      "-aem",
      "WORKSTATION",
      ...peer(),
      ...keys,
    );
    expect(moving.output).toMatch(/No valid Presentation Context|No Acceptable Presentation Contexts/i);
    const getting = await run("getscu", "-v", "-S", "-aet", "FINDER", "-od", folder, ...peer(), ...keys);
    expect(getting.output).toMatch(/No valid Presentation Context|No Acceptable Presentation Contexts/i);
  });

  test("TLS: echoscu and storescu; a certificate recognizes its title, wherever it calls from", async () => {
    const client = makeCertificate({ commonName: "CT7" });
    const key = path.join(folder, "client.key");
    const cert = path.join(folder, "client.crt");
    await fs.writeFile(key, client.key);
    await fs.writeFile(cert, client.cert);
    const { X509Certificate } = await import("node:crypto");
    const certificateSha256 = new X509Certificate(client.cert).fingerprint256;
    await known("CT7", 104, ["echo", "store"], { certificateSha256 });
    const server = path.join(folder, "server.crt");
    const byTls = (title: string) => [
      ...["-v", "-aet", title, "-aec", "ISOCENTER", "+tls", key, cert, "+cf", server],
      ...["127.0.0.1", String(tlsPort)],
    ];
    const echo = await run("echoscu", ...byTls("CT7"));
    expect(echo.code, echo.output).toBe(0);
    const [made] = ctSeries(1);
    const file = path.join(folder, "by-tls.dcm");
    await fs.writeFile(file, made!.bytes);
    const stored = await run("storescu", ...byTls("CT7"), file);
    expect(stored.code, stored.output).toBe(0);
    const withoutIt = await run("echoscu", "-v", "-aet", "CT7", ...peer());
    expect(withoutIt.output).toMatch(/Calling AE Title Not Recognized/);
    const plain = await run("echoscu", "-aec", "ISOCENTER", "127.0.0.1", String(tlsPort));
    expect(plain.code).not.toBe(0);
  });

  test("movescu to a destination that is called by TLS", async () => {
    const out = await temporaryFolder();
    onTestFinished(() => fs.rm(out, { recursive: true, force: true }));
    const [port] = await freePorts(1);
    const own = makeCertificate({ commonName: "SECURE" });
    const files = [path.join(folder, "scp.key"), path.join(folder, "scp.crt")] as const;
    await fs.writeFile(files[0], own.key);
    await fs.writeFile(files[1], own.cert);
    const { X509Certificate } = await import("node:crypto");
    const certificateSha256 = new X509Certificate(own.cert).fingerprint256;
    await known("SECURE", port!, ["echo"], { tls: true, certificateSha256 });
    const scp = serve(
      "storescp",
      [
        "-v",
        "-aet",
        "SECURE",
        "-od",
        out,
        "+tls",
        ...files,
        "+cf",
        path.join(folder, "server.crt"),
        String(port),
      ],
      /./,
    );
    onTestFinished(() => scp.stop());
    const keys = seriesKeys.flatMap((key) => ["-k", key]);
    let moved = { code: 1, output: "" };
    await expect
      .poll(async () => {
        moved = await run("movescu", "-v", "-S", "-aet", "WORKSTATION", "-aem", "SECURE", ...peer(), ...keys);
        return moved.code;
      })
      .toBe(0);
    expect((await fs.readdir(out)).length, moved.output).toBe(6);
  });
});

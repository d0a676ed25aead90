import fs from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { readPart10, TransferSyntaxes } from "@isocenter/dicom";
import { UsageError } from "@isocenter/server/commands/command.ts";
import { dicom } from "@isocenter/server/commands/dicom.ts";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { dcmtkMissing, serve } from "../support/dcmtk.ts";
import { ctInstance, ctSeries } from "../support/instances.ts";
import { freePorts } from "../support/ports.ts";
import { eventually } from "../support/program.ts";

const missing = dcmtkMissing("dcmqrscp", "storescp");

let folder: string;
let said: string[];
let complained: string[];
const context = {
  say: (line: string) => void said.push(line),
  complain: (line: string) => void complained.push(line),
};
const isocenter = async (...args: string[]) => {
  said = [];
  complained = [];
  const code = await dicom.run(args, context);
  return { code, said: said.join("\n"), complained: complained.join("\n") };
};
const freePort = async () => (await freePorts(1))[0]!;
const running: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-tools-"));
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

async function storescp(into: string, ...options: string[]): Promise<number> {
  await fs.mkdir(path.join(folder, into), { recursive: true });
  const port = await freePort();
  const server = serve(
    "storescp",
    ["-d", "-aet", "RECEIVER", "-od", path.join(folder, into), ...options, String(port)],
    /DcmDataDictionary|storescp/,
  );
  running.push(server);
  await listening(port);
  return port;
}
const listening = (port: number) =>
  eventually(
    () =>
      new Promise<boolean>((resolve) => {
        const socket = net.connect(port, "127.0.0.1", () => resolve(true));
        socket.once("error", () => resolve(false)).once("connect", () => socket.destroy());
      }),
  );
const filesIn = async (place: string) => (await fs.readdir(path.join(folder, place))).sort();
const dataSet = (bytes: Uint8Array) => Buffer.from(bytes.subarray(readPart10(bytes).dataSetOffset));

async function written(
  place: string,
  made: readonly { bytes: Uint8Array; SOPInstanceUID: string }[],
): Promise<string> {
  const into = path.join(folder, place);
  await fs.mkdir(into, { recursive: true });
  for (const { bytes, SOPInstanceUID } of made)
    await fs.writeFile(path.join(into, `${SOPInstanceUID}.dcm`), bytes);
  return into;
}

test("what is used wrongly is told, with 2", async () => {
  for (const args of [
    [],
    ["dance"],
    ["echo"],
    ["echo", "nowhere"],
    ["echo", "127.0.0.1:0"],
    ["echo", "TOO_LONG_FOR_AN_AE_TITLE@127.0.0.1:104"],
    ["echo", "127.0.0.1:104", "--what"],
    ["find", "127.0.0.1:104", "--level", "world"],
    ["move", "127.0.0.1:104", "--to", "X"],
    ["move", "127.0.0.1:104", "--study", "1.2.3"],
    ["get", "127.0.0.1:104", "--study", "x", "--out", "y"],
    ["get", "127.0.0.1:104", "--series", "1.2", "--out", "y"],
    ["send", "127.0.0.1:104"],
    ["send", "127.0.0.1:104", "/nowhere/at/all"],
    ["echo", "127.0.0.1:104", "--tls-cert", "x"],
  ])
    await expect(isocenter(...args), args.join(" ")).rejects.toThrow(UsageError);
  expect((await isocenter("--help")).said).toContain("isocenter dicom echo|find|move|get|send");
  expect(await isocenter("echo", `127.0.0.1:${await freePort()}`, "--timeout", "2")).toMatchObject({
    code: 1,
    complained: expect.stringContaining("no connection"),
  });
});

describe.skipIf(missing)("send to storescp", () => {
  test("files and folders arrive bit for bit; what is no DICOM is named and ends with 1", async () => {
    const made = [
      ...ctSeries(5),
      ctInstance({}, { transferSyntaxUID: TransferSyntaxes.ImplicitVRLittleEndian }),
    ];
    const place = await written("out/deep", made);
    const port = await storescp("in");
    const sent = await isocenter("send", `RECEIVER@127.0.0.1:${port}`, path.dirname(place));
    expect(sent).toMatchObject({ code: 0, complained: expect.stringMatching(/^6 sent/) });
    expect(await filesIn("in")).toHaveLength(6);
    for (const one of made) {
      const name = (await filesIn("in")).find((file) => file.endsWith(one.SOPInstanceUID))!;
      const bytes = await fs.readFile(path.join(folder, "in", name));
      expect(dataSet(bytes).equals(dataSet(one.bytes))).toBe(true);
    }
    await fs.writeFile(path.join(place, "notes.txt"), "no DICOM");
    const again = await isocenter("send", `RECEIVER@127.0.0.1:${port}`, place);
    expect(again).toMatchObject({
      code: 1,
      complained: expect.stringContaining("notes.txt: It is no DICOM file."),
    });
    expect(again.complained).toMatch(/6 sent .*, 1 not sent\./);
  });

  test("what the receiver does not take is named, and the rest is sent", async () => {
    const fine = ctInstance();
    const odd = ctInstance({}, { transferSyntaxUID: TransferSyntaxes.DeflatedExplicitVRLittleEndian });
    const place = await written("mixed", [fine, odd]);
    const port = await storescp("some", "+xe");
    const sent = await isocenter("send", `RECEIVER@127.0.0.1:${port}`, place);
    expect(sent.code).toBe(1);
    expect(sent.complained).toContain(
      `${odd.SOPInstanceUID}.dcm: The peer does not take CT Image Storage in DeflatedExplicitVRLittleEndian.`,
    );
    expect(await filesIn("some")).toHaveLength(1);
  });
});

describe.skipIf(missing)("with dcmqrscp as archive", () => {
  const made = ctSeries(4, {
    PatientName: "Müller^Jürgen",
    PatientID: "P-77",
    StudyDescription: "CT Thorax",
  });
  const [{ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }] = made as [(typeof made)[0]];
  let at: string;
  let receiver: number;
  async function archive(): Promise<void> {
    const port = await freePort();
    receiver = await storescp("moved");
    await fs.mkdir(path.join(folder, "qr"), { recursive: true });
    const config = path.join(folder, "dcmqrscp.cfg");
    await fs.writeFile(
      config,
      `NetworkTCPPort = ${port}
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
receiver = (RECEIVER, 127.0.0.1, ${receiver})
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
QR ${path.join(folder, "qr")} RW (200, 1024mb) ANY
AETable END
`,
    );
    running.push(serve("dcmqrscp", ["-d", "-c", config], /DcmDataDictionary|dcmqrscp/));
    at = `QR@127.0.0.1:${port}`;
    await listening(port);
  }

  test("stored, found, moved and fetched", async () => {
    await archive();
    const place = await written("to-archive", made);
    expect((await isocenter("send", at, place)).code).toBe(0);

    const found = await isocenter(
      "find",
      at,
      "-k",
      "PatientID=P-77",
      "-k",
      "StudyDate=20260101-20261231",
      "--json",
    );
    expect(found.code).toBe(0);
    const match = JSON.parse(found.said);
    expect(match["0020000D"].Value).toEqual([StudyInstanceUID]);
    expect(match["00100010"].Value).toEqual([{ Alphabetic: "Müller^Jürgen" }]);
    const lines = await isocenter(
      "find",
      at,
      "--level",
      "series",
      "-k",
      `StudyInstanceUID=${StudyInstanceUID}`,
    );
    expect(lines.said).toMatch(new RegExp(`SeriesInstanceUID +${SeriesInstanceUID}`));
    expect(lines.complained).toBe("1 found.");
    const limited = await isocenter(
      ...["find", at, "--level", "image", "--limit", "2", "--json"],
      ...["-k", `StudyInstanceUID=${StudyInstanceUID}`, "-k", `SeriesInstanceUID=${SeriesInstanceUID}`],
    );
    expect(limited.said.split("\n")).toHaveLength(2);
    expect((await isocenter("find", at, "-k", "PatientID=NOBODY")).complained).toBe("0 found.");

    const moved = await isocenter("move", at, "--to", "RECEIVER", "--study", StudyInstanceUID);
    expect(moved).toMatchObject({ code: 0, complained: "4 sent to RECEIVER." });
    expect(await filesIn("moved")).toHaveLength(4);
    expect((await isocenter("move", at, "--to", "UNKNOWN", "--study", StudyInstanceUID)).code).toBe(1);

    const out = path.join(folder, "fetched");
    const fetched = await isocenter("get", at, "--out", out, "--study", StudyInstanceUID);
    expect(fetched).toMatchObject({ code: 0, complained: "4 fetched." });
    for (const { bytes, SOPInstanceUID } of made) {
      const file = await fs.readFile(
        path.join(out, StudyInstanceUID, SeriesInstanceUID, `${SOPInstanceUID}.dcm`),
      );
      expect(dataSet(file).equals(dataSet(bytes))).toBe(true);
    }
    const one = await isocenter(
      ...["get", at, "--out", path.join(folder, "one"), "--study", StudyInstanceUID],
      ...["--series", SeriesInstanceUID, "--instance", SOPInstanceUID],
    );
    expect(one.complained).toBe("1 fetched.");
  });
});

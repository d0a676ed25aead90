import fs from "node:fs/promises";
import path from "node:path";
import { readPart10, text } from "@isocenter/dicom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dcmtkMissing, run } from "../support/dcmtk.ts";
import { ctInstance } from "../support/instances.ts";
import { type Program, startProgram, temporaryFolder } from "../support/program.ts";

const missing = dcmtkMissing("echoscu", "storescu", "dcmsend", "findscu");

describe.skipIf(missing)("DCMTK's clients", () => {
  let program: Program;
  let folder: string;
  let headers: { authorization: string };
  const peer = () => ["127.0.0.1", String(program.dicomPort)];
  const studies = async () => {
    const answer = await fetch(`${program.url}/api/v1/studies`, { headers });
    return ((await answer.json()) as { data: { numberOfInstances: number; patient: { name: string } }[] })
      .data;
  };

  beforeAll(async () => {
    program = await startProgram({ env: { DICOM_PROCESS: "own" } });
    headers = await program.login();
    folder = await temporaryFolder();
    await fs.mkdir(path.join(folder, "series"));
    for (let n = 1; n <= 12; n++) {
      const { bytes } = ctInstance({
        StudyInstanceUID: "1.2.3.4.1",
        SeriesInstanceUID: "1.2.3.4.1.1",
        SOPInstanceUID: `1.2.3.4.1.1.${n}`,
        PatientName: "Müller^Jürgen",
        PatientID: "P-1",
        InstanceNumber: n,
      });
      await fs.writeFile(path.join(folder, "series", `${n}.dcm`), bytes);
    }
    const known = await fetch(`${program.url}/api/v1/modalities`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({
        aeTitle: "FINDSCU",
        host: "127.0.0.1",
        port: 104,
        permissions: ["echo", "find", "store"],
      }),
    });
    expect(known.status).toBe(201);
  });
  afterAll(async () => {
    await program?.stop();
    for (const place of [folder, program?.dataDir])
      if (place) await fs.rm(place, { recursive: true, force: true });
  });

  test("echoscu: verification succeeds", async () => {
    const result = await run("echoscu", ...["-v", "-aec", "ISOCENTER", ...peer()]);
    expect(result).toMatchObject({
      code: 0,
      output: expect.stringContaining("Received Echo Response (Success)"),
    });
  });

  test("storescu: a series arrives, is listed, and comes back bit for bit", async () => {
    const result = await run(
      "storescu",
      ...["-v", "-aec", "ISOCENTER", ...peer(), "+sd", path.join(folder, "series")],
    );
    expect(result.code).toBe(0);
    expect(result.output.match(/Received Store Response \(Success\)/g)).toHaveLength(12);
    expect(await studies()).toMatchObject([{ numberOfInstances: 12, patient: { name: "Müller, Jürgen" } }]);
    const answer = await fetch(
      `${program.url}/dicomweb/studies/1.2.3.4.1/series/1.2.3.4.1.1/instances/1.2.3.4.1.1.7`,
      {
        headers: { ...headers, accept: "application/dicom; transfer-syntax=*" },
      },
    );
    const back = new Uint8Array(await answer.arrayBuffer());
    const sent = new Uint8Array(await fs.readFile(path.join(folder, "series", "7.dcm")));
    const dataSet = (bytes: Uint8Array) => Buffer.from(bytes.subarray(readPart10(bytes).dataSetOffset));
    expect(dataSet(back).equals(dataSet(sent))).toBe(true);
  });

  test("dcmsend: sending the same again is success and changes nothing", async () => {
    const result = await run(
      "dcmsend",
      ...["-v", "-aec", "ISOCENTER", ...peer(), "+sd", path.join(folder, "series")],
    );
    expect(result.code).toBe(0);
    expect(result.output).toMatch(/with status SUCCESS\s*:\s*12/);
    expect((await studies()).map((study) => study.numberOfInstances)).toEqual([12]);
  });

  const find = async (...keys: string[]) => {
    const out = await temporaryFolder();
    const wanted = keys.flatMap((key) => ["-k", key]);
    const result = await run(
      "findscu",
      ...["-aet", "FINDSCU", "-aec", "ISOCENTER", ...peer(), "-S", "-X", "-od", out, ...wanted],
    );
    expect(result.code).toBe(0);
    const files = (await fs.readdir(out)).sort();
    const found = await Promise.all(
      files.map(async (file) => readPart10(await fs.readFile(path.join(out, file))).dataSet),
    );
    await fs.rm(out, { recursive: true });
    return found;
  };

  test("findscu: without case and accents, with counts, in the character set declared", async () => {
    const found = await find(
      "QueryRetrieveLevel=STUDY",
      "PatientName=muller*",
      "StudyInstanceUID",
      "NumberOfStudyRelatedInstances",
      "ModalitiesInStudy",
    );
    expect(
      found.map((study) => [text(study, 0x0020000d), text(study, 0x00201208), text(study, 0x00100010)]),
    ).toEqual([["1.2.3.4.1", "12", "Müller^Jürgen"]]);
    expect(await find("QueryRetrieveLevel=STUDY", "PatientName=nobody*", "StudyInstanceUID")).toEqual([]);
  });

  test("findscu: images of a series", async () => {
    const keys = [
      "StudyInstanceUID=1.2.3.4.1",
      "SeriesInstanceUID=1.2.3.4.1.1",
      "SOPInstanceUID",
      "InstanceNumber",
    ];
    expect(await find("QueryRetrieveLevel=IMAGE", ...keys)).toHaveLength(12);
  });

  test("a caller that is not known may not search", async () => {
    const keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID"];
    const result = await run(
      "findscu",
      ...["-v", "-aet", "STRANGER", "-aec", "ISOCENTER", ...peer(), "-S", ...keys],
    );
    expect(`${result.code} ${result.output}`).not.toMatch(/Received Final Find Response \(Success\)/);
  });
});

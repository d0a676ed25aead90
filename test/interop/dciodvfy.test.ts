import fs from "node:fs/promises";
import {
  createDirectory,
  DicomError,
  newUid,
  readPart10,
  recordTypeOf,
  storable,
  Tags,
  text,
} from "@isocenter/dicom";
import { demoStudies } from "@isocenter/server/demo/catalogue.ts";
import { demoInstances } from "@isocenter/server/demo/examinations.ts";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { corpusBytes, corpusFiles } from "../support/corpus.ts";
import { dciodvfy, dciodvfyMissing } from "../support/dciodvfy.ts";
import { type Program, startProgram } from "../support/program.ts";
import { unzipped } from "../support/unzip.ts";

const size = { width: 48, height: 32 };
const noise = (channels: 1 | 3 | 4) => {
  const pixels = Buffer.alloc(size.width * size.height * channels);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 37) % 251;
  return sharp(pixels, { raw: { ...size, channels } });
};

/** Nobody said which body part it is: PS3.3 C.7.3.1 wants Laterality empty then, and dciodvfy asks whether that is meant. */
const unknownBodyPart = /^Warning - is only permitted to be empty when actually unknown.*<Laterality>$/;

describe.skipIf(dciodvfyMissing())("dciodvfy has nothing to say of what we make of a picture", () => {
  let program: Program;
  let headers: { authorization: string };
  let patientId: string;

  beforeAll(async () => {
    program = await startProgram();
    headers = await program.login();
    const answer = await fetch(`${program.url}/api/v1/patients`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ firstName: "Zoë", lastName: "Müller", birthDate: "1980-02-03", sex: "F" }),
    });
    patientId = ((await answer.json()) as { id: string }).id;
  });
  afterAll(async () => {
    await program?.stop();
    if (program) await fs.rm(program.dataDir, { recursive: true, force: true });
  });

  test.each([
    ["a colour JPEG", () => noise(3).jpeg().toBuffer()],
    ["a grey JPEG", () => noise(1).toColourspace("b-w").jpeg().toBuffer()],
    ["a JPEG that is not subsampled", () => noise(3).jpeg({ chromaSubsampling: "4:4:4" }).toBuffer()],
    ["a progressive JPEG", () => noise(3).jpeg({ progressive: true }).toBuffer()],
    ["a colour PNG", () => noise(3).png().toBuffer()],
    ["a PNG with transparency", () => noise(4).png().toBuffer()],
    ["a PNG with a palette", () => noise(3).png({ palette: true }).toBuffer()],
    ["a grey PNG", () => noise(1).toColourspace("b-w").png().toBuffer()],
    ["a PNG of 16 bits", () => noise(1).toColourspace("grey16").png().toBuffer()],
  ])("%s", async (_name, make) => {
    const form = new FormData();
    form.append("patientId", patientId);
    form.append("file", new Blob([new Uint8Array(await make())]), "picture");
    const uploaded = await fetch(`${program.url}/api/v1/images`, { method: "POST", headers, body: form });
    expect(uploaded.status).toBe(201);
    const image = (await uploaded.json()) as {
      id: string;
      sopInstanceUid: string;
      seriesInstanceUid: string;
      studyInstanceUid: string;
    };
    const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = image;
    const answer = await fetch(
      `${program.url}/dicomweb/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`,
      { headers: { ...headers, accept: "application/dicom; transfer-syntax=*" } },
    );
    expect(answer.status).toBe(200);
    const said = dciodvfy(new Uint8Array(await answer.arrayBuffer()));
    expect(said.filter((line) => !unknownBodyPart.test(line))).toEqual([]);
  });
});

/** The Basic Profile empties them (PS3.15 Table E.1-1). */
const emptied = /needed to build DICOMDIR - Study (Date|Time|ID)$/;
/** Keys that a record may have beside those of its type (PS3.3 F.3.2.2), such as what a person looks for by name. */
const moreKeys =
  /^Warning - (Attribute is|Dicom dataset contains attributes) not present in standard DICOM IOD/;
/** Of the instance, which was named so; a pseudonym as well. */
const oneWordName = /Retired Person Name form/;

describe.skipIf(dciodvfyMissing())("dciodvfy has nothing to say of other forms of what is valid", () => {
  let program: Program;
  let headers: { authorization: string };
  const objects = ["us-abdomen", "dx-chest"].map((kind) => {
    const study = demoStudies.find(({ examination }) => examination.kind === kind)!;
    const [first] = demoInstances(new Date("2026-03-04T05:06:07Z"), [study]);
    return first!;
  });
  const images: { id: string; studyId: string; patientId: string; sopInstanceUid: string }[] = [];
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${program.url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true);
    return Buffer.from(await answer.arrayBuffer());
  };
  const current = async ({ id }: { id: string }) => call("GET", `/images/${id}/content`);

  beforeAll(async () => {
    program = await startProgram();
    headers = await program.login();
    for (const bytes of objects) {
      expect(dciodvfy(bytes)).toEqual([]);
      const form = new FormData();
      form.append("file", new Blob([Buffer.from(bytes)]), "image.dcm");
      const answer = await fetch(`${program.url}/api/v1/images`, { method: "POST", headers, body: form });
      images.push((await answer.json()) as (typeof images)[0]);
    }
  });
  afterAll(async () => {
    await program?.stop();
    if (program) await fs.rm(program.dataDir, { recursive: true, force: true });
  });

  test("without identity, and the directory of a medium", async () => {
    for (const { studyId } of images) {
      const zip = await call("GET", `/studies/${studyId}/export?deidentify=basic`);
      const copies = [...(await unzipped(zip))].filter(([name]) => name.endsWith(".dcm"));
      const said = copies.flatMap(([, bytes]) => dciodvfy(bytes));
      expect(said.filter((line) => !emptied.test(line) && !oneWordName.test(line))).toEqual([]);
      const medium = await unzipped(await call("GET", `/studies/${studyId}/export?format=dicomdir`));
      const listed = dciodvfy(medium.get("DICOMDIR")!);
      expect(listed.filter((line) => !moreKeys.test(line))).toEqual([]);
    }
  });

  test("in other transfer syntaxes", async () => {
    const said: [string, string[]][] = [];
    const every = ["1.2", "1.2.1", "1.2.4.70", "1.2.4.80", "1.2.4.90", "1.2.5"];
    for (const [at, { sopInstanceUid }] of images.entries()) {
      const found = await fetch(`${program.url}/dicomweb/instances?SOPInstanceUID=${sopInstanceUid}`, {
        headers,
      });
      const [instance] = (await found.json()) as Record<string, { Value: [string] }>[];
      const path = `/dicomweb/studies/${instance!["0020000D"]!.Value[0]}/series/${instance!["0020000E"]!.Value[0]}/instances/${sopInstanceUid}`;
      // The film is large: of it the fast ones.
      for (const syntax of at === 0 ? every : ["1.2", "1.2.4.70", "1.2.5"]) {
        const accept = `application/dicom; transfer-syntax=1.2.840.10008.${syntax}`;
        const answer = await fetch(`${program.url}${path}`, { headers: { ...headers, accept } });
        expect([syntax, answer.status]).toEqual([syntax, 200]);
        said.push([syntax, dciodvfy(new Uint8Array(await answer.arrayBuffer()))]);
      }
    }
    expect(said).toHaveLength(9);
    expect(said.filter(([, lines]) => lines.length > 0)).toEqual([]);
  });

  test("corrected, and of a patient who was merged", async () => {
    for (const image of images) {
      await call("PATCH", `/images/${image.id}/metadata`, {
        attributes: { ImageComments: "Seen again", InstanceNumber: 7 },
        reason: "typing error",
      });
      expect(dciodvfy(await current(image))).toEqual([]);
    }
    const [one, other] = images;
    await call("POST", `/patients/${one!.patientId}/merge`, {
      intoPatientId: other!.patientId,
      reason: "twice",
    });
    expect(dciodvfy(await current(one!))).toEqual([]);
  });
});

test.skipIf(dciodvfyMissing() || corpusFiles.length === 0)(
  "the directory of a medium is valid, whatever is wrong in the instances",
  () => {
    const directory = createDirectory("SET");
    let listed = 0;
    for (const file of corpusFiles) {
      if (file.expect === "reject") continue;
      try {
        const object = readPart10(corpusBytes(file));
        const uids = [Tags.StudyInstanceUID, Tags.SeriesInstanceUID, Tags.SOPInstanceUID];
        const valid = uids.every((tag) => /^[12]\.(?!.*\.0\d)\d/.test(text(object.dataSet, tag) ?? ""));
        // What names an instance is repeated as it is; annotations are younger than the tool.
        if (!valid || storable(object) !== null) continue;
        if (recordTypeOf(text(object.dataSet, Tags.SOPClassUID)!) === "ANNOTATION") continue;
        directory.add({ dataSet: object.dataSet, transferSyntaxUID: object.transferSyntaxUID });
        listed++;
      } catch (error) {
        if (!(error instanceof DicomError)) throw error;
      }
    }
    expect(listed).toBeGreaterThan(400);
    const said = dciodvfy(directory.bytes(newUid()));
    const ofInstances = [moreKeys, oneWordName, /<TEST> for value 1 of attribute <Coding Scheme Designator>/];
    expect(said.filter((line) => !ofInstances.some((known) => known.test(line)))).toEqual([]);
  },
);

import fs from "node:fs/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dciodvfy, dciodvfyMissing } from "../support/dciodvfy.ts";
import { type Program, startProgram } from "../support/program.ts";

const size = { width: 48, height: 32 };
const noise = (channels: 1 | 3 | 4) => {
  const pixels = Buffer.alloc(size.width * size.height * channels);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 37) % 251;
  return sharp(pixels, { raw: { ...size, channels } });
};

/** Nobody said which body part it is: PS3.3 C.7.3.1 wants Laterality empty then, and dciodvfy asks whether that is meant. */
const unknownBodyPart = /^Warning - is only permitted to be empty when actually unknown.*<Laterality>$/;

describe.skipIf(dciodvfyMissing())(
  "dciodvfy has nothing to say of what we make of a picture",
  { timeout: 60_000 },
  () => {
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
  },
);

import { createHash } from "node:crypto";
import {
  type DataSet,
  type DicomJson,
  isGroupLength,
  readPart10,
  text,
  toDicomJson,
  transferSyntax,
} from "@isocenter/dicom";
import { decodeFrame, transcodeFrame } from "@isocenter/imaging";
import { corpusBytes, corpusFiles, corpusIsHere } from "@isocenter/test/support/corpus.ts";
import { describe, expect, test } from "vitest";
import { syntaxesFor } from "./choose.ts";
import { decodedFrames, keptObject } from "./test-object.ts";
import { createTranscoder } from "./transcode.ts";

const pool = { decode: decodeFrame, transcode: transcodeFrame };
/** Larger files take long and show nothing that a smaller one does not. */
const maxBytes = 200_000;
const pixelTags = ["7FE00001", "7FE00002", "7FE00003", "7FE00008", "7FE00009", "7FE00010"];

/** Attributes without pixels and without what decoding changes. VRs are left out where the target does not carry them. */
function attributes(set: DataSet, withVr: boolean): DicomJson {
  const json = toDicomJson(set, {}) as Record<string, { vr?: string }>;
  for (const tag of [...pixelTags, "00280004", "00280006", "00282110", "00282112", "00282114", "00880200"])
    delete json[tag];
  for (const tag of Object.keys(json)) if (isGroupLength(Number.parseInt(tag, 16))) delete json[tag];
  if (!withVr) for (const tag of Object.keys(json)) json[tag] = { ...json[tag], vr: "" };
  return json as DicomJson;
}

/** Public attributes with the text that is read of them: implicit VR has no more. */
const texts = (set: DataSet): string[] =>
  [...set.elements.values()]
    .filter(
      ({ tag, items, fragments }) => tag % 0x20000 < 0x10000 && !items && !fragments && tag >>> 16 !== 0x7fe0,
    )
    .filter(
      ({ tag }) =>
        // Pixel Padding Value of a real file is US where its pixels are signed: implicit VR reads it as SS.
        ![0x00280004, 0x00280006, 0x00280120, 0x00282110, 0x00282112, 0x00282114].includes(tag) &&
        !isGroupLength(tag),
    )
    .map(({ tag }) => `${tag.toString(16)}=${text(set, tag)}`);

const hash = (frames: readonly Uint8Array[]): string => {
  const sum = createHash("sha256");
  for (const frame of frames) sum.update(frame);
  return sum.digest("hex");
};

/** Encoding takes its time: each file is written in a third of the syntaxes that frames are encoded in. */
const turn = 3;

async function check(path: string, number: number): Promise<string[]> {
  const bytes = corpusBytes({ path });
  const parsed = readPart10(bytes);
  const { instance, archive } = keptObject(bytes);
  const transcoder = createTranscoder({ archive, pool });
  const wrong: string[] = [];
  const frames =
    instance.numberOfFrames > 0 && instance.rows
      ? hash(await decodedFrames(bytes, parsed).catch(() => []))
      : null;
  for (const [index, target] of syntaxesFor(instance).slice(1).entries()) {
    if (transferSyntax(target)!.encapsulated && (index + number) % turn !== 0) continue;
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await transcoder.openAs(instance, target)) chunks.push(chunk as Uint8Array);
      const made = Buffer.concat(chunks);
      const again = readPart10(made);
      if (again.transferSyntaxUID !== target)
        wrong.push(`${path} ${target}: reads as ${again.transferSyntaxUID}`);
      const explicit = transferSyntax(target)!.explicitVR && parsed.dataSet.explicitVR;
      const same = explicit
        ? JSON.stringify(attributes(parsed.dataSet, true)) === JSON.stringify(attributes(again.dataSet, true))
        : texts(parsed.dataSet).join("\n") === texts(again.dataSet).join("\n");
      if (!same) wrong.push(`${path} ${target}: other attributes`);
      if (frames !== null && hash(await decodedFrames(made, again)) !== frames)
        wrong.push(`${path} ${target}: other pixels`);
    } catch (error) {
      wrong.push(`${path} ${target}: ${error} ${(error as Error).cause ?? ""}`);
    }
  }
  return wrong;
}

describe.skipIf(!corpusIsHere)("real files in every other syntax", () => {
  test("keep their attributes and pixels", { timeout: 240_000 }, async () => {
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const file of corpusFiles) {
      if (
        file.expect !== "accept" ||
        corpusBytes(file).length > maxBytes ||
        seen.has(file.SeriesInstanceUID + file.TransferSyntaxUID)
      )
        continue;
      seen.add(file.SeriesInstanceUID + file.TransferSyntaxUID);
      wrong.push(...(await check(file.path, seen.size)));
    }
    expect(seen.size).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});

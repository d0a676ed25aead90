import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createDeidentifier,
  type DataSet,
  items,
  type ParsedObject,
  readPart10,
  registeredUid,
  Tags,
  text,
} from "../index.ts";
import { isPrivate } from "../tags.ts";
import { readingVr, textValues } from "../values.ts";
import { vrFacts } from "../vr.ts";

interface Entry {
  path: string;
  expect: "accept" | "either" | "reject";
}

const root = resolve(import.meta.dirname, "../../../..");
const corpus =
  process.env.ISOCENTER_CORPUS ??
  [resolve(root, "../shared/corpus"), resolve(root, "../../shared/corpus")].find((path) => existsSync(path));
const here = corpus !== undefined && existsSync(resolve(corpus, "manifest.json"));
if (!here) process.stdout.write("corpus tests are skipped: there is no corpus (ISOCENTER_CORPUS)\n");
const accepted: Entry[] = here
  ? (JSON.parse(readFileSync(resolve(corpus, "manifest.json"), "utf8")) as { files: Entry[] }).files.filter(
      (file) => file.expect === "accept",
    )
  : [];
const bytesOf = (entry: Entry) => new Uint8Array(readFileSync(resolve(corpus!, entry.path)));

const encoder = new TextEncoder();
const deidentifier = (secret: string, ...options: Parameters<typeof createDeidentifier>[0]["options"]) =>
  createDeidentifier({ options, secret: encoder.encode(secret.padEnd(16, ".")) });

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
}

const opened = (bytes: Uint8Array, size = 4096) =>
  async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };

/** What says who: names of people, record numbers, institutions, addresses, birth dates, UIDs. */
const identifying = new Set<number>([
  Tags.PatientID,
  Tags.OtherPatientIDs,
  Tags.IssuerOfPatientID,
  Tags.PatientBirthDate,
  Tags.PatientAddress,
  Tags.PatientTelephoneNumbers,
  Tags.AccessionNumber,
  Tags.AdmissionID,
  Tags.StudyID,
  Tags.InstitutionName,
  Tags.InstitutionAddress,
  Tags.InstitutionalDepartmentName,
  Tags.StationName,
  Tags.DeviceSerialNumber,
  Tags.StudyDate,
  Tags.SeriesDate,
  Tags.AcquisitionDate,
  Tags.ContentDate,
]);
/** What is the same in many objects, or what we write ourselves. */
const common = new Set(["19000101", "removed", "anonymous", "test", "phantom", "patient"]);
const classUids = /SOPClass|TransferSyntax|CodingSchemeUID|ImplementationClass/;

function each(set: DataSet, visit: (set: DataSet, tag: number, values: string[], vr: string) => void): void {
  for (const element of set.elements.values()) {
    const vr = readingVr(element);
    if (vr === "SQ") for (const item of items(set, element.tag)) each(item, visit);
    else if (vrFacts(vr).kind === "text" && !element.deferred)
      visit(set, element.tag, textValues(set, element, vr), vr);
  }
}

const keywordOf = new Map(Object.entries(Tags).map(([keyword, tag]) => [tag as number, keyword]));

function secretsOf({ meta, dataSet }: ParsedObject): Set<string> {
  const secrets = new Set<string>();
  const add = (value: string) => {
    if (value.trim().length >= 4 && !common.has(value.trim().toLowerCase())) secrets.add(value.trim());
  };
  each(dataSet, (_, tag, values, vr) => {
    if (isPrivate(tag)) return;
    if (vr === "PN")
      for (const value of values) for (const part of [value, ...value.split(/[\^=]/)]) add(part);
    else if (vr === "UI") {
      if (classUids.test(keywordOf.get(tag) ?? "")) return;
      for (const value of values) if (!registeredUid(value)) add(value);
    } else if (identifying.has(tag)) for (const value of values) add(value);
  });
  for (const tag of [Tags.SourceApplicationEntityTitle, Tags.MediaStorageSOPInstanceUID])
    if (meta) add(text(meta, tag) ?? "");
  return secrets;
}

const escaped = (value: string) => value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Where a value still stands: in the text of an element, or anywhere in the bytes that are not pixels. */
function leaks(secrets: ReadonlySet<string>, bytes: Uint8Array, output: ParsedObject): string[] {
  const found: string[] = [];
  const texts: string[] = [];
  each(output.dataSet, (_, tag, values, vr) => {
    // A code string that happens to be a name (HEAD, MAMMO), and a number that happens to be one, are none
    for (const value of values)
      if (!/^(CS|IS|DS)$/.test(vr)) texts.push(`${keywordOf.get(tag) ?? tag}\t${value}`);
  });
  if (output.meta)
    each(output.meta, (_, tag, values) => {
      for (const value of values) texts.push(`${keywordOf.get(tag)}\t${value}`);
    });
  const pixels = output.pixelData;
  const last = pixels?.frames.at(-1)?.at(-1);
  const end = pixels
    ? pixels.length >= 0
      ? pixels.offset + pixels.length
      : (last?.offset ?? 0) + (last?.length ?? 0)
    : 0;
  const raw = output.deflated
    ? ""
    : Buffer.from(
        pixels ? Buffer.concat([bytes.subarray(0, pixels.offset), bytes.subarray(end)]) : bytes,
      ).toString("latin1");
  const codes = new Set<string>();
  each(output.dataSet, (_, __, values, vr) => {
    if (/^(CS|IS|DS)$/.test(vr)) for (const value of values) codes.add(value);
  });
  for (const secret of secrets) {
    const word = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(secret)}(?![\\p{L}\\p{N}])`, "iu");
    for (const line of texts)
      if (word.test(line.slice(line.indexOf("\t")))) found.push(`${secret} in ${line}`);
    const stored = Buffer.from(secret, "utf8").toString("latin1");
    const isCode = [...codes].some((code) => word.test(code));
    if (!isCode && new RegExp(`(?<![A-Za-z0-9.])${escaped(stored)}(?![A-Za-z0-9.])`).test(raw))
      found.push(`${secret} in the bytes`);
  }
  return found;
}

function pixelHash(bytes: Uint8Array, parsed: ParsedObject): string {
  const hash = createHash("sha256");
  if (!parsed.pixelData) return "";
  if (parsed.deflated)
    return hash.update(parsed.dataSet.elements.get(parsed.pixelData.tag)!.value).digest("hex");
  for (const frame of parsed.pixelData.frames)
    for (const { offset, length } of frame) hash.update(bytes.subarray(offset, offset + length));
  return hash.digest("hex");
}

describe.skipIf(!here)("de-identification of the corpus", () => {
  test("no value that says who is left, nowhere; pixels stay; the same secret gives the same", async () => {
    const wrong: string[] = [];
    for (const entry of accepted) {
      const original = bytesOf(entry);
      const before = readPart10(original);
      const output = await whole((await deidentifier("first").object(opened(original))).bytes());
      const after = readPart10(output);
      wrong.push(...leaks(secretsOf(before), output, after).map((leak) => `${entry.path}: ${leak}`));
      if (pixelHash(original, before) !== pixelHash(output, after)) wrong.push(`${entry.path}: other pixels`);
      if (before.transferSyntaxUID !== after.transferSyntaxUID) wrong.push(`${entry.path}: other syntax`);
      if (text(after.dataSet, Tags.PatientIdentityRemoved) !== "YES") wrong.push(`${entry.path}: not marked`);
      if (text(after.dataSet, Tags.SOPInstanceUID) !== text(after.meta!, Tags.MediaStorageSOPInstanceUID))
        wrong.push(`${entry.path}: two UIDs`);
      const again = await whole((await deidentifier("first").object(opened(original, 777))).bytes());
      if (Buffer.compare(output, again) !== 0) wrong.push(`${entry.path}: differs the second time`);
      const other = await deidentifier("second").object(opened(original));
      if (text(other.dataSet, Tags.SOPInstanceUID) === text(after.dataSet, Tags.SOPInstanceUID))
        wrong.push(`${entry.path}: the secret does not matter`);
    }
    expect(wrong).toEqual([]);
  });

  test("nor with every option that keeps and cleans but says nothing of who", async () => {
    const options = [
      "clean-descriptors",
      "clean-graphics",
      "clean-structured-content",
      "retain-modified-dates",
      "retain-patient-characteristics",
      "retain-safe-private",
    ] as const;
    const wrong: string[] = [];
    for (const entry of accepted) {
      const original = bytesOf(entry);
      const output = await whole((await deidentifier("first", ...options).object(opened(original))).bytes());
      wrong.push(
        ...leaks(secretsOf(readPart10(original)), output, readPart10(output)).map(
          (leak) => `${entry.path}: ${leak}`,
        ),
      );
    }
    expect(wrong).toEqual([]);
  });
});

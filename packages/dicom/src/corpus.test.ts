import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import dicomParser from "dicom-parser";
import { describe, expect, test } from "vitest";
import {
  createStreamParser,
  type DataSet,
  DicomError,
  type DicomJson,
  formatTag,
  number,
  type ParsedObject,
  readPart10,
  storable,
  Tags,
  text,
  toDicomJson,
  toDicomJsonText,
  transferSyntax,
  writeDataSet,
  writePart10,
} from "./index.ts";

interface Entry {
  path: string;
  expect: "accept" | "either" | "reject";
  SOPInstanceUID: string;
  TransferSyntaxUID: string;
  json?: { path: string; content: string };
}

const root = resolve(import.meta.dirname, "../../..");
const corpus =
  process.env.ISOCENTER_CORPUS ??
  [resolve(root, "../shared/corpus"), resolve(root, "../../shared/corpus")].find((path) => existsSync(path));
const here = corpus !== undefined && existsSync(resolve(corpus, "manifest.json"));
if (!here) process.stdout.write("corpus tests are skipped: there is no corpus (ISOCENTER_CORPUS)\n");
const entries: Entry[] = here
  ? (JSON.parse(readFileSync(resolve(corpus, "manifest.json"), "utf8")) as { files: Entry[] }).files
  : [];
const bytesOf = (entry: { path: string }) => new Uint8Array(readFileSync(resolve(corpus!, entry.path)));
const accepted = entries.filter((entry) => entry.expect === "accept");

function readOrNull(bytes: Uint8Array): ParsedObject | null {
  try {
    return readPart10(bytes);
  } catch (error) {
    if (error instanceof DicomError) return null;
    throw error;
  }
}

/** What of an object both ways of parsing have to agree on. */
function shapeOf(parsed: ParsedObject, maxValueBytes: number): unknown {
  const setShape = (set: DataSet): unknown =>
    [...set.elements.values()].map((element) => [
      formatTag(element.tag),
      element.vr,
      element.offset,
      element.length,
      element.items?.map(setShape) ?? null,
      element.fragments,
      element.items ||
      element.fragments ||
      element.deferred ||
      element.size > maxValueBytes ||
      element.tag >>> 16 === 0x7fe0
        ? null
        : toDicomJson({ ...set, elements: new Map([[element.tag, element]]) }),
    ]);
  const { meta, dataSet, totalLength: _, ...rest } = parsed;
  return [meta && setShape(meta), setShape(dataSet), rest];
}

/** In pieces of a size; null: byte by byte at both ends, where the header is, and in small pieces between them. */
function streamed(bytes: Uint8Array, size: number | null): ParsedObject {
  const parser = createStreamParser();
  const sizeAt = (at: number) => size ?? (at < 4096 || at >= bytes.length - 256 ? 1 : 61);
  for (let at = 0; at < bytes.length; at += sizeAt(at)) parser.push(bytes.slice(at, at + sizeAt(at)));
  return parser.end();
}

/**
 * Where the other tool's JSON (dcm2json 3.6.7, for one file pydicom 2.3.1) is not what the bytes or the standard say. Each entry names the file, the
 * attribute and the reason; everything else has to be equal.
 */
const roundedFd = "dcm2json prints a double with a last digit that is not the nearest";
const zeroInText = "dcm2json keeps the padding zero of a decimal string and so makes text of it";
const cutPadding = "the other JSON was cut at Pixel Data, and Data Set Trailing Padding behind it with it";
const knownFaults: Record<string, Record<string, string>> = {
  "files/charset/pydicom__chrH31.dcm": {
    "00080005": "pydicom keeps the term, although its JSON is UTF-8",
    "00080090": "pydicom keeps carets that end a name, which mean nothing (PS3.5 6.2)",
  },
  "files/ct/DICOMHTJ2K__CT1_JPH.dcm": { FFFCFFFC: cutPadding },
  "files/ct/dicomParser__CT1_UNC.fragmented_bot_jpeg_ls.80.dcm": { FFFCFFFC: cutPadding },
  "files/ct/dicomParser__CT1_UNC.implicit_little_endian.dcm": { FFFCFFFC: cutPadding },
  "files/ct/dicomParser__CT1_UNC.not_fragmented_bot_jpeg_ls.80.dcm": { FFFCFFFC: cutPadding },
  "files/ct/dicomParser__CT1_UNC.not_fragmented_no_bot_jpeg_ls.80.dcm": { FFFCFFFC: cutPadding },
  "files/ct/fo-dicom__D_CLUNIE_CT1_RLE_FRAGS.dcm": {
    "00280030": zeroInText,
    "00281052": zeroInText,
    "00281053": zeroInText,
    FFFCFFFC: cutPadding,
  },
  "files/mr/pydicom__MR_small_RLE.dcm": { FFFCFFFC: cutPadding },
  "files/mr/pydicom__MR_small_jp2klossless.dcm": { FFFCFFFC: cutPadding },
  "files/mr/pydicom__MR_small_jpeg_ls_lossless.dcm": { FFFCFFFC: cutPadding },
  "files/nm/DICOMHTJ2K__NM1_JPH.dcm": { FFFCFFFC: cutPadding },
  "files/us/DICOMHTJ2K__US1_JPH.dcm": { FFFCFFFC: cutPadding },
  "files/us/pydicom__examples_rgb_color.dcm": { FFFCFFFC: cutPadding },
  "files/us/go-dicom__I_000002.dcm": { "00186011/0/0018602C": roundedFd, "00186011/1/0018602C": roundedFd },
  "files/us/healthcare-dicom-dicomweb-adapter__1.2.840.113543.6.6.1.1.2.2415947926921624359.201235357587280.dcm":
    {
      "00186011/0/0018602C": roundedFd,
    },
  "files/us/pydicom-data__JPGLosslessP14SV1_1s_1f_8b.dcm": {
    "00186011/0/0018602C": roundedFd,
    "00186011/0/0018602E": roundedFd,
  },
  "files/us/pydicom-data__OBXXXX1A_expb.dcm": {
    "00186011/0/0018602C": roundedFd,
    "00186011/0/0018602E": roundedFd,
  },
  "files/us/pydicom-data__OBXXXX1A_rle.dcm": {
    "00186011/0/0018602C": roundedFd,
    "00186011/0/0018602E": roundedFd,
  },
  "files/us/pydicom-data__OBXXXX1A_rle_2frame.dcm": {
    "00186011/0/0018602C": roundedFd,
    "00186011/0/0018602E": roundedFd,
  },
  "files/us/pydicom__examples_palette.dcm": {
    "00186011/0/0018602C": roundedFd,
    "00186011/0/0018602E": roundedFd,
  },
};

/** Numbers of FL as the 32 bits they have: dcm2json prints fewer digits. */
const comparable = (vr: string, value: unknown) =>
  JSON.stringify(value, (_, part) => (typeof part === "number" && vr === "FL" ? Math.fround(part) : part));

function differences(ours: DicomJson, theirs: DicomJson, prefix: string, found: string[]): string[] {
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const a = ours[key];
    const b = theirs[key];
    const path = prefix + key;
    if (!a || !b || a.vr !== b.vr || a.InlineBinary !== b.InlineBinary) found.push(path);
    else if (a.vr === "SQ") {
      const mine = (a.Value ?? []) as DicomJson[];
      const others = (b.Value ?? []) as DicomJson[];
      if (mine.length !== others.length) found.push(path);
      for (const [i, item] of mine.entries()) differences(item, others[i] ?? {}, `${path}/${i}/`, found);
    } else if (comparable(a.vr, a.Value) !== comparable(b.vr, b.Value)) found.push(path);
  }
  return found;
}

describe.skipIf(!here)("the corpus", () => {
  test("accepted files are storable, with the values that others read", () => {
    const wrong = accepted.filter((entry) => {
      const parsed = readPart10(bytesOf(entry));
      return (
        storable(parsed) !== null ||
        text(parsed.dataSet, Tags.SOPInstanceUID) !== entry.SOPInstanceUID ||
        parsed.transferSyntaxUID !== entry.TransferSyntaxUID
      );
    });
    expect(wrong.map((entry) => entry.path)).toEqual([]);
    expect(accepted.length).toBeGreaterThan(0);
  });

  test("files to be refused are refused with a reason, the others end in a result or a DicomError", () => {
    const kept = entries.filter((entry) => {
      const parsed = readOrNull(bytesOf(entry));
      return entry.expect === "reject" && parsed !== null && storable(parsed) === null;
    });
    expect(kept.map((entry) => entry.path)).toEqual([]);
  });

  test("DICOM JSON is what another tool makes of the same file", () => {
    const unexpected: string[] = [];
    for (const entry of accepted) {
      if (!entry.json) continue;
      const parsed = JSON.parse(readFileSync(resolve(corpus!, entry.json.path), "utf8")) as
        | DicomJson
        | DicomJson[];
      const theirs = Array.isArray(parsed) ? parsed[0]! : parsed;
      const omitPixels = entry.json.content !== "complete";
      const options = { omit: (path: string) => omitPixels && path === "7FE00010" };
      const { dataSet } = readPart10(bytesOf(entry));
      const ours = JSON.parse(JSON.stringify(toDicomJson(dataSet, options))) as DicomJson;
      expect(JSON.parse(toDicomJsonText(dataSet, options))).toEqual(ours);
      const known = knownFaults[entry.path] ?? {};
      const found = differences(ours, theirs, "", []);
      for (const path of found) if (!Object.hasOwn(known, path)) unexpected.push(`${entry.path} ${path}`);
      for (const path of Object.keys(known))
        if (!found.includes(path)) unexpected.push(`${entry.path} ${path} is equal`);
    }
    expect(unexpected).toEqual([]);
  });

  test("a stream gives what the whole bytes give, and the same error", () => {
    const differing: string[] = [];
    for (const entry of entries) {
      const bytes = bytesOf(entry);
      const outcome = (read: () => ParsedObject) => {
        try {
          return JSON.stringify(shapeOf(read(), 65_536));
        } catch (error) {
          if (error instanceof DicomError) return `${error.code} ${error.offset}`;
          throw error;
        }
      };
      const whole = outcome(() => readPart10(bytes));
      for (const size of [bytes.length < 50_000 ? null : 4093, 65_536])
        if (whole !== outcome(() => streamed(bytes, size))) differing.push(`${entry.path} ${size}`);
    }
    expect(differing).toEqual([]);
  });

  test("writing gives the bytes that were read", () => {
    const changed = accepted.filter((entry) => {
      const bytes = bytesOf(entry);
      const { dataSet, dataSetOffset, transferSyntaxUID } = readPart10(bytes);
      if (transferSyntax(transferSyntaxUID)!.deflated) return false;
      const written = writeDataSet(dataSet, transferSyntaxUID);
      return Buffer.compare(written, bytes.subarray(dataSetOffset)) !== 0;
    });
    // Its Pixel Data has an odd length, which writing makes even
    expect(changed.map((entry) => entry.path)).toEqual(["files/dx/highdicom__dx_image.dcm"]);
  });

  test("an uncompressed data set keeps its meaning in every uncompressed syntax", () => {
    const plain = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"];
    const differing: string[] = [];
    for (const entry of accepted.filter(
      (one) => one.TransferSyntaxUID === plain[0] && !/^files\/series/.test(one.path),
    )) {
      const { dataSet } = readPart10(bytesOf(entry));
      for (const uid of plain) {
        const again = readPart10(writePart10({ dataSet, transferSyntaxUID: uid }));
        if (toDicomJsonText(again.dataSet) !== toDicomJsonText(dataSet))
          differing.push(`${entry.path} ${uid}`);
      }
    }
    expect(differing).toEqual([]);
  });

  test("frames are found", () => {
    const wrong = accepted.filter((entry) => {
      const { dataSet, pixelData } = readPart10(bytesOf(entry));
      return pixelData !== null && pixelData.frames.length !== (number(dataSet, Tags.NumberOfFrames) ?? 1);
    });
    expect(wrong.map((entry) => entry.path)).toEqual([]);
  });

  test("dicom-parser finds the same elements at the same places", () => {
    const differing: string[] = [];
    for (const entry of accepted) {
      const bytes = bytesOf(entry);
      const parsed = readPart10(bytes);
      if (parsed.deflated) continue;
      const others = dicomParser.parseDicom(bytes).elements;
      for (const element of parsed.dataSet.elements.values()) {
        const other = others[`x${formatTag(element.tag).toLowerCase()}`];
        const same =
          other?.dataOffset === element.offset &&
          (element.length === -1 || other.length === element.length) &&
          (element.items === null || (other.items?.length ?? 0) === element.items.length);
        if (!same) differing.push(`${entry.path} ${formatTag(element.tag)}`);
      }
    }
    expect(differing).toEqual([]);
  });
});

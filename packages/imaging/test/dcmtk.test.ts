import { execFileSync } from "node:child_process";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { decodeFrame, presentationOf } from "../src/index.ts";
import { type Raster, rasterOf } from "../src/render.ts";
import { corpus, type ManifestEntry, manifest, open } from "./corpus.ts";

function installed(): boolean {
  try {
    execFileSync("dcmj2pnm", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const dcmtkIsHere = installed();
if (!dcmtkIsHere && process.env.ISOCENTER_REQUIRE_TOOLS === "1")
  throw new Error("DCMTK's dcmj2pnm is not installed");
const canRun = corpus !== null && dcmtkIsHere;
const where = canRun ? "" : " (skipped: the corpus of DICOM files or DCMTK is not here)";

/** Where DCMTK 3.6.7 is known to show something else, and why ours is right. */
const explained: readonly (readonly [RegExp, string])[] = [
  [/CT1_UNC|CT1_RLE/, "no window: DCMTK takes padding into the range of values"],
  [/rt-utils__/, "DCMTK cuts values rescaled by 0.001 to whole numbers"],
  [/rtdose_expb/, "32 bits in big endian: DCMTK swaps words of 16"],
  [/files\/seg\/|label\.seg/, "DCMTK shows the one of a single bit as 128"],
];

/** Reads a binary PGM or PPM. */
function portableMap(file: Buffer): Raster {
  const header = /^P([56])\s+(?:#.*\s+)*(\d+)\s+(\d+)\s+(\d+)\s/.exec(
    file.subarray(0, 200).toString("latin1"),
  );
  if (!header) throw new Error("not a portable map");
  const pixels = new Uint8Array(file.subarray(header[0].length));
  return { pixels, columns: Number(header[2]), rows: Number(header[3]), channels: header[1] === "6" ? 3 : 1 };
}

/** The picture that DCMTK makes of the first frame with the same choice of window, or null where it reads no such file. */
function dcmtk(entry: ManifestEntry, voi: readonly string[], isJpegLs: boolean): Raster | null {
  const file = path.join(corpus ?? "", entry.path);
  try {
    const program = isJpegLs ? "dcml2pnm" : "dcmj2pnm";
    const options = [...voi, "--write-raw-pnm", "--no-overlays", "+F", "1", file];
    const picture = execFileSync(program, options, {
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 2 ** 28,
    });
    return portableMap(picture);
  } catch {
    return null;
  }
}

/** The largest difference of a grey level, or a word on what differs in shape. */
async function difference(entry: ManifestEntry): Promise<number | string | null> {
  const object = open(entry.path);
  const presentation = presentationOf(object.dataSet, 0);
  const { description, bytes } = object.frame(0);
  const eightBits = description.bitsStored <= 8 && !presentation.modalityLut;
  const voi =
    presentation.windows.length > 0
      ? ["+Wi", "1"]
      : presentation.voiLuts.length > 0
        ? ["+Wl", "1"]
        : eightBits
          ? []
          : ["+Wm"];
  const theirs = dcmtk(entry, voi, /\.4\.8[01]$/.test(description.transferSyntaxUID));
  if (!theirs) return null;
  const ours = rasterOf(description, presentation, await decodeFrame(description, bytes));
  if (ours.channels !== theirs.channels || ours.rows !== theirs.rows || ours.columns !== theirs.columns)
    return `${ours.columns} × ${ours.rows} × ${ours.channels}`;
  let largest = 0;
  for (let i = 0; i < ours.pixels.length; i++)
    largest = Math.max(largest, Math.abs(ours.pixels[i]! - theirs.pixels[i]!));
  return largest;
}

/** Real files with a picture; of the long series the first. */
function sample(): ManifestEntry[] {
  const seen = new Set<string>();
  return manifest().filter((entry) => {
    if (!entry.Rows || entry.class === "malformed" || entry.expect === "reject") return false;
    const series = entry.group?.startsWith("series-") ? entry.group : null;
    if (series !== null && seen.has(series)) return false;
    if (series !== null) seen.add(series);
    return true;
  });
}

describe.skipIf(!canRun)(`the picture is DCMTK's within one grey level${where}`, () => {
  test("first frames of real files", { timeout: 240_000 }, async () => {
    const differing: string[] = [];
    let compared = 0;
    for (const entry of sample()) {
      if (explained.some(([pattern]) => pattern.test(entry.path))) continue;
      const found = await difference(entry).catch(String);
      if (found === null || (entry.expect === "either" && String(found).startsWith("DicomError"))) continue;
      compared++;
      // Two steps of rounding each in the conversion of colour.
      const tolerance = entry.path.includes("ybr_full_uncompressed") ? 2 : 1;
      if (typeof found === "string" || found > tolerance) differing.push(`${entry.path}: ${found}`);
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  });
});

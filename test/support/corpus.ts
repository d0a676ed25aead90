import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

export interface CorpusFile {
  path: string;
  expect: "accept" | "either" | "reject";
  SOPInstanceUID: string;
  StudyInstanceUID: string;
  SeriesInstanceUID: string;
  TransferSyntaxUID: string;
  Rows: number | null;
  BitsAllocated: number | null;
  NumberOfFrames: number | string | null;
  /** Of all frames as another decoder gives them. */
  decodedPixelSha256?: string;
  decodedPixel?: Record<string, unknown>;
  json?: { path: string; content: string };
  sameSopInstanceAs?: string[];
}

const root = resolve(import.meta.dirname, "../..");
const folder =
  process.env.ISOCENTER_CORPUS ??
  [resolve(root, "../shared/corpus"), resolve(root, "../../shared/corpus")].find((path) => existsSync(path));
export const corpusIsHere = folder !== undefined && existsSync(resolve(folder, "manifest.json"));
if (!corpusIsHere) process.stdout.write("corpus tests are skipped: there is no corpus (ISOCENTER_CORPUS)\n");

export const corpusFiles: readonly CorpusFile[] = corpusIsHere
  ? (JSON.parse(readFileSync(resolve(folder!, "manifest.json"), "utf8")) as { files: CorpusFile[] }).files
  : [];

export const corpusBytes = (file: { path: string }): Buffer => readFileSync(resolve(folder!, file.path));

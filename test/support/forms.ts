import { decodeFrame, transcodeFrame } from "@isocenter/imaging";
import type { Archive } from "@isocenter/server/modules/archive/index.ts";
import { chooseSyntax, createTranscoder, syntaxesFor } from "@isocenter/server/modules/rendering/index.ts";

/** In what the archive's instances can be given, frames decoded and encoded in this thread. */
export const formsOf = (archive: Pick<Archive, "openObject" | "openDataSet" | "readFrame">) => ({
  syntaxesFor,
  chooseSyntax,
  ...createTranscoder({ archive, pool: { decode: decodeFrame, transcode: transcodeFrame } }),
});

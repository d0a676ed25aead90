import { defaultLimits } from "@isocenter/dicom";
import { maxFrameBytes, maxFrameSide, maxPictureSide } from "@isocenter/imaging";
import { defaultMultipartLimits } from "../platform/index.ts";
import { inWords, table } from "./markdown.ts";

const rows = (values: Readonly<Record<string, number>>): string[][] =>
  Object.entries(values).map(([name, value]) => [`\`${name}\``, inWords(name, value)]);

/** Bounds on what comes from outside; one more ends in a refusal that says so. */
export function limitsStatement(): string {
  return [
    "## Limits",
    "Everything that comes from outside is bounded; what is over a bound is refused with a reason and changes nothing.",
    "### A data set",
    table(["", "at most"], rows({ ...defaultLimits })),
    "### A frame or picture",
    table(["", "at most"], rows({ maxFrameBytes, maxFrameSide, maxPictureSide })),
    "### A multipart body",
    table(["", "at most"], rows({ ...defaultMultipartLimits })),
    "One object over HTTP or DIMSE: `MAX_UPLOAD_BYTES`. Nothing is taken once less than `DISK_RESERVE_BYTES` is free (507, A700H).",
  ].join("\n\n");
}

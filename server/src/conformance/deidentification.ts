import { deidentificationOptions, methodCodes, recordTypeOf, storageSopClasses } from "@isocenter/dicom";
import { table } from "./markdown.ts";

/** What PS3.15 E.1.3 asks a de-identifier to say; what each option does stands in the page for users. */
export function deidentificationStatement(): string {
  const codes = (["basic", ...deidentificationOptions] as const).map((name) => {
    const [code, meaning] = methodCodes[name];
    return [`\`${name}\``, code, meaning];
  });
  return [
    "## De-identification",
    "Basic Application Level Confidentiality Profile (PS3.15 E.2) with these options, as they are named in requests and recorded (CID 7050):",
    table(["option", "code", "meaning"], codes),
    "Attributes are removed, emptied or replaced as Table E.1-1 says, content items as Table E.3.4-1, private attributes as Table E.3.10-1. Dummy values are constants of the VR; identifiers, UIDs and shifts " +
      "of dates are derived from a secret by HMAC-SHA-256, so that references hold within a set: an export, or all exports that name the same set. Encrypted Attributes Sequence is not written, and nothing is " +
      "re-identified. Pixels are not read: what may bear names is pointed out. See [de-identification](deidentification.md).",
  ].join("\n\n");
}

/** Media (PS3.10, PS3.11): the record types that list what is exported. */
export function mediaStatement(): string {
  const types = new Map<string, number>();
  for (const uid of storageSopClasses) types.set(recordTypeOf(uid), (types.get(recordTypeOf(uid)) ?? 0) + 1);
  const rows = [...types].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, count]) => [type, String(count)]);
  return [
    "## Media",
    "As file-set creator, the general purpose layout: files `DICOM/PA000001/ST000001/SE000001/IM000001`, DICOMDIR in Explicit VR Little Endian, objects in the transfer syntax they are archived in. Keys of a " +
      "record that the object does not have are filled in. Directory records by type, with the storage SOP classes that each lists:",
    table(["record", "SOP classes"], rows),
  ].join("\n\n");
}

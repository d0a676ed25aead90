import { deidentificationStatement, mediaStatement } from "./deidentification.ts";
import { dicomwebStatement } from "./dicomweb.ts";
import { dimseStatement } from "./dimse.ts";
import { limitsStatement } from "./limits.ts";

/**
 * The DICOM conformance statement (PS3.2 Annex N in short), made from the tables by which the program negotiates, matches and refuses, so that it promises
 * nothing that they do not hold.
 */
export async function conformanceStatement(): Promise<string> {
  return `${[
    "# DICOM conformance statement",
    "Isocenter is an archive and imaging department in one program. This page is generated from the code (`npm run generate`) and checked with it.",
    dimseStatement(),
    await dicomwebStatement(),
    mediaStatement(),
    deidentificationStatement(),
    "## Character sets",
    "Every defined term of Specific Character Set (PS3.3 C.12.1.1.2), with and without code extensions, is read, searched and written; answers are in the character set that they declare, ISO_IR 192 where " +
      "the request's does not hold the text.",
    "## Security",
    "TLS 1.2 and 1.3 for HTTP (`TLS_CERT`, `TLS_KEY`) and DIMSE (`DICOM_TLS_PORT`). User identity in association negotiation grants nothing: a user name is logged, and confirmed where a positive response is asked for; a passcode, ticket or token is not looked at, and never confirmed. Every access to patient data is " +
      "recorded (see the audit trail of the API).",
    limitsStatement(),
  ].join("\n\n")}\n`;
}

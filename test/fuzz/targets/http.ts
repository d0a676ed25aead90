import { DicomError, dataSetOf, readDataSet, TransferSyntaxes, writeDataSet } from "@isocenter/dicom";
import { StatusError } from "@isocenter/dimse";
import { supportedKeys } from "@isocenter/server/modules/archive/index.ts";
import { MultipartError, readParts } from "@isocenter/server/platform/http/multipart.ts";
import { readRange } from "@isocenter/server/platform/http/range.ts";
import { Refusal } from "@isocenter/server/platform/index.ts";
import { acceptedRanges } from "@isocenter/server/protocols/dicomweb/accept.ts";
import { parseQido } from "@isocenter/server/protocols/dicomweb/qido/query.ts";
import { readIdentifier } from "@isocenter/server/protocols/dimse/identifier.ts";
import { latin1, type Target } from "../target.ts";

const levels = ["PATIENT", "STUDY", "SERIES", "INSTANCE"] as const;
const related = (body: string): Buffer => latin1(`multipart\n--x\r\n${body}\r\n--x--\r\n`);

const expected = (error: unknown): void => {
  const isExpected = [Refusal, MultipartError, DicomError, StatusError].some((kind) => error instanceof kind);
  if (!isExpected) throw error;
};

async function* chunked(bytes: Buffer, chance: (below: number) => number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + chance(300);
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** What HTTP clients say in queries, headers and multipart bodies, and what an identifier of a C-FIND holds. */
export const target: Target = {
  name: "http",
  maxBytes: 4096,
  tokens: [
    "&",
    "=",
    "%00",
    "%",
    "includefield=all",
    "*",
    ",",
    ";q=0.",
    '"',
    "\r\n",
    "\r\n--x",
    "--x--",
    "bytes=",
    "-",
    "00100010",
    "0040A730.00080100",
  ].map(latin1),
  seeds: () => [
    ...[
      "query\nPatientName=Doe*&StudyDate=20200101-&includefield=00081030,00080060&fuzzymatching=true&limit=101&offset=0",
      "query\nStudyInstanceUID=1.2,1.3&RequestAttributesSequence.ScheduledProcedureStepID=1&00080061=CT%5CMR",
      'accept\nmultipart/related; type="application/dicom"; transfer-syntax=*;q=0.5, image/jpeg;q=0.8, */*',
      "range\nbytes=0-99,200-",
    ].map(latin1),
    related("Content-Type: application/dicom\r\nContent-Location: a\r\n\r\nDICM"),
    related("\r\nno headers\r\n--x\r\nContent-Type: a/b\r\n\r\n"),
    ...[
      dataSetOf({
        QueryRetrieveLevel: "STUDY",
        PatientName: "D*",
        StudyDate: "2020-",
        ModalitiesInStudy: ["CT", "MR"],
      }),
      dataSetOf({
        QueryRetrieveLevel: "SERIES",
        StudyInstanceUID: ["1.2", "1.3"],
        RequestAttributesSequence: [{ RequestedProcedureID: "" }],
      }),
    ].map((set) =>
      Buffer.concat([latin1("find\n"), writeDataSet(set, TransferSyntaxes.ExplicitVRLittleEndian)]),
    ),
  ],
  async run(input, chance) {
    const line = input.indexOf("\n");
    const kind = input.toString("latin1", 0, Math.max(0, line));
    const rest = input.subarray(line + 1);
    const text = rest.toString("latin1");
    const level = levels[chance(levels.length)]!;
    try {
      if (kind === "query") parseQido(level, new URLSearchParams(text), supportedKeys(level));
      else if (kind === "accept") acceptedRanges(text, text.slice(0, 40));
      else if (kind === "range") readRange(text, 1000);
      else if (kind === "find") {
        const identifier = readDataSet(rest, TransferSyntaxes.ExplicitVRLittleEndian);
        readIdentifier(identifier, ["PATIENT", "STUDY", "SERIES", "IMAGE"], supportedKeys, {
          combinedDateTime: false,
          fuzzy: chance(2) === 0,
        });
      } else {
        for await (const part of readParts(chunked(rest, chance), "x"))
          if (chance(2) === 0) for await (const _ of part.body);
      }
    } catch (error) {
      expected(error);
    }
  },
};

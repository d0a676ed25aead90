import {
  createStreamParser,
  DicomError,
  type ParsedObject,
  readPart10,
  storable,
  TransferSyntaxes,
  toDicomJsonText,
  writeDataSet,
} from "@isocenter/dicom";
import { hexadecimal, latin1, type Target } from "../target.ts";
import { dicomFiles, elementStarts } from "./seeds.ts";

function elementToken(tag: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(tag >>> 16, 0);
  bytes.writeUInt16LE(tag & 0xffff, 2);
  return bytes;
}

/** The result, or null where the object is refused. */
function tried<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof DicomError) return null;
    throw error;
  }
}

function streamed(input: Buffer, chance: (below: number) => number): ParsedObject | null {
  return tried(() => {
    const parser = createStreamParser();
    for (let at = 0; at < input.length; ) {
      const end = at + 1 + chance(chance(2) === 0 ? 40 : 4096);
      parser.push(input.subarray(at, end));
      at = end;
    }
    return parser.end();
  });
}

/** Files, read at once and as a stream: both take them or both refuse them; what was taken can be shown and written again. */
export const target: Target = {
  name: "dicom-file",
  seeds: () => dicomFiles(),
  maxBytes: 16 * 1024,
  tokens: [
    hexadecimal("feff00e0ffffffff"),
    hexadecimal("feff0de000000000"),
    hexadecimal("feffdde000000000"),
    hexadecimal("ffffffff"),
    hexadecimal("fffffffe"),
    ...["SQ", "UN", "OB", "OW", "UT", "UC", "PN", "UI", "AT", "DS", "IS", "zz", "\0\0"].map(latin1),
    ...["1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.90"].map(
      latin1,
    ),
    ...["DICM", "ISO 2022 IR 87", "ISO_IR 192", "\\", "\x1b$B", "\x1b(B", "GB18030"].map(latin1),
    ...elementStarts.map(elementToken),
  ],
  run(input, chance) {
    const whole = tried(() => readPart10(input));
    const stream = streamed(input, chance);
    if ((whole === null) !== (stream === null))
      throw new Error(
        `read at once: ${whole ? "taken" : "refused"}; as a stream: ${stream ? "taken" : "refused"}`,
      );
    if (!whole || !stream) return;
    if (whole.dataSetOffset !== stream.dataSetOffset || whole.transferSyntaxUID !== stream.transferSyntaxUID)
      throw new Error("read at once and as a stream it is not the same object");
    storable(whole);
    tried(() => JSON.parse(toDicomJsonText(whole.dataSet)));
    tried(() => writeDataSet(whole.dataSet, TransferSyntaxes.ExplicitVRLittleEndian));
  },
};

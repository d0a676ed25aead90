import { expect, test } from "vitest";
import { createStreamParser } from "../parser/parse.ts";
import { SopClasses, TransferSyntaxes } from "../uids.ts";
import { text } from "../values.ts";
import { dataSetOf } from "./build.ts";
import { type FileMeta, fileMeta } from "./file.ts";
import { writeDataSet } from "./write.ts";

const told: Required<FileMeta> = {
  sopClassUID: SopClasses.CTImageStorage,
  sopInstanceUID: "1.2.3.41",
  transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian,
  sourceApplicationEntityTitle: "CT1",
};

/** What the file meta information says, and the length that its group is said to have (PS3.10 7.1). */
function said(bytes: Uint8Array, transferSyntaxUID: string) {
  const parser = createStreamParser();
  parser.push(bytes);
  parser.push(writeDataSet(dataSetOf({ Modality: "CT" }), transferSyntaxUID));
  const meta = parser.end().meta!;
  const elements = [0x00020002, 0x00020003, 0x00020010, 0x00020016].map((tag) => text(meta, tag));
  return {
    elements,
    left: bytes.length - 144 - new DataView(bytes.buffer, bytes.byteOffset).getUint32(140, true),
  };
}
const expected = ({
  sopClassUID,
  sopInstanceUID,
  transferSyntaxUID,
  sourceApplicationEntityTitle,
}: Required<FileMeta>) => ({
  elements: [sopClassUID, sopInstanceUID, transferSyntaxUID, sourceApplicationEntityTitle],
  left: 0,
});

test("each object gets its own UID, whatever came before", () => {
  const others = [
    told,
    { ...told, sopInstanceUID: "1.2.3.42" },
    { ...told, sopInstanceUID: "1.2.3.421" },
    { ...told, sopInstanceUID: "1.2.3.422" },
    { ...told, sopClassUID: SopClasses.MRImageStorage, sopInstanceUID: "1.2.3.43" },
    { ...told, transferSyntaxUID: TransferSyntaxes.ImplicitVRLittleEndian, sopInstanceUID: "1.2.3.44" },
    { ...told, sourceApplicationEntityTitle: "CT2", sopInstanceUID: "1.2.3.45" },
    { ...told, sopInstanceUID: "1.2.3.46" },
  ];
  for (const one of others) expect(said(fileMeta(one), one.transferSyntaxUID)).toEqual(expected(one));
});

test("what is made of it is the caller's own", () => {
  const first = fileMeta(told);
  const copy = first.slice();
  first.fill(0);
  fileMeta(told).fill(0);
  expect(fileMeta(told)).toEqual(copy);
});

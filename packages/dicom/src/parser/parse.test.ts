import { describe, expect, test } from "vitest";
import {
  createStreamParser,
  DicomError,
  items,
  number,
  readDataSet,
  readPart10,
  Tags,
  text,
} from "../index.ts";
import { TransferSyntaxes } from "../uids.ts";

const bytesOf = (hex: string) =>
  Uint8Array.from(hex.replace(/#.*$/gm, "").match(/[0-9a-f]{2}/gi) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );

const explicitLittle = `
  08 00 05 00 43 53 0a 00 49 53 4f 5f 49 52 20 31 30 30   # (0008,0005) CS 10 "ISO_IR 100"
  08 00 40 11 53 51 00 00 ff ff ff ff                     # (0008,1140) SQ undefined length
  fe ff 00 e0 ff ff ff ff                                 #   item, undefined length
  08 00 55 11 55 49 04 00 31 2e 32 00                     #     (0008,1155) UI 4 "1.2" and a zero
  fe ff 0d e0 00 00 00 00                                 #   end of item
  fe ff 00 e0 00 00 00 00                                 #   item, empty
  fe ff dd e0 00 00 00 00                                 # end of sequence
  10 00 10 00 50 4e 06 00 4d fc 6c 6c 65 72               # (0010,0010) PN 6 "Müller" in Latin-1
  28 00 10 00 55 53 02 00 00 02                           # (0028,0010) US 2 512
`;

function chunked(bytes: Uint8Array, size: number, transferSyntaxUID?: string) {
  const parser = createStreamParser(transferSyntaxUID === undefined ? {} : { transferSyntaxUID });
  for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size));
  return parser.end();
}

describe("data sets byte by byte", () => {
  test("explicit VR little endian, sequence and items of undefined length", () => {
    const set = readDataSet(bytesOf(explicitLittle), TransferSyntaxes.ExplicitVRLittleEndian);
    expect(text(set, Tags.PatientName)).toBe("Müller");
    expect(number(set, Tags.Rows)).toBe(512);
    const found = items(set, Tags.ReferencedImageSequence);
    expect(found.map((item) => text(item, Tags.ReferencedSOPInstanceUID))).toEqual(["1.2", undefined]);
    expect(found.map((item) => item.undefinedLength)).toEqual([true, false]);
    expect(set.elements.get(Tags.Rows)).toMatchObject({
      vr: "US",
      length: 2,
      offset: bytesOf(explicitLittle).length - 2,
    });
  });

  test("every chunk size gives the same", () => {
    const bytes = bytesOf(explicitLittle);
    for (let size = 1; size <= bytes.length; size++) {
      const { dataSet, totalLength } = chunked(bytes, size, TransferSyntaxes.ExplicitVRLittleEndian);
      expect(text(dataSet, Tags.PatientName)).toBe("Müller");
      expect(items(dataSet, Tags.ReferencedImageSequence)).toHaveLength(2);
      expect(totalLength).toBe(bytes.length);
    }
  });

  test("every cut is truncated or a shorter data set, never anything else", () => {
    const bytes = bytesOf(explicitLittle);
    for (let end = 0; end < bytes.length; end++) {
      const read = () => readDataSet(bytes.subarray(0, end), TransferSyntaxes.ExplicitVRLittleEndian);
      try {
        expect(read().elements.size).toBeLessThan(4);
      } catch (error) {
        expect(error).toBeInstanceOf(DicomError);
        expect(["truncated"]).toContain((error as DicomError).code);
      }
    }
  });

  test("a declared length beyond the end is an error", () => {
    const bytes = bytesOf("28 00 10 00 55 53 04 00 00 02");
    expect(() => readDataSet(bytes, TransferSyntaxes.ExplicitVRLittleEndian)).toThrow(
      expect.objectContaining({ code: "truncated", offset: 10 }),
    );
  });

  test("what is not DICOM is said to be so", () => {
    expect(() => readPart10(new TextEncoder().encode("<html>".repeat(100)))).toThrow(
      expect.objectContaining({ code: "not-dicom" }),
    );
  });
});

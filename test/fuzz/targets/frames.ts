import { DicomError, readPart10 } from "@isocenter/dicom";
import { decodableTransferSyntaxes, decodeFrame, frameDescription, ImagingError } from "@isocenter/imaging";
import { hexadecimal, type Target } from "../target.ts";
import { dicomFiles } from "./seeds.ts";

type Description = ReturnType<typeof frameDescription>;

let known: { description: Description; bytes: Buffer }[] | null = null;

/** Frames of the files with how they are to be read. */
function frames(): { description: Description; bytes: Buffer }[] {
  known ??= dicomFiles(24 * 1024).flatMap((file) => {
    try {
      const parsed = readPart10(file);
      const pieces = parsed.pixelData?.frames[0];
      if (!pieces || parsed.deflated) return [];
      const bytes = Buffer.concat(pieces.map(({ offset, length }) => file.subarray(offset, offset + length)));
      return [
        { description: frameDescription(parsed.dataSet, parsed.transferSyntaxUID, parsed.pixelData), bytes },
      ];
    } catch (error) {
      if (error instanceof DicomError || error instanceof ImagingError) return [];
      throw error;
    }
  });
  return known;
}

const sides = [1, 2, 3, 8, 64, 255, 512];
const depths = [1, 2, 8, 12, 16, 24, 32, 64];

/** The description that belongs to the bytes, or one that does not quite fit them. */
function bent(description: Description, chance: (below: number) => number): Description {
  const one = <T>(list: readonly T[]): T => list[chance(list.length)]!;
  const changes: (() => Partial<Description>)[] = [
    () => ({ rows: one(sides) }),
    () => ({ columns: one(sides) }),
    () => ({ samplesPerPixel: one([1, 2, 3, 4]) }),
    () => ({ bitsAllocated: one(depths) }),
    () => ({ bitsStored: one(depths), highBit: one(depths) - 1 }),
    () => ({ planarConfiguration: one([0, 1]), pixelRepresentation: one([0, 1]) }),
    () => ({
      photometricInterpretation: one(["MONOCHROME1", "RGB", "YBR_FULL_422", "YBR_ICT", "PALETTE COLOR", ""]),
    }),
    () => ({ transferSyntaxUID: one(decodableTransferSyntaxes) }),
    () => ({ floatingPoint: true }),
  ];
  return chance(2) === 0 ? description : { ...description, ...one(changes)() };
}

/** Frames of every syntax: damaged code streams, and descriptions that do not fit them. The first two bytes say which description. */
export const target: Target = {
  name: "frames",
  maxBytes: 48 * 1024,
  tokens: [
    "ffd8ffc0",
    "ffc3",
    "ffc4",
    "ffda",
    "ffdb",
    "ffdd0004",
    "fff7",
    "fff8",
    "ff4fff51",
    "ff52",
    "ff5c",
    "ff90000a",
    "ff93",
    "ffd9",
    "ff50",
    "ffff",
  ].map(hexadecimal),
  seeds: () =>
    frames().map(({ bytes }, index) => Buffer.concat([Buffer.from([index >> 8, index & 255]), bytes])),
  async run(input, chance) {
    if (input.length < 2) return;
    const all = frames();
    const description = bent(all[input.readUInt16BE(0) % all.length]!.description, chance);
    try {
      await decodeFrame(description, input.subarray(2));
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error;
    }
  },
};

import { dataSetOf, Element, readPart10, Tags, TransferSyntaxes, writePart10 } from "@isocenter/dicom";
import { createImagingPool } from "@isocenter/imaging";
import { decisionsArchive } from "@isocenter/test/support/decisions.ts";
import { chunked, ctInstance } from "@isocenter/test/support/instances.ts";
import { afterAll, expect, test } from "vitest";

const imaging = createImagingPool();
const at = decisionsArchive({ imaging });
afterAll(() => imaging.close());

/** RLE of 16 bit pixels (PS3.5 G): a segment for the high bytes and one for the low ones, without runs. */
function rle(pixels: Uint8Array): Uint8Array {
  const segments = [1, 0].map((half) => {
    const plane = pixels.filter((_, index) => index % 2 === half);
    const parts: number[] = [];
    for (let from = 0; from < plane.length; from += 128) {
      const run = plane.subarray(from, from + 128);
      parts.push(run.length - 1, ...run);
    }
    return Buffer.from(parts.length % 2 === 0 ? parts : [...parts, 0]);
  });
  const header = Buffer.alloc(64);
  header.writeUInt32LE(2, 0);
  header.writeUInt32LE(64, 4);
  header.writeUInt32LE(64 + segments[0]!.length, 8);
  return Buffer.concat([header, ...segments]);
}

const frames = [1, 2].map((value) =>
  Uint8Array.from({ length: 512 }, (_, i) => (i % 2 === 0 ? (i * value) & 0xff : 0)),
);
let count = 0;
function uids() {
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = ctInstance();
  return {
    StudyInstanceUID,
    SeriesInstanceUID,
    SOPInstanceUID,
    PatientID: `S-${++count}`,
    NumberOfFrames: "2",
  };
}
const ingest = (attributes: object, transferSyntaxUID: string = TransferSyntaxes.ExplicitVRLittleEndian) => {
  const encapsulated = transferSyntaxUID === TransferSyntaxes.RLELossless;
  const PixelData = encapsulated ? { frames: frames.map(rle) } : Buffer.concat(frames);
  const { bytes } = ctInstance({ PixelData, ...attributes }, { transferSyntaxUID });
  return at.archive.ingest(at.viewer, { chunks: chunked(bytes), door: "c-store" });
};

test.each([
  ["implicit", TransferSyntaxes.ImplicitVRLittleEndian],
  ["big endian", TransferSyntaxes.ExplicitVRBigEndian],
  ["deflated", TransferSyntaxes.DeflatedExplicitVRLittleEndian],
  ["RLE", TransferSyntaxes.RLELossless],
])("the same object in another lossless syntax is here already: %s", async (_, syntax) => {
  const same = uids();
  const first = await ingest(same);
  expect(await ingest(same, syntax)).toMatchObject({
    outcome: "already-stored",
    imageId: first.imageId,
    quarantineId: null,
  });
  const other = uids();
  await ingest(other, syntax);
  expect(await ingest(other)).toMatchObject({ outcome: "already-stored" });
});

test("the same object written in another way is here already; what follows the pixels counts as well", async () => {
  const same = uids();
  const send = (attributes: object, { undefinedLengths = false } = {}) => {
    const { dataSet } = readPart10(
      ctInstance({ ...same, PixelData: Buffer.concat(frames), ReferencedImageSequence: [{}], ...attributes })
        .bytes,
    );
    if (undefinedLengths) {
      const made = dataSetOf({ ReferencedImageSequence: [{}] }).elements.get(Tags.ReferencedImageSequence)!;
      const open = new Element(made.tag, "SQ", -1, -1);
      open.items = made.items!.map((item) => ({ ...item, undefinedLength: true }));
      dataSet.elements.set(made.tag, open);
    }
    const bytes = writePart10({ dataSet, transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian });
    return at.archive.ingest(at.viewer, { chunks: chunked(bytes), door: "stow-rs" });
  };
  const first = await send({});
  const again = await send({}, { undefinedLengths: true });
  expect(again).toMatchObject({ outcome: "already-stored", imageId: first.imageId });
  for (const other of [
    { PixelData: Buffer.concat(frames.toReversed()) },
    { DigitalSignaturesSequence: [{ MACIDNumber: 1 }] },
    // A third frame that nobody counts.
    { PixelData: Buffer.concat([...frames, frames[0]!]) },
  ])
    expect(await send(other, { undefinedLengths: true })).toMatchObject({ outcome: "quarantined" });
});

test("an object without pixels in another syntax is here already, unless it says something else", async () => {
  const same = { ...uids(), NumberOfFrames: undefined, PixelData: undefined };
  const first = await ingest(same);
  expect(await ingest(same, TransferSyntaxes.ImplicitVRLittleEndian)).toMatchObject({
    outcome: "already-stored",
    imageId: first.imageId,
  });
  const other = { ...same, SeriesDescription: "Another" };
  expect(await ingest(other, TransferSyntaxes.ImplicitVRLittleEndian)).toMatchObject({
    outcome: "quarantined",
  });
});

test("single bits are compared as they stand, with and without VRs", async () => {
  const same = uids();
  const bits = { BitsAllocated: 1, BitsStored: 1, HighBit: 0, Rows: 3, Columns: 3 };
  const send = (PixelData: Uint8Array, syntax: string) => {
    const { bytes } = ctInstance({ ...same, ...bits, PixelData }, { transferSyntaxUID: syntax });
    return at.archive.ingest(at.viewer, { chunks: chunked(bytes), door: "c-store" });
  };
  const { ExplicitVRLittleEndian, ImplicitVRLittleEndian } = TransferSyntaxes;
  await send(Uint8Array.of(1, 2, 3, 0), ImplicitVRLittleEndian);
  expect(await send(Uint8Array.of(1, 2, 3, 0), ExplicitVRLittleEndian)).toMatchObject({
    outcome: "already-stored",
  });
  expect(await send(Uint8Array.of(1, 2, 2, 0), ExplicitVRLittleEndian)).toMatchObject({
    outcome: "quarantined",
  });
});

test("other pixels, other attributes and a lossy syntax are for a person to decide", async () => {
  const same = uids();
  await ingest(same);
  const { RLELossless, ImplicitVRLittleEndian, JPEGBaseline8Bit } = TransferSyntaxes;
  const changed = frames.map((frame) =>
    rle(Uint8Array.from(frame, (byte, i) => (i === 40 ? byte ^ 1 : byte))),
  );
  expect(await ingest({ ...same, PixelData: { frames: changed } }, RLELossless)).toMatchObject({
    outcome: "quarantined",
  });
  expect(await ingest({ ...same, SliceThickness: "6" }, ImplicitVRLittleEndian)).toMatchObject({
    outcome: "quarantined",
  });
  expect(await ingest({ ...same, PixelData: { frames: frames.map(rle) } }, JPEGBaseline8Bit)).toMatchObject({
    outcome: "quarantined",
  });
  // What says RLE and is none cannot be compared.
  expect(await ingest({ ...same, PixelData: { frames } }, RLELossless)).toMatchObject({
    outcome: "quarantined",
  });
});

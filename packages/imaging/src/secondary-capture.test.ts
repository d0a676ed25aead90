import { crc32 } from "node:zlib";
import { number, readPart10, text, writePart10 } from "@isocenter/dicom";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { frameDescription } from "./description.ts";
import { presentationOf } from "./presentation.ts";
import { renderFrame } from "./render.ts";
import { pictureToSecondaryCapture } from "./secondary-capture.ts";

const attributes = { StudyInstanceUID: "1.2.3", Modality: "OT", PatientName: "Müller^Änne" };

/** A picture of 6 × 4 pixels: the left half red, the right half blue. */
const redBlue = () => {
  const pixels = Buffer.from(
    Array.from({ length: 24 }, (_, i) => (i % 6 < 3 ? [255, 0, 0] : [0, 0, 255])).flat(),
  );
  return sharp(pixels, { raw: { width: 6, height: 4, channels: 3 } });
};

/** Makes, writes and reads the object, and shows its only frame. */
async function throughDicom(picture: Uint8Array) {
  const made = await pictureToSecondaryCapture(picture, attributes);
  const file = writePart10(made);
  const { dataSet, pixelData, transferSyntaxUID } = readPart10(file);
  const [pieces] = pixelData!.frames;
  const bytes = Buffer.concat(pieces!.map(({ offset, length }) => file.subarray(offset, offset + length)));
  const description = frameDescription(dataSet, transferSyntaxUID, pixelData);
  const shown = await renderFrame(description, presentationOf(dataSet), bytes, { format: "png" });
  const pixels = await sharp(shown).raw().toBuffer();
  return { made, dataSet, bytes, description, pixels, transferSyntaxUID };
}

describe("a picture as Secondary Capture", () => {
  test("PNG: native pixels, the attributes that were given and those that must not be missing", async () => {
    const { made, dataSet, description, pixels } = await throughDicom(await redBlue().png().toBuffer());
    expect(made).toMatchObject({
      format: "PNG",
      rows: 4,
      columns: 6,
      transferSyntaxUID: "1.2.840.10008.1.2.1",
    });
    expect(description).toMatchObject({
      photometricInterpretation: "RGB",
      bitsAllocated: 8,
      samplesPerPixel: 3,
    });
    expect([...pixels.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect([...pixels.subarray(15, 18)]).toEqual([0, 0, 255]);
    expect(text(dataSet, 0x00080016)).toBe("1.2.840.10008.5.1.4.1.1.7");
    expect(text(dataSet, 0x00100010)).toBe("Müller^Änne");
    expect(text(dataSet, 0x0020000e)).toMatch(/^2\.25\./);
    for (const typeTwo of [
      0x00100020, 0x00100030, 0x00100040, 0x00080020, 0x00080050, 0x00200011, 0x00200013,
    ])
      expect(dataSet.elements.has(typeTwo), typeTwo.toString(16)).toBe(true);
    expect(text(dataSet, 0x00282110)).toBeUndefined();
  });

  test("baseline JPEG: the very bytes are the frame, and it is marked as lossy", async () => {
    const jpeg = await redBlue().jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer();
    const { made, dataSet, bytes, pixels, description } = await throughDicom(jpeg);
    expect(made).toMatchObject({ format: "JPEG", transferSyntaxUID: "1.2.840.10008.1.2.4.50" });
    expect(bytes.subarray(0, jpeg.length).equals(jpeg)).toBe(true);
    expect(description.photometricInterpretation).toBe("YBR_FULL_422");
    expect(text(dataSet, 0x00282110)).toBe("01");
    expect(number(dataSet, 0x00282112)).toBeCloseTo(72 / jpeg.length, 2);
    expect(pixels[0]).toBeGreaterThan(240);
    expect(pixels[2]).toBeLessThan(15);
  });

  test("progressive JPEG becomes native and stays marked as lossy", async () => {
    const jpeg = await redBlue().jpeg({ progressive: true }).toBuffer();
    const { made, dataSet } = await throughDicom(jpeg);
    expect(made).toMatchObject({ format: "JPEG", transferSyntaxUID: "1.2.840.10008.1.2.1" });
    expect(text(dataSet, 0x00282110)).toBe("01");
  });

  test("a JPEG that says it lies on its side is turned", async () => {
    const jpeg = await redBlue().jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const { made, transferSyntaxUID } = await throughDicom(jpeg);
    expect(made).toMatchObject({ rows: 6, columns: 4 });
    expect(transferSyntaxUID).toBe("1.2.840.10008.1.2.1");
  });

  test("grey stays grey, also of 16 bits; transparency lies on white", async () => {
    const grey = sharp(Buffer.of(0, 128, 255, 64), { raw: { width: 4, height: 1, channels: 1 } });
    const small = await throughDicom(await grey.toColourspace("b-w").png().toBuffer());
    expect(small.description).toMatchObject({ samplesPerPixel: 1, bitsAllocated: 8 });
    expect([...small.bytes]).toEqual([0, 128, 255, 64]);

    const values = Uint16Array.of(0, 1000, 40_000, 65_535);
    const deep = sharp(values, { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace("grey16")
      .png();
    const large = await throughDicom(await deep.toBuffer());
    expect(large.description).toMatchObject({ samplesPerPixel: 1, bitsAllocated: 16 });
    expect([...new Uint16Array(new Uint8Array(large.bytes).buffer)]).toEqual([...values]);

    const clear = sharp({
      create: { width: 2, height: 2, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
    });
    const flat = await throughDicom(await clear.png().toBuffer());
    expect([...flat.bytes.subarray(0, 3)]).toEqual([255, 255, 255]);
  });

  test("what is no picture, another format, or cut short is refused", async () => {
    const png = await sharp({ create: { width: 300, height: 300, channels: 3, background: "#abc" } })
      .png()
      .toBuffer();
    const noise = Buffer.from(Array.from({ length: 30_000 }, (_, i) => (i * 2654435761) >>> 24));
    const jpeg = await sharp(noise, { raw: { width: 100, height: 100, channels: 3 } })
      .jpeg()
      .toBuffer();
    const convert = (bytes: Uint8Array) => pictureToSecondaryCapture(bytes, attributes);
    await expect(convert(Buffer.from("<svg/>"))).rejects.toMatchObject({ code: "unsupported" });
    await expect(convert(await redBlue().webp().toBuffer())).rejects.toMatchObject({ code: "unsupported" });
    await expect(convert(new Uint8Array(0))).rejects.toMatchObject({ code: "unsupported" });
    await expect(convert(png.subarray(0, 60))).rejects.toMatchObject({ code: "corrupt" });
    await expect(convert(jpeg.subarray(0, jpeg.length / 2))).rejects.toMatchObject({ code: "corrupt" });
  });

  test("a picture of too many pixels is refused by its header", async () => {
    const header = Buffer.alloc(17);
    header.write("IHDR");
    header.writeUInt32BE(60_000, 4);
    header.writeUInt32BE(60_000, 8);
    header.set([8, 2], 12);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(header));
    const signature = Buffer.from("89504e470d0a1a0a0000000d", "hex");
    const data = Buffer.from("0000000049444154", "hex");
    const png = Buffer.concat([signature, header, checksum, data, Buffer.alloc(4)]);
    const refused = pictureToSecondaryCapture(png, attributes);
    await expect(refused).rejects.toMatchObject({ code: "too-large" });
  });
});

import { dataSetOf } from "@isocenter/dicom";
import sharp from "sharp";
import { expect, test } from "vitest";
import { colourFrame, greyFrame } from "../test/encoders.ts";
import { colourProfileOf } from "./colour-profile.ts";
import { presentationOf } from "./presentation.ts";
import { renderFrame } from "./render.ts";

const red = { r: 200, g: 60, b: 50 };

/** Red in the numbers that Display P3 has for it, and that profile, as the library of pictures writes them. */
async function inDisplayP3(width: number, height: number): Promise<{ pixels: Buffer; profile: Buffer }> {
  const file = await sharp({ create: { width, height, channels: 3, background: red } })
    .withIccProfile("p3")
    .png()
    .toBuffer();
  const profile = (await sharp(file).metadata()).icc!;
  const { data } = await sharp(file, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
  return { pixels: data, profile };
}

/** What is farthest from red in the picture. */
async function farthest(file: Uint8Array): Promise<number> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  const wanted = [red.r, red.g, red.b];
  return data.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i % 3]!)), 0);
}

test.each([
  [8, 8],
  // More than one strip, the last one shorter.
  [1000, 801],
])("colours of %i × %i pixels with a profile become those of a screen", async (columns, rows) => {
  const { pixels, profile } = await inDisplayP3(columns, rows);
  const description = colourFrame({ rows, columns });
  const plain = presentationOf(dataSetOf({}));
  const render = (colourProfile: Uint8Array | null) =>
    renderFrame(description, { ...plain, colourProfile }, pixels, { format: "png" });
  expect(await farthest(await render(null))).toBeGreaterThan(8);
  expect(await farthest(await render(profile))).toBeLessThan(3);
  const { width, height } = await sharp(await render(profile)).metadata();
  expect([width, height]).toEqual([columns, rows]);
});

test("a profile that is broken behind its header, and one of a grey image, change nothing", async () => {
  const { pixels, profile } = await inDisplayP3(4, 4);
  const plain = presentationOf(dataSetOf({}));
  const broken = Buffer.from(profile).fill(0xff, 128);
  const options = { format: "png" } as const;
  const description = colourFrame({ rows: 4, columns: 4 });
  const without = await renderFrame(description, plain, pixels, options);
  const { data } = await sharp(without).raw().toBuffer({ resolveWithObject: true });
  const passedOver = await renderFrame(description, { ...plain, colourProfile: broken }, pixels, options);
  expect((await sharp(passedOver).raw().toBuffer()).equals(data)).toBe(true);
  const grey = greyFrame({ rows: 4, columns: 4, bitsAllocated: 8 });
  const levels = pixels.subarray(0, 16);
  expect(await renderFrame(grey, { ...plain, colourProfile: profile }, levels, options)).toEqual(
    await renderFrame(grey, plain, levels, options),
  );
});

test("the profile is the image's own, or that of its only optical path, where it is not a screen's", async () => {
  const { profile } = await inDisplayP3(1, 1);
  const path = { ICCProfile: profile };
  expect(colourProfileOf(dataSetOf({ ICCProfile: profile }))).toEqual(new Uint8Array(profile));
  expect(colourProfileOf(dataSetOf({ OpticalPathSequence: [path] }))).toEqual(new Uint8Array(profile));
  const grey = Buffer.from(profile);
  grey.write("GRAY", 16);
  const described = Buffer.concat([profile, Buffer.from("sRGB IEC61966-2.1")]);
  for (const values of [
    {},
    { OpticalPathSequence: [path, path] },
    { ICCProfile: profile, ColorSpace: "SRGB" },
    { ICCProfile: described },
    { ICCProfile: grey },
    { ICCProfile: profile.subarray(0, 100) },
    { ICCProfile: Buffer.alloc(400) },
  ])
    expect(colourProfileOf(dataSetOf(values))).toBeNull();
});

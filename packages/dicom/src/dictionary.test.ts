import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import {
  dictionaryEntry,
  formatTag,
  isPrivate,
  isPrivateCreator,
  parseTag,
  privateCreatorTag,
  registeredUid,
  SopClasses,
  sopClass,
  storageSopClasses,
  Tags,
  TransferSyntaxes,
  tagByKeyword,
  tagOf,
  transferSyntax,
} from "./index.ts";

describe("the dictionary", () => {
  test("generated files are what the tables say", () => {
    const script = resolve(import.meta.dirname, "../tools/generate.ts");
    expect(() => execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" })).not.toThrow();
  });

  test("entries", () => {
    expect(dictionaryEntry(Tags.PatientName)).toEqual({
      tag: 0x00100010,
      keyword: "PatientName",
      name: "Patient's Name",
      vr: "PN",
      vm: "1",
      retired: false,
    });
    expect(dictionaryEntry(Tags.PixelData)?.vr).toBe("OB or OW");
    expect(dictionaryEntry(Tags.PixelPaddingValue)?.vr).toBe("US or SS");
    expect(dictionaryEntry(0x00081140)?.vr).toBe("SQ");
    expect(dictionaryEntry(0x00280103)?.name).toBe("Pixel Representation");
  });

  test("repeating groups and retired attributes", () => {
    expect(dictionaryEntry(0x60123000)?.keyword).toBe("OverlayData");
    expect(dictionaryEntry(0x60133000)).toBeUndefined();
    expect(dictionaryEntry(0x50020010)).toMatchObject({ keyword: "NumberOfPoints", retired: true });
    expect(dictionaryEntry(0x00203105)?.keyword).toBe("SourceImageIDs");
    expect(dictionaryEntry(0x00091010)).toBeUndefined();
  });

  test("tags as text", () => {
    expect(formatTag(Tags.PixelData)).toBe("7FE00010");
    expect(formatTag(0xfffee000)).toBe("FFFEE000");
    for (const text of ["00100010", "0010,0010", "(0010,0010)", "PatientName"])
      expect(parseTag(text)).toBe(0x00100010);
    for (const text of ["", "0010001", "constructor", "0010 0010", "(00100010", "patientname"])
      expect(parseTag(text)).toBeNull();
    expect(tagByKeyword("toString")).toBeUndefined();
    expect(tagOf(0xffff, 0xffff)).toBe(0xffffffff);
    expect([
      isPrivate(0x00091001),
      isPrivate(0x00081001),
      isPrivateCreator(0x00090010),
      isPrivateCreator(0x00091010),
    ]).toEqual([true, false, true, false]);
    expect(privateCreatorTag(0xffff11ff)).toBe(0xffff0011);
  });
});

describe("UIDs", () => {
  test("transfer syntaxes", () => {
    expect(transferSyntax(TransferSyntaxes.ExplicitVRBigEndian)).toMatchObject({
      littleEndian: false,
      explicitVR: true,
      encapsulated: false,
      retired: true,
    });
    expect(transferSyntax(TransferSyntaxes.DeflatedExplicitVRLittleEndian)).toMatchObject({
      deflated: true,
      encapsulated: false,
    });
    expect(transferSyntax(SopClasses.CTImageStorage)).toBeUndefined();
    expect(transferSyntax("1.2.3")).toBeUndefined();
    const lossy = Object.entries(TransferSyntaxes)
      .filter(([, uid]) => transferSyntax(uid)!.lossy)
      .map(([keyword]) => keyword);
    expect(lossy).toEqual(
      expect.arrayContaining([
        "JPEGBaseline8Bit",
        "JPEGLSNearLossless",
        "JPEG2000",
        "HTJ2K",
        "JPEGXL",
        "MPEG4HP41",
        "HEVCMP51",
      ]),
    );
    for (const lossless of [
      "JPEGLossless",
      "JPEGLosslessSV1",
      "JPEGLSLossless",
      "JPEG2000Lossless",
      "HTJ2KLossless",
      "HTJ2KLosslessRPCL",
      "JPEGXLLossless",
      "RLELossless",
      "DeflatedImageFrameCompression",
      "JPEG2000MCLossless",
    ])
      expect(lossy).not.toContain(lossless);
    for (const keyword of [
      "RLELossless",
      "JPEGBaseline8Bit",
      "HTJ2K",
      "MPEG2MPML",
      "DeflatedImageFrameCompression",
      "EncapsulatedUncompressedExplicitVRLittleEndian",
    ])
      expect(transferSyntax(TransferSyntaxes[keyword as keyof typeof TransferSyntaxes])?.encapsulated).toBe(
        true,
      );
  });

  test("SOP classes", () => {
    expect(sopClass(SopClasses.CTImageStorage)).toMatchObject({
      kind: "storage",
      name: "CT Image Storage",
      retired: false,
    });
    expect(sopClass("1.2.840.10008.1.1")?.kind).toBe("verification");
    expect(sopClass("1.2.840.10008.5.1.4.31")?.kind).toBe("worklist");
    expect(sopClass("1.2.840.10008.5.1.4.1.2.2.1")?.kind).toBe("query-retrieve");
    expect(sopClass("1.2.840.10008.3.1.2.3.3")?.kind).toBe("performed-step");
    expect(sopClass("1.2.840.10008.1.20.1")?.kind).toBe("storage-commitment");
    expect(storageSopClasses.length).toBeGreaterThan(190);
    // Retired, and still in many archives: the old ultrasound and secondary capture relatives
    for (const uid of ["1.2.840.10008.5.1.4.1.1.6", "1.2.840.10008.5.1.4.1.1.3", "1.2.840.10008.5.1.4.1.1.5"])
      expect(sopClass(uid)).toMatchObject({ kind: "storage", retired: true });
    expect(registeredUid("1.2.840.10008.1.20.1.1")?.kind).toBe("instance");
  });
});

test("the sources use nothing that a browser lacks", () => {
  const files = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return files(path);
      return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
    });
  const found = files(import.meta.dirname).filter((path) =>
    /\bBuffer\b|from "node:|\bprocess\.|\brequire\(/.test(readFileSync(path, "utf8")),
  );
  expect(found).toEqual([]);
  expect(existsSync(join(import.meta.dirname, "index.ts"))).toBe(true);
});

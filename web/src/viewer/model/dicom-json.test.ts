import { inlineBytesOf, numbersOf, textOf, textsOf } from "@isocenter/presentation";
import { describe, expect, it } from "vitest";
import { dateOf, personNameOf, timeOf } from "./dicom-json.ts";
import { withKnownVrs } from "./unknown-vr.ts";

describe("DICOM JSON", () => {
  it("reads attributes of the standard that somebody stored as UN, names in their characters too", async () => {
    const raw = (...bytes: number[]) => ({ vr: "UN", InlineBinary: btoa(String.fromCharCode(...bytes)) });
    const text = (value: string) => raw(...[...value].map((letter) => letter.charCodeAt(0)));
    const [read = {}] = await withKnownVrs([
      {
        "00080005": text("ISO_IR 144"),
        // Ivanov in Cyrillic, ISO 8859-5.
        "00100010": raw(0xb8, 0xd2, 0xd0, 0xdd, 0xde, 0xd2, 0x5e, 0xb8),
        "0020000D": text("1.2.34\0"),
        "00280010": raw(0, 2),
        "00281053": text("-1.5 "),
        "00091001": text("private"),
      },
    ]);
    expect(personNameOf(read, "00100010")).toBe("Иванов, И");
    expect(textOf(read, "0020000D")).toBe("1.2.34");
    expect(numbersOf(read, "00280010")).toEqual([512]);
    expect(numbersOf(read, "00281053")).toEqual([-1.5]);
    expect(read["00091001"]).toHaveProperty("InlineBinary");
  });

  it("answers undefined for what is absent, empty or null", () => {
    expect(textOf({}, "00100020")).toBeUndefined();
    expect(textOf({ "00100020": { vr: "LO" } }, "00100020")).toBeUndefined();
    expect(textOf({ "00100020": { vr: "LO", Value: [null] } }, "00100020")).toBeUndefined();
    expect(textsOf({ "00080008": { vr: "CS", Value: ["ORIGINAL", null, "AXIAL "] } }, "00080008")).toEqual([
      "ORIGINAL",
      "AXIAL",
    ]);
  });

  it("reads numbers given as numbers or as text, up to the first that is none", () => {
    expect(numbersOf({ "00281050": { vr: "DS", Value: [40, "400"] } }, "00281050")).toEqual([40, 400]);
    expect(numbersOf({ "00281050": { vr: "DS", Value: [40, null, 3] } }, "00281050")).toEqual([40]);
    expect(numbersOf({ "00281050": { vr: "DS", Value: [""] } }, "00281050")).toEqual([]);
  });

  it("writes a person's name as people read it", () => {
    const name = (value: object) => personNameOf({ "00100010": { vr: "PN", Value: [value] } }, "00100010");
    expect(name({ Alphabetic: "Abiodun^Tomi^A^Dr^MD" })).toBe("Abiodun, Dr Tomi A MD");
    expect(name({ Alphabetic: "Yamada^Tarou", Ideographic: "山田^太郎" })).toBe("Yamada, Tarou (山田, 太郎)");
    expect(name({ Ideographic: "山田^太郎" })).toBe("山田, 太郎");
    expect(name({ Alphabetic: "^^^" })).toBeUndefined();
  });

  it("writes dates and times, and leaves what is neither as it stands", () => {
    const one = (value: string) => ({ "00080020": { vr: "DA", Value: [value] } });
    expect(dateOf(one("20260105"), "00080020")).toBe("2026-01-05");
    expect(dateOf(one("2026.01.05"), "00080020")).toBe("2026-01-05");
    expect(dateOf(one("unknown"), "00080020")).toBe("unknown");
    expect(timeOf(one("095812.12"), "00080020")).toBe("09:58");
  });

  it("decodes inline bytes", () => {
    expect(inlineBytesOf({ "00281201": { vr: "OW", InlineBinary: "AAH/" } }, "00281201")).toEqual(
      new Uint8Array([0, 1, 255]),
    );
  });
});

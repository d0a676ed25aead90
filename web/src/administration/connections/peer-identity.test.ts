import { CreateModality } from "@isocenter/contract";
import { expect, test } from "vitest";
import { isAeTitle, isFingerprint } from "./peer-identity.ts";

const taken = (name: "aeTitle" | "certificateSha256", text: string): boolean => {
  const pattern = /"pattern":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(CreateModality.properties[name]))?.[1];
  return new RegExp(JSON.parse(pattern!)).test(text);
};

test("the form takes the AE titles that the server takes", () => {
  const titles = [
    "CT_1",
    "A",
    "MR 1",
    "x-[]{}",
    " A",
    "A ",
    "PACS.MAIN",
    "A/B",
    "A\\B",
    "RÖNTGEN",
    "1234567890123456",
  ];
  for (const title of [...titles, "12345678901234567", ""])
    expect([title, isAeTitle(title)]).toEqual([title, taken("aeTitle", title)]);
  expect(titles.filter(isAeTitle)).toEqual(["CT_1", "A", "MR 1", "x-[]{}", "1234567890123456"]);
});

test("the form takes the fingerprints that the server takes", () => {
  const fingerprints = [
    "ab".repeat(32),
    Array(32).fill("AB").join(":"),
    "ab".repeat(31),
    "zz".repeat(32),
    "ab",
  ];
  for (const one of fingerprints) expect(isFingerprint(one)).toBe(taken("certificateSha256", one));
  expect(fingerprints.map(isFingerprint)).toEqual([true, true, false, false, false]);
});

import { describe, expect, test } from "vitest";
import { byteRange, matchesEtag, negotiate } from "./negotiation.ts";

describe("Accept", () => {
  const offers = ["application/dicom", "image/jpeg", "image/png"];
  test.each([
    [undefined, "application/dicom"],
    ["*/*", "application/dicom"],
    ["image/png", "image/png"],
    ["image/*", "image/jpeg"],
    ["image/*;q=0.5, image/png", "image/png"],
    ["image/jpeg;q=0.2, image/png;q=0.9", "image/png"],
    ["IMAGE/PNG; q=1.0", "image/png"],
    ["image/avif,image/webp,image/*,*/*;q=0.8", "image/jpeg"],
    ["text/html,image/webp,*/*;q=0.8", "application/dicom"],
    ["*/*, application/dicom;q=0", "image/jpeg"],
    ["text/html", null],
    ["image/png;q=0", null],
    ["nonsense", null],
  ])("%s: %s", (accept, expected) => {
    expect(negotiate(accept, offers)).toBe(expected);
  });
});

describe("Range", () => {
  test.each([
    [undefined, "whole"],
    ["bytes=0-99", { start: 0, end: 100 }],
    ["bytes=900-", { start: 900, end: 1000 }],
    ["bytes=-100", { start: 900, end: 1000 }],
    ["bytes=-5000", { start: 0, end: 1000 }],
    ["bytes=990-5000", { start: 990, end: 1000 }],
    ["bytes=1000-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-4", "whole"],
    ["bytes=0-1,5-6", "whole"],
    ["bytes=-", "whole"],
    ["items=0-1", "whole"],
  ])("%s", (header, expected) => {
    expect(byteRange(header, 1000)).toEqual(expected);
  });
});

test("If-None-Match compares weakly and takes lists and the asterisk", () => {
  expect(matchesEtag('"a", W/"b"', '"b"')).toBe(true);
  expect(matchesEtag("*", '"b"')).toBe(true);
  expect(matchesEtag('"a"', '"b"')).toBe(false);
  expect(matchesEtag(undefined, '"b"')).toBe(false);
});

import { StatusError } from "@isocenter/dimse";
import { expect, test } from "vitest";
import { Refusal, type RefusalKind } from "../../platform/index.ts";
import { asStatus, statusOfRefusal } from "./statuses.ts";

test.each([
  ["invalid", 0xc000, 0xa900, 0xa900],
  ["unauthenticated", 0x0124, 0x0124, 0x0124],
  ["forbidden", 0x0124, 0x0124, 0x0124],
  ["not-found", 0xc000, 0xc000, 0xc000],
  ["not-acceptable", 0xc000, 0xc000, 0xc000],
  ["conflict", 0xc000, 0xc000, 0xc000],
  ["too-large", 0xa700, 0xa700, 0xa702],
  ["unsupported-type", 0xc000, 0xc000, 0xc000],
  ["unprocessable", 0xc000, 0xc000, 0xc000],
  ["locked", 0x0124, 0x0124, 0x0124],
  ["too-many", 0xa700, 0xa700, 0xa702],
  ["unavailable", 0xa700, 0xa700, 0xa702],
  ["out-of-space", 0xa700, 0xa700, 0xa702],
] satisfies [RefusalKind, number, number, number][])("the refusal %s", (kind, store, find, retrieve) => {
  const refusal = new Refusal(kind, "some.code", "What went wrong.");
  expect(asStatus(refusal, "store")).toMatchObject({ status: store, errorComment: "What went wrong." });
  expect(asStatus(refusal, "find")).toMatchObject({ status: find });
  expect(statusOfRefusal[kind]).toEqual({ store, find, retrieve });
});

test("another UID than announced is a data set that does not match; a database that is away is worth another try", () => {
  const mismatch = new Refusal("unprocessable", "dicom.uid-mismatch", "Other UID.");
  expect(asStatus(mismatch, "store")).toMatchObject({ status: 0xa900 });
  expect(asStatus(Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "store")).toMatchObject({
    status: 0xa700,
  });
});

test("what belongs to no study, or is nothing that is stored, is a SOP class that is not taken", () => {
  for (const code of ["dicom.no-study", "dicom.not-storable"])
    expect(asStatus(new Refusal("unprocessable", code, "Color Palette."), "store")).toMatchObject({
      status: 0x0122,
    });
});

test("a fault stays a fault, a status stays what it is, a comment fits its VR", () => {
  const fault = new Error("secret");
  expect(asStatus(fault, "store")).toBe(fault);
  const status = new StatusError(0xfe00);
  expect(asStatus(status, "find")).toBe(status);
  const long = asStatus(new Refusal("invalid", "x", `a\\b\nÄ${"x".repeat(100)}`), "store") as StatusError;
  expect(long.errorComment).toBe(`a?b??${"x".repeat(56)}...`);
  for (const [text, comment] of [
    ["x".repeat(64), "x".repeat(64)],
    [`${"word ".repeat(12)}and, more`, `${"word ".repeat(11)}word...`],
  ])
    expect((asStatus(new Refusal("invalid", "x", text!), "store") as StatusError).errorComment).toBe(comment);
});

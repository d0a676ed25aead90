import { expect, test } from "vitest";
import { covers, parseAccept, parseMediaType, quoteParameter } from "./media-type.ts";

const read = (text: string) => {
  const media = parseMediaType(text);
  return media && [media.type, Object.fromEntries(media.parameters)];
};

test.each([
  [
    'multipart/related; type="application/dicom"; boundary=abc',
    ["multipart/related", { type: "application/dicom", boundary: "abc" }],
  ],
  [
    "Multipart/Related;type=application/dicom;BOUNDARY=a=b/c",
    ["multipart/related", { type: "application/dicom", boundary: "a=b/c" }],
  ],
  ['a/b; boundary="a;b \\"c\\", d"', ["a/b", { boundary: 'a;b "c", d' }]],
  ["a/b", ["a/b", {}]],
  ["a/b;", ["a/b", {}]],
  ['a/b; c="unclosed', ["a/b", { c: "unclosed" }]],
])("%s is read", (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test("the first of two equal parameters counts; type in a parameter is kept apart from the essence", () => {
  const media = parseMediaType("multipart/related; type=x/y; type=z/w");
  expect(media?.type).toBe("multipart/related");
  expect(media?.parameters.get("type")).toBe("x/y");
});

test.each(["", "a", "a/", "/b", "a/b/c", "a b/c", "a/b; c"])("%j is no media type", (text) => {
  expect(parseMediaType(text)).toBeNull();
});

const types = (text: string) => parseAccept(text).map((range) => `${range.type}@${range.quality}`);

test("ranges stand by liking, then by exactness, then in order", () => {
  expect(types("*/*;q=0.1, text/html;q=0.5, a/*, a/b, c/d")).toEqual([
    "a/b@1",
    "c/d@1",
    "a/*@1",
    "text/html@0.5",
    "*/*@0.1",
  ]);
  expect(types("a/b;q=0, nonsense, *;q=2, a/b;q=x, ")).toEqual(["*/*@1", "a/b@0"]);
  expect(parseAccept('multipart/related; type="image/jls, x"; q=0.3')[0]).toMatchObject({
    type: "multipart/related",
    quality: 0.3,
    parameters: new Map([["type", "image/jls, x"]]),
  });
});

test("ranges cover types", () => {
  const cover = (range: string, type: string) => covers(parseAccept(range)[0]!, type);
  expect([cover("*/*", "a/b"), cover("a/*", "a/b"), cover("a/b", "a/b")]).toEqual([true, true, true]);
  expect([cover("a/*", "ab/c"), cover("a/b", "a/c")]).toEqual([false, false]);
});

test("parameter values are quoted where they must be", () => {
  expect([quoteParameter("1.2.3"), quoteParameter("application/dicom"), quoteParameter('a"b')]).toEqual([
    "1.2.3",
    '"application/dicom"',
    '"a\\"b"',
  ]);
});

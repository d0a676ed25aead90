import { expect, test } from "vitest";
import { acceptedRanges, chooseOffer, notAcceptable, type Offer } from "./accept.ts";

const explicit = "1.2.840.10008.1.2.1";
const jpegls = "1.2.840.10008.1.2.4.80";
const dicom = (multipart: boolean, transferSyntaxUID: string): Offer => ({
  multipart,
  type: "application/dicom",
  transferSyntaxUID,
});
const choose = (accept: string | undefined, offers: Offer[]) => {
  const chosen = chooseOffer(acceptedRanges(accept, null), offers);
  return chosen && [chosen.multipart ? "multipart" : "single", chosen.type, chosen.transferSyntaxUID];
};

const storedAndExplicit = [
  dicom(true, jpegls),
  dicom(false, jpegls),
  dicom(true, explicit),
  dicom(false, explicit),
];

test.each([
  [undefined, ["multipart", "application/dicom", jpegls]],
  ["*/*", ["multipart", "application/dicom", jpegls]],
  ["multipart/related", ["multipart", "application/dicom", jpegls]],
  ["multipart/*", ["multipart", "application/dicom", jpegls]],
  [
    'multipart/related; type="application/dicom"; transfer-syntax=*',
    ["multipart", "application/dicom", jpegls],
  ],
  ["multipart/related; type=application/dicom", ["multipart", "application/dicom", explicit]],
  [
    `multipart/related; type="application/dicom"; transfer-syntax=${jpegls}`,
    ["multipart", "application/dicom", jpegls],
  ],
  ["application/dicom", ["single", "application/dicom", explicit]],
  ["application/dicom; transfer-syntax=*", ["single", "application/dicom", jpegls]],
  ["application/*;q=0.5", ["single", "application/dicom", jpegls]],
  [
    "application/dicom;q=0.1, multipart/related;type=application/dicom;q=0.2",
    ["multipart", "application/dicom", explicit],
  ],
  ["*/*, multipart/related;q=0", ["single", "application/dicom", jpegls]],
  ['multipart/related; type="application/dicom"; transfer-syntax=1.2.3', null],
  ["text/html", null],
  ['multipart/related; type="application/dicom+xml"', null],
  ["application/dicom;q=0", null],
])("Accept: %s", (accept, expected) => {
  expect(choose(accept, storedAndExplicit)).toEqual(expected);
});

test("image types are taken in any transfer syntax", () => {
  const offers = [
    { multipart: true, type: "image/jls", transferSyntaxUID: jpegls },
    { multipart: true, type: "application/octet-stream", transferSyntaxUID: jpegls },
    { multipart: true, type: "application/octet-stream", transferSyntaxUID: explicit },
  ];
  expect(choose('multipart/related; type="image/jls"', offers)).toEqual(["multipart", "image/jls", jpegls]);
  expect(choose('multipart/related; type="image/*"', offers)).toEqual(["multipart", "image/jls", jpegls]);
  expect(choose('multipart/related; type="application/octet-stream"; transfer-syntax=*', offers)).toEqual([
    "multipart",
    "application/octet-stream",
    jpegls,
  ]);
  expect(choose('multipart/related; type="application/octet-stream"', offers)).toEqual([
    "multipart",
    "application/octet-stream",
    explicit,
  ]);
});

test("the accept parameter stands for the header, with its plus sign", () => {
  const offers = [{ multipart: false, type: "application/dicom+json" }];
  expect(chooseOffer(acceptedRanges("text/html", "application/dicom json"), offers)).toBe(offers[0]);
  expect(chooseOffer(acceptedRanges("text/html", null), offers)).toBeNull();
});

test("what cannot be read is a 400; what cannot be given is named", () => {
  expect(() => acceptedRanges("nonsense", null)).toThrow(expect.objectContaining({ kind: "invalid" }));
  expect(notAcceptable(storedAndExplicit).message).toContain(`application/dicom; transfer-syntax=${jpegls}`);
});

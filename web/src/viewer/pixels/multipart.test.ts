import { describe, expect, it } from "vitest";
import { firstPart } from "./multipart.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const text = (body: Uint8Array) => String.fromCharCode(...body);

describe("multipart answers", () => {
  const body = bytes(
    "--b\r\nContent-Type: image/jls;transfer-syntax=1.2.840.10008.1.2.4.80\r\n\r\n\xff\r\n--a\r\n\x00\r\n--b\r\nContent-Type: x/y\r\n\r\nsecond\r\n--b--",
  );

  it("give their first part, whatever bytes it holds", () => {
    const part = firstPart('multipart/related; type="image/jls"; boundary=b', body);
    expect(part.contentType).toBe("image/jls;transfer-syntax=1.2.840.10008.1.2.4.80");
    expect(text(part.body)).toBe("\xff\r\n--a\r\n\x00");
    expect(text(firstPart('multipart/related;boundary="b"', body).body)).toBe("\xff\r\n--a\r\n\x00");
  });

  it("may be a single part", () => {
    const part = firstPart("application/octet-stream", bytes("abc"));
    expect(text(part.body)).toBe("abc");
  });

  it("are refused when the boundary is missing or the end is", () => {
    expect(() => firstPart("multipart/related", body)).toThrow("boundary");
    expect(() => firstPart("multipart/related; boundary=zzz", body)).toThrow("boundary");
    expect(() => firstPart("multipart/related; boundary=b", body.subarray(0, 40))).toThrow("header");
    expect(() => firstPart("multipart/related; boundary=b", body.subarray(0, 80))).toThrow("ends before");
  });
});

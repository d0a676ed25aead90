import fc from "fast-check";
import { expect, test } from "vitest";
import { createFrameReader, type FrameEvent, frameOf } from "./index.ts";

const shown = (events: readonly FrameEvent[]) =>
  events.map((event) => ("bytes" in event ? `${event.kind}: ${event.bytes}` : event.kind));
const read = (...chunks: (string | Buffer)[]) => {
  const reader = createFrameReader({ maxLength: 40, maxJunk: 10 });
  return shown(chunks.flatMap((chunk) => reader.push(Buffer.from(chunk as string, "latin1"))));
};

test("a frame in pieces, two in one chunk, and line ends between them", () => {
  expect(read("\vMSH|one\x1c", "\r\r\n\vMSH", "|two\x1c\r\vMSH|three\x1c\r")).toEqual([
    "message: MSH|one",
    "message: MSH|two",
    "message: MSH|three",
  ]);
});

test("junk between frames is skipped, up to a bound", () => {
  expect(read("\r\nhello\vMSH|1\x1c\rjunk\vMSH|2\x1c\r")).toEqual(["message: MSH|1", "message: MSH|2"]);
  expect(read("GET / HTTP/1.1\r\n\r\n\vMSH|1\x1c\r")).toEqual(["junk"]);
});

test("an end block without carriage return ends a frame", () => {
  expect(read("\vMSH|1\x1c\vMSH|2\x1c")).toEqual(["message: MSH|1", "message: MSH|2"]);
});

test("a frame that was cut by the next is told; a vertical tab in a text is a text", () => {
  expect(read("\vMSH|1|cut\vMSH|2\x1c\r")).toEqual(["cut: MSH|1|cut", "message: MSH|2"]);
  expect(read("\vMSH|1|a\vb\x1c\r")).toEqual(["message: MSH|1|a\vb"]);
});

test("what is too long ends the reading, with its beginning", () => {
  expect(read(`\vMSH|${"x".repeat(50)}`, "\x1c\r\vMSH|2\x1c\r")).toEqual([`too-long: MSH|${"x".repeat(50)}`]);
  const reader = createFrameReader({ maxLength: 40 });
  expect(reader.push(Buffer.from(`\v${"x".repeat(30)}`))).toEqual([]);
  expect(reader.pending).toBe(30);
  expect(shown(reader.push(Buffer.from("y".repeat(30))))[0]).toMatch(/^too-long: x{30}y+$/);
});

test("however the bytes come, the frames are the same", () => {
  const messages = ["MSH|1", "MSH|22\rPID|1", "MSH|3"];
  const bytes = Buffer.concat(messages.map((message) => frameOf(Buffer.from(message))));
  fc.assert(
    fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 6 }), (cuts) => {
      const reader = createFrameReader({ maxLength: 100 });
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const events = places.slice(1).flatMap((end, index) => reader.push(bytes.subarray(places[index], end)));
      expect(shown(events)).toEqual(messages.map((message) => `message: ${message}`));
    }),
    { numRuns: 100 },
  );
});

import { describe, expect, it } from "vitest";
import { createEventStreamParser, type ServerEvent } from "./event-stream.ts";

function read(pieces: string[]) {
  const events: ServerEvent[] = [];
  const retries: number[] = [];
  const parser = createEventStreamParser(
    (event) => events.push(event),
    (ms) => retries.push(ms),
  );
  for (const piece of pieces) parser.push(piece);
  return { events, retries };
}

describe("an event stream", () => {
  const stream =
    ': hello\r\nretry: 500\nid: 7\nevent: study.received\ndata: {"a":\ndata: 1}\n\ndata:x\r\n\r\ndata: cut off';
  const expected = [
    { id: "7", type: "study.received", data: '{"a":\n1}' },
    { id: "7", type: "message", data: "x" },
  ];

  it("gives whole events, and keeps the id until another comes", () => {
    expect(read([stream])).toEqual({ events: expected, retries: [500] });
  });

  it("reads the same however it is cut", () => {
    for (let size = 1; size < 12; size++) {
      const pieces = stream.match(new RegExp(`[\\s\\S]{1,${size}}`, "g")) ?? [];
      expect(read(pieces).events).toEqual(expected);
    }
  });

  it("takes no event that says nothing, and no id with a NUL", () => {
    expect(read(["event: ping\n\nid: a\0b\ndata: 1\n\n"]).events).toEqual([
      { id: null, type: "message", data: "1" },
    ]);
  });

  it("refuses an event without end", () => {
    const parser = createEventStreamParser(() => {});
    expect(() => {
      for (let i = 0; i < 100; i++) parser.push("x".repeat(8192));
    }).toThrow(RangeError);
    expect(() => {
      const other = createEventStreamParser(() => {});
      for (let i = 0; i < 100; i++) other.push(`data: ${"x".repeat(8192)}\n`);
    }).toThrow(RangeError);
  });
});

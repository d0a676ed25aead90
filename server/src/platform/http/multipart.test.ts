import fc from "fast-check";
import { expect, test } from "vitest";
import { MultipartError, readParts } from "./multipart.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

/** The bytes in chunks of a size, as a network might cut them. */
async function* chunked(body: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString("latin1");
}

interface Seen {
  headers: Record<string, string>;
  content: string;
}
async function read(
  body: Uint8Array,
  boundary: string,
  size = 65_536,
  limits?: Parameters<typeof readParts>[2],
) {
  const seen: Seen[] = [];
  for await (const part of readParts(chunked(body, size), boundary, limits))
    seen.push({ headers: Object.fromEntries(part.headers), content: await collect(part.body) });
  return seen;
}

const two = bytes(
  "preamble\r\n--b\r\nContent-Type: application/dicom\r\n\r\nfirst\r\n--b  \r\n\r\nsecond\r\n\r\n--b--\r\nepilogue",
);
const twoParts = [
  { headers: { "content-type": "application/dicom" }, content: "first" },
  { headers: {}, content: "second\r\n" },
];

test.each([1, 2, 3, 5, 7, 64, 65_536])("parts come out the same in chunks of %i bytes", async (size) => {
  expect(await read(two, "b", size)).toEqual(twoParts);
});

test("LF alone ends lines where the first boundary's line ends so", async () => {
  const body = bytes("--b\nContent-Type: x/y\n\nfirst\r\n--b\n\n\r\n--b--");
  expect(await read(body, "b", 4)).toEqual([
    { headers: { "content-type": "x/y" }, content: "first\r" },
    { headers: {}, content: "\r" },
  ]);
});

test("what looks like a boundary and is none is content", async () => {
  const content = "x\r\n--bX\r\n--b-\r\n--b\tz\n--b\r\n--b \r--b--\r\n -b--\r\r\n-";
  const body = bytes(`--b\r\n\r\n${content}\r\n--b--`);
  for (const size of [1, 3, 100]) {
    expect((await read(body, "b", size))[0]?.content).toBe(content);
  }
});

test("a boundary may hold odd characters; a part may be empty, also without the line break of its own", async () => {
  const odd = "=_'()+,-./:=? 0a";
  expect(
    await read(bytes(`--${odd}\r\n\r\nx\r\n--${odd}\r\nA: b\r\n\r\n--${odd}\r\n\r\n\r\n--${odd}--`), odd, 2),
  ).toEqual([
    { headers: {}, content: "x" },
    { headers: { a: "b" }, content: "" },
    { headers: {}, content: "" },
  ]);
});

test("header lines may be folded; names are read in any case", async () => {
  const body = bytes(
    "--b\r\nCONTENT-type: application/dicom;\r\n  transfer-syntax=1.2\r\nX-Y:z\r\n\r\nv\r\n--b--",
  );
  expect((await read(body, "b"))[0]?.headers).toEqual({
    "content-type": "application/dicom; transfer-syntax=1.2",
    "x-y": "z",
  });
});

test.each([
  ["no closing boundary", "--b\r\n\r\nfirst", "multipart.truncated"],
  ["half a closing boundary", "--b\r\n\r\nfirst\r\n--b-", "multipart.truncated"],
  ["headers without end", "--b\r\nA: b\r\n", "multipart.truncated"],
  ["another boundary", "--c\r\n\r\nfirst\r\n--c--", "multipart.no-part"],
  ["nothing", "", "multipart.no-part"],
  ["a header without colon", "--b\r\nnonsense\r\n\r\nx\r\n--b--", "multipart.bad-header"],
  ["headers that are too long", `--b\r\nA: ${"x".repeat(20_000)}\r\n\r\nx\r\n--b--`, "multipart.bad-header"],
  ["too many headers", `--b\r\n${"A: b\r\n".repeat(100)}\r\nx\r\n--b--`, "multipart.bad-header"],
  ["a preamble without end", "x".repeat(200_000), "multipart.no-part"],
])("%s is refused", async (_what, text, code) => {
  for (const size of [1000, 65_536])
    await expect(read(bytes(text), "b", size)).rejects.toMatchObject({ name: "MultipartError", code });
});

test("an impossible boundary and too many parts are refused", async () => {
  for (const boundary of ["", "x".repeat(201), "a\r\nb", "ends with space ", "ü"])
    await expect(read(two, boundary)).rejects.toBeInstanceOf(MultipartError);
  await expect(read(two, "b", 10, { maxParts: 1, maxHeaderBytes: 100 })).rejects.toMatchObject({
    code: "multipart.too-many-parts",
  });
});

test("a boundary longer than the standard allows is read, because there are senders with such", async () => {
  const long = "5ffc6a21-8f8d-4860-9de0-c01fe2444d9d-5ffc6a21-8f8d-4860-9de0-c01fe2444d9d";
  expect(await read(bytes(`--${long}\r\n\r\nx\r\n--${long}--`), long, 5)).toEqual([
    { headers: {}, content: "x" },
  ]);
});

test("only a closing boundary: no parts", async () => {
  expect(await read(bytes("--b--\r\n"), "b")).toEqual([]);
});

test("a part that nobody reads, or reads in half, is passed over", async () => {
  const body = bytes(
    `--b\r\n\r\n${"x".repeat(1000)}\r\n--b\r\n\r\n${"y".repeat(1000)}\r\n--b\r\n\r\nz\r\n--b--`,
  );
  const seen: string[] = [];
  for await (const part of readParts(chunked(body, 100), "b")) {
    if (part.number === 1) continue;
    for await (const piece of part.body) {
      seen.push(Buffer.from(piece).toString("latin1"));
      break;
    }
  }
  expect(seen[0]).toMatch(/^y+$/);
  expect(seen.at(-1)).toBe("z");
});

test("the source is asked for no more than what is read", async () => {
  let asked = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    asked += 1;
    yield bytes("--b\r\n\r\n");
    for (let n = 0; n < 100; n += 1) {
      asked += 1;
      yield Buffer.alloc(1000, "x");
    }
    yield bytes("\r\n--b--");
  }
  for await (const part of readParts(source(), "b")) {
    const iterator = part.body[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    expect(asked).toBe(3);
  }
  expect(asked).toBe(101);
});

test("a failing source fails the part that is being read", async () => {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield bytes("--b\r\n\r\nabc");
    throw new Error("reset");
  }
  const run = async () => {
    for await (const part of readParts(source(), "b")) {
      await expect(collect(part.body)).rejects.toThrow("reset");
      await part.consumed;
    }
  };
  await expect(run()).rejects.toThrow("reset");
});

test("any contents in any chunks come out as they went in", async () => {
  const content = fc.array(fc.constantFrom("\r", "\n", "-", "b", "x", "\r\n--", "--b", "\r\n--b"), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      async (all, size) => {
        // The boundary is longer than what the contents can spell.
        const boundary = "bbbb--x";
        const texts = all.map((pieces) => pieces.join(""));
        fc.pre(texts.every((text) => !text.includes(`\r\n--${boundary}`)));
        const body = bytes(
          `${texts.map((text) => `--${boundary}\r\n\r\n${text}\r\n`).join("")}--${boundary}--`,
        );
        expect((await read(body, boundary, size)).map((part) => part.content)).toEqual(texts);
      },
    ),
  );
});

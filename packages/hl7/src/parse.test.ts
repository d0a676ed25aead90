import fc from "fast-check";
import { expect, test } from "vitest";
import {
  componentOf,
  decodeCharacters,
  encodeCharacters,
  fieldValue,
  Hl7Error,
  headerOf,
  parseMessage,
  readHeader,
  repetitionsOf,
  segment,
  segmentOf,
  segmentsOf,
  stated,
  usualDelimiters,
  writeMessage,
} from "./index.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");
const parse = (text: string) => parseMessage(Buffer.from(text));
const head = "MSH|^~\\&|RIS|HOSP|ISOCENTER|RAD|20260301101500||ADT^A08^ADT_A01|42|P|2.5";

test("fields, repetitions, components and sub-components are found where the standard counts them", () => {
  const message = parse(
    `${head}\rEVN|A08\rPID|1||123^^^MRN&1.2.3&ISO^MR~987^^^SSN^SS||DOE^JANE^Q||19700203|F`,
  );
  const pid = segmentOf(message, "PID");
  expect(fieldValue(segmentOf(message, "MSH"), 1)).toBe("|");
  expect(fieldValue(segmentOf(message, "MSH"), 2)).toBe("^~\\&");
  expect(fieldValue(segmentOf(message, "MSH"), 10)).toBe("42");
  expect(
    repetitionsOf(pid, 3).map((id) => [componentOf(id, 1), componentOf(id, 4), componentOf(id, 4, 2)]),
  ).toEqual([
    ["123", "MRN", "1.2.3"],
    ["987", "SSN", ""],
  ]);
  expect([fieldValue(pid, 5), fieldValue(pid, 5, 2), fieldValue(pid, 7), fieldValue(pid, 99)]).toEqual([
    "DOE",
    "JANE",
    "19700203",
    "",
  ]);
  expect(headerOf(message)).toMatchObject({
    sendingApplication: "RIS",
    type: "ADT",
    event: "A08",
    version: "2.5",
  });
});

test("a sender without a namespace is known by its universal id, and an event by the structure alone", () => {
  const bytes = Buffer.from("MSH|^~\\&|^1.2.3^ISO|^1.2.4^ISO|||2026||ORM^^ORM_O01|1|P|2.5");
  expect(headerOf(parseMessage(bytes))).toMatchObject({
    sendingApplication: "1.2.3",
    sendingFacility: "1.2.4",
    event: "O01",
  });
});

test("segments end with CR, LF or CRLF, and blank lines are nothing", () => {
  for (const end of ["\r", "\n", "\r\n"])
    expect(parse(`\n${[head, "PID|1", "", "PV1|1", ""].join(end)}`).segments.map(({ name }) => name)).toEqual(
      ["MSH", "PID", "PV1"],
    );
});

test("separators are those of the message, odd ones too", () => {
  const message = parse("MSH$%*!+$RIS$HOSP$$$2026$$ADT%A08$7$P$2.3\rPID$1$$1%2+3*4$$A!T!B!F!C|D^E");
  expect(repetitionsOf(segmentOf(message, "PID"), 3)).toEqual([[["1"], ["2", "3"]], [["4"]]]);
  expect(fieldValue(segmentOf(message, "PID"), 5)).toBe("A+B$C|D^E");
  const few = parse("MSH|^|RIS\rPID|1||1^2~3&4");
  expect(repetitionsOf(segmentOf(few, "PID"), 3)).toEqual([[["1"], ["2~3&4"]]]);
});

test.each([
  ["\\F\\\\S\\\\T\\\\R\\\\E\\", "|^&~\\"],
  ["a\\X0D0A\\b", "a\r\nb"],
  ["one\\.br\\two\\.sp2\\three", "one\ntwo\n\nthree"],
  ["\\H\\loud\\N\\ quiet\\.in+4\\", "loud quiet"],
  ["\\Zown\\ stays", "\\Zown\\ stays"],
  ["C:\\dir and \\F\\", "C:\\dir and |"],
  ["open \\", "open \\"],
  ["\\X0\\", "\\X0\\"],
])("the escape sequences of %j are %j", (written, read) => {
  expect(fieldValue(segmentOf(parse(`${head}\rNTE|1||${written}`), "NTE"), 3)).toBe(read);
});

test('`""` is to be deleted, an empty field is left as it is', () => {
  const pid = segmentOf(parse(`${head}\rPID|1||""|| JANE`), "PID");
  expect([3, 4, 5].map((field) => stated(fieldValue(pid, field)))).toEqual([null, undefined, "JANE"]);
});

test.each([
  ["8859/1", "Jürgen", "latin1"],
  ["", "Jürgen", "latin1"],
  ["", "Jürgen", "utf8"],
  ["UNICODE UTF-8", "Łukasz 山田", "utf8"],
] as const)("characters of MSH-18 %j are read", (set, name, encoding) => {
  const bytes = Buffer.from(`${head}||||||${set}\rPID|||||${name}`, encoding);
  expect(fieldValue(segmentOf(parseMessage(bytes), "PID"), 5)).toBe(name);
});

test("Polish, euro and Japanese characters go there and back, escape sequences of ISO 2022 included", () => {
  for (const [text, ...sets] of [
    ["Łódź", "8859/2"],
    ["5 €", "8859/15"],
    ["YAMADA 山田^太郎|やまだ", "ASCII", "ISO IR87"],
    ["홍길동", "KS X 1001"],
  ] as const) {
    const bytes = encodeCharacters(text, sets);
    expect(bytes && decodeCharacters(bytes, sets)).toEqual({ text, isClean: true });
  }
  expect(encodeCharacters("山", ["8859/1"])).toBeNull();
  const message = parseMessage(
    Buffer.concat([
      latin1(`${head}||||||~ISO IR87\rPID|||||`),
      encodeCharacters("山田^太郎", ["", "ISO IR87"])!,
    ]),
  );
  expect([fieldValue(segmentOf(message, "PID"), 5), fieldValue(segmentOf(message, "PID"), 5, 2)]).toEqual([
    "山田",
    "太郎",
  ]);
});

test("what a system is said to write stands for an empty MSH-18, and bytes that do not fit are told", () => {
  const bytes = latin1(`${head}\rPID|||||\xa3\xf3d\xbc`);
  const message = parseMessage(bytes, { characterSet: "8859/2" });
  expect(fieldValue(segmentOf(message, "PID"), 5)).toBe("Łódź");
  expect(message.isClean).toBe(true);
  expect(parseMessage(bytes).isClean).toBe(false);
});

test.each([
  ["", "not-hl7"],
  ["PID|1", "not-hl7"],
  ["MSH", "bad-delimiters"],
  ["MSH|^^\\&|", "bad-delimiters"],
  ["MSHA~\\&A", "bad-delimiters"],
  [`${head}\rPI|1`, "bad-segment"],
  [`${head}\rpid|1`, "bad-segment"],
  [`${head}\rPID^1`, "bad-segment"],
  [`${head}\r${head}`, "bad-segment"],
  [`${head}||||||KLINGON`, "unknown-characters"],
])("%j is refused as %s", (text, code) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code }));
});

test.each(["|", "~", "^", "&", "\\", "\r"])(
  "a message of nothing but %j is refused before it is taken apart",
  (separator) => {
    const many = Buffer.from(`${head}\rPID|1|${separator.repeat(260_000)}`);
    expect(() => parseMessage(many)).toThrow(expect.objectContaining({ code: "too-many" }));
  },
);

test("a long text is no fault", () => {
  const long = Buffer.from(`${head}\rOBX|1|TX|||${"word ".repeat(400_000)}`);
  expect(parseMessage(long).segments).toHaveLength(2);
});

test("a message of too many segments is refused", () => {
  expect(() => parseMessage(Buffer.from(`${head}${"\rNTE".repeat(5)}`), { maxSegments: 5 })).toThrow(
    Hl7Error,
  );
});

test("of what is unreadable the header is still read where it can be", () => {
  const bytes = Buffer.from(`${head}||||||KLINGON\rbroken`);
  expect(readHeader(bytes)).toMatchObject({ controlId: "42", sendingFacility: "HOSP", event: "A08" });
  expect(readHeader(Buffer.from("hello"))).toBeNull();
});

test("what is written is read again as it was, whatever it holds", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 12 }).map((value) => value.replace(/\r\n?/g, "\n"));
  const fields = fc.array(
    fc.array(fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 2,
    }),
    { maxLength: 4 },
  );
  const isEmpty = (value: unknown) => value === "" || (Array.isArray(value) && value.length === 0);
  const trimmed = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    const items = value.map(trimmed);
    while (items.length > 0 && isEmpty(items.at(-1))) items.pop();
    return items;
  };
  fc.assert(
    fc.property(fields, (input) => {
      const msh = segment("MSH", { 3: "A", 18: "UNICODE UTF-8" });
      const written = writeMessage([msh, { name: "ZZZ", fields: input }]);
      const [again] = segmentsOf(parse(written), "ZZZ");
      expect(trimmed(again?.fields)).toEqual(trimmed(input));
    }),
    { numRuns: 300 },
  );
});

test("bytes bent at random are read or refused, and nothing else", () => {
  const good = Buffer.from(
    `${head}||||||8859/1\rPID|1||1^^^A&B&ISO~2||D\\F\\O^E\\X4142\\\rOBX|1|TX|||a\\.br\\b`,
  );
  const place = fc.nat({ max: good.length - 1 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(place, fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }),
      place,
      (bends, cut) => {
        const bytes = Buffer.from(good);
        for (const [at, byte] of bends) bytes[at] = byte;
        for (const bent of [bytes, bytes.subarray(cut)]) {
          readHeader(bent);
          try {
            const message = parseMessage(bent);
            writeMessage(message.segments, { ...usualDelimiters, ...message.delimiters });
          } catch (error) {
            expect(error).toBeInstanceOf(Hl7Error);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});

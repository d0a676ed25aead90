import {
  acknowledgement,
  createFrameReader,
  frameOf,
  Hl7Error,
  parseMessage,
  parseTime,
  readAcknowledgement,
  readHeader,
  writeMessage,
} from "@isocenter/hl7";
import { Refusal } from "@isocenter/server/platform/index.ts";
import { readOrder } from "@isocenter/server/protocols/hl7/in/order-fields.ts";
import { readOrderMessage } from "@isocenter/server/protocols/hl7/in/order-groups.ts";
import { readPatient } from "@isocenter/server/protocols/hl7/in/persons.ts";
import { latin1, type Target } from "../target.ts";

const expected = (error: unknown): void => {
  if (!(error instanceof Hl7Error || error instanceof Refusal)) throw error;
};

/** Messages that other systems send, with what they may hold. */
export const hl7Messages = (sender = "HIS"): Buffer[] =>
  [
    [
      `MSH|^~\\&|${sender}|NORTH|ISOCENTER|RAD|20260301101500.123+0100||ADT^A08^ADT_A01|1|P|2.5.1||||||UNICODE UTF-8`,
      "EVN|A08|20260301101500",
      'PID|1||4711^5^M11^NORTH^MR~99^^^SSA&2.16.840.1.113883.4.1&ISO^SS||Doe^Jane^A^Jr^Dr^^L~Roe^J^^^^^M||19800229|F|||1 Main St^^Town^ST^123^CH||""|+41 1 234~a@b.example^NET',
      "PV1|1|I|W^389^1^H|||||7^Ref^Erring^^^Dr",
    ],
    [
      `MSH|^~\\&|${sender}|NORTH|ISOCENTER|RAD|20260301||ORM^O01|2|P|2.3.1|||AL|NE||8859/1`,
      "PID|||4711^^^NORTH||M\\XFC\\ller^J\\F\\rg||198002|M",
      "ORC|NW|A1^HIS|F1^ISO||||^^^202603011430^^S||20260301|||7^Ref^Erring",
      "OBR|1|A1^HIS|F1|CTHEAD^CT of the head^L|||||||||Pain \\.br\\ since\\E\\|||||||||||CT||1^^^20260302^^R",
      "NTE|1||fasting",
      "ZDS|1.2.840.113619.1^Medical^Application^DICOM",
    ],
    [
      `MSH|^~\\&|${sender}|NORTH|ISOCENTER|RAD|20260301||OMI^O23^OMI_O23|3|P|2.5.1`,
      "PID|||4711^^^NORTH||Doe^Jane",
      "ORC|CA|A2",
      "TQ1|1||||||20260302||S",
      "OBR|1|A2||MRKNEE^^C4",
      "IPC|ACC1|RP1|1.2.3|SPS1|MR|||MR1",
    ],
    [
      `MSH|^~\\&|${sender}|NORTH|ISOCENTER|RAD|20260301||ADT^A40^ADT_A39|4|P|2.4||||||~ISO IR87`,
      "PID|||4711^^^NORTH||Yamada^\x1b$B;3ED\x1b(B",
      "MRG|4712^^^NORTH",
    ],
    [`MSH|^~\\&|${sender}||ISOCENTER||||ACK^A08|9|P|2.5.1`, "MSA|AE|1|No", "ERR||PID^1^3|101|E"],
  ].map((lines) => latin1(`${lines.join("\r")}\r`));

export const hl7Tokens: Uint8Array[] = [
  "|",
  "^",
  "~",
  "&",
  "\\",
  "\\X0D\\",
  "\\Z",
  "\\C2842\\",
  "\\.sp+3\\",
  '""',
  "\r",
  "\r\n",
  "\x0b",
  "\x1c\r",
  "\x1b$B",
  "\vMSH|",
  "MSH|^~\\&#",
  "UNICODE UTF-16",
  "GB 18030-2000",
  "99999999999999",
  "20261332256161+9999",
  "-1",
].map(latin1);

/** What systems that speak HL7 send: frames, messages, and what is read of patients and orders. */
export const target: Target = {
  name: "hl7",
  maxBytes: 8192,
  tokens: hl7Tokens,
  seeds: () => [...hl7Messages(), Buffer.concat(hl7Messages().slice(0, 2).map(frameOf))],
  run(input, chance) {
    const reader = createFrameReader({ maxLength: 4096, maxJunk: 64 });
    const bytes = chance(2) === 0 ? frameOf(input) : input;
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + chance(2000);
      reader.push(bytes.subarray(at, end));
      at = end;
    }
    parseTime(input.toString("latin1").slice(0, 40));
    try {
      const header = readHeader(input);
      const wrong = { condition: "102" as const, text: input.toString("latin1", 0, 60) };
      writeMessage(
        acknowledgement(header, {
          code: "AE",
          controlId: "1",
          at: new Date(0),
          application: "I",
          errors: [wrong],
        }),
      );
      const message = parseMessage(input, {
        characterSet: [null, "UNICODE UTF-8", "8859/1"][chance(3)]!,
        maxSegments: 200,
      });
      writeMessage(message.segments);
      readAcknowledgement(message);
      for (const segment of message.segments.filter(({ name }) => name === "PID"))
        try {
          readPatient(segment, { facilityId: "f", issuer: "NORTH" });
        } catch (error) {
          expected(error);
        }
      const orders = readOrderMessage(message);
      for (const group of orders.groups) readOrder(group, orders, "Europe/Zurich");
    } catch (error) {
      expected(error);
    }
  },
};

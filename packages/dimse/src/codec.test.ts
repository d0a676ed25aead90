import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isAeTitle } from "./ae-title.ts";
import { type CommandSet, CommandSetError, decodeCommandSet, encodeCommandSet } from "./command-set.ts";
import { encodeMessage } from "./data-pdu.ts";
import { createMessageReader } from "./message-reader.ts";
import { type AssociateRequest, PduError } from "./pdu.ts";
import {
  decodeAssociateAccept,
  decodeAssociateRequest,
  encodeAssociateAccept,
  encodeAssociateRequest,
} from "./pdu-codec.ts";
import { createPduReader, type DataValue } from "./pdu-reader.ts";
import { isUid } from "./uids.ts";

const uid = fc
  .array(fc.integer({ min: 0, max: 99999 }), { minLength: 2, maxLength: 8 })
  .map((n) => n.join("."));
const title = fc.stringMatching(/^[A-Z0-9_]{1,16}$/);
const short = fc.integer({ min: 0, max: 0xffff });
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const user = fc.record({
  maximumLength: fc.constantFrom(0, 128, 16384, 0xffffffff),
  implementationClassUid: uid,
  implementationVersionName: title,
  asynchronousOperations: fc.option(fc.record({ invoked: short, performed: short })),
  roles: fc.array(fc.record({ sopClassUid: uid, scu: fc.boolean(), scp: fc.boolean() }), { maxLength: 3 }),
  extendedNegotiations: fc.array(fc.record({ sopClassUid: uid, information: bytes }), { maxLength: 3 }),
  userIdentity: fc.option(
    fc.record({
      type: fc.integer({ min: 1, max: 5 }),
      positiveResponseRequested: fc.boolean(),
      primary: bytes,
      secondary: bytes,
    }),
  ),
  userIdentityResponse: fc.option(bytes),
});
const common = {
  protocolVersion: fc.constant(1),
  calledAeTitle: title,
  callingAeTitle: title,
  applicationContextName: uid,
  user,
};
const contextIds = fc.uniqueArray(
  fc.integer({ min: 0, max: 127 }).map((n) => n * 2 + 1),
  { maxLength: 128 },
);
const request: fc.Arbitrary<AssociateRequest> = contextIds.chain((ids) =>
  fc.record({
    ...common,
    contexts: fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          abstractSyntax: uid,
          transferSyntaxes: fc.array(uid, { minLength: 1, maxLength: 4 }),
        }),
      ),
    ),
  }),
);

describe("association PDUs", () => {
  test("what is encoded is decoded again", () => {
    fc.assert(
      fc.property(request, (value) => {
        const pdu = encodeAssociateRequest(value);
        expect(pdu.readUInt32BE(2)).toBe(pdu.length - 6);
        expect(decodeAssociateRequest(pdu.subarray(6))).toEqual(value);
        const accept = {
          ...value,
          contexts: value.contexts.map(({ id, abstractSyntax }, index) => ({
            id,
            result: (index % 5) as 0 | 1 | 2 | 3 | 4,
            transferSyntax: abstractSyntax,
          })),
        };
        expect(decodeAssociateAccept(encodeAssociateAccept(accept).subarray(6))).toEqual(accept);
      }),
      { numRuns: 100 },
    );
  });

  test("mutated bytes are decoded or refused by a PduError, never another", () => {
    const mutation = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        request,
        fc.array(mutation, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        (value, mutations, cut) => {
          const body = Buffer.from(encodeAssociateRequest(value).subarray(6));
          for (const [at, byte] of mutations) body[68 + (at % (body.length - 68))] = byte;
          const shorter = body.subarray(0, body.length - (cut % body.length));
          for (const decode of [decodeAssociateRequest, decodeAssociateAccept]) {
            try {
              decode(shorter);
            } catch (error) {
              expect(error).toBeInstanceOf(PduError);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("an even context id, one that comes twice, and a maximum length in which nothing has room are refused", () => {
    const [base] = fc.sample(request, { numRuns: 1, seed: 1 });
    const context = { abstractSyntax: "1.2", transferSyntaxes: ["1.2"] };
    const decode = (change: Partial<AssociateRequest>) => () =>
      decodeAssociateRequest(encodeAssociateRequest({ ...base!, ...change }).subarray(6));
    expect(decode({ contexts: [{ ...context, id: 2 }] })).toThrow(PduError);
    expect(
      decode({
        contexts: [
          { ...context, id: 3 },
          { ...context, id: 3 },
        ],
      }),
    ).toThrow(PduError);
    for (const maximumLength of [1, 5, 7])
      expect(decode({ user: { ...base!.user, maximumLength } })).toThrow(PduError);
    expect(decode({ user: { ...base!.user, maximumLength: 8 } })().user.maximumLength).toBe(8);
  });
});

describe("command sets", () => {
  const command: fc.Arbitrary<CommandSet> = fc.record(
    {
      affectedSopClassUid: uid,
      commandField: short,
      messageId: short,
      messageIdBeingRespondedTo: short,
      moveDestination: title,
      commandDataSetType: short,
      status: short,
      offendingElements: fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 4 }),
      errorComment: title,
      affectedSopInstanceUid: uid,
      numberOfRemainingSuboperations: short,
      moveOriginatorAeTitle: title,
      moveOriginatorMessageId: short,
    },
    { requiredKeys: ["commandField", "commandDataSetType"] },
  );

  test("what is encoded is decoded again; the group length is right and every length even", () => {
    fc.assert(
      fc.property(command, (value) => {
        const encoded = encodeCommandSet(value);
        expect(encoded.readUInt32LE(8)).toBe(encoded.length - 12);
        expect(encoded.length % 2).toBe(0);
        expect(decodeCommandSet(encoded)).toEqual(value);
      }),
    );
  });

  test("mutated bytes are decoded or refused by a CommandSetError, never another", () => {
    fc.assert(
      fc.property(
        command,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }),
        (value, mutations) => {
          const encoded = encodeCommandSet(value);
          for (const [at, byte] of mutations) encoded[at % encoded.length] = byte;
          try {
            decodeCommandSet(encoded);
          } catch (error) {
            expect(error).toBeInstanceOf(CommandSetError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

test("titles and UIDs", () => {
  for (const good of ["A", "ISOCENTER", "CT 1", "SIXTEEN_LETTERS_"]) expect(isAeTitle(good)).toBe(true);
  for (const bad of ["", " ", " A", "A ", "SEVENTEEN_LETTERS", "A/B", "A\\B", "A.B", "A\tB", "Ä", "A\0"]) {
    expect(isAeTitle(bad)).toBe(false);
  }
  for (const good of ["1.2", "2.25.0", "1.2.840.10008.1.1"]) expect(isUid(good)).toBe(true);
  for (const bad of ["", "1", "1.", ".1", "1..2", "1.02", "1.2a", "../1.2", `1.${"2".repeat(63)}`]) {
    expect(isUid(bad)).toBe(false);
  }
});

/** Reads bytes in the given pieces; what came out, as lines. */
function read(stream: Buffer, pieces: readonly number[], maxDataLength = 16384): string[] {
  const log: string[] = [];
  let set = "";
  const reader = createPduReader(
    {
      pdu: (type, body) => log.push(`pdu ${type} ${body.toString("hex")}`),
      dataPdu: () => true,
      fragment(value: DataValue, part, complete) {
        set += part.toString("hex");
        if (!complete || !value.last) return;
        log.push(`${value.command ? "command" : "data"} ${value.contextId} ${set}`);
        set = "";
      },
      dataPduEnd: () => {},
      invalid: (reason, explanation) => log.push(`invalid ${reason} ${explanation}`),
    },
    { maxDataLength, maxAssociateLength: 4096 },
  );
  let offset = 0;
  for (const piece of [...pieces, stream.length]) {
    reader.push(stream.subarray(offset, offset + piece));
    offset = Math.min(stream.length, offset + piece);
  }
  return log;
}

test.each([8, 9, 20, 127, 128, 129, 16_383, 16_384])(
  "with a maximum length of %i no PDU is longer, and each fragment is even",
  (maximumLength) => {
    const dataSet = Buffer.alloc(40_000, 1);
    const message = encodeMessage(1, Buffer.alloc(200, 2), dataSet, maximumLength);
    let fragments = 0;
    let carried = 0;
    for (let at = 0; at < message.length; ) {
      const pduLength = message.readUInt32BE(at + 2);
      const valueLength = message.readUInt32BE(at + 6);
      expect(pduLength).toBeLessThanOrEqual(maximumLength);
      expect([valueLength, valueLength % 2]).toEqual([pduLength - 4, 0]);
      fragments += 1;
      carried += valueLength - 2;
      at += 6 + pduLength;
    }
    expect(carried).toBe(40_200);
    const most = Math.floor((maximumLength - 6) / 2) * 2;
    expect(fragments).toBe(Math.ceil(200 / most) + Math.ceil(40_000 / most));
  },
);

describe("the PDU reader", () => {
  const stream = Buffer.concat([
    Buffer.from([5, 0, 0, 0, 0, 4, 0, 0, 0, 0]),
    encodeMessage(1, Buffer.from("command"), Buffer.from("a data set of some length"), 128),
    encodeMessage(3, Buffer.alloc(300, 1), Buffer.alloc(0), 128),
    Buffer.from([7, 0, 0, 0, 0, 4, 0, 0, 2, 1]),
  ]);

  test("finds the same however the bytes are cut", () => {
    const whole = read(stream, []);
    expect(whole).toHaveLength(6);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 100 }), (pieces) => {
        expect(read(stream, pieces)).toEqual(whole);
      }),
    );
    expect(read(stream, Array(stream.length).fill(1))).toEqual(whole);
  });

  test("lengths that lie are found before anything is read", () => {
    const refused = (hex: string) => read(Buffer.from(hex.replaceAll(" ", ""), "hex"), [])[0];
    expect(refused("04 00 00004001")).toMatch(/^invalid 6 P-DATA-TF of 16385/);
    expect(refused("04 00 ffffffff")).toMatch(/^invalid 6/);
    expect(refused("04 00 00000005")).toMatch(/^invalid 6/);
    expect(refused("04 00 00000000")).toMatch(/^invalid 6/);
    expect(refused("04 00 00000008 00000001 01 03")).toMatch(/^invalid 6 presentation data value of 1/);
    expect(refused("04 00 00000008 00000005 01 03")).toMatch(
      /^invalid 6 presentation data value of 5 bytes in 4/,
    );
    expect(refused("04 00 00000008 ffffffff 01 03")).toMatch(/^invalid 6/);
    expect(refused("04 00 00000009 00000002 01 03")).toMatch(/^invalid 6 bytes left over/);
    expect(refused("01 00 00001001")).toMatch(/^invalid 6 association PDU/);
    expect(refused("01 00 00000043")).toMatch(/^invalid 6 association PDU/);
    expect(refused("05 00 00000000")).toMatch(/^invalid 6/);
    expect(refused("07 00 00000005")).toMatch(/^invalid 6/);
    expect(refused("42 00 00000004")).toMatch(/^invalid 1/);
    expect(refused("00 00 00000000")).toMatch(/^invalid 1/);
  });

  test("random bytes never throw, and never hand out more than came", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
        let out = 0;
        const messages = createMessageReader(
          {
            accepts: () => true,
            message: () => ({
              push(part) {
                out += part.length;
              },
              end() {},
            }),
            violation: () => {},
          },
          64,
        );
        const reader = createPduReader(
          {
            pdu() {},
            dataPdu: () => true,
            fragment: (value, part, complete) => messages.fragment(value, part, complete),
            dataPduEnd() {},
            invalid() {},
          },
          { maxDataLength: 1024, maxAssociateLength: 1024 },
        );
        // A plausible beginning, so that the bytes after it are looked at.
        for (const chunk of chunks) {
          reader.push(
            Buffer.concat([Buffer.from([4, 0, 0, 0, chunk.length >> 8, chunk.length & 255]), chunk]),
          );
        }
        expect(out).toBeLessThanOrEqual(chunks.reduce((sum, chunk) => sum + chunk.length + 6, 0));
      }),
      { numRuns: 300 },
    );
  });
});

import { CommandSetError } from "../../../packages/dimse/src/command-set.ts";
import { createMessageReader } from "../../../packages/dimse/src/message-reader.ts";
import { PduError } from "../../../packages/dimse/src/pdu.ts";
import { decodeAssociateAccept, decodeAssociateRequest } from "../../../packages/dimse/src/pdu-codec.ts";
import { createPduReader } from "../../../packages/dimse/src/pdu-reader.ts";
import {
  associateRequestBytes,
  echoRequestBytes,
  storeRequestBytes,
} from "../../../packages/dimse/test/support.ts";
import { hexadecimal, latin1, type Target } from "../target.ts";

/** What one peer sends in a row. */
export const conversations = (): Uint8Array[] => [
  Buffer.concat([associateRequestBytes(), echoRequestBytes(1), hexadecimal("05000000000400000000")]),
  Buffer.concat([
    associateRequestBytes(),
    storeRequestBytes(1, Buffer.alloc(64, 0x41)),
    storeRequestBytes(2, Buffer.alloc(40_000, 1)),
  ]),
  associateRequestBytes("OTHER", 0),
  Buffer.concat([associateRequestBytes(), hexadecimal("07000000000400000200")]),
  Buffer.concat([echoRequestBytes(3), echoRequestBytes(4)]),
];

export const pduTokens: readonly Uint8Array[] = [
  hexadecimal("0100"),
  hexadecimal("0400"),
  hexadecimal("05000000000400000000"),
  hexadecimal("10000015"),
  hexadecimal("20000000"),
  hexadecimal("30000000"),
  hexadecimal("40000000"),
  hexadecimal("50000000"),
  hexadecimal("5100000400000000"),
  hexadecimal("54000000"),
  hexadecimal("56000000"),
  hexadecimal("58000000"),
  hexadecimal("ffffffff"),
  hexadecimal("00000002"),
  latin1("1.2.840.10008.1.1"),
];

/** PDUs, association items and command sets as they come off the wire. */
export const target: Target = {
  name: "pdu",
  maxBytes: 64 * 1024,
  seeds: conversations,
  tokens: pduTokens,
  run(input, chance) {
    let broken = false;
    const messages = createMessageReader(
      {
        accepts: (id) => id % 2 === 1,
        message: () => ({ push() {}, end() {} }),
        violation() {
          broken = true;
        },
      },
      64 * 1024,
    );
    const reader = createPduReader(
      {
        pdu(type, body) {
          if (type !== 1 && type !== 2) return;
          try {
            (type === 1 ? decodeAssociateRequest : decodeAssociateAccept)(body);
          } catch (error) {
            expected(error);
          }
        },
        dataPdu: () => true,
        fragment(value, bytes, complete) {
          if (broken) return;
          try {
            messages.fragment(value, bytes, complete);
          } catch (error) {
            if (!(error instanceof CommandSetError)) throw error;
            broken = true;
          }
        },
        dataPduEnd() {},
        invalid() {},
      },
      { maxDataLength: 256 * 1024, maxAssociateLength: 256 * 1024 },
    );
    for (let at = 0; at < input.length; ) {
      const end = at + 1 + chance(chance(2) === 0 ? 20 : 8192);
      reader.push(input.subarray(at, end));
      at = end;
    }
  },
};

function expected(error: unknown): void {
  if (!(error instanceof PduError)) throw error;
}

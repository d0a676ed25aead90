import { abortReasons, pduTypes } from "./pdu.ts";

/** Where the reader puts what it finds. All calls are made from within `push`. */
export interface PduSink {
  /** A whole PDU other than P-DATA-TF; `body` is what follows the six bytes of header. */
  pdu(type: number, body: Buffer): void;
  /** The header of a P-DATA-TF came; false: pass over its content. */
  dataPdu(): boolean;
  /**
   * Bytes of a presentation data value (PS3.8 §9.3.5.1), a view of what was received.
   * `complete`: the value ends with them; `last`: it is the last fragment of the command or data set.
   */
  fragment(value: DataValue, bytes: Buffer, complete: boolean): void;
  /** A P-DATA-TF ended. */
  dataPduEnd(): void;
  /** What came is no PDU; nothing more is read. */
  invalid(reason: number, explanation: string): void;
}

/** The header of a presentation data value. */
export interface DataValue {
  contextId: number;
  /** Command or data set. */
  command: boolean;
  last: boolean;
}

export interface PduLimits {
  /** The longest P-DATA-TF taken: what we announced. */
  maxDataLength: number;
  /** The longest A-ASSOCIATE-RQ or -AC taken. */
  maxAssociateLength: number;
}

export interface PduReader {
  push(chunk: Buffer): void;
  /** Drops what is still to come, also of the chunk being read. */
  stop(): void;
  /** Whether a PDU has begun and not ended. */
  readonly midPdu: boolean;
}

const headerLength = 6;

/**
 * Cuts the received bytes into PDUs. Headers are parsed in place and each length is checked before anything after it is read; the
 * content of P-DATA-TF is handed on as views of the received chunks, never joined.
 */
export function createPduReader(sink: PduSink, limits: PduLimits): PduReader {
  const header = Buffer.alloc(headerLength);
  let headerFill = 0;
  /** What the next bytes are. */
  let expect: "pdu-header" | "body" | "value-header" | "value" = "pdu-header";
  let type = 0;
  let pduLeft = 0;
  let valueLeft = 0;
  let skip = false;
  let value: DataValue = { contextId: 0, command: false, last: false };
  let body: Buffer[] = [];
  let stopped = false;

  function invalid(reason: number, explanation: string): void {
    if (stopped) return;
    stopped = true;
    sink.invalid(reason, explanation);
  }

  /** Six bytes of header, also where they come in two chunks; the offset after them, or -1 where they are not all here. */
  function readHeader(chunk: Buffer, offset: number): number {
    const take = Math.min(headerLength - headerFill, chunk.length - offset);
    chunk.copy(header, headerFill, offset, offset + take);
    headerFill += take;
    if (headerFill < headerLength) return -1;
    headerFill = 0;
    return offset + take;
  }

  function beginPdu(): void {
    type = header[0]!;
    pduLeft = header.readUInt32BE(2);
    const problem = lengthProblem(type, pduLeft, limits);
    if (problem) {
      invalid(problem.reason, problem.explanation);
      return;
    }
    if (type === pduTypes.data) {
      skip = !sink.dataPdu();
      expect = "value-header";
    } else {
      body = [];
      expect = "body";
    }
  }

  function beginValue(): void {
    const length = header.readUInt32BE(0);
    if (length < 2 || length > pduLeft - 4) {
      invalid(
        abortReasons.invalidParameterValue,
        `presentation data value of ${length} bytes in ${pduLeft - 4}`,
      );
      return;
    }
    pduLeft -= 4 + length;
    if (pduLeft !== 0 && pduLeft < headerLength) {
      invalid(abortReasons.invalidParameterValue, "bytes left over after a presentation data value");
      return;
    }
    valueLeft = length - 2;
    value = { contextId: header[4]!, command: (header[5]! & 1) !== 0, last: (header[5]! & 2) !== 0 };
    expect = "value";
    if (valueLeft === 0) takeValue(header.subarray(0, 0));
  }

  function takeValue(bytes: Buffer): void {
    valueLeft -= bytes.length;
    if (!skip) sink.fragment(value, bytes, valueLeft === 0);
    if (valueLeft > 0) return;
    expect = "value-header";
    if (pduLeft === 0) {
      expect = "pdu-header";
      if (!skip && !stopped) sink.dataPduEnd();
    }
  }

  function takeBody(bytes: Buffer): void {
    // What is read from it lives longer than the received bytes.
    body.push(Buffer.from(bytes));
    pduLeft -= bytes.length;
    if (pduLeft > 0) return;
    expect = "pdu-header";
    const whole = body.length === 1 ? body[0]! : Buffer.concat(body);
    body = [];
    sink.pdu(type, whole);
  }

  function push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length && !stopped) {
      if (expect === "pdu-header" || expect === "value-header") {
        offset = readHeader(chunk, offset);
        if (offset < 0) return;
        if (expect === "pdu-header") beginPdu();
        else beginValue();
      } else {
        const end = Math.min(offset + (expect === "body" ? pduLeft : valueLeft), chunk.length);
        const bytes = chunk.subarray(offset, end);
        offset = end;
        if (expect === "body") takeBody(bytes);
        else takeValue(bytes);
      }
    }
  }

  return {
    push,
    stop() {
      stopped = true;
      body = [];
    },
    get midPdu() {
      return !stopped && (expect !== "pdu-header" || headerFill > 0);
    },
  };
}

function lengthProblem(
  type: number,
  length: number,
  limits: PduLimits,
): { reason: number; explanation: string } | null {
  const wrong = (explanation: string, reason: number = abortReasons.invalidParameterValue) => ({
    reason,
    explanation,
  });
  switch (type) {
    case pduTypes.data:
      if (length > limits.maxDataLength) {
        return wrong(`P-DATA-TF of ${length} bytes, ${limits.maxDataLength} were announced`);
      }
      return length < headerLength ? wrong(`P-DATA-TF of ${length} bytes`) : null;
    case pduTypes.associateRequest:
    case pduTypes.associateAccept:
      if (length > limits.maxAssociateLength) return wrong(`association PDU of ${length} bytes`);
      return length < 68 ? wrong(`association PDU of ${length} bytes`) : null;
    case pduTypes.associateReject:
    case pduTypes.releaseRequest:
    case pduTypes.releaseResponse:
    case pduTypes.abort:
      return length === 4 ? null : wrong(`PDU of type ${type} and ${length} bytes`);
    default:
      return wrong(`unrecognized PDU type ${type}`, abortReasons.unrecognizedPdu);
  }
}

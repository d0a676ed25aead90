import type { Association, Limits } from "./association.ts";
import { type CommandSet, noDataSet } from "./command-set.ts";
import { responseBit } from "./commands.ts";
import { DimseError } from "./errors.ts";
import type { DataSetSink } from "./message-reader.ts";
import { abortReasons } from "./pdu.ts";
import { Status } from "./status.ts";
import type { Timeouts } from "./timeouts.ts";

export interface Response {
  command: CommandSet;
  contextId: number;
  dataSet: Buffer | null;
}

/** The responses to the request under way, in order. */
export interface Responses {
  /** @throws DimseError when the association ends, or a response of another kind comes */
  next(commandField: number): Promise<Response>;
}

/** The requests of one side and the answers to them: one at a time. */
export interface Exchanges {
  /** Runs the work when those before it are done. */
  run<R>(work: (messageId: number, responses: Responses) => Promise<R>): Promise<R>;
  /** The same for work that begins and ends in two places; `end` must be called. */
  begin(): Promise<{ messageId: number; responses: Responses; end(): void }>;
  send(contextId: number, command: CommandSet): Promise<void>;
  /** Resolves when everything asked for so far is done. */
  idle(): Promise<void>;
  message(contextId: number, command: CommandSet): DataSetSink | null;
  fail(error: DimseError): void;
}

/** Responses that may wait for their reader before the socket is paused. */
const maxWaitingResponses = 64;

export function createExchanges(association: Association, timeouts: Timeouts, limits: Limits): Exchanges {
  let tail: Promise<void> = Promise.resolve();
  let lastMessageId = 0;
  let current: number | null = null;
  let waiting: Response[] = [];
  let held = false;
  let reader: { resolve(response: Response): void; reject(error: Error): void } | undefined;
  let failure: DimseError | undefined;

  function violation(explanation: string): null {
    association.abort(new DimseError("protocol", explanation), 2, abortReasons.unexpectedParameter);
    return null;
  }

  function deliver(response: Response): void {
    if (reader) {
      const { resolve } = reader;
      reader = undefined;
      association.expect(null);
      resolve(response);
      return;
    }
    waiting.push(response);
    if (!held && waiting.length >= maxWaitingResponses) {
      held = true;
      association.hold();
    }
  }

  function nextResponse(): Promise<Response> {
    const response = waiting.shift();
    if (response) {
      if (held && waiting.length <= maxWaitingResponses / 2) {
        held = false;
        association.unhold();
      }
      return Promise.resolve(response);
    }
    if (failure) return Promise.reject(failure);
    association.expect(timeouts.responseMs);
    return new Promise((resolve, reject) => {
      reader = { resolve, reject };
    });
  }

  const responses: Responses = {
    async next(commandField) {
      const response = await nextResponse();
      if (response.command.commandField !== commandField) {
        const error = new DimseError("protocol", "a response of another kind than the request");
        association.abort(error, 2, abortReasons.unexpectedParameter);
        throw error;
      }
      return response;
    },
  };

  async function begin(): Promise<{ messageId: number; responses: Responses; end(): void }> {
    const before = tail;
    const turn = Promise.withResolvers<void>();
    tail = before.then(() => turn.promise);
    await before;
    if (failure) {
      turn.resolve();
      throw new DimseError("closed", "the association is over", { cause: failure });
    }
    lastMessageId = (lastMessageId % 0xffff) + 1;
    current = lastMessageId;
    return {
      messageId: lastMessageId,
      responses,
      end() {
        current = null;
        waiting = [];
        if (held) {
          held = false;
          association.unhold();
        }
        turn.resolve();
      },
    };
  }

  /** Requests of the peer: none is ours to serve on an association that we opened (PS3.7 C.5, 0211H). */
  function refuse(contextId: number, command: CommandSet): DataSetSink | null {
    if (command.messageId === undefined) return violation("a request without a message id");
    const answer = () => {
      const refusal = {
        affectedSopClassUid: command.affectedSopClassUid ?? command.requestedSopClassUid,
        commandField: command.commandField | responseBit,
        messageIdBeingRespondedTo: command.messageId,
        commandDataSetType: noDataSet,
        status: Status.UnrecognizedOperation,
      };
      association.send(contextId, refusal).catch(() => {});
    };
    if (command.commandDataSetType !== noDataSet) return { push() {}, end: answer };
    answer();
    return null;
  }

  function message(contextId: number, command: CommandSet): DataSetSink | null {
    if ((command.commandField & responseBit) === 0) return refuse(contextId, command);
    if (current === null || command.messageIdBeingRespondedTo !== current)
      return violation("a response to nothing");
    if (command.commandDataSetType === noDataSet) {
      deliver({ command, contextId, dataSet: null });
      return null;
    }
    const parts: Uint8Array[] = [];
    let total = 0;
    return {
      push(bytes) {
        total += bytes.length;
        if (total > limits.maxIdentifierBytes)
          violation(`a response of more than ${limits.maxIdentifierBytes} bytes`);
        else parts.push(bytes);
      },
      end: () => deliver({ command, contextId, dataSet: Buffer.concat(parts, total) }),
    };
  }

  return {
    async run(work) {
      const exchange = await begin();
      try {
        return await work(exchange.messageId, exchange.responses);
      } finally {
        exchange.end();
      }
    },
    begin,
    send: (contextId, command) => association.send(contextId, command),
    idle: () => tail,
    message,
    fail(error) {
      failure = error;
      waiting = [];
      reader?.reject(error);
      reader = undefined;
    },
  };
}

import type { Association, Limits } from "./association.ts";
import { type CommandSet, noDataSet } from "./command-set.ts";
import { DimseError } from "./errors.ts";
import type { DataSetSink } from "./message-reader.ts";
import { abortReasons } from "./pdu.ts";

export interface Response {
  command: CommandSet;
  contextId: number;
  dataSet: Buffer | null;
}

/** A request under way, and the responses to it in order. */
export interface Exchange {
  readonly messageId: number;
  /** @throws DimseError when the association ends, or a response of another kind comes */
  next(commandField: number): Promise<Response>;
  /** Must be called: the next request may go. */
  end(): void;
}

/** The requests of one side and the answers to them: as many at a time as the peer granted, in the order they were asked for. */
export interface Exchanges {
  /** @param soon called when nothing but those under way is before it */
  begin(soon?: () => void): Promise<Exchange>;
  /** Runs the work when its turn has come. */
  run<R>(work: (exchange: Exchange) => Promise<R>, soon?: () => void): Promise<R>;
  /** Resolves when everything asked for so far is done. */
  idle(): Promise<void>;
  /** Takes a response. */
  message(contextId: number, command: CommandSet): DataSetSink | null;
  fail(error: DimseError): void;
  /** Whether a response is waited for. */
  readonly waiting: boolean;
  /** How many requests may be under way at once; 1 until the peer has granted more (PS3.7 D.3.3.3). */
  window: number;
}

interface Open {
  responses: Response[];
  held: boolean;
  reader: { resolve(response: Response): void; reject(error: Error): void } | undefined;
}

/** Responses that may wait for their reader before the socket is paused. */
const maxWaitingResponses = 64;

/** @param attend called whenever `waiting` may have changed, so that the waits for the peer are set anew */
export function createExchanges(association: Association, limits: Limits, attend: () => void): Exchanges {
  const open = new Map<number, Open>();
  const queue: { start(): void; soon: (() => void) | undefined }[] = [];
  let idlers: (() => void)[] = [];
  let window = 1;
  let taken = 0;
  let lastMessageId = 0;
  let failure: DimseError | undefined;

  function violation(explanation: string): null {
    association.abort(new DimseError("protocol", explanation), 2, abortReasons.invalidParameterValue);
    return null;
  }

  function release(exchange: Open): void {
    if (!exchange.held) return;
    exchange.held = false;
    association.unhold();
  }

  function deliver(exchange: Open, response: Response): void {
    const { reader } = exchange;
    if (reader) {
      exchange.reader = undefined;
      attend();
      reader.resolve(response);
      return;
    }
    exchange.responses.push(response);
    if (!exchange.held && exchange.responses.length >= maxWaitingResponses) {
      exchange.held = true;
      association.hold();
    }
  }

  function nextResponse(exchange: Open): Promise<Response> {
    const response = exchange.responses.shift();
    if (response) {
      if (exchange.responses.length <= maxWaitingResponses / 2) release(exchange);
      return Promise.resolve(response);
    }
    if (failure) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      exchange.reader = { resolve, reject };
      attend();
    });
  }

  function freeMessageId(): number {
    do lastMessageId = (lastMessageId % 0xffff) + 1;
    while (open.has(lastMessageId));
    return lastMessageId;
  }

  function openExchange(): Exchange {
    const messageId = freeMessageId();
    const exchange: Open = { responses: [], held: false, reader: undefined };
    open.set(messageId, exchange);
    return {
      messageId,
      async next(commandField) {
        const response = await nextResponse(exchange);
        if (response.command.commandField === commandField) return response;
        const error = new DimseError("protocol", "a response of another kind than the request");
        association.abort(error, 2, abortReasons.unexpectedParameter);
        throw error;
      },
      end() {
        if (!open.delete(messageId)) return;
        release(exchange);
        taken -= 1;
        startNext();
      },
    };
  }

  function startNext(): void {
    while (taken < window && queue.length > 0) {
      taken += 1;
      queue.shift()!.start();
    }
    queue[0]?.soon?.();
    if (taken > 0 || queue.length > 0) return;
    const waking = idlers;
    idlers = [];
    for (const wake of waking) wake();
  }

  function begin(soon?: () => void): Promise<Exchange> {
    return new Promise((resolve, reject) => {
      queue.push({
        soon,
        start() {
          if (!failure) {
            resolve(openExchange());
            return;
          }
          taken -= 1;
          reject(new DimseError("closed", "the association is over", { cause: failure }));
        },
      });
      startNext();
    });
  }

  function message(contextId: number, command: CommandSet): DataSetSink | null {
    const exchange = open.get(command.messageIdBeingRespondedTo ?? -1);
    if (!exchange) return violation("a response to nothing");
    if (command.commandDataSetType === noDataSet) {
      deliver(exchange, { command, contextId, dataSet: null });
      return null;
    }
    const parts: Uint8Array[] = [];
    let total = 0;
    return {
      push(bytes) {
        total += bytes.length;
        if (total > limits.maxIdentifierBytes)
          violation(`a response of more than ${limits.maxIdentifierBytes} bytes`);
        else parts.push(Buffer.from(bytes));
      },
      end: () => deliver(exchange, { command, contextId, dataSet: Buffer.concat(parts, total) }),
    };
  }

  return {
    begin,
    async run(work, soon) {
      const exchange = await begin(soon);
      try {
        return await work(exchange);
      } finally {
        exchange.end();
      }
    },
    idle: () =>
      taken === 0 && queue.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            idlers.push(resolve);
          }),
    message,
    fail(error) {
      failure = error;
      for (const exchange of open.values()) {
        exchange.responses = [];
        exchange.reader?.reject(error);
        exchange.reader = undefined;
      }
      startNext();
    },
    get waiting() {
      for (const { reader } of open.values()) if (reader) return true;
      return false;
    },
    get window() {
      return window;
    },
    set window(operations: number) {
      window = operations;
      startNext();
    },
  };
}

import { type CommandSet, CommandSetError, decodeCommandSet, noDataSet } from "./command-set.ts";
import type { DataValue } from "./pdu-reader.ts";

/** Where the data set of a message goes. */
export interface DataSetSink {
  push(bytes: Uint8Array): void;
  end(): void;
}

export interface MessageSink {
  /** Whether the context was accepted. */
  accepts(contextId: number): boolean;
  /** A command came; where one follows, the sink for its data set. */
  message(contextId: number, command: CommandSet): DataSetSink | null;
  /** The peer broke PS3.7; nothing more is read. */
  violation(explanation: string): void;
}

export interface MessageReader {
  fragment(value: DataValue, bytes: Buffer, complete: boolean): void;
  /** Whether a message has begun and not ended. */
  readonly midMessage: boolean;
}

/** Puts commands together from their fragments (bounded), and passes data sets on fragment by fragment (PS3.7 §6.3, Annex F). */
export function createMessageReader(sink: MessageSink, maxCommandBytes: number): MessageReader {
  let commandParts: Buffer[] = [];
  let commandLength = 0;
  /** Of the message under way. */
  let contextId: number | null = null;
  let dataSet: DataSetSink | null = null;

  function fragment(value: DataValue, bytes: Buffer, complete: boolean): void {
    if (contextId === null) {
      if (!value.command) {
        sink.violation("a data set without a command");
        return;
      }
      if (!sink.accepts(value.contextId)) {
        sink.violation(`presentation context ${value.contextId} was not accepted`);
        return;
      }
      contextId = value.contextId;
    } else if (value.contextId !== contextId) {
      sink.violation(`presentation context ${value.contextId} in a message of context ${contextId}`);
      return;
    }
    if (value.command) takeCommand(value, bytes, complete);
    else takeDataSet(value, bytes, complete);
  }

  function takeCommand(value: DataValue, bytes: Buffer, complete: boolean): void {
    if (dataSet) {
      sink.violation("a command where a data set was to come");
      return;
    }
    commandLength += bytes.length;
    if (commandLength > maxCommandBytes) {
      sink.violation(`a command set of more than ${maxCommandBytes} bytes`);
      return;
    }
    if (bytes.length > 0) commandParts.push(Buffer.from(bytes));
    if (!complete || !value.last) return;
    const whole = commandParts.length === 1 ? commandParts[0]! : Buffer.concat(commandParts, commandLength);
    commandParts = [];
    commandLength = 0;
    let command: CommandSet;
    try {
      command = decodeCommandSet(whole);
    } catch (error) {
      if (!(error instanceof CommandSetError)) throw error;
      sink.violation(`command set: ${error.message}`);
      return;
    }
    const id = contextId!;
    if (command.commandDataSetType === noDataSet) {
      contextId = null;
      sink.message(id, command);
    } else dataSet = sink.message(id, command) ?? nowhere;
  }

  function takeDataSet(value: DataValue, bytes: Buffer, complete: boolean): void {
    if (!dataSet) {
      sink.violation("a data set where a command was to go on");
      return;
    }
    if (bytes.length > 0) dataSet.push(bytes);
    if (!complete || !value.last) return;
    const ended = dataSet;
    dataSet = null;
    contextId = null;
    ended.end();
  }

  return {
    fragment,
    get midMessage() {
      return contextId !== null;
    },
  };
}

const nowhere: DataSetSink = { push() {}, end() {} };

import { decodeUid } from "./uids.ts";

/** A DIMSE command set (PS3.7 Annex E), decoded. Absent elements are undefined. */
export interface CommandSet {
  affectedSopClassUid?: string | undefined;
  requestedSopClassUid?: string | undefined;
  commandField: number;
  messageId?: number | undefined;
  messageIdBeingRespondedTo?: number | undefined;
  moveDestination?: string | undefined;
  priority?: number | undefined;
  /** 0101H: no data set follows; any other value: one does. */
  commandDataSetType: number;
  status?: number | undefined;
  offendingElements?: readonly number[] | undefined;
  errorComment?: string | undefined;
  errorId?: number | undefined;
  affectedSopInstanceUid?: string | undefined;
  requestedSopInstanceUid?: string | undefined;
  eventTypeId?: number | undefined;
  attributeIdentifierList?: readonly number[] | undefined;
  actionTypeId?: number | undefined;
  numberOfRemainingSuboperations?: number | undefined;
  numberOfCompletedSuboperations?: number | undefined;
  numberOfFailedSuboperations?: number | undefined;
  numberOfWarningSuboperations?: number | undefined;
  moveOriginatorAeTitle?: string | undefined;
  moveOriginatorMessageId?: number | undefined;
}

type ValueKind = "uid" | "short" | "text" | "tags";

/** PS3.7 Table E.1-1: element of group 0000, name, kind of value; in ascending order. */
const elements: readonly (readonly [number, keyof CommandSet, ValueKind])[] = [
  [0x0002, "affectedSopClassUid", "uid"],
  [0x0003, "requestedSopClassUid", "uid"],
  [0x0100, "commandField", "short"],
  [0x0110, "messageId", "short"],
  [0x0120, "messageIdBeingRespondedTo", "short"],
  [0x0600, "moveDestination", "text"],
  [0x0700, "priority", "short"],
  [0x0800, "commandDataSetType", "short"],
  [0x0900, "status", "short"],
  [0x0901, "offendingElements", "tags"],
  [0x0902, "errorComment", "text"],
  [0x0903, "errorId", "short"],
  [0x1000, "affectedSopInstanceUid", "uid"],
  [0x1001, "requestedSopInstanceUid", "uid"],
  [0x1002, "eventTypeId", "short"],
  [0x1005, "attributeIdentifierList", "tags"],
  [0x1008, "actionTypeId", "short"],
  [0x1020, "numberOfRemainingSuboperations", "short"],
  [0x1021, "numberOfCompletedSuboperations", "short"],
  [0x1022, "numberOfFailedSuboperations", "short"],
  [0x1023, "numberOfWarningSuboperations", "short"],
  [0x1030, "moveOriginatorAeTitle", "text"],
  [0x1031, "moveOriginatorMessageId", "short"],
];

const byElement = new Map(elements.map(([element, name, kind]) => [element, { name, kind }]));

/** Command Data Set Type (0000,0800) where no data set follows (PS3.7 §9.3). */
export const noDataSet = 0x0101;
/** What we say where one does; any value but 0101H would do. */
export const dataSetPresent = 0x0000;

/** A command that cannot be understood: the association is aborted. */
export class CommandSetError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CommandSetError";
  }
}

/**
 * Decodes a command set: Implicit VR Little Endian, group 0000 (PS3.7 §6.3.1). Elements that we have no use for are passed over.
 * @throws CommandSetError for other groups, lengths that lie, values of a wrong size, and where a required element is missing
 */
export function decodeCommandSet(bytes: Buffer): CommandSet {
  const command: Record<string, unknown> = {};
  let offset = 0;
  while (offset < bytes.length) {
    if (bytes.length - offset < 8) throw new CommandSetError("element header cut short");
    const group = bytes.readUInt16LE(offset);
    const element = bytes.readUInt16LE(offset + 2);
    const length = bytes.readUInt32LE(offset + 4);
    offset += 8;
    if (group !== 0) throw new CommandSetError(`group ${group.toString(16)} in a command set`);
    if (length > bytes.length - offset) throw new CommandSetError("element with a length beyond the end");
    const known = byElement.get(element);
    if (known && !(known.name in command)) {
      command[known.name] = decodeValue(known.kind, bytes.subarray(offset, offset + length));
    }
    offset += length;
  }
  if (command.commandField === undefined) throw new CommandSetError("no command field");
  if (command.commandDataSetType === undefined) throw new CommandSetError("no command data set type");
  return command as unknown as CommandSet;
}

function decodeValue(kind: ValueKind, bytes: Buffer): unknown {
  switch (kind) {
    case "uid":
      return bytes.length === 0 ? undefined : decodeUid(bytes);
    case "text":
      return bytes.toString("latin1").replace(/^ +|[\0 ]+$/g, "");
    case "short":
      if (bytes.length === 0) return undefined;
      if (bytes.length !== 2) throw new CommandSetError(`a number of ${bytes.length} bytes`);
      return bytes.readUInt16LE(0);
    case "tags": {
      if (bytes.length % 4 !== 0) throw new CommandSetError(`a list of tags of ${bytes.length} bytes`);
      const tags: number[] = [];
      for (let at = 0; at < bytes.length; at += 4) {
        tags.push(bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2));
      }
      return tags;
    }
  }
}

/** The command set with its group length, in ascending order, each value of even length. */
export function encodeCommandSet(command: CommandSet): Buffer {
  const parts: Buffer[] = [];
  let total = 0;
  for (const [element, name, kind] of elements) {
    const value = command[name];
    if (value === undefined) continue;
    const bytes = encodeElement(element, encodeValue(kind, value));
    parts.push(bytes);
    total += bytes.length;
  }
  const groupLength = Buffer.alloc(4);
  groupLength.writeUInt32LE(total);
  return Buffer.concat([encodeElement(0x0000, groupLength), ...parts], total + 12);
}

function encodeElement(element: number, value: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(8 + value.length);
  bytes.writeUInt16LE(0, 0);
  bytes.writeUInt16LE(element, 2);
  bytes.writeUInt32LE(value.length, 4);
  bytes.set(value, 8);
  return bytes;
}

function encodeValue(kind: ValueKind, value: unknown): Buffer {
  switch (kind) {
    case "uid":
      return even(String(value), "\0");
    case "text":
      return even(String(value).slice(0, 64), " ");
    case "short": {
      const bytes = Buffer.alloc(2);
      bytes.writeUInt16LE(value as number);
      return bytes;
    }
    case "tags": {
      const tags = value as readonly number[];
      const bytes = Buffer.alloc(tags.length * 4);
      tags.forEach((tag, index) => {
        bytes.writeUInt16LE(tag >>> 16, index * 4);
        bytes.writeUInt16LE(tag & 0xffff, index * 4 + 2);
      });
      return bytes;
    }
  }
}

function even(text: string, pad: string): Buffer {
  return Buffer.from(text.length % 2 === 0 ? text : text + pad, "latin1");
}

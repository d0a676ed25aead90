import { decodeAeTitle, encodeAeTitle } from "./ae-title.ts";
import { eachItem, item, uidItem } from "./items.ts";
import {
  type Abort,
  type AnsweredContext,
  type AssociateAccept,
  type AssociateRequest,
  type ContextResult,
  PduError,
  type ProposedContext,
  pduTypes,
  type Rejection,
  type UserInformation,
} from "./pdu.ts";
import { decodeUid } from "./uids.ts";
import { decodeUserInformation, encodeUserInformation } from "./user-information.ts";

/** Item types of association PDUs (PS3.8 §9.3.2 and §9.3.3). */
const itemTypes = {
  applicationContext: 0x10,
  proposedContext: 0x20,
  answeredContext: 0x21,
  abstractSyntax: 0x30,
  transferSyntax: 0x40,
  userInformation: 0x50,
} as const;

/** Bytes before the first item: version, reserved, both titles, reserved. */
const fixedLength = 68;

/** Context ids are odd numbers of one byte, so there are no more. */
export const maxContexts = 128;

/** The body (what follows the six bytes of header) of an A-ASSOCIATE-RQ. @throws PduError */
export function decodeAssociateRequest(body: Buffer): AssociateRequest {
  const contexts: ProposedContext[] = [];
  const common = decodeCommon(body, (type, value) => {
    if (type === itemTypes.proposedContext) contexts.push(decodeProposedContext(value));
  });
  checkContextIds(contexts);
  return { ...common, contexts };
}

/** The body of an A-ASSOCIATE-AC. @throws PduError */
export function decodeAssociateAccept(body: Buffer): AssociateAccept {
  const contexts: AnsweredContext[] = [];
  const common = decodeCommon(body, (type, value) => {
    if (type === itemTypes.answeredContext) contexts.push(decodeAnsweredContext(value));
  });
  checkContextIds(contexts);
  return { ...common, contexts };
}

function decodeCommon(body: Buffer, other: (type: number, value: Buffer) => void) {
  if (body.length < fixedLength) throw new PduError("association PDU cut short");
  let applicationContextName: string | undefined;
  let user: UserInformation | undefined;
  for (const { type, value } of eachItem(body.subarray(fixedLength))) {
    if (type === itemTypes.applicationContext) applicationContextName = decodeUid(value);
    else if (type === itemTypes.userInformation) user = decodeUserInformation(value);
    else other(type, value);
  }
  if (applicationContextName === undefined) throw new PduError("no application context name");
  if (!user) throw new PduError("no user information");
  return {
    protocolVersion: body.readUInt16BE(0),
    calledAeTitle: decodeAeTitle(body.subarray(4, 20)),
    callingAeTitle: decodeAeTitle(body.subarray(20, 36)),
    applicationContextName,
    user,
  };
}

function decodeProposedContext(value: Buffer): ProposedContext {
  if (value.length < 4) throw new PduError("presentation context cut short");
  let abstractSyntax = "";
  const transferSyntaxes: string[] = [];
  for (const sub of eachItem(value.subarray(4))) {
    if (sub.type === itemTypes.abstractSyntax) abstractSyntax = decodeUid(sub.value);
    else if (sub.type === itemTypes.transferSyntax) transferSyntaxes.push(decodeUid(sub.value));
  }
  return { id: value[0]!, abstractSyntax, transferSyntaxes };
}

function decodeAnsweredContext(value: Buffer): AnsweredContext {
  if (value.length < 4) throw new PduError("presentation context cut short");
  let transferSyntax = "";
  for (const sub of eachItem(value.subarray(4))) {
    if (sub.type === itemTypes.transferSyntax) transferSyntax = decodeUid(sub.value);
  }
  const result = value[2]!;
  return { id: value[0]!, result: (result <= 4 ? result : 2) as ContextResult, transferSyntax };
}

function checkContextIds(contexts: readonly { id: number }[]): void {
  const seen = new Set<number>();
  for (const { id } of contexts) {
    if (id % 2 === 0) throw new PduError(`presentation context id ${id} is even`);
    if (seen.has(id)) throw new PduError(`presentation context id ${id} comes twice`);
    seen.add(id);
  }
}

function pdu(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(6);
  header[0] = type;
  header.writeUInt32BE(
    parts.reduce((sum, part) => sum + part.length, 0),
    2,
  );
  return Buffer.concat([header, ...parts]);
}

function encodeFixed(fields: {
  protocolVersion: number;
  calledAeTitle: string;
  callingAeTitle: string;
}): Buffer {
  const bytes = Buffer.alloc(fixedLength);
  bytes.writeUInt16BE(fields.protocolVersion, 0);
  bytes.set(encodeAeTitle(fields.calledAeTitle), 4);
  bytes.set(encodeAeTitle(fields.callingAeTitle), 20);
  return bytes;
}

/** A-ASSOCIATE-RQ (PS3.8 §9.3.2). @throws PduError where an item is too long */
export function encodeAssociateRequest(request: AssociateRequest): Buffer {
  const contexts = request.contexts.map(({ id, abstractSyntax, transferSyntaxes }) =>
    item(
      itemTypes.proposedContext,
      Buffer.concat([
        Buffer.from([id, 0, 0, 0]),
        uidItem(itemTypes.abstractSyntax, abstractSyntax),
        ...transferSyntaxes.map((uid) => uidItem(itemTypes.transferSyntax, uid)),
      ]),
    ),
  );
  return pdu(
    pduTypes.associateRequest,
    encodeFixed(request),
    uidItem(itemTypes.applicationContext, request.applicationContextName),
    ...contexts,
    item(itemTypes.userInformation, encodeUserInformation(request.user)),
  );
}

/** A-ASSOCIATE-AC (PS3.8 §9.3.3). @throws PduError where an item is too long */
export function encodeAssociateAccept(accept: AssociateAccept): Buffer {
  const contexts = accept.contexts.map(({ id, result, transferSyntax }) =>
    item(
      itemTypes.answeredContext,
      Buffer.concat([Buffer.from([id, 0, result, 0]), uidItem(itemTypes.transferSyntax, transferSyntax)]),
    ),
  );
  return pdu(
    pduTypes.associateAccept,
    encodeFixed(accept),
    uidItem(itemTypes.applicationContext, accept.applicationContextName),
    ...contexts,
    item(itemTypes.userInformation, encodeUserInformation(accept.user)),
  );
}

/** A-ASSOCIATE-RJ without its header, 4 bytes (PS3.8 §9.3.4). */
export function decodeRejection(body: Buffer): Rejection {
  return { result: body[1]!, source: body[2]!, reason: body[3]! };
}

/** A-ASSOCIATE-RJ (PS3.8 §9.3.4). */
export function encodeRejection({ result, source, reason }: Rejection): Buffer {
  return pdu(pduTypes.associateReject, Buffer.from([0, result, source, reason]));
}

/** A-RELEASE-RQ (PS3.8 §9.3.6). */
export function encodeReleaseRequest(): Buffer {
  return pdu(pduTypes.releaseRequest, Buffer.alloc(4));
}

/** A-RELEASE-RP (PS3.8 §9.3.7). */
export function encodeReleaseResponse(): Buffer {
  return pdu(pduTypes.releaseResponse, Buffer.alloc(4));
}

/** A-ABORT without its header, 4 bytes (PS3.8 §9.3.8). */
export function decodeAbort(body: Buffer): Abort {
  return { source: body[2]!, reason: body[3]! };
}

/** A-ABORT (PS3.8 §9.3.8). */
export function encodeAbort({ source, reason }: Abort): Buffer {
  return pdu(pduTypes.abort, Buffer.from([0, 0, source, reason]));
}

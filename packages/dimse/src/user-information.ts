import { leastMaximumLength } from "./data-pdu.ts";
import { eachItem, item, uidItem } from "./items.ts";
import {
  type ExtendedNegotiation,
  PduError,
  type RoleSelection,
  type UserIdentity,
  type UserInformation,
} from "./pdu.ts";
import { decodeUid } from "./uids.ts";

/** Item types of the user information item (PS3.8 Annex D.1, PS3.7 Annex D.3.3). */
const types = {
  maximumLength: 0x51,
  implementationClassUid: 0x52,
  asynchronousOperations: 0x53,
  role: 0x54,
  implementationVersionName: 0x55,
  extended: 0x56,
  // 0x57, SOP class common extended negotiation, asks for nothing and gets no answer (PS3.7 D.3.3.6).
  userIdentity: 0x58,
  userIdentityResponse: 0x59,
} as const;

/** @throws PduError where a length runs over or a value has not its size */
export function decodeUserInformation(bytes: Buffer): UserInformation {
  const user: UserInformation = {
    maximumLength: 0,
    implementationClassUid: "",
    implementationVersionName: "",
    asynchronousOperations: null,
    roles: [],
    extendedNegotiations: [],
    userIdentity: null,
    userIdentityResponse: null,
  };
  const roles: RoleSelection[] = [];
  const extended: ExtendedNegotiation[] = [];
  for (const { type, value } of eachItem(bytes)) {
    if (type === types.maximumLength) user.maximumLength = decodeMaximumLength(value);
    else if (type === types.implementationClassUid) user.implementationClassUid = decodeUid(value);
    else if (type === types.implementationVersionName) {
      user.implementationVersionName = value.toString("latin1").trim();
    } else if (type === types.asynchronousOperations) {
      if (value.length !== 4) throw new PduError("asynchronous operations window of a wrong size");
      user.asynchronousOperations = { invoked: value.readUInt16BE(0), performed: value.readUInt16BE(2) };
    } else if (type === types.role) roles.push(decodeRole(value));
    else if (type === types.extended) {
      const [uid, information] = lengthPrefixed(value);
      extended.push({ sopClassUid: decodeUid(uid), information });
    } else if (type === types.userIdentity) user.userIdentity = decodeUserIdentity(value);
    else if (type === types.userIdentityResponse) user.userIdentityResponse = lengthPrefixed(value)[0];
  }
  return { ...user, roles, extendedNegotiations: extended };
}

function decodeMaximumLength(value: Buffer): number {
  if (value.length !== 4) throw new PduError("maximum length item of a wrong size");
  const length = value.readUInt32BE(0);
  if (length !== 0 && length < leastMaximumLength)
    throw new PduError(`maximum length of ${length} bytes, in which no value has room`);
  return length;
}

/** A two byte length, that many bytes, and what follows. */
function lengthPrefixed(bytes: Buffer): [Buffer, Buffer] {
  if (bytes.length < 2) throw new PduError("item cut short");
  const length = bytes.readUInt16BE(0);
  if (length > bytes.length - 2) throw new PduError("item with a length beyond its end");
  return [bytes.subarray(2, 2 + length), bytes.subarray(2 + length)];
}

function decodeRole(value: Buffer): RoleSelection {
  const [uid, rest] = lengthPrefixed(value);
  if (rest.length < 2) throw new PduError("role selection cut short");
  return { sopClassUid: decodeUid(uid), scu: rest[0] === 1, scp: rest[1] === 1 };
}

function decodeUserIdentity(value: Buffer): UserIdentity {
  if (value.length < 6) throw new PduError("user identity cut short");
  const [primary, rest] = lengthPrefixed(value.subarray(2));
  const [secondary] = lengthPrefixed(rest);
  return { type: value[0]!, positiveResponseRequested: value[1] === 1, primary, secondary };
}

function prefixed(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The sub-items, without the header of the user information item itself. */
export function encodeUserInformation(user: UserInformation): Buffer {
  const maximum = Buffer.alloc(4);
  maximum.writeUInt32BE(user.maximumLength);
  const parts = [
    item(types.maximumLength, maximum),
    uidItem(types.implementationClassUid, user.implementationClassUid),
  ];
  if (user.asynchronousOperations) {
    const window = Buffer.alloc(4);
    window.writeUInt16BE(user.asynchronousOperations.invoked, 0);
    window.writeUInt16BE(user.asynchronousOperations.performed, 2);
    parts.push(item(types.asynchronousOperations, window));
  }
  for (const role of user.roles) {
    const flags = Buffer.from([role.scu ? 1 : 0, role.scp ? 1 : 0]);
    parts.push(item(types.role, Buffer.concat([prefixed(Buffer.from(role.sopClassUid, "latin1")), flags])));
  }
  if (user.implementationVersionName) {
    parts.push(
      item(
        types.implementationVersionName,
        Buffer.from(user.implementationVersionName.slice(0, 16), "latin1"),
      ),
    );
  }
  for (const { sopClassUid, information } of user.extendedNegotiations) {
    parts.push(
      item(types.extended, Buffer.concat([prefixed(Buffer.from(sopClassUid, "latin1")), information])),
    );
  }
  if (user.userIdentity) {
    const { type, positiveResponseRequested, primary, secondary } = user.userIdentity;
    const head = Buffer.from([type, positiveResponseRequested ? 1 : 0]);
    parts.push(item(types.userIdentity, Buffer.concat([head, prefixed(primary), prefixed(secondary)])));
  }
  if (user.userIdentityResponse)
    parts.push(item(types.userIdentityResponse, prefixed(user.userIdentityResponse)));
  return Buffer.concat(parts);
}

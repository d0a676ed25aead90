import type { UserIdentity } from "./pdu.ts";

/** A user identity by its type (PS3.7 Table D.3-14). */
export type Identity =
  | { kind: "user-name"; userName: string }
  | { kind: "user-name-and-passcode"; userName: string; passcode: string }
  | { kind: "kerberos"; ticket: Uint8Array }
  | { kind: "saml"; assertion: string }
  | { kind: "jwt"; token: string };

/** What a user identity item holds; null for a type that PS3.7 does not know. */
export function readUserIdentity({ type, primary, secondary }: UserIdentity): Identity | null {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");
  switch (type) {
    case 1:
      return { kind: "user-name", userName: text(primary) };
    case 2:
      return { kind: "user-name-and-passcode", userName: text(primary), passcode: text(secondary) };
    case 3:
      return { kind: "kerberos", ticket: primary };
    case 4:
      return { kind: "saml", assertion: text(primary) };
    case 5:
      return { kind: "jwt", token: text(primary) };
    default:
      return null;
  }
}

/** The user identity item for a name, with a passcode or without (PS3.7 D.3.3.7.1). */
export function userIdentityOf(user: {
  userName: string;
  passcode?: string;
  /** The peer shall say that it has accepted the identity. */
  positiveResponseRequested?: boolean;
}): UserIdentity {
  return {
    type: user.passcode === undefined ? 1 : 2,
    positiveResponseRequested: user.positiveResponseRequested ?? false,
    primary: Buffer.from(user.userName, "utf8"),
    secondary: Buffer.from(user.passcode ?? "", "utf8"),
  };
}

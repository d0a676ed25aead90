import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from "node:crypto";
import { type Config, keptSecret } from "../../platform/index.ts";

/** Where both chains ended at a time. */
export interface Ends {
  factPosition: number;
  factHash: Buffer;
  accessPosition: number;
  accessHash: Buffer;
  sealedAt: Date;
}

export interface Signed extends Ends {
  keyId: string;
  signature: Buffer;
}

/** Ends signed at an interval; each names the one before. */
export interface Seal extends Signed {
  /** 1 is the first. */
  number: number;
  previous: Buffer;
  /** When its copy was in the object store; null before. Not signed. */
  copiedAt: Date | null;
}

export interface Signer {
  /** The first 16 hexadecimal digits of the SHA-256 of the public key (SubjectPublicKeyInfo). */
  keyId: string;
  /** PEM, for whoever checks the copies elsewhere. */
  publicKey: string;
  sign(statement: string): Buffer;
  verify(statement: string, signature: Uint8Array): boolean;
}

/** The file under DATA_DIR that holds the key where none is configured. */
const sealKeyFile = "journal-seal.pem";

/**
 * Ed25519 (RFC 8032) with the configured key, which several machines may share, or one that is made once and kept under `dataDir`, out of the
 * database's reach.
 */
export function createSigner({
  dataDir,
  journalSealKey,
}: Pick<Config, "dataDir" | "journalSealKey">): Signer {
  const pem =
    journalSealKey ??
    keptSecret(dataDir, sealKeyFile, () =>
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    );
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ type: "spki", format: "der" });
  return {
    keyId: createHash("sha256").update(der).digest("hex").slice(0, 16),
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    sign: (statement) => sign(null, Buffer.from(statement), privateKey),
    verify: (statement, signature) => verify(null, Buffer.from(statement), publicKey, signature),
  };
}

const endsStatement = (ends: Ends) => [
  ends.factPosition,
  ends.factHash.toString("hex"),
  ends.accessPosition,
  ends.accessHash.toString("hex"),
  ends.sealedAt.toISOString(),
];

/** What the signature of the chains' present ends covers. */
export const headStatement = (ends: Ends): string =>
  JSON.stringify(["isocenter journal head", ...endsStatement(ends)]);

/** What the signature of a seal covers. */
export const sealStatement = (seal: Omit<Seal, "keyId" | "signature" | "copiedAt">): string =>
  JSON.stringify([
    "isocenter journal seal",
    seal.number,
    ...endsStatement(seal),
    seal.previous.toString("hex"),
  ]);

/** What the next seal names this one by. */
export const sealHash = (seal: Seal): Buffer =>
  createHash("sha256").update(sealStatement(seal)).update(seal.signature).digest();

/** A seal as its copy in the object store has it: everything that is needed to check it without the database. */
export const sealCopy = (seal: Seal, publicKey: string): Buffer =>
  Buffer.from(
    `${JSON.stringify({
      statement: sealStatement(seal),
      keyId: seal.keyId,
      algorithm: "Ed25519",
      publicKey,
      signature: seal.signature.toString("base64"),
    })}\n`,
  );

export const sealKey = (number: number): string => `seals/${String(number).padStart(12, "0")}`;

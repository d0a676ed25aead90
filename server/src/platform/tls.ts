import { createPrivateKey, X509Certificate } from "node:crypto";
import fs from "node:fs";
import { createSecureContext } from "node:tls";
import type { Logger } from "pino";

/** Where the certificate chain and its private key come from: a file, which may be renewed, or PEM text as it was given. */
export interface TlsSettings {
  certificate: TlsSource;
  key: TlsSource;
}

export type TlsSource = { file: string } | { pem: string };

/** A certificate chain and its private key, both PEM. */
export interface TlsMaterial {
  cert: string;
  key: string;
  /** The end of the server's own certificate. */
  validTo: Date;
}

const read = (source: TlsSource): string =>
  "pem" in source ? source.pem : fs.readFileSync(source.file, "utf8");

const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code?.startsWith("E") ? code : message.replace(/^error:[0-9A-F]+:/, "");
};

/** The pair as it is now, or what is wrong with it in one line that names the variable and says nothing of the key. */
export function readTlsMaterial({ certificate, key }: TlsSettings): TlsMaterial | { mistake: string } {
  let cert: string;
  let parsed: X509Certificate;
  try {
    cert = read(certificate);
    parsed = new X509Certificate(cert);
  } catch (error) {
    return { mistake: `TLS_CERT: expected a PEM certificate, the server's own first (${reasonOf(error)}).` };
  }
  try {
    const pem = read(key);
    if (/ENCRYPTED/.test(pem))
      return { mistake: "TLS_KEY: the key is protected by a passphrase; give one without." };
    if (!parsed.checkPrivateKey(createPrivateKey(pem)))
      return { mistake: "TLS_KEY: the key does not belong to the certificate of TLS_CERT." };
    createSecureContext({ cert, key: pem });
    return { cert, key: pem, validTo: new Date(parsed.validTo) };
  } catch (error) {
    return { mistake: `TLS_KEY: expected a PEM private key of the certificate (${reasonOf(error)}).` };
  }
}

/** The certificate that this process serves, renewed without a restart. */
export interface ServerCertificate {
  /** The pair in use. */
  current(): TlsMaterial;
  /** Told of each new pair: `server.setSecureContext(pair)`. @returns takes the listener away */
  onRenewed(listener: (material: TlsMaterial) => void): () => void;
  /** Reads the files at once. A pair that does not fit together is not taken: the one in use stays. */
  reload(): void;
  close(): void;
}

/** How often the files are looked at: whoever renews a certificate need not tell us. */
const lookEveryMs = 60_000;

/** @throws Error where the pair cannot be used */
export function openServerCertificate(settings: TlsSettings, log: Logger): ServerCertificate {
  const first = readTlsMaterial(settings);
  if ("mistake" in first) throw new Error(first.mistake);
  let material = first;
  let complaint = "";
  const listeners = new Set<(material: TlsMaterial) => void>();
  const reload = () => {
    const next = readTlsMaterial(settings);
    if ("mistake" in next) {
      // Once for each kind: the files may be in the middle of being written.
      if (complaint !== next.mistake) log.error(`${next.mistake} The certificate in use stays.`);
      complaint = next.mistake;
      return;
    }
    complaint = "";
    if (next.cert === material.cert && next.key === material.key) return;
    material = next;
    log.warn({ validTo: next.validTo.toISOString() }, "a renewed certificate is in use");
    for (const listener of listeners) listener(next);
  };
  const timer = setInterval(reload, lookEveryMs).unref();
  return {
    current: () => material,
    onRenewed(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    reload,
    close: () => clearInterval(timer),
  };
}

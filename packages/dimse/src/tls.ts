import { isIP, type Socket } from "node:net";
import { type ConnectionOptions, TLSSocket } from "node:tls";

/** TLS as a client (PS3.15 Annex B, the BCP 195 profile): what `node:tls` takes. */
export interface ClientTls {
  /** Trusted authorities or certificates, PEM; the system's when left out. */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Our certificate, for peers that ask for one. */
  cert?: string | Uint8Array;
  key?: string | Uint8Array;
  passphrase?: string;
  /** The name that the peer's certificate must have; the host when left out. */
  servername?: string;
  /** False: any certificate will do. True when left out. */
  rejectUnauthorized?: boolean;
  /** SHA-256 of the certificate that the peer must have, in lower-case hexadecimal: that one alone, whoever signed it. */
  certificateSha256?: string;
}

/** TLS as a server. */
export interface ServerTls {
  cert: string | Uint8Array;
  key: string | Uint8Array;
  passphrase?: string;
  /** Authorities of client certificates. */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** `request`: a certificate is asked for and told of, trusted or not; `require`: one that is trusted must be given. */
  clientCertificate?: "request" | "require";
}

/** What TLS says of the peer. */
export interface PeerTls {
  /** Such as `TLSv1.3`. */
  protocol: string;
  /** Of the certificate the peer has proved to own; null where it gave none. */
  certificate: {
    /** SHA-256 of the DER form, lower-case hexadecimal. */
    sha256: string;
    /** Common Name of the subject, "" where there is none. */
    commonName: string;
    /** Whether it leads to an authority that we trust. */
    trusted: boolean;
  } | null;
}

/** The least that the BCP 195 profile lets pass. */
export const minVersion = "TLSv1.2";

/** How we connect (PS3.15 B.12). With a fingerprint, that is compared in place of the chain of authorities. */
export function clientTlsOptions(host: string, port: number, tls: ClientTls): ConnectionOptions {
  const { servername = isIP(host) ? undefined : host, certificateSha256, ...rest } = tls;
  return {
    ...(rest as ConnectionOptions),
    // Compared when it is there, before anything is said.
    ...(certificateSha256 === undefined ? {} : { rejectUnauthorized: false }),
    host,
    port,
    minVersion,
    // An address is no server name (RFC 6066 §3); the certificate is checked against the host all the same.
    ...(servername === undefined ? {} : { servername }),
  };
}

/** What TLS says of the peer; null where there is none. */
export function peerTlsOf(socket: Socket): PeerTls | null {
  if (!(socket instanceof TLSSocket)) return null;
  const certificate = socket.getPeerCertificate();
  const fingerprint = certificate?.fingerprint256;
  const commonName = certificate?.subject?.CN;
  return {
    protocol: socket.getProtocol() ?? "",
    certificate: fingerprint
      ? {
          sha256: fingerprint.replaceAll(":", "").toLowerCase(),
          commonName: (Array.isArray(commonName) ? commonName[0] : commonName) ?? "",
          trusted: socket.authorized,
        }
      : null,
  };
}

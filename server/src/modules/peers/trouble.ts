import { type DimseError, otherCertificate } from "@isocenter/dimse";

const untrusted =
  "Nobody whom this system trusts has signed its certificate. Enter the SHA-256 of its certificate.";

/** What the operating system and TLS say of a connection that did not come to be (Node.js, "Common system errors" and "OpenSSL error codes"). */
const ofTransport: Readonly<Record<string, string>> = {
  ENOTFOUND: "There is no host of this name.",
  EAI_AGAIN: "The host's name could not be looked up.",
  EHOSTUNREACH: "The host is not to be reached.",
  ENETUNREACH: "The host's network is not to be reached.",
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: "Its certificate has expired.",
  ERR_TLS_CERT_ALTNAME_INVALID: "Its certificate is for another host name.",
};

/**
 * Why another system was not reached or did not let us in, where one can say what to look at; else null. A sentence for a person: it names neither end.
 * What a rejection means is PS3.8, table 9-21.
 */
export function troubleOf(error: DimseError): string | null {
  if (error.code === "rejected") {
    const { source, reason } = error.rejection ?? {};
    if (source === 1 && reason === 3)
      return "It does not let our AE title in: it must be entered there, with the address of this machine.";
    if (source === 1 && reason === 7) return "It has another AE title than the one that is entered here.";
    if (source === 3) return "It has too much to do at the moment. Try again later.";
    return null;
  }
  if (error.code === "protocol")
    return "What answers at this port does not speak DICOM as it should. Is the port right?";
  if (error.code !== "connection-failed") return null;
  const { code = "", message = "" } = (error.cause ?? {}) as NodeJS.ErrnoException;
  if (code === otherCertificate) return "It shows another certificate than the one that is entered here.";
  if (ofTransport[code]) return ofTransport[code];
  if (/^(EPROTO|ERR_SSL_)/.test(code) || /TLS|SSL/.test(message))
    return "It answers, but not by TLS as it is entered here.";
  return null;
}

/** Whether a text may be an AE title here, as the contract has it. */
export const isAeTitle = (text: string): boolean =>
  /^[!-\-0-[\]-~](?:[ -\-0-[\]-~]{0,14}[!-\-0-[\]-~])?$/.test(text);

/** Whether a text is the SHA-256 of a certificate, as browsers and openssl write it. */
export const isFingerprint = (text: string): boolean => /^[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2}){31}$/.test(text);

import { createHmac } from "node:crypto";
import type { Clock } from "../../platform/index.ts";

export const signatureHeader = "x-isocenter-signature";

/**
 * `t=1767600000,v1=hex`: HMAC-SHA-256 over the time stamp in seconds, a dot and the body. With two secrets, while one is being replaced,
 * there are two `v1`, and one of them fits. docs/notifications.md shows how a receiver checks it.
 */
export function signatureOf(clock: Clock, secrets: readonly string[], body: string): string {
  const seconds = Math.floor(clock.now().getTime() / 1000);
  const sign = (secret: string) => createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return [`t=${seconds}`, ...secrets.map((secret) => `v1=${sign(secret)}`)].join(",");
}

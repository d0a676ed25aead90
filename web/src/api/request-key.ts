/**
 * A key that tells one request of a person from another, for `Idempotency-Key`: the same key sent twice does the thing once.
 * `crypto.randomUUID` is closed to pages that come over plain HTTP from another machine; this is not.
 */
export function requestKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

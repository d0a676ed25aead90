import { createHmac, timingSafeEqual } from "node:crypto";
import { type Clock, Refusal } from "../../platform/index.ts";

/** What a link gives, and to whom it was given. */
export interface LinkGrant {
  method: "GET";
  imageId: string;
  facilityId: string;
  /** SHA-256 of the object: a link does not give what took its place. */
  sha256: string;
  /** The viewer who got it. */
  viewerId: string;
}

export interface SignedLinks {
  sign(grant: LinkGrant, expiresAt: Date): string;
  /** @throws Refusal `forbidden` (`link.invalid`, `link.expired`) */
  read(token: string): LinkGrant;
}

const invalid = (): Refusal => new Refusal("forbidden", "link.invalid", "This link is not valid.");

/**
 * Links that carry their grant, signed with HMAC-SHA-256 over everything in it: method, image, facility, content, expiry.
 * @param secret never leaves the server
 */
export function createSignedLinks(secret: string, clock: Clock): SignedLinks {
  const signatureOf = (payload: string): Buffer =>
    createHmac("sha256", secret).update(`image-link\n${payload}`).digest();
  return {
    sign(grant, expiresAt) {
      const fields = [
        grant.method,
        grant.imageId,
        grant.facilityId,
        grant.sha256,
        grant.viewerId,
        expiresAt.getTime(),
      ];
      const payload = Buffer.from(JSON.stringify(fields)).toString("base64url");
      return `${payload}.${signatureOf(payload).toString("base64url")}`;
    },
    read(token) {
      const [payload = "", signature = "", ...more] = token.split(".");
      const given = Buffer.from(signature, "base64url");
      const right = signatureOf(payload);
      // base64url has more than one text for some bytes; only the one that we wrote is taken.
      const same = given.length === right.length && timingSafeEqual(given, right);
      if (!same || more.length > 0 || given.toString("base64url") !== signature) throw invalid();
      const [method, imageId, facilityId, sha256, viewerId, expires] = JSON.parse(
        Buffer.from(payload, "base64url").toString(),
      ) as [string, string, string, string, string, number];
      if (method !== "GET") throw invalid();
      if (clock.now().getTime() >= expires)
        throw new Refusal("forbidden", "link.expired", "This link has expired.");
      return { method, imageId, facilityId, sha256, viewerId };
    },
  };
}

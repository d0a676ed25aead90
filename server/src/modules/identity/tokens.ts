import { createHash, createHmac, hash, hkdfSync, randomBytes } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { type Clock, Refusal } from "../../platform/index.ts";

export const accessTokenSeconds = 15 * 60;

export interface AccessClaims {
  userId: string;
  sessionId: string;
}

export const filmPassSeconds = 15 * 60;

export interface FilmPassClaims extends AccessClaims {
  /** The one address that it opens. */
  path: string;
  facilityId: string | null;
}

export interface Tokens {
  /** A JWT (HS256) that names user and session. */
  signAccess(claims: AccessClaims): Promise<string>;
  /** @throws Refusal `unauthenticated` (`auth.invalid-token`, `auth.expired-token`) */
  readAccess(token: string): Promise<AccessClaims>;
  signFilmPass(claims: FilmPassClaims): Promise<string>;
  /** @throws Refusal `unauthenticated` (`auth.invalid-token`), also for another address than it was given for */
  readFilmPass(token: string, path: string): Promise<FilmPassClaims>;
  newRefresh(): string;
  /**
   * The token that follows a refresh token. It is computed, not random, so that a client that asks twice with one token (two tabs, or an
   * answer that was lost) gets the same one twice: the family stays a line, and whoever uses an older token of it shows.
   */
  nextRefresh(token: string): string;
}

/** Tokens of which it is known that they are ours, with when they end; whether the session still lives is asked elsewhere, each time. */
const mostVerified = 10_000;

const issuer = "isocenter";
const audience = "isocenter-api";
const filmAudience = "isocenter-film";

/** What the database keeps of a secret with enough random bits. */
export const secretHash = (secret: string): Buffer => createHash("sha256").update(secret).digest();

export function createTokens(clock: Clock, secret: string): Tokens {
  const key = (purpose: string) => new Uint8Array(hkdfSync("sha256", secret, "", `isocenter ${purpose}`, 32));
  const accessKey = key("access token");
  const refreshKey = key("refresh token");
  const filmKey = key("film pass");
  const verified = new Map<string, { claims: AccessClaims; endsAt: number }>();
  return {
    signAccess({ userId, sessionId }) {
      const now = Math.floor(clock.now().getTime() / 1000);
      return new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(now)
        .setExpirationTime(now + accessTokenSeconds)
        .sign(accessKey);
    },
    async readAccess(token) {
      const digest = hash("sha256", token, "base64");
      const known = verified.get(digest);
      if (known && known.endsAt > clock.now().getTime()) return known.claims;
      verified.delete(digest);
      try {
        const { payload } = await jwtVerify(token, accessKey, {
          algorithms: ["HS256"],
          issuer,
          audience,
          currentDate: clock.now(),
          requiredClaims: ["sub", "sid", "exp"],
        });
        const claims = { userId: String(payload.sub), sessionId: String(payload.sid) };
        verified.set(digest, { claims, endsAt: Number(payload.exp) * 1000 });
        if (verified.size > mostVerified) verified.delete(verified.keys().next().value ?? "");
        return claims;
      } catch (error) {
        if (error instanceof errors.JWTExpired)
          throw new Refusal("unauthenticated", "auth.expired-token", "The access token has expired.");
        throw new Refusal("unauthenticated", "auth.invalid-token", "The access token is not valid.", {
          cause: error,
        });
      }
    },
    signFilmPass({ userId, sessionId, path, facilityId }) {
      const now = Math.floor(clock.now().getTime() / 1000);
      return new SignJWT({ sid: sessionId, path, at: facilityId })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(filmAudience)
        .setExpirationTime(now + filmPassSeconds)
        .sign(filmKey);
    },
    async readFilmPass(token, path) {
      try {
        const { payload } = await jwtVerify(token, filmKey, {
          algorithms: ["HS256"],
          issuer,
          audience: filmAudience,
          currentDate: clock.now(),
          requiredClaims: ["sub", "sid", "path", "exp"],
        });
        if (payload.path !== path) throw new Error("another address");
        return {
          userId: String(payload.sub),
          sessionId: String(payload.sid),
          path,
          facilityId: typeof payload.at === "string" ? payload.at : null,
        };
      } catch (error) {
        throw new Refusal(
          "unauthenticated",
          "auth.invalid-token",
          "This film is no longer open: open it again.",
          {
            cause: error,
          },
        );
      }
    },
    newRefresh: () => randomBytes(32).toString("base64url"),
    nextRefresh: (token) => createHmac("sha256", refreshKey).update(token).digest("base64url"),
  };
}

export const apiKeyPrefix = "iso_";
export const newApiKey = (): string => `${apiKeyPrefix}${randomBytes(32).toString("base64url")}`;

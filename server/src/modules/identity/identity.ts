import { randomBytes } from "node:crypto";
import type { Platform } from "../../platform/index.ts";
import { keptSecret } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { createAuthenticate, installAuthentication } from "./authentication.ts";
import { cleanIdentity } from "./clean.ts";
import { confirmPassword } from "./confirm.ts";
import { changeChannel, type IdentityDeps } from "./deps.ts";
import { createFilmPasses } from "./film-passes.ts";
import { configuredCost, createPasswordHasher, type PasswordCost, type PasswordHasher } from "./passwords.ts";
import { createPrincipals } from "./principals.ts";
import { createThrottle } from "./throttle.ts";
import { createTokens } from "./tokens.ts";
import type { Identity } from "./types.ts";

export interface IdentityOptions {
  passwordCost?: PasswordCost;
  /** In place of Argon2. */
  hasher?: PasswordHasher;
}

/** Attempts in a minute that failed or are under way. */
const attemptsPerAddress = 60;
const attemptsPerName = 10;
const minuteMs = 60_000;
const cleanEverySeconds = 3600;

export interface IdentityWithDeps extends Identity {
  /** For identity's own routes. */
  readonly deps: IdentityDeps;
}

export function createIdentity(
  platform: Platform,
  journal: Journal,
  options: IdentityOptions = {},
): IdentityWithDeps {
  const { config, clock, db, jobs, log } = platform;
  const secret =
    config.jwtSecret ?? keptSecret(config.dataDir, "jwt", () => randomBytes(48).toString("base64url"));
  const tokens = createTokens(clock, secret);
  const principals = createPrincipals(db, clock);
  const authenticate = createAuthenticate(tokens, principals);
  const films = createFilmPasses(
    tokens,
    principals,
    (request) => request.protocol === "https" || config.publicUrl?.startsWith("https:") === true,
  );
  const listeners = new Set<() => void>();
  let stopListening: (() => Promise<void>) | null = null;

  function forget(): void {
    principals.forget();
    for (const listener of listeners) listener();
  }

  const deps: IdentityDeps = {
    platform,
    journal,
    hasher: options.hasher ?? createPasswordHasher(options.passwordCost ?? configuredCost(config)),
    tokens,
    throttleByAddress: createThrottle(clock, attemptsPerAddress, minuteMs),
    throttleByName: createThrottle(clock, attemptsPerName, minuteMs),
    forget,
  };
  jobs.every("identity.clean", cleanEverySeconds, () => cleanIdentity(db, clock));

  return {
    deps,
    authenticate,
    again: (authenticated) => principals.again(authenticated),
    confirmPassword: (viewer, password) => confirmPassword(deps, viewer, password),
    installAuthentication: (app) => installAuthentication(app, authenticate, journal, films),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async start() {
      // Also told when the connection is back after it was lost: what was said meanwhile was not heard.
      const listening = await db.listen(changeChannel, forget, forget);
      stopListening = () => listening.unlisten();
    },
    async stop() {
      await stopListening?.().catch((error: unknown) => log.debug({ err: error }, "unlisten failed"));
    },
  };
}

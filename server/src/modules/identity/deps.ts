import { afterCommit, type Platform, type Tx } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import type { PasswordHasher } from "./passwords.ts";
import type { Throttle } from "./throttle.ts";
import type { Tokens } from "./tokens.ts";

/** What identity's commands work with. */
export interface IdentityDeps {
  platform: Platform;
  journal: Journal;
  hasher: PasswordHasher;
  tokens: Tokens;
  throttleByAddress: Throttle;
  throttleByName: Throttle;
  /** Empties what this process remembers of who is who. */
  forget: () => void;
}

/** PostgreSQL's channel on which processes tell each other that somebody's rights changed. */
export const changeChannel = "identity_changed";

/** Once committed, every process forgets what it knows of sessions, users and keys; this one at once. */
export async function announceChange(tx: Tx, deps: IdentityDeps): Promise<void> {
  await tx`select pg_notify(${changeChannel}, '')`;
  if (!afterCommit(tx, deps.forget)) deps.forget();
}

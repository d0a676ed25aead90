import { Refusal, transact, type Viewer } from "../../platform/index.ts";
import type { IdentityDeps } from "./deps.ts";
import { countFailure, lockedUntil } from "./sign-in.ts";

interface Row {
  folded: string;
  hash: string;
  lockedUntil: Date | null;
}

/**
 * That the viewer is who signed in, by the password again. A wrong one counts as a failed attempt to sign in: whoever sits before a screen that was left
 * open cannot try on.
 * @throws Refusal `unprocessable` (`password.wrong`), `locked` (`auth.locked`), `too-many` (`auth.throttled`), `forbidden` (`api-key.may-not-sign`)
 */
export async function confirmPassword(deps: IdentityDeps, viewer: Viewer, password: string): Promise<void> {
  const { db, clock } = deps.platform;
  if (viewer.kind !== "user")
    throw new Refusal("forbidden", "api-key.may-not-sign", "People sign, not keys.");
  const [user] = await db<Row[]>`
    select u.username_folded as folded, u.password_hash as hash, f.locked_until as "lockedUntil"
    from app_user u left join sign_in_failure f on f.username_folded = u.username_folded and f.locked_until > ${clock.now()}
    where u.id = ${viewer.id} and u.active`;
  if (!user) throw new Refusal("forbidden", "user.not-found", "There is no such user any more.");
  const untake = deps.throttleByName.take(user.folded);
  if (user.lockedUntil) throw lockedUntil(deps, user.lockedUntil);
  if (await deps.hasher.verify(user.hash, password)) {
    untake();
    return;
  }
  const until = await transact(db, async (tx) => {
    await deps.journal.record(tx, viewer, {
      type: "user.confirmation-failed",
      subject: { type: "user", id: viewer.id },
      facilityId: viewer.homeFacilityId || null,
      outcome: "refused",
      data: { reason: "wrong-password" },
    });
    return await countFailure(tx, deps, user.folded);
  });
  if (until) throw lockedUntil(deps, until);
  throw new Refusal("unprocessable", "password.wrong", "The password is wrong.", {
    errors: [{ path: "body.password", message: "is wrong" }],
  });
}

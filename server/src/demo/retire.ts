import { type IdentityWithDeps, retireDemonstration } from "../modules/identity/index.ts";
import type { Journal } from "../modules/journal/index.ts";
import { removeModality } from "../modules/peers/index.ts";
import { type Clock, systemViewer, type Tx } from "../platform/index.ts";

export interface RetireDeps {
  identity: Pick<IdentityWithDeps, "deps">;
  journal: Journal;
}

/** Puts a demonstration away that was not loaded to its end: nobody sees it or signs in to it, and no machine of it is known any more. */
export async function retire(
  tx: Tx,
  clock: Clock,
  { identity, journal }: RetireDeps,
  facilityId: string,
): Promise<void> {
  await retireDemonstration(tx, identity.deps, facilityId);
  const viewer = systemViewer([facilityId], "demo");
  const machines = await tx<{ id: string }[]>`select id from modality where facility_id = ${facilityId}`;
  for (const { id } of machines) await removeModality({ clock, journal }, tx, viewer, id);
}

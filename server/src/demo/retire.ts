import { purgeDemonstration } from "../modules/archive/index.ts";
import { type IdentityWithDeps, retireDemonstration } from "../modules/identity/index.ts";
import type { Journal } from "../modules/journal/index.ts";
import { removeHl7System, removeModality } from "../modules/peers/index.ts";
import { type Platform, systemViewer, type Tx } from "../platform/index.ts";

export interface RetireDeps {
  identity: Pick<IdentityWithDeps, "deps">;
  journal: Journal;
}

/** Puts a demonstration away: nobody sees it or signs in to it, no machine or system of it is known any more, and its images are purged. */
export async function retire(
  tx: Tx,
  { clock, jobs }: Pick<Platform, "clock" | "jobs">,
  { identity, journal }: RetireDeps,
  facilityId: string,
): Promise<void> {
  await retireDemonstration(tx, identity.deps, facilityId);
  const viewer = systemViewer([facilityId], "demo");
  await purgeDemonstration(tx, viewer, facilityId, { clock, journal, jobs });
  const machines = await tx<{ id: string }[]>`select id from modality where facility_id = ${facilityId}`;
  for (const { id } of machines) await removeModality({ clock, journal }, tx, viewer, id);
  const systems = await tx<{ id: string }[]>`select id from hl7_systems where facility_id = ${facilityId}`;
  for (const { id } of systems) await removeHl7System({ clock, journal }, tx, viewer, id);
}

import type { Platform, Viewer } from "../../platform/index.ts";
import { addressOf, type PeerAddress } from "./connection.ts";
import type { ModalityRow } from "./modality.ts";

/**
 * Whom an AE title names, where it belongs to a facility of the viewer; null: there is none for it.
 * @throws Refusal as `addressOf`
 */
export async function findDestination(
  { db, config }: Pick<Platform, "db" | "config">,
  viewer: Viewer,
  aeTitle: string,
): Promise<PeerAddress | null> {
  const [row] = await db<ModalityRow[]>`
    select * from modality
    where ae_title = ${aeTitle} and facility_id = any(${viewer.facilityIds as string[]}::uuid[])`;
  return row ? addressOf(config, row) : null;
}

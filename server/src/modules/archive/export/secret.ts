import { createHmac, randomBytes } from "node:crypto";
import { type Config, keptSecret } from "../../../platform/index.ts";

type KeyConfig = Pick<Config, "jwtSecret" | "dataDir">;

/**
 * The secret of a set of de-identified objects. A named one is derived from the key of this installation, so that later exports fit to earlier ones; one
 * without a name is made for once and thrown away, so that nobody, not even this archive, finds the way back.
 */
export function deidentificationSecret({ config }: { config: KeyConfig }, set: string | null): Uint8Array {
  if (set === null) return randomBytes(32);
  return createHmac("sha256", installationKey(config))
    .update(`isocenter de-identification set\n${set}`)
    .digest();
}

function installationKey(config: KeyConfig): string {
  if (config.jwtSecret === null)
    return keptSecret(config.dataDir, "deidentification", () => randomBytes(32).toString("hex"));
  return createHmac("sha256", config.jwtSecret).update("isocenter de-identification").digest("hex");
}

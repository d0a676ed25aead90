import type { Reader } from "../../platform/index.ts";

/** Bytes of the instances that are archived and not deleted. */
export async function archivedBytes(reader: Reader): Promise<number> {
  const [row] = await reader<{ bytes: number }[]>`select coalesce(sum(size), 0)::bigint as bytes from study`;
  return row!.bytes;
}

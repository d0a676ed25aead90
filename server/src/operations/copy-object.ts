import { createHash } from "node:crypto";
import { type ObjectStore, Refusal } from "../platform/index.ts";
import type { ListedObject } from "./backup-format.ts";

/** What became of an object; `there`: it was copied before. */
export type Copied = "copied" | "there" | "missing" | "damaged";

async function sizeOrNull(store: ObjectStore, key: string): Promise<number | null> {
  try {
    return await store.size(key);
  } catch (error) {
    if (error instanceof Refusal && error.code === "object.not-found") return null;
    throw error;
  }
}

/** What the store holds of an object: as the row says it, or not. `moved` is told of bytes that were read. */
export async function checkObject(
  store: ObjectStore,
  { key, size, sha256 }: ListedObject,
  options: { fast?: boolean; moved?: (bytes: number) => void } = {},
): Promise<"well" | "missing" | "damaged"> {
  const found = await sizeOrNull(store, key);
  if (found === null) return "missing";
  if (size !== null && found !== size) return "damaged";
  if (options.fast || sha256 === null) return "well";
  const hash = createHash("sha256");
  for await (const chunk of await store.get(key)) {
    hash.update(chunk as Buffer);
    options.moved?.((chunk as Buffer).length);
  }
  return hash.digest("hex") === sha256 ? "well" : "damaged";
}

export interface CopyOptions {
  /** What is there already with the right size is read and compared as well; a seal's copy with that of the source. */
  compare: boolean;
  moved: (bytes: number) => void;
}

/** A seal's copy is a line of JSON, of which no row says size and hash; one that a crash cut off has no end. */
async function checkSealCopy(
  from: ObjectStore,
  to: ObjectStore,
  key: string,
  compare: boolean,
): Promise<"well" | "missing" | "damaged"> {
  if ((await sizeOrNull(to, key)) === null) return "missing";
  const copy = await to.read(key);
  if (copy.at(-1) !== 10) return "damaged";
  const same = !compare || (await sizeOrNull(from, key)) === null || copy.equals(await from.read(key));
  return same ? "well" : "damaged";
}

/** Copies an object once, whole and with the hash that its row says, or not at all. */
export async function copyObject(
  from: ObjectStore,
  to: ObjectStore,
  object: ListedObject,
  { compare, moved }: CopyOptions,
): Promise<Copied> {
  const there =
    object.sha256 === null
      ? await checkSealCopy(from, to, object.key, compare)
      : await checkObject(to, object, { fast: !compare });
  if (there === "well") return "there";
  if ((await sizeOrNull(from, object.key)) === null) return "missing";
  // What a crash or a damage left. Of a seal nobody knows whether it is that.
  if (there === "damaged")
    await (object.sha256 === null ? to.moveToLostAndFound(object.key) : to.delete(object.key));
  const hash = createHash("sha256");
  let size = 0;
  async function* tapped() {
    for await (const chunk of await from.get(object.key)) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
      moved((chunk as Buffer).length);
      yield chunk as Buffer;
    }
  }
  await to.put(object.key, tapped());
  const right =
    (object.size === null || object.size === size) &&
    (object.sha256 === null || object.sha256 === hash.digest("hex"));
  if (right) return "copied";
  await to.delete(object.key);
  return "damaged";
}

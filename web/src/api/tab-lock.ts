/** A lock whose tab was closed, or crashed, is taken over after this time. */
const holdMs = 10_000;
const pollMs = 60;
/** How long a claim must stand before it counts: another tab may have written at the same moment. */
const settleMs = 20;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Runs one thing at a time among all tabs of this browser. Refresh tokens rotate, and two tabs that present the same one would
 * look like a theft. Web Locks need a secure context; a hospital's plain-HTTP address gets a lock in storage instead.
 */
export async function withTabLock<T>(name: string, run: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (locks) return (await locks.request(name, run)) as T;
  let storage: Storage;
  try {
    storage = localStorage;
  } catch {
    return run();
  }
  return withStorageLock(storage, `${name}.lock`, run);
}

type LockStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The lock in storage. Who waits longer than a lock may be held goes ahead: late is better than never. */
export async function withStorageLock<T>(
  storage: LockStorage,
  key: string,
  run: () => Promise<T>,
): Promise<T> {
  const mine = () => `${Date.now() + holdMs}:${Math.random()}`;
  let claim = "";
  for (const end = Date.now() + holdMs; Date.now() < end; await wait(pollMs)) {
    const held = storage.getItem(key);
    if (held && Number.parseInt(held, 10) > Date.now()) continue;
    claim = mine();
    storage.setItem(key, claim);
    await wait(settleMs);
    if (storage.getItem(key) === claim) break;
  }
  try {
    return await run();
  } finally {
    if (storage.getItem(key) === claim) storage.removeItem(key);
  }
}

const holdMs = 10_000;
const pollMs = 60;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Runs one thing at a time among all tabs of this browser. Refresh tokens rotate, and two tabs that present the same one would
 * look like a theft. Web Locks need a secure context; a hospital's plain-HTTP address gets a lock in storage instead.
 */
export async function withTabLock<T>(name: string, run: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (locks) return (await locks.request(name, run)) as T;
  const key = `${name}.lock`;
  const mine = `${Date.now() + holdMs}:${Math.random()}`;
  try {
    for (const end = Date.now() + holdMs; Date.now() < end; ) {
      const held = localStorage.getItem(key);
      if (!held || Number.parseInt(held, 10) < Date.now()) {
        localStorage.setItem(key, mine);
        await wait(pollMs / 4);
        if (localStorage.getItem(key) === mine) break;
      }
      await wait(pollMs);
    }
  } catch {
    return run();
  }
  try {
    return await run();
  } finally {
    if (localStorage.getItem(key) === mine) localStorage.removeItem(key);
  }
}

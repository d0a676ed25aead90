type Fetch = (input: string, init?: RequestInit) => Promise<Pick<Response, "status">>;

const againMs = 2_000;
/** What a proxy says in the place of a server that is away. */
const away = new Set([502, 504]);

/**
 * A part of the program that comes on demand. While the server is away it is waited for: what is on the screen stays, and the part opens by
 * itself when the server is back.
 * @throws where the server is there and has no such part: it is of another version, and the page is loaded anew
 */
export async function loaded<T>(
  load: () => Promise<T>,
  { fetch = globalThis.fetch, wait = sleep }: { fetch?: Fetch; wait?: (ms: number) => Promise<void> } = {},
): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      const answer = await fetch("/health", { cache: "no-store" }).catch(() => null);
      if (answer && !away.has(answer.status)) throw error;
      await wait(againMs);
    }
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

import type { Query, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./problem.ts";

export interface ComebackDependencies {
  /** Whether the server and its database answer. */
  isReady: () => Promise<boolean>;
  wait: (ms: number) => Promise<void>;
}

const firstMs = 4_000;
const longestMs = 60_000;

const isAway = ({ state: { status, error } }: Query): boolean =>
  status === "error" && error instanceof ApiError && [0, 502, 503, 504].includes(error.status);

/**
 * Reads what is on the screen again once a server that was away is back, so that nobody has to press a button for it. It is asked whether it is ready
 * first: what failed stays in sight until then.
 */
export function readWhenBack(client: QueryClient, { isReady, wait }: ComebackDependencies): void {
  const failed = { type: "active", predicate: isAway } as const;
  const some = () => client.getQueryCache().findAll(failed).length > 0;
  let waiting = false;

  async function follow(): Promise<void> {
    for (let ms = firstMs; some(); ms = Math.min(longestMs, ms * 2)) {
      await wait(ms);
      // Until it is there it is asked as often as at first; what fails although it is there is asked more and more seldom.
      if (await isReady()) await client.refetchQueries(failed);
      else ms = firstMs / 2;
    }
  }

  client.getQueryCache().subscribe((event) => {
    if (waiting || event.type !== "updated" || event.action.type !== "error" || !isAway(event.query)) return;
    waiting = true;
    void follow().finally(() => {
      waiting = false;
    });
  });
}

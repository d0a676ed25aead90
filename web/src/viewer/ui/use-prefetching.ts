import { useEffect } from "react";
import type { Session } from "../stack/session.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";

/** Fetches around what is looked at: the active viewport's stack first, then those of the others on the screen. */
export function usePrefetching(
  session: Session,
  controllers: readonly (ViewportController | undefined)[],
  visible: readonly number[],
  active: number,
): void {
  const key = visible.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `visible`, which is made anew each time.
  useEffect(() => {
    const order = [active, ...visible.filter((slot) => slot !== active)];
    const watched = order.map((slot) => controllers[slot]).filter((controller) => controller !== undefined);
    const want = () => session.prefetcher.want(watched.map((controller) => controller.state.get()));
    want();
    const stops = watched.map((controller) => controller.state.subscribe(want));
    return () => {
      for (const stop of stops) stop();
    };
  }, [session, controllers, key, active]);
}

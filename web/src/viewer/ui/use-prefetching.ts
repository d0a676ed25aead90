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
    // Planes are made when they are looked at.
    const stacks = () => watched.map(({ state }) => state.get()).filter(({ images }) => !images[0]?.reformat);
    const want = () => session.prefetcher.want(stacks());
    want();
    const stops = watched.map((controller) => controller.state.subscribe(want));
    return () => {
      for (const stop of stops) stop();
    };
  }, [session, controllers, key, active]);
}

import { useCallback, useEffect, useState } from "react";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import type { Place } from "./places.ts";
import type { Hanging } from "./use-hanging.ts";

/** Goes to an image, in the viewport that shows its series or else in the active one, as soon as the series stands there. */
export function useJump(
  hanging: Hanging,
  controller: ViewportController | undefined,
  state: ViewportState | undefined,
): (place: Place) => void {
  const [wanted, setWanted] = useState<Place>();
  const isThere = wanted !== undefined && state?.seriesInstanceUid === wanted.series.seriesInstanceUid;
  useEffect(() => {
    if (!isThere || !wanted) return;
    controller?.goTo(wanted.index);
    setWanted(undefined);
  }, [isThere, wanted, controller]);
  return useCallback(
    (place) => {
      const uid = place.series.seriesInstanceUid;
      const slot = hanging.visible.find((each) => hanging.seriesIn(each)?.seriesInstanceUid === uid);
      if (slot === undefined) hanging.open(uid);
      else hanging.activate(slot);
      setWanted(place);
    },
    [hanging],
  );
}

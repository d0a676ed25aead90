import { useState } from "react";
import { acquiredPlane, type Hung } from "../hanging/hang.ts";
import type { PlaneName } from "../hanging/protocols.ts";
import type { SeriesEntry } from "../model/study.ts";
import { planeNames } from "../volume/turned-to.ts";
import { type Hanging, type Layout, slots } from "./use-hanging.ts";

interface Before {
  layout: Layout;
  hung: readonly (Hung | undefined)[];
  active: number;
}

export interface PlanesOfSeries {
  planes: boolean;
  togglePlanes(): void;
  /** Opens the planes of a series, one of them as it is to hang, and goes to that one. */
  openPlanes(series: SeriesEntry, plane: PlaneName, hung: Hung): void;
}

/** The three planes of the active series, and back to what hung before. */
export function usePlanes(hanging: Hanging): PlanesOfSeries {
  const [before, setBefore] = useState<Before>();
  function open(series: SeriesEntry, hungAs: Partial<Record<PlaneName, Hung>>): void {
    setBefore(
      (known) => known ?? { layout: hanging.layout, hung: slots.map(hanging.hungIn), active: hanging.active },
    );
    const { seriesInstanceUid } = series;
    const acquired = acquiredPlane(series);
    const cut = planeNames.map(
      (plane) => hungAs[plane] ?? (plane === acquired ? { seriesInstanceUid } : { seriesInstanceUid, plane }),
    );
    hanging.hang({ rows: 2, columns: 2 }, [...cut, { seriesInstanceUid, solid: true }]);
  }
  return {
    planes: before !== undefined,
    togglePlanes() {
      if (before) {
        hanging.hang(before.layout, before.hung);
        hanging.activate(before.active);
        setBefore(undefined);
        return;
      }
      const series = hanging.seriesIn(hanging.active);
      if (series) open(series, {});
    },
    openPlanes(series, plane, hung) {
      open(series, { [plane]: hung });
      hanging.activate(planeNames.indexOf(plane));
    },
  };
}

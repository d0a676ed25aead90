import { useState } from "react";
import { acquiredPlane, type Hung } from "../hanging/hang.ts";
import type { PlaneName } from "../hanging/protocols.ts";
import { type Hanging, type Layout, slots } from "./use-hanging.ts";

const names: readonly PlaneName[] = ["axial", "coronal", "sagittal"];

interface Before {
  layout: Layout;
  hung: readonly (Hung | undefined)[];
  active: number;
}

/** The three planes of the active series, and back to what hung before. */
export function usePlanes(hanging: Hanging): { planes: boolean; togglePlanes: () => void } {
  const [before, setBefore] = useState<Before>();
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
      if (!series) return;
      setBefore({ layout: hanging.layout, hung: slots.map(hanging.hungIn), active: hanging.active });
      const { seriesInstanceUid } = series;
      const acquired = acquiredPlane(series);
      const cut = names.map((plane) =>
        plane === acquired ? { seriesInstanceUid } : { seriesInstanceUid, plane },
      );
      hanging.hang({ rows: 2, columns: 2 }, [...cut, { seriesInstanceUid, solid: true }]);
    },
  };
}

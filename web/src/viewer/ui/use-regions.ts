import { useMemo, useState } from "react";
import { type RegionItem, type Regions, regionsOf } from "../layers/regions.ts";
import type { Segmentation } from "../model/segments.ts";
import type { SeriesEntry } from "../model/study.ts";
import { nearestSlice, slicePlaneOf } from "../space/slice-plane.ts";
import type { Session } from "../stack/session.ts";
import type { Hanging } from "./use-hanging.ts";

/** The regions of what is open, and which of them are drawn. */
export interface ShownRegions {
  groups: Regions["groups"];
  /** Whether any are drawn. */
  on: boolean;
  toggle(): void;
  hidden: ReadonlySet<string>;
  hide(hidden: ReadonlySet<string>): void;
  /** What is drawn. */
  segmentations: Regions["segmentations"];
  structures: Regions["structures"];
  /** Puts the crosshair, and all viewports that show its place, on a region. */
  go(item: RegionItem): void;
}

const noneHidden: ReadonlySet<string> = new Set();

export function useRegions(series: readonly SeriesEntry[], hanging: Hanging, session: Session): ShownRegions {
  const all = useMemo(() => regionsOf(series), [series]);
  const [on, setOn] = useState(true);
  const [hidden, setHidden] = useState(noneHidden);
  const segmentations = useMemo(
    () => (on ? all.segmentations.flatMap((one) => withoutHidden(one, hidden)) : []),
    [all, on, hidden],
  );
  const structures = useMemo(
    () => (on ? all.structures.filter(({ key }) => !hidden.has(key)) : []),
    [all, on, hidden],
  );
  return {
    groups: all.groups,
    on,
    toggle: () => setOn((before) => !before),
    hidden,
    hide: setHidden,
    segmentations,
    structures,
    go({ place, frameOfReferenceUid }) {
      if (!place) return;
      session.cursor.set({ place, frameOfReferenceUid });
      for (const slot of hanging.visible) {
        const controller = hanging.controllers[slot];
        const { images = [], index } = controller?.state.get() ?? {};
        const first = images[0] && slicePlaneOf(images[0]);
        if (first?.frameOfReferenceUid !== frameOfReferenceUid) continue;
        const nearest = nearestSlice(images, place);
        if (nearest && nearest.index !== index) controller?.goTo(nearest.index);
      }
    },
  };
}

/** A segmentation of the segments that are drawn; itself where all are, nothing where none is. */
function withoutHidden(segmentation: Segmentation, hidden: ReadonlySet<string>): Segmentation[] {
  const left = [...segmentation.segments].filter(([, { key }]) => !hidden.has(key));
  if (left.length === 0) return [];
  if (left.length === segmentation.segments.size) return [segmentation];
  return [{ ...segmentation, segments: new Map(left) }];
}

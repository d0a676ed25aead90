import type { PlaneMeasurement } from "@isocenter/contract";
import { useEffect, useState } from "react";
import { t } from "../../words/words.ts";
import { acquiredPlane } from "../hanging/hang.ts";
import { liesOn, middleOf, normalOf, shownSlab } from "../marks/planes.ts";
import { planeName } from "../marks/words.ts";
import type { SeriesEntry } from "../model/study.ts";
import { nearestSlice } from "../space/slice-plane.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import { planeThrough, turnedBy } from "../volume/turned-to.ts";
import { isVolume, type Volume, type Volumes } from "../volume/volumes.ts";
import type { Hanging } from "./use-hanging.ts";
import type { PlanesOfSeries } from "./use-planes.ts";

/** Measurements in planes by where people find them. */
export interface MeasuredPlanes {
  /** What the plane is called: "Coronal plane, turned by 5°". */
  nameOf(measurement: PlaneMeasurement): string;
  /** The same with its series: "Coronal plane, Se 4". */
  placeOf(measurement: PlaneMeasurement): string;
  seriesOf(measurement: PlaneMeasurement): SeriesEntry | undefined;
  /** Shows it, in a viewport that has its plane or else in planes that are opened and turned for it; undefined where none can be cut. */
  goTo(measurement: PlaneMeasurement): (() => void) | undefined;
}

interface MeasuredPlanesOptions {
  series: readonly SeriesEntry[];
  volumes: Volumes;
  hanging: Hanging;
  openPlanes: PlanesOfSeries["openPlanes"];
  /** Of the active viewport. */
  controller: ViewportController | undefined;
  state: ViewportState | undefined;
}

export function useMeasuredPlanes(options: MeasuredPlanesOptions): MeasuredPlanes {
  const { series, volumes, hanging, openPlanes, controller, state } = options;
  const [wanted, setWanted] = useState<PlaneMeasurement>();
  const isShown = state !== undefined && state.shownIndex >= 0;
  const images = state?.images;
  useEffect(() => {
    if (!wanted || !isShown || !images) return;
    const at = indexOf(wanted, images);
    if (at === undefined) return;
    controller?.goTo(at);
    setWanted(undefined);
  }, [wanted, isShown, images, controller]);

  const seriesOf = ({ plane }: PlaneMeasurement) =>
    series.find((entry) => entry.seriesInstanceUid === plane.seriesInstanceUid);
  const volumeOf = (entry: SeriesEntry | undefined): Volume | undefined => {
    const found = entry && entry.images.length > 0 ? volumes.of(entry) : undefined;
    return found && isVolume(found) ? found : undefined;
  };
  const nameOf = (measurement: PlaneMeasurement) => {
    const volume = volumeOf(seriesOf(measurement));
    return planeName(measurement.plane, volume && turnedBy(volume.geometry, normalOf(measurement.plane)));
  };

  function show(entry: SeriesEntry, volume: Volume, measurement: PlaneMeasurement): void {
    const { seriesInstanceUid } = entry;
    setWanted(measurement);
    const cut = hanging.visible.filter((slot) => {
      const hung = hanging.hungIn(slot);
      return hung?.seriesInstanceUid === seriesInstanceUid && !hung.solid;
    });
    const there = cut.find(
      (slot) => indexOf(measurement, hanging.controllers[slot]?.state.get().images ?? []) !== undefined,
    );
    if (there !== undefined) {
      hanging.activate(there);
      return;
    }
    const { plane, turn } = planeThrough(volume.geometry, measurement);
    const slab = shownSlab(measurement.plane.slab);
    const asAcquired = plane === acquiredPlane(entry) && !slab;
    const straight = asAcquired ? entry.images : volume.planes(plane, slab);
    const isStraight = indexOf(measurement, straight) !== undefined;
    const hung = {
      seriesInstanceUid,
      ...(isStraight && asAcquired ? {} : { plane }),
      ...(isStraight ? {} : { turn }),
      ...(slab ? { slab } : {}),
    };
    const slot = cut.find((each) => (hanging.hungIn(each)?.plane ?? acquiredPlane(entry)) === plane);
    if (slot === undefined) {
      openPlanes(entry, plane, hung);
      return;
    }
    const { fused, window } = hanging.hungIn(slot) ?? {};
    hanging.put(slot, { ...hung, ...(fused ? { fused } : {}), ...(window ? { window } : {}) });
    hanging.activate(slot);
  }

  return {
    nameOf,
    placeOf(measurement) {
      const number = seriesOf(measurement)?.seriesNumber;
      const plane = nameOf(measurement);
      return number === undefined ? plane : t("{plane}, Se {number}", { plane, number: String(number) });
    },
    seriesOf,
    goTo(measurement) {
      const entry = seriesOf(measurement);
      const volume = volumeOf(entry);
      return entry && volume && (() => show(entry, volume, measurement));
    },
  };
}

/** The picture of a stack on which a measurement lies; undefined where it lies on none. */
function indexOf(measurement: PlaneMeasurement, images: ViewportState["images"]): number | undefined {
  const nearest = nearestSlice(images, middleOf(measurement));
  const image = nearest && images[nearest.index];
  return image && liesOn(measurement, image, images) ? nearest.index : undefined;
}

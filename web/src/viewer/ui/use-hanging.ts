import { useCallback, useEffect, useState } from "react";
import type { SeriesEntry } from "../model/study.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import { initialSeries, seriesForSlots, visibleSlots } from "./hanging.ts";

/** The places for viewports; which of them are seen is the layout's. */
export const slots = [0, 1, 2, 3];

export interface Hanging {
  /** One, two or four viewports. */
  layout: number;
  active: number;
  visible: readonly number[];
  controllers: readonly (ViewportController | undefined)[];
  seriesIn(slot: number): SeriesEntry | undefined;
  activate(slot: number): void;
  chooseLayout(layout: number): void;
  /** Puts a series into a viewport, the active one unless told. */
  open(seriesInstanceUid: string, slot?: number): void;
  /** Goes to the series that follows, or precedes, in the strip. */
  stepSeries(step: number): void;
  rememberController(slot: number, controller: ViewportController | undefined): void;
}

/** Which series hangs in which viewport. */
export function useHanging(series: readonly SeriesEntry[]): Hanging {
  const [layout, setLayout] = useState(1);
  const [active, setActive] = useState(0);
  const [assigned, setAssigned] = useState<readonly (string | undefined)[]>([]);
  const [controllers, setControllers] = useState<readonly (ViewportController | undefined)[]>([]);
  const first = assigned[0] ?? initialSeries(series);
  useEffect(() => {
    if (first !== undefined) setAssigned((now) => (now[0] === undefined ? [first, ...now.slice(1)] : now));
  }, [first]);
  const rememberController = useCallback((slot: number, controller: ViewportController | undefined) => {
    setControllers((now) => slots.map((each) => (each === slot ? controller : now[each])));
  }, []);
  const open = (seriesInstanceUid: string, slot = active) =>
    setAssigned((now) => slots.map((each) => (each === slot ? seriesInstanceUid : now[each])));
  return {
    layout,
    active,
    visible: visibleSlots(layout, active),
    controllers,
    seriesIn: (slot) => series.find((entry) => entry.seriesInstanceUid === assigned[slot]),
    activate: setActive,
    chooseLayout(next) {
      setLayout(next);
      setAssigned((now) => seriesForSlots(series, now, visibleSlots(next, active)));
    },
    open,
    stepSeries(step) {
      const at = series.findIndex((entry) => entry.seriesInstanceUid === assigned[active]);
      const next = series[at + step];
      if (next) open(next.seriesInstanceUid);
    },
    rememberController,
  };
}

import { textOf } from "@isocenter/presentation";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Desk, KeptHanging } from "../desk.ts";
import {
  fillSlots,
  type HangingKey,
  type Hung,
  hang,
  hangingKeyOf,
  hangSecond,
  initialSeries,
  keyText,
  roomFor,
  visibleSlots,
} from "../hanging/hang.ts";
import { isWhole, priorFor, priorSeries, type Studies, type StudiesState } from "../model/studies.ts";
import type { SeriesEntry } from "../model/study.ts";
import { tags } from "../model/tags.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";

/** The places for viewports; which of them are seen is the layout's. */
export const slots = [0, 1, 2, 3, 4, 5, 6, 7, 8];

export interface Layout {
  rows: number;
  columns: number;
}

export interface Hanging {
  layout: Layout;
  active: number;
  visible: readonly number[];
  /** Whether scrolling, windows and the crosshair go together. */
  linked: boolean;
  controllers: readonly (ViewportController | undefined)[];
  hungIn(slot: number): Hung | undefined;
  seriesIn(slot: number): SeriesEntry | undefined;
  /** The series whose uptake lies over the picture. */
  fusedIn(slot: number): SeriesEntry | undefined;
  activate(slot: number): void;
  chooseLayout(layout: Layout): void;
  link(on: boolean): void;
  /** Puts a series into a viewport, the active one unless told. */
  open(seriesInstanceUid: string, slot?: number): void;
  /** Hangs these in the first viewports. */
  hang(layout: Layout, hung: readonly (Hung | undefined)[]): void;
  /** From all that hang to the active one alone, and back. */
  maximize(): void;
  /** Changes what hangs in a viewport. */
  put(slot: number, hung: Hung): void;
  /** Goes to the series that follows, or precedes, in the strip. */
  stepSeries(step: number): void;
  rememberController(slot: number, controller: ViewportController | undefined): void;
}

const alone: Layout = { rows: 1, columns: 1 };
/** A phone has room for one picture. */
const isPhone = () => globalThis.matchMedia?.("(width < 640px)").matches ?? false;

/** Which series hangs in which viewport: first as the protocol says, then as the person wants. */
export function useHanging(
  studies: Studies,
  state: StudiesState,
  desk: Desk | undefined,
  screen: 1 | 2,
): Hanging {
  const [layout, setLayout] = useState<Layout>(alone);
  const [active, setActive] = useState(0);
  const [linked, setLinked] = useState(false);
  const [hung, setHung] = useState<readonly (Hung | undefined)[]>([]);
  const [controllers, setControllers] = useState<readonly (ViewportController | undefined)[]>([]);
  const current = state.current.series;
  const series = useMemo(() => [...state.current.series, ...priorSeries(state)], [state]);
  const first = hung[0]?.seriesInstanceUid ?? initialSeries(current);
  useEffect(() => {
    if (first !== undefined)
      setHung((now) => (now[0] === undefined ? [{ seriesInstanceUid: first }, ...now.slice(1)] : now));
  }, [first]);
  const rememberController = useCallback((slot: number, controller: ViewportController | undefined) => {
    setControllers((now) => slots.map((each) => (each === slot ? controller : now[each])));
  }, []);
  const touched = useRef(false);
  const larger = useRef<Layout>({ rows: 2, columns: 2 });
  const put = (slot: number, next: Hung) =>
    setHung((now) => slots.map((each) => (each === slot ? next : now[each])));

  const key = useProtocol({ studies, state, desk, touched, screen }, (kept, protocol) => {
    const wanted = kept ?? protocol;
    if (!wanted) return;
    if (isPhone()) {
      const only = protocol?.hung.find((each) => each !== undefined);
      if (only) setHung([only]);
      return;
    }
    const count = wanted.rows * wanted.columns;
    setLinked(wanted.linked);
    // Where a protocol leaves a place empty it stays so, unless the person wants more places than it has.
    const own = protocol && protocol.hung.length >= count;
    const places = own ? protocol.hung : fillSlots(current, protocol?.hung ?? hung, visibleSlots(count, 0));
    const { rows, columns } = wanted;
    setLayout(own ? { rows, columns } : roomFor({ rows, columns }, places));
    setHung(places);
  });

  const keep = (change: Partial<KeptHanging>) => {
    touched.current = true;
    // How the second screen is divided, or a phone, is nobody's habit of hanging.
    if (!key || screen === 2 || isPhone()) return;
    // A change that cannot be kept is still done here.
    desk?.keepHanging(keyText(key), { ...layout, linked, ...change }).catch(() => {});
  };
  const open = (seriesInstanceUid: string, slot = active) => {
    touched.current = true;
    put(slot, { seriesInstanceUid });
  };
  return {
    layout,
    active,
    linked,
    visible: visibleSlots(layout.rows * layout.columns, active),
    controllers,
    hungIn: (slot) => hung[slot],
    seriesIn: (slot) => series.find((entry) => entry.seriesInstanceUid === hung[slot]?.seriesInstanceUid),
    fusedIn: (slot) => series.find((entry) => entry.seriesInstanceUid === hung[slot]?.fused),
    activate: setActive,
    chooseLayout(next) {
      keep(next);
      setLayout(next);
      setHung((now) => fillSlots(current, now, visibleSlots(next.rows * next.columns, active)));
    },
    link(on) {
      keep({ linked: on });
      setLinked(on);
    },
    open,
    hang(next, wanted) {
      touched.current = true;
      setLayout(next);
      setActive(0);
      setHung(slots.map((slot) => wanted[slot]));
    },
    maximize() {
      touched.current = true;
      // A double tap on a phone divides nothing.
      if (isPhone() && layout.rows * layout.columns === 1) return;
      if (layout.rows * layout.columns > 1) {
        larger.current = layout;
        setLayout(alone);
        return;
      }
      const { rows, columns } = larger.current;
      setLayout(larger.current);
      setHung((now) => fillSlots(current, now, visibleSlots(rows * columns, active)));
    },
    put(slot, next) {
      touched.current = true;
      put(slot, next);
    },
    stepSeries(step) {
      const own = series.filter(
        (entry) =>
          entry.studyInstanceUid ===
          (series.find((each) => each.seriesInstanceUid === hung[active]?.seriesInstanceUid) ?? entry)
            .studyInstanceUid,
      );
      const at = own.findIndex((entry) => entry.seriesInstanceUid === hung[active]?.seriesInstanceUid);
      const next = own[at + step];
      if (next) open(next.seriesInstanceUid);
    },
    rememberController,
  };
}

interface ProtocolInput {
  studies: Studies;
  state: StudiesState;
  desk: Desk | undefined;
  touched: { current: boolean };
  screen: 1 | 2;
}

/** Hangs the study once, when all that it takes is known and nobody has chosen anything; answers what the person's choice is kept under. */
function useProtocol(
  { studies, state, desk, touched, screen }: ProtocolInput,
  apply: (kept: KeptHanging | undefined, protocol: ReturnType<typeof hang>) => void,
): HangingKey | undefined {
  const [kept, setKept] = useState<Readonly<Record<string, KeptHanging>>>();
  const done = useRef(false);
  useEffect(() => {
    let gone = false;
    const set = (found: Readonly<Record<string, KeptHanging>>) => !gone && setKept(found);
    (desk?.readHangings() ?? Promise.resolve({})).then(set, () => set({}));
    return () => {
      gone = true;
    };
  }, [desk]);

  const { current, priors, priorsKnown } = state;
  const whole = isWhole(current) && priorsKnown;
  const plain = whole ? hangingKeyOf(current.series, []) : undefined;
  const first = current.series.find((entry) => entry.modality === plain?.modality)?.images[0];
  const bodyPart = (first && textOf(first.attributes, tags.BodyPartExamined)) ?? "";
  const prior = plain && priorFor(priors, plain.modality, bodyPart);
  const priorUid = prior?.studyInstanceUid;
  useEffect(() => {
    if (priorUid !== undefined) studies.openPrior(priorUid);
  }, [studies, priorUid]);

  const ready = plain !== undefined && kept !== undefined && (!prior || isWhole(prior.study));
  const key = ready ? hangingKeyOf(current.series, prior?.study?.series ?? []) : undefined;
  useEffect(() => {
    if (!ready || !key || done.current) return;
    done.current = true;
    if (touched.current) return;
    const before = prior?.study?.series ?? [];
    const protocol = hang(key, current.series, before);
    if (screen === 2) apply(undefined, hangSecond(protocol, current.series, before));
    else apply(kept[keyText(key)], protocol);
  });
  return key;
}

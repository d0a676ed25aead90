import { eventTarget } from "@cornerstonejs/core";
import * as tools from "@cornerstonejs/tools";
import type { Measurement } from "@isocenter/contract";
import { createStore, type Store } from "../stack/store.ts";
import {
  allDrawn,
  drawMark,
  isNothing,
  isOnPlane,
  type Marked,
  markOf,
  namelessLabel,
} from "./annotations.ts";
import { imageFor, isInPlane, type Seen } from "./planes.ts";

export interface Marks {
  /** All measurements on the images that are open, and in planes of their volumes, the oldest first. */
  list: Store<readonly Marked[]>;
  /** The measurement that is selected. */
  selected: Store<string>;
  select(id: string): void;
  remove(ids: readonly string[]): void;
  /** What is ended by `end` before it is finished is none: what was being drawn goes, and what was being moved is where it was. */
  withoutUnfinished(end: () => void): void;
  rename(id: string, label: string): void;
  /** Draws what was kept before, in planes where one is shown that lies there; it cannot be undone. Those that are listed already stay as they are. */
  show(kept: readonly Pick<Marked, "measurement" | "imageId">[]): void;
  /** Other pictures are on the screen: what was measured in planes goes to where it lies. */
  follow(): void;
  undo(): boolean;
  redo(): boolean;
  dispose(): void;
}

type Snapshot = readonly Marked[];

const maximumSteps = 100;
/** Cornerstone tells of a change many times while it is made. */
const settleMs = 80;

const same = (a: Measurement, b: Measurement) =>
  a.id === b.id && a.label === b.label && placeOf(a) === placeOf(b);
const placeOf = (measurement: Measurement) =>
  JSON.stringify([
    measurement.points,
    isInPlane(measurement) ? measurement.plane : measurement.sopInstanceUid,
  ]);
const sameList = (a: Snapshot, b: Snapshot) =>
  a.length === b.length && a.every((mark, index) => same(mark.measurement, b[index]!.measurement));

/**
 * The measurements of an open viewer, in step with what is drawn.
 * @param redraw draws all viewports anew
 * @param seen what the viewports show
 */
export function createMarks(redraw: () => void, seen: () => readonly Seen[]): Marks {
  const list = createStore<Snapshot>([]);
  const selected = createStore("");
  const whole = new Set<string>();
  /** Those in planes of which none is on the screen. */
  const apart = new Map<string, Marked>();
  const before: Snapshot[] = [];
  const undone: Snapshot[] = [];
  let pointerIsDown = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Without pixels a region has no statistics, and a point no value; those that they had while they were here stay. */
  function withKnownFigures(mark: Marked): Marked {
    const known = list.get().find(({ measurement }) => same(measurement, mark.measurement));
    if (!known || mark.measurement.statistics) return mark;
    const { statistics } = known.measurement;
    const values = mark.measurement.values.length > 0 ? mark.measurement.values : known.measurement.values;
    return { ...mark, measurement: { ...mark.measurement, values, ...(statistics ? { statistics } : {}) } };
  }

  function now(): Snapshot {
    const marks = allDrawn()
      .filter(({ annotationUID }) => whole.has(annotationUID))
      .flatMap((drawn) => markOf(drawn) ?? [])
      .map(withKnownFigures)
      .concat(...apart.values());
    // Cornerstone groups by tool; people count by time.
    const order = new Map(list.get().map(({ measurement }, index) => [measurement.id, index]));
    const place = ({ measurement }: Marked) => order.get(measurement.id) ?? Number.MAX_SAFE_INTEGER;
    return marks.sort((a, b) => place(a) - place(b));
  }

  /** Takes away what was drawn and is nothing. What was kept so before stays until somebody removes it. */
  function dropNothing(): void {
    const fresh = allDrawn().filter((drawn) => {
      if (!whole.has(drawn.annotationUID) || !isNothing(drawn)) return false;
      const [known, mark] = [
        list.get().find(({ measurement }) => measurement.id === drawn.annotationUID),
        markOf(drawn),
      ];
      return !known || !mark || !same(known.measurement, mark.measurement);
    });
    for (const { annotationUID } of fresh) take(annotationUID);
    if (fresh.length > 0) redraw();
  }

  function settle(): void {
    clearTimeout(timer);
    if (pointerIsDown) return;
    dropNothing();
    const next = now();
    if (sameList(list.get(), next)) return;
    before.push(list.get());
    if (before.length > maximumSteps) before.shift();
    undone.length = 0;
    list.set(next);
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(settle, settleMs);
  };

  /** Takes a drawing away, or what stands for one; it has been told of already. */
  function take(id: string): void {
    apart.delete(id);
    tools.annotation.state.removeAnnotation(id);
  }

  function put(mark: Pick<Marked, "measurement" | "imageId">): void {
    const { measurement } = mark;
    whole.add(measurement.id);
    if (isInPlane(measurement)) apart.set(measurement.id, { measurement, imageId: "", source: "patient" });
    else drawMark(mark);
  }

  /** Draws what was measured in planes where it lies now; answers whether anything is drawn otherwise than before. */
  function placePlanes(): boolean {
    const known = new Map(list.get().map((mark) => [mark.measurement.id, mark]));
    const drawn = allDrawn()
      .filter((one) => whole.has(one.annotationUID) && isOnPlane(one))
      .flatMap((one) => markOf(one) ?? known.get(one.annotationUID) ?? []);
    let isOther = false;
    for (const { measurement, imageId } of [...drawn, ...apart.values()]) {
      if (!isInPlane(measurement)) continue;
      const wanted = imageFor(measurement, imageId, seen());
      if (wanted === imageId) continue;
      isOther = true;
      take(measurement.id);
      if (wanted === "") apart.set(measurement.id, { measurement, imageId: "", source: "patient" });
      else drawMark({ measurement, imageId: wanted });
    }
    return isOther;
  }

  function restore(snapshot: Snapshot): void {
    const drawn = new Map(list.get().map((mark) => [mark.measurement.id, mark]));
    for (const mark of snapshot) {
      const there = drawn.get(mark.measurement.id);
      if (there && same(there.measurement, mark.measurement)) drawn.delete(mark.measurement.id);
    }
    const stays = new Set(
      list
        .get()
        .map(({ measurement }) => measurement.id)
        .filter((id) => !drawn.has(id)),
    );
    for (const id of drawn.keys()) take(id);
    for (const mark of snapshot) if (!stays.has(mark.measurement.id)) put(mark);
    placePlanes();
    clearTimeout(timer);
    list.set(snapshot);
    redraw();
  }

  const completed = (event: Event) => {
    whole.add(
      (event as CustomEvent<{ annotation: { annotationUID: string } }>).detail.annotation.annotationUID,
    );
    soon();
  };
  const selection = (event: Event) => {
    const { selection: uids } = (event as CustomEvent<{ selection: string[] }>).detail;
    selected.set(uids[0] ?? "");
  };
  const down = () => {
    pointerIsDown = true;
  };
  const up = () => {
    pointerIsDown = false;
    soon();
  };
  const { Events } = tools.Enums;
  const heard: [EventTarget, string, (event: Event) => void][] = [
    [eventTarget as unknown as EventTarget, Events.ANNOTATION_COMPLETED, completed],
    [eventTarget as unknown as EventTarget, Events.ANNOTATION_MODIFIED, soon],
    [eventTarget as unknown as EventTarget, Events.ANNOTATION_REMOVED, soon],
    [eventTarget as unknown as EventTarget, Events.ANNOTATION_SELECTION_CHANGE, selection],
    [globalThis.window, "pointerdown", down],
    [globalThis.window, "pointerup", up],
    [globalThis.window, "pointercancel", up],
  ];
  for (const [target, name, listener] of heard) target.addEventListener(name, listener, true);

  return {
    list,
    selected,
    select(id) {
      tools.annotation.selection.setAnnotationSelected(id, true, false);
      redraw();
    },
    remove(ids) {
      for (const id of ids) take(id);
      redraw();
      settle();
    },
    withoutUnfinished(end) {
      const finished = new Set(whole);
      end();
      for (const { annotationUID } of allDrawn()) if (!finished.has(annotationUID)) take(annotationUID);
      const drawn = new Map(now().map((mark) => [mark.measurement.id, mark]));
      for (const mark of list.get()) {
        const there = drawn.get(mark.measurement.id);
        if (!there || same(there.measurement, mark.measurement)) continue;
        take(mark.measurement.id);
        put(mark);
      }
      placePlanes();
      redraw();
    },
    rename(id, label) {
      const mark = apart.get(id);
      if (mark) {
        const { label: _before, ...measurement } = mark.measurement;
        const name = label.trim() ? { label: label.trim().slice(0, 64) } : {};
        apart.set(id, { ...mark, measurement: { ...measurement, ...name } });
        settle();
        return;
      }
      const drawn = allDrawn().find(({ annotationUID }) => annotationUID === id);
      if (!drawn) return;
      drawn.data.label =
        label.trim() || (drawn.metadata.toolName === tools.ArrowAnnotateTool.toolName ? namelessLabel : "");
      redraw();
      settle();
    },
    show(kept) {
      const there = new Set([...allDrawn().map(({ annotationUID }) => annotationUID), ...apart.keys()]);
      const missing = kept.filter(({ measurement }) => !there.has(measurement.id));
      if (missing.length === 0) return;
      // Until the pixels are here, the figures are those that were kept.
      for (const mark of missing) put(mark);
      placePlanes();
      list.set([...missing.map((mark) => ({ ...mark, source: "patient" as const })), ...list.get()]);
      list.set(now());
      redraw();
    },
    follow() {
      if (placePlanes()) redraw();
    },
    undo() {
      settle();
      const snapshot = before.pop();
      if (!snapshot) return false;
      undone.push(list.get());
      restore(snapshot);
      return true;
    },
    redo() {
      const snapshot = undone.pop();
      if (!snapshot) return false;
      before.push(list.get());
      restore(snapshot);
      return true;
    },
    dispose() {
      clearTimeout(timer);
      for (const [target, name, listener] of heard) target.removeEventListener(name, listener, true);
    },
  };
}

import { eventTarget } from "@cornerstonejs/core";
import * as tools from "@cornerstonejs/tools";
import type { Measurement } from "@isocenter/contract";
import { createStore, type Store } from "../stack/store.ts";
import { allDrawn, drawMark, type Marked, markOf, namelessLabel } from "./annotations.ts";

export interface Marks {
  /** All measurements on the images that are open, the oldest first. */
  list: Store<readonly Marked[]>;
  /** The measurement that is selected. */
  selected: Store<string>;
  select(id: string): void;
  remove(ids: readonly string[]): void;
  rename(id: string, label: string): void;
  /** Draws what was kept before; it cannot be undone. Those that are drawn already stay as they are. */
  show(kept: readonly Pick<Marked, "measurement" | "imageId">[]): void;
  undo(): boolean;
  redo(): boolean;
  dispose(): void;
}

type Snapshot = readonly Marked[];

const maximumSteps = 100;
/** Cornerstone tells of a change many times while it is made. */
const settleMs = 80;

const same = (a: Measurement, b: Measurement) =>
  a.id === b.id && a.label === b.label && JSON.stringify(a.points) === JSON.stringify(b.points);
const sameList = (a: Snapshot, b: Snapshot) =>
  a.length === b.length && a.every((mark, index) => same(mark.measurement, b[index]!.measurement));

/**
 * The measurements of an open viewer, in step with what is drawn.
 * @param redraw draws all viewports anew
 */
export function createMarks(redraw: () => void): Marks {
  const list = createStore<Snapshot>([]);
  const selected = createStore("");
  const whole = new Set<string>();
  const before: Snapshot[] = [];
  const undone: Snapshot[] = [];
  let pointerIsDown = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Without pixels a region has no statistics; those that it had while they were here stay. */
  function withKnownStatistics(mark: Marked): Marked {
    const known = list.get().find(({ measurement }) => same(measurement, mark.measurement));
    if (!known || mark.measurement.statistics || !known.measurement.statistics) return mark;
    return { ...mark, measurement: { ...mark.measurement, statistics: known.measurement.statistics } };
  }

  function now(): Snapshot {
    const marks = allDrawn()
      .filter(({ annotationUID }) => whole.has(annotationUID))
      .flatMap((drawn) => markOf(drawn) ?? [])
      .map(withKnownStatistics);
    // Cornerstone groups by tool; people count by time.
    const order = new Map(list.get().map(({ measurement }, index) => [measurement.id, index]));
    const place = ({ measurement }: Marked) => order.get(measurement.id) ?? Number.MAX_SAFE_INTEGER;
    return marks.sort((a, b) => place(a) - place(b));
  }

  function settle(): void {
    clearTimeout(timer);
    if (pointerIsDown) return;
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
    for (const id of drawn.keys()) tools.annotation.state.removeAnnotation(id);
    for (const mark of snapshot) {
      if (stays.has(mark.measurement.id)) continue;
      whole.add(mark.measurement.id);
      drawMark(mark);
    }
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
      for (const id of ids) tools.annotation.state.removeAnnotation(id);
      redraw();
      settle();
    },
    rename(id, label) {
      const drawn = allDrawn().find(({ annotationUID }) => annotationUID === id);
      if (!drawn) return;
      drawn.data.label =
        label.trim() || (drawn.metadata.toolName === tools.ArrowAnnotateTool.toolName ? namelessLabel : "");
      redraw();
      settle();
    },
    show(kept) {
      const there = new Set(allDrawn().map(({ annotationUID }) => annotationUID));
      const missing = kept.filter(({ measurement }) => !there.has(measurement.id));
      if (missing.length === 0) return;
      for (const mark of missing) {
        whole.add(mark.measurement.id);
        // Until the pixels are here, the figures are those that were kept.
        drawMark(mark);
      }
      list.set([...missing.map((mark) => ({ ...mark, source: "patient" as const })), ...list.get()]);
      list.set(now());
      redraw();
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

import type { ImagingOrder } from "@isocenter/contract";
import { type PointerEvent as ReactPointerEvent, useCallback, useEffect, useRef, useState } from "react";

/** How far a pointer goes before it drags, in pixels; less is a click. */
const threshold = 5;
/** How long a finger rests before it drags; before, it scrolls. */
const holdMs = 350;

export interface Drag {
  order: ImagingOrder;
  x: number;
  y: number;
  /** How far below the top of the appointment it was taken, in pixels. */
  grip: number;
}

interface Hold extends Drag {
  pointerId: number;
  touch: boolean;
  dragging: boolean;
  timer: ReturnType<typeof setTimeout> | null;
}

/** Drags orders with mouse, pen or finger. Escape lets go without dropping. */
export function useDrag(onDrop: (drag: Drag) => void) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const hold = useRef<Hold | null>(null);
  const drop = useRef(onDrop);
  drop.current = onDrop;
  /** The click that ends a drag is none. */
  const suppress = useRef(false);

  const end = useCallback(() => {
    if (hold.current?.timer) clearTimeout(hold.current.timer);
    hold.current = null;
    setDrag(null);
  }, []);

  useEffect(() => {
    const begin = (held: Hold) => {
      held.dragging = true;
      const { order, x, y, grip } = held;
      setDrag({ order, x, y, grip });
    };
    const move = (event: PointerEvent) => {
      const held = hold.current;
      if (held?.pointerId !== event.pointerId) return;
      const far = Math.hypot(event.clientX - held.x, event.clientY - held.y) > threshold;
      if (!held.dragging) {
        if (!far) return;
        // A finger that moves at once scrolls.
        if (held.touch) return end();
        begin(held);
      }
      held.x = event.clientX;
      held.y = event.clientY;
      setDrag({ order: held.order, x: held.x, y: held.y, grip: held.grip });
    };
    const up = (event: PointerEvent) => {
      const held = hold.current;
      if (held?.pointerId !== event.pointerId) return;
      const { dragging, order, x, y, grip } = held;
      end();
      if (!dragging) return;
      suppress.current = true;
      setTimeout(() => {
        suppress.current = false;
      });
      drop.current({ order, x, y, grip });
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !hold.current?.dragging) return;
      event.preventDefault();
      event.stopPropagation();
      end();
    };
    const click = (event: MouseEvent) => {
      if (suppress.current) event.stopPropagation();
    };
    const touch = (event: TouchEvent) => {
      if (hold.current?.dragging) event.preventDefault();
    };
    const held = (event: Event) => {
      if (hold.current && (event as CustomEvent<Hold>).detail === hold.current) begin(hold.current);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", end);
    addEventListener("keydown", key, true);
    addEventListener("click", click, true);
    addEventListener("touchmove", touch, { passive: false });
    addEventListener("calendar-held", held);
    return () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", end);
      removeEventListener("keydown", key, true);
      removeEventListener("click", click, true);
      removeEventListener("touchmove", touch);
      removeEventListener("calendar-held", held);
      end();
    };
  }, [end]);

  const take = useCallback((order: ImagingOrder, event: ReactPointerEvent, inColumn: boolean) => {
    if (event.button !== 0) return;
    const touch = event.pointerType === "touch";
    const box = event.currentTarget.getBoundingClientRect();
    const held: Hold = {
      order,
      x: event.clientX,
      y: event.clientY,
      grip: inColumn ? event.clientY - box.top : 0,
      pointerId: event.pointerId,
      touch,
      dragging: false,
      timer: null,
    };
    if (touch)
      held.timer = setTimeout(
        () => dispatchEvent(new CustomEvent("calendar-held", { detail: held })),
        holdMs,
      );
    hold.current = held;
  }, []);

  return { drag, take };
}

export type Take = ReturnType<typeof useDrag>["take"];
export const mayBePlaced = ({ actions }: ImagingOrder): boolean =>
  actions.includes("schedule") || actions.includes("reschedule");

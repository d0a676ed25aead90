import { type PointerEvent, useRef, useSyncExternalStore } from "react";
import type { Vector } from "../model/geometry.ts";
import { angleAbout } from "../space/rotate.ts";
import { cutOf, slicePlaneOf } from "../space/slice-plane.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import type { Hanging } from "./use-hanging.ts";
import { type OtherPlane, otherPlanes, pivotOf, turn } from "./use-turning.ts";

interface TurnLinesProps {
  hanging: Hanging;
  slot: number;
  controller: ViewportController;
  state: ViewportState;
}

type Point = [x: number, y: number];

/** How far from the point in the middle a line is seized, as a part of the viewport's shorter side. */
const reach = 0.32;

/** Where the other planes of the volume cut this one, with handles at which they are turned about it. */
export function TurnLines({ hanging, slot, controller, state }: TurnLinesProps) {
  const from = useRef<{ others: OtherPlane[]; pivot: Vector; axis: Vector; start: Vector }>(undefined);
  const pending = useRef(0);
  useShown(hanging);
  const own = state.shown && slicePlaneOf(state.shown);
  const others = otherPlanes(hanging, slot);
  const pivot = own && pivotOf(own, others);
  if (!own || !pivot) return null;
  const middle = controller.canvasOf(pivot);
  const { clientWidth, clientHeight } = controller.layers;
  const lines = others.flatMap(({ slot: other, seen }) => {
    const cut = cutOf(own, seen);
    if (!cut) return [];
    const [a, b] = [controller.canvasOf(cut[0]), controller.canvasOf(cut[1])];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (length < 1) return [];
    const unit: Point = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
    const at = (distance: number): Point => [middle[0] + unit[0] * distance, middle[1] + unit[1] * distance];
    const far = Math.min(clientWidth, clientHeight) * reach;
    return [{ other, ends: [at(-4000), at(4000)] as const, handles: [at(-far), at(far)] as const }];
  });

  /** From the middle to where the pointer is, in the patient. */
  const towards = (event: PointerEvent<Element>): Vector => {
    const box = controller.layers.getBoundingClientRect();
    const place = controller.placeAt(event.clientX - box.left, event.clientY - box.top);
    return [place[0] - pivot[0], place[1] - pivot[1], place[2] - pivot[2]];
  };
  const angleNow = (event: PointerEvent<Element>) =>
    from.current ? angleAbout(from.current.axis, from.current.start, towards(event)) : 0;
  const seize = {
    onPointerDown(event: PointerEvent<Element>) {
      if (event.button !== 0) return;
      event.stopPropagation();
      event.currentTarget.setPointerCapture(event.pointerId);
      from.current = { others, pivot, axis: own.normal, start: towards(event) };
    },
    onPointerMove(event: PointerEvent<Element>) {
      event.stopPropagation();
      if (!from.current) return;
      const angle = angleNow(event);
      // Once for each drawn picture of the page, however often the pointer moves.
      cancelAnimationFrame(pending.current);
      pending.current = requestAnimationFrame(() => {
        if (from.current) turn(hanging, slot, from.current, angle, true);
      });
    },
    onPointerUp(event: PointerEvent<Element>) {
      event.stopPropagation();
      cancelAnimationFrame(pending.current);
      if (from.current) turn(hanging, slot, from.current, angleNow(event), false);
      from.current = undefined;
    },
  };
  return (
    <svg className="vw-space-lines vw-turn" aria-hidden="true" data-planes={lines.length}>
      {lines.map(({ other, ends: [a, b], handles }) => (
        <g key={other}>
          <line className="vw-cut" x1={a[0]} y1={a[1]} x2={b[0]} y2={b[1]} />
          {handles.map(([x, y], n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the two ends of a line.
            <g key={n} className="vw-turn-handle" {...seize}>
              <circle cx={x} cy={y} r={14} className="vw-turn-reach" />
              <circle cx={x} cy={y} r={5} />
            </g>
          ))}
        </g>
      ))}
    </svg>
  );
}

/** Draws anew whenever a viewport shows another image. */
function useShown({ visible, controllers }: Hanging): void {
  const seen = visible.flatMap((slot) => controllers[slot] ?? []);
  useSyncExternalStore(
    (changed) => {
      const stops = seen.map(({ state }) => state.subscribe(changed));
      return () => {
        for (const stop of stops) stop();
      };
    },
    () => seen.map(({ state }) => keyOf(state.get())).join(),
  );
}

const keyOf = ({ shown, shownIndex, cameraVersion }: ViewportState) =>
  `${shown?.reformat?.key ?? shown?.sopInstanceUid}/${shownIndex}/${cameraVersion}`;

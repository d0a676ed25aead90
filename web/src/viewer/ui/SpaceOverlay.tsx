import type { Vector } from "../model/geometry.ts";
import { cutOf, distanceTo, slicePlaneOf } from "../space/slice-plane.ts";
import type { Session } from "../stack/session.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import { useStore } from "./use-store.ts";

interface SpaceOverlayProps {
  session: Session;
  controller: ViewportController;
  state: ViewportState;
  /** What the active viewport shows, where that is another one. */
  reference: ViewportState | undefined;
}

type Point = [number, number];

/** Where the active viewport's image cuts this one, and the crosshair. */
export function SpaceOverlay({ session, controller, state, reference }: SpaceOverlayProps) {
  const cursor = useStore(session.cursor);
  const plane = state.shown && slicePlaneOf(state.shown);
  if (!plane) return null;
  const other = reference?.shown && slicePlaneOf(reference.shown);
  const cut = other && cutOf(plane, other);
  const seen = (place: Vector): Point => controller.canvasOf(place);
  // A point before or behind the picture is not on it.
  const isHere =
    cursor?.frameOfReferenceUid === plane.frameOfReferenceUid &&
    Math.abs(distanceTo(plane, cursor.place)) < 10;
  const point = isHere ? seen(cursor.place) : undefined;
  if (!cut && !point) return null;
  return (
    <svg className="vw-space-lines" aria-hidden="true">
      {cut && <Line from={seen(cut[0])} to={seen(cut[1])} name="vw-cut" />}
      {point && (
        <g className="vw-cross" data-x={point[0].toFixed(1)} data-y={point[1].toFixed(1)}>
          <line x1="0" y1={point[1]} x2={point[0] - 12} y2={point[1]} />
          <line x1={point[0] + 12} y1={point[1]} x2="100%" y2={point[1]} />
          <line x1={point[0]} y1="0" x2={point[0]} y2={point[1] - 12} />
          <line x1={point[0]} y1={point[1] + 12} x2={point[0]} y2="100%" />
        </g>
      )}
    </svg>
  );
}

function Line({ from, to, name }: { from: Point; to: Point; name: string }) {
  return <line className={name} x1={from[0]} y1={from[1]} x2={to[0]} y2={to[1]} />;
}

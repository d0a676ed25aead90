import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import type { Room } from "../index.tsx";
import { Message } from "./Message.tsx";
import { type Hanging, slots } from "./use-hanging.ts";
import { useStore } from "./use-store.ts";
import { ViewportPane } from "./ViewportPane.tsx";

interface ViewportGridProps {
  room: Room;
  hanging: Hanging;
  overlays: boolean;
  /** Of the image in the active viewport. */
  isKeyImage: boolean;
  onShowAttributes: () => void;
}

/** The viewports, or why there are none. */
export function ViewportGrid({ room, hanging, overlays, isKeyImage, onShowAttributes }: ViewportGridProps) {
  const { study, session, source } = room;
  const { state, error, series } = useStore(study);
  const { visible, active, layout } = hanging;
  const grid = useRef<HTMLElement>(null);
  useFitting(grid, room, visible.join());
  return (
    <main ref={grid} className="vw-grid" data-layout={layout} aria-label={`Viewports, ${layout}`}>
      {state === "failed" && (
        <Message
          icon="warning"
          title="The study cannot be opened"
          text={error}
          action="Try again"
          onAction={study.load}
        />
      )}
      {state === "ready" && series.length === 0 && (
        <Message
          icon="document"
          title="This study holds no series"
          text="Its images may still be on their way."
          action="Look again"
          onAction={study.load}
        />
      )}
      {series.length > 0 &&
        slots.map((slot) => (
          <Slot key={slot} isVisible={visible.includes(slot)}>
            <ViewportPane
              session={session}
              source={source}
              slot={slot}
              series={hanging.seriesIn(slot)}
              isActive={slot === active && visible.length > 1}
              isVisible={visible.includes(slot)}
              overlays={overlays}
              isKeyImage={isKeyImage && slot === active}
              onActivate={() => hanging.activate(slot)}
              onMaximize={() => hanging.chooseLayout(layout === 1 ? 4 : 1)}
              onDropSeries={(uid) => {
                hanging.open(uid, slot);
                hanging.activate(slot);
              }}
              onReload={() => study.reloadSeries(hanging.seriesIn(slot)?.seriesInstanceUid ?? "")}
              onShowAttributes={onShowAttributes}
              onController={hanging.rememberController}
            />
          </Slot>
        ))}
    </main>
  );
}

/** A viewport is made when it is first seen, and then kept: its picture and its window stay while it is hidden. */
function Slot({ isVisible, children }: { isVisible: boolean; children: ReactNode }) {
  const [seen, setSeen] = useState(isVisible);
  if (isVisible && !seen) setSeen(true);
  return seen || isVisible ? children : null;
}

/** Fits the pictures whenever the room for them changes. */
function useFitting(grid: RefObject<HTMLElement | null>, { session }: Room, visible: string): void {
  useEffect(() => {
    if (!grid.current) return;
    let frame = 0;
    const later = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => session.resize());
    };
    const observer = new ResizeObserver(later);
    observer.observe(grid.current);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [grid, session]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: which viewports are seen decides how large each is.
  useEffect(() => {
    const frame = requestAnimationFrame(() => session.resize());
    return () => cancelAnimationFrame(frame);
  }, [session, visible]);
}

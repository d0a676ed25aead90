import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { t } from "../../words/words.ts";
import type { FusionLook } from "../layers/fusion.ts";
import type { PresentationState } from "../model/presentation-states.ts";
import type { SeriesEntry } from "../model/study.ts";
import type { Room } from "../room.ts";
import type { ToolName } from "../stack/session.ts";
import { createStore } from "../stack/store.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import { Message } from "./Message.tsx";
import { SolidPane } from "./SolidPane.tsx";
import { type Hanging, slots } from "./use-hanging.ts";
import { pointAt } from "./use-linking.ts";
import type { ShownRegions } from "./use-regions.ts";
import type { ChosenScale } from "./use-scale.ts";
import { useStore } from "./use-store.ts";
import { ViewportPane } from "./ViewportPane.tsx";

interface ViewportGridProps {
  room: Room;
  hanging: Hanging;
  /** Of the study and its open priors. */
  allSeries: readonly SeriesEntry[];
  tool: ToolName;
  overlays: boolean;
  /** Of the image in the active viewport. */
  isKeyImage: boolean;
  look: FusionLook;
  regions: ShownRegions;
  presentation: PresentationState | undefined;
  wishFor: ChosenScale["wishFor"];
  onShowAttributes: () => void;
  /** From one viewport to all that hang, and back. */
  onMaximize: () => void;
}

const nothing = createStore<ViewportState | undefined>(undefined);

/** The viewports, or why there are none. */
export function ViewportGrid({
  room,
  hanging,
  allSeries,
  tool,
  overlays,
  isKeyImage,
  look,
  regions,
  presentation,
  wishFor,
  onMaximize,
  onShowAttributes,
}: ViewportGridProps) {
  const { studies, session } = room;
  const { current } = useStore(studies);
  const { state, error, series } = current;
  const { visible, active, layout } = hanging;
  const reference = useStore(hanging.controllers[active]?.state ?? nothing);
  const grid = useRef<HTMLElement>(null);
  useFitting(grid, room, visible.join());
  return (
    <main
      ref={grid}
      className="vw-grid"
      data-layout={visible.length}
      style={{
        gridTemplate: `repeat(${layout.rows}, minmax(0, 1fr)) / repeat(${layout.columns}, minmax(0, 1fr))`,
      }}
      aria-label={t("Viewports, {rows} × {columns}", { rows: layout.rows, columns: layout.columns })}
    >
      {state === "failed" && (
        <Message
          icon="warning"
          title={t("The study cannot be opened")}
          text={error}
          action={t("Try again")}
          onAction={studies.current.load}
        />
      )}
      {state === "ready" && series.length === 0 && (
        <Message
          icon="document"
          title={t("No images are here")}
          text={t(
            "They may still be on their way; or the study is not in this archive, or not for you to see.",
          )}
          action={t("Look again")}
          onAction={studies.current.load}
        />
      )}
      {series.length > 0 &&
        slots.map((slot) => (
          <Slot key={slot} isVisible={visible.includes(slot)}>
            {hanging.hungIn(slot)?.solid ? (
              <SolidPane
                room={room}
                slot={slot}
                series={hanging.seriesIn(slot)}
                isActive={slot === active}
                isVisible={visible.includes(slot)}
                overlays={overlays}
                onActivate={() => hanging.activate(slot)}
                onMaximize={onMaximize}
              />
            ) : (
              <ViewportPane
                room={room}
                slot={slot}
                hung={hanging.hungIn(slot)}
                series={hanging.seriesIn(slot)}
                fused={hanging.fusedIn(slot)}
                allSeries={allSeries}
                look={look}
                regions={regions}
                presentation={presentation}
                wishFor={wishFor}
                reference={slot === active || visible.length < 2 ? undefined : reference}
                hanging={tool === "crosshair" ? hanging : undefined}
                onPoint={tool === "crosshair" ? (x, y) => pointAt(session, hanging, slot, x, y) : undefined}
                isActive={slot === active && visible.length > 1}
                isVisible={visible.includes(slot)}
                overlays={overlays}
                isKeyImage={isKeyImage && slot === active}
                onActivate={() => hanging.activate(slot)}
                onMaximize={() => onMaximize()}
                onDropSeries={(uid) => {
                  hanging.open(uid, slot);
                  hanging.activate(slot);
                }}
                onAsAcquired={() => hanging.open(hanging.seriesIn(slot)?.seriesInstanceUid ?? "", slot)}
                onReload={() => studies.reloadSeries(hanging.seriesIn(slot)?.seriesInstanceUid ?? "")}
                onShowAttributes={onShowAttributes}
                onController={hanging.rememberController}
              />
            )}
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

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Room } from "../index.tsx";
import { distinctPatients } from "../model/patient.ts";
import { headingOf, type SeriesEntry } from "../model/study.ts";
import type { ToolName } from "../stack/session.ts";
import { createStore } from "../stack/store.ts";
import type { ViewportController, ViewportState } from "../stack/viewport-controller.ts";
import { AttributesPanel } from "./AttributesPanel.tsx";
import { HelpOverlay } from "./HelpOverlay.tsx";
import { initialSeries, seriesForSlots, visibleSlots } from "./hanging.ts";
import { KeyBar } from "./KeyBar.tsx";
import { PatientBanner, TwoPatients } from "./PatientBanner.tsx";
import { SeriesStrip, seriesTitle } from "./SeriesStrip.tsx";
import { Toolbar, type ToolbarCommand } from "./Toolbar.tsx";
import { useKeyboard } from "./use-keyboard.ts";
import { usePrefetching } from "./use-prefetching.ts";
import { useStore } from "./use-store.ts";
import { ViewportPane } from "./ViewportPane.tsx";

const slots = [0, 1, 2, 3];
const none = createStore<ViewportState | undefined>(undefined);

interface ReadingRoomProps {
  room: Room;
  studyInstanceUid: string;
  onClose: () => void;
}

/** The whole screen of an open study. */
export function ReadingRoom({ room, studyInstanceUid, onClose }: ReadingRoomProps) {
  const { study, session, source, dicomweb } = room;
  const { state: studyState, error: studyError, series } = useStore(study);
  const [layout, setLayout] = useState(1);
  const [active, setActive] = useState(0);
  const [assigned, setAssigned] = useState<readonly string[]>([]);
  const [controllers, setControllers] = useState<readonly (ViewportController | undefined)[]>([]);
  const [tool, setTool] = useState<ToolName>("window");
  const [overlays, setOverlays] = useState(true);
  const [attributes, setAttributes] = useState(false);
  const [help, setHelp] = useState(false);
  const grid = useRef<HTMLElement>(null);

  const visible = visibleSlots(layout, active);
  const seriesIn = (slot: number): SeriesEntry | undefined =>
    series.find((entry) => entry.seriesInstanceUid === assigned[slot]);
  const controller = controllers[active];
  const state = useStore(controller?.state ?? none);
  const activeSeries = seriesIn(active);
  const hasImage = (activeSeries?.images.length ?? 0) > 0 && state?.shown !== undefined;

  const first = assigned[0] ?? initialSeries(series);
  useEffect(() => {
    if (first !== undefined) setAssigned((now) => (now[0] === undefined ? [first, ...now.slice(1)] : now));
  }, [first]);

  const rememberController = useCallback((slot: number, next: ViewportController | undefined) => {
    setControllers((now) => slots.map((each) => (each === slot ? next : now[each])));
  }, []);
  usePrefetching(session, controllers, visible, active);
  useFitting(grid, session, visible.join());

  const open = (seriesInstanceUid: string, slot = active) =>
    setAssigned((now) => slots.map((each) => (each === slot ? seriesInstanceUid : now[each]!)));
  const chooseLayout = (next: number) => {
    setLayout(next);
    setAssigned((now) => seriesForSlots(series, now, visibleSlots(next, active)));
  };
  const chooseTool = (next: ToolName) => {
    session.chooseTool(next);
    setTool(next);
  };
  const command = (name: ToolbarCommand) => {
    if (name === "play") controller?.play(!state?.playing);
    else if (name === "flip") controller?.flip("horizontal");
    else if (name === "overlays") setOverlays(!overlays);
    else if (name === "attributes") setAttributes(!attributes);
    else if (name === "help") setHelp(true);
    else if (name === "clear") session.removeMeasurements();
    else controller?.[name]();
  };
  const stepSeries = (step: number) => {
    const at = series.findIndex((entry) => entry.seriesInstanceUid === assigned[active]);
    const next = series[at + step];
    if (next) open(next.seriesInstanceUid);
  };
  const presets = hasImage && controller && state?.shown ? controller.presets() : [];

  useKeyboard(!help, (key) => {
    const commands: Record<string, () => void> = {
      arrowup: () => controller?.goTo((state?.index ?? 0) - 1),
      arrowdown: () => controller?.goTo((state?.index ?? 0) + 1),
      arrowleft: () => controller?.goTo((state?.index ?? 0) - 1),
      arrowright: () => controller?.goTo((state?.index ?? 0) + 1),
      home: () => controller?.goTo(0),
      end: () => controller?.goTo(Number.MAX_SAFE_INTEGER),
      pageup: () => stepSeries(-1),
      pagedown: () => stepSeries(1),
      space: () => command("play"),
      q: () => chooseLayout(layout === 1 ? 2 : layout === 2 ? 4 : 1),
      o: () => command("overlays"),
      a: () => command("attributes"),
      "?": () => command("help"),
      "0": () => command("reset"),
      i: () => command("invert"),
      r: () => command("rotate"),
      h: () => command("flip"),
      "shift+h": () => controller?.flip("vertical"),
      f: () => command("fit"),
      "+": () => controller?.zoomBy(1.2),
      "=": () => controller?.zoomBy(1.2),
      "-": () => controller?.zoomBy(1 / 1.2),
      "−": () => controller?.zoomBy(1 / 1.2),
      delete: () => session.removeMeasurement(),
      backspace: () => session.removeMeasurement(),
      escape: () => (attributes ? setAttributes(false) : onClose()),
      f6: () => cycleRegions(),
      ...toolKeys(chooseTool),
    };
    const preset = presets.find((choice) => choice.key === key);
    const run = preset ? () => controller?.choosePreset(preset) : commands[key];
    run?.();
    return run !== undefined;
  });

  const heading = useMemo(() => headingOf(series), [series]);
  const shownTogether = distinctPatients(visible.flatMap((slot) => seriesIn(slot)?.patients ?? []));
  const inStudy = distinctPatients(series.flatMap((entry) => entry.patients));
  const instance = hasImage ? state?.shown?.dataSet : activeSeries?.instances[0];
  return (
    <div className="vw" data-attributes={attributes || undefined}>
      <PatientBanner heading={heading} onClose={onClose} />
      {inStudy.length > 1 && (
        <TwoPatients
          patients={shownTogether.length > 1 ? shownTogether : inStudy}
          together={shownTogether.length > 1}
        />
      )}
      <Toolbar
        tool={tool}
        onTool={chooseTool}
        presets={presets}
        preset={state?.windowName ?? ""}
        onPreset={(preset) => controller?.choosePreset(preset)}
        layout={layout}
        onLayout={chooseLayout}
        inverted={state?.inverted ?? false}
        overlays={overlays}
        attributes={attributes}
        playing={state?.playing ?? false}
        canPlay={hasImage && (state?.images.length ?? 0) > 1}
        hasImage={hasImage}
        framesPerSecond={state?.framesPerSecond ?? 10}
        onFramesPerSecond={(rate) => controller?.setFramesPerSecond(rate)}
        onCommand={command}
      />
      <SeriesStrip
        study={study}
        dicomweb={dicomweb}
        studyInstanceUid={studyInstanceUid}
        active={assigned[active] ?? ""}
        shown={visible.map((slot) => assigned[slot] ?? "")}
        onOpen={open}
      />
      <main ref={grid} className="vw-grid" data-layout={layout} aria-label={`Viewports, ${layout}`}>
        {studyState === "failed" ? (
          <StudyFailure text={studyError} onRetry={() => study.load()} />
        ) : studyState === "ready" && series.length === 0 ? (
          <div className="vw-message">
            <h3>This study holds no series</h3>
            <p>Its images may still be on their way.</p>
            <button type="button" className="vw-button" onClick={() => study.load()}>
              Look again
            </button>
          </div>
        ) : (
          slots.map((slot) => (
            <Slot key={slot} isVisible={visible.includes(slot)}>
              <ViewportPane
                session={session}
                source={source}
                slot={slot}
                series={seriesIn(slot)}
                isActive={slot === active && visible.length > 1}
                isVisible={visible.includes(slot)}
                overlays={overlays}
                onActivate={() => setActive(slot)}
                onMaximize={() => chooseLayout(layout === 1 ? 4 : 1)}
                onDropSeries={(uid) => {
                  open(uid, slot);
                  setActive(slot);
                }}
                onReload={() => study.reloadSeries(assigned[slot] ?? "")}
                onShowAttributes={() => setAttributes(true)}
                onController={rememberController}
              />
            </Slot>
          ))
        )}
      </main>
      {attributes && (
        <AttributesPanel
          dataSet={instance}
          title={activeSeries ? seriesTitle(activeSeries) : ""}
          onClose={() => setAttributes(false)}
        />
      )}
      <KeyBar session={session} state={hasImage ? state : undefined} />
      {help && <HelpOverlay onClose={() => setHelp(false)} />}
    </div>
  );
}

function toolKeys(choose: (tool: ToolName) => void): Record<string, () => void> {
  const keys: Record<string, ToolName> = {
    w: "window",
    z: "zoom",
    p: "pan",
    s: "scroll",
    l: "length",
    n: "angle",
    e: "ellipse",
    b: "probe",
  };
  return Object.fromEntries(Object.entries(keys).map(([key, tool]) => [key, () => choose(tool)]));
}

/** A viewport is made when it is first seen, and then kept: its picture and its window stay while it is hidden. */
function Slot({ isVisible, children }: { isVisible: boolean; children: React.ReactNode }) {
  const [seen, setSeen] = useState(isVisible);
  if (isVisible && !seen) setSeen(true);
  return seen || isVisible ? children : null;
}

function StudyFailure({ text, onRetry }: { text: string; onRetry: () => void }) {
  return (
    <div className="vw-message" role="alert">
      <h3>The study cannot be opened</h3>
      <p>{text}</p>
      <button type="button" className="vw-button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

/** Fits the pictures whenever the room for them changes. */
function useFitting(
  grid: React.RefObject<HTMLElement | null>,
  session: Room["session"],
  visible: string,
): void {
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

/** F6 goes from the tools to the series to the images and round. */
function cycleRegions(): void {
  const regions = [".vw-tools button", ".vw-strip button", ".vw-pane:not([hidden])"];
  const containers = [".vw-tools", ".vw-strip", ".vw-grid"];
  const at = containers.findIndex((selector) => document.activeElement?.closest(selector));
  document.querySelector<HTMLElement>(regions[(at + 1) % regions.length]!)?.focus();
}

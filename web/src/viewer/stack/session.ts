import { Enums, eventTarget, RenderingEngine } from "@cornerstonejs/core";
import * as tools from "@cornerstonejs/tools";
import type { MeasurementKind } from "@isocenter/contract";
import { kinds, toolNames as measuringTools, namelessLabel } from "../marks/annotations.ts";
import { drawingText } from "../marks/drawing-text.ts";
import { createMarks, type Marks } from "../marks/marks.ts";
import type { Vector } from "../model/geometry.ts";
import { releaseContexts } from "./contexts.ts";
import { createPrefetcher, type Prefetcher } from "./prefetcher.ts";
import { createStore, type Store, type WritableStore } from "./store.ts";
import { createViewportController, type ViewportController } from "./viewport-controller.ts";

/** Those that Cornerstone knows, and the crosshair, which is ours. */
type CornerstoneTool = "window" | "zoom" | "pan" | "scroll" | MeasurementKind;
export type ToolName = CornerstoneTool | "crosshair";

/** A point of the patient that all viewports show. */
export interface Cursor {
  place: Vector;
  frameOfReferenceUid: string;
}

const toolNames: Record<CornerstoneTool, string> = {
  window: tools.WindowLevelTool.toolName,
  zoom: tools.ZoomTool.toolName,
  pan: tools.PanTool.toolName,
  scroll: tools.StackScrollTool.toolName,
  ...measuringTools,
};
const isMeasuring = (name: ToolName): name is MeasurementKind => (kinds as string[]).includes(name);

/** What Cornerstone's tools say of themselves while something is drawn or moved. */
const drawingFlags = ["isDrawing", "isEditingOpen", "isEditingClosed"] as const;

/** What a measuring tool is told: whose figures stand beside what it draws, and that an arrow asks for no text. */
const settingsOf = (kind: MeasurementKind): object => ({
  getTextLines: drawingText(kind),
  ...(kind === "arrow"
    ? {
        getTextCallback: (done: (label: string) => void) => done(namelessLabel),
        changeTextCallback: (drawn: { label?: string }, _event: unknown, done: (label: string) => void) =>
          done(drawn.label || namelessLabel),
      }
    : {}),
  ...(kind === "cobb" ? { showArcLines: false } : {}),
});

/** The rendering engine and the tools of one open viewer. */
export interface Session {
  prefetcher: Prefetcher;
  marks: Marks;
  cursor: WritableStore<Cursor | undefined>;
  openViewport(element: HTMLDivElement): ViewportController;
  closeViewport(controller: ViewportController): void;
  chooseTool(name: ToolName): void;
  /** Takes back what is half drawn, and what is being moved goes to where it was; false when there is neither. */
  cancelDrawing(): boolean;
  /** Removes the measurement that is selected, or the newest; false when there is none. */
  removeMeasurement(): boolean;
  removeMeasurements(): void;
  /** Changes whenever the viewports were fitted to their elements. */
  resized: Store<number>;
  /** Fits the viewports to their elements, whose size may have changed; where none has, nothing is drawn again. */
  resize(): void;
  dispose(): void;
}

let sessions = 0;

/**
 * Cornerstone must be prepared. Whoever opens a session disposes of it. `onLost` is told once when the graphics card takes its memory
 * back, as after a sleep or a driver's restart: nothing can be drawn in this session any more.
 */
export function openSession(onLost: () => void): Session {
  const name = `isocenter-${++sessions}`;
  const engine = new RenderingEngine(name);
  const group = tools.ToolGroupManager.createToolGroup(name);
  if (!group) throw new Error(`The tool group ${name} exists.`);
  for (const tool of Object.keys(toolNames) as CornerstoneTool[])
    group.addTool(toolNames[tool], isMeasuring(tool) ? settingsOf(tool) : {});
  // Drawings stay on the screen and can be seized whatever the tool is.
  for (const kind of kinds) group.setToolPassive(toolNames[kind]);
  const controllers = new Set<ViewportController>();
  const marks = createMarks(
    () => engine.render(),
    () => [...controllers].map(({ state }) => state.get()),
  );
  const prefetcher = createPrefetcher();
  const resized = createStore(0);
  let opened = 0;
  let active: ToolName = "window";
  activate(group, active, active);
  let isLost = false;
  const lost = (event: Event) => {
    const { renderingEngineId } = (event as CustomEvent<{ renderingEngineId: string }>).detail;
    if (renderingEngineId !== name || isLost) return;
    isLost = true;
    onLost();
  };
  const { WEBGL_CONTEXT_LOST } = Enums.Events;
  eventTarget.addEventListener(WEBGL_CONTEXT_LOST, lost);

  function cancelDrawing(): boolean {
    const isBusy = kinds.some((kind) => {
      const tool: Partial<Record<(typeof drawingFlags)[number], boolean>> | undefined =
        group?.getToolInstance(toolNames[kind]);
      return drawingFlags.some((flag) => tool?.[flag]);
    });
    if (isBusy)
      marks.withoutUnfinished(() => {
        for (const { state, id } of controllers)
          if (state.get().shown) tools.cancelActiveManipulations(engine.getViewport(id).element);
      });
    return isBusy;
  }

  return {
    prefetcher,
    marks,
    cancelDrawing,
    resized,
    cursor: createStore<Cursor | undefined>(undefined),
    openViewport(element) {
      const id = `${name}-${++opened}`;
      const controller = createViewportController(engine, element, id);
      group.addViewport(id, name);
      controllers.add(controller);
      let before = controller.state.get();
      controller.state.subscribe(() => {
        const { images, shownIndex } = controller.state.get();
        const isOther = images !== before.images || shownIndex !== before.shownIndex;
        before = controller.state.get();
        if (isOther) marks.follow();
      });
      return controller;
    },
    closeViewport(controller) {
      if (!controllers.delete(controller)) return;
      group.removeViewports(name, controller.id);
      controller.dispose();
      marks.follow();
    },
    chooseTool(next) {
      // A measurement that is half drawn belongs to the tool before, and is none.
      cancelDrawing();
      activate(group, active, next);
      active = next;
    },
    removeMeasurement() {
      const selected = tools.annotation.selection.getAnnotationsSelected();
      const newest = marks.list.get().at(-1)?.measurement.id;
      const wanted = selected.length > 0 ? selected : newest ? [newest] : [];
      marks.remove(wanted);
      return wanted.length > 0;
    },
    removeMeasurements() {
      marks.remove(marks.list.get().map(({ measurement }) => measurement.id));
    },
    resize() {
      if (![...controllers].some((controller) => controller.isOfOtherSize())) return;
      const settle = [...controllers].map((controller) => controller.beforeResize());
      engine.resize(true, true);
      for (const settled of settle) settled();
      resized.set(resized.get() + 1);
    },
    dispose() {
      for (const controller of controllers) controller.dispose();
      controllers.clear();
      prefetcher.dispose();
      marks.dispose();
      eventTarget.removeEventListener(WEBGL_CONTEXT_LOST, lost);
      tools.ToolGroupManager.destroyToolGroup(name);
      tools.annotation.state.removeAllAnnotations();
      releaseContexts(engine);
      engine.destroy();
    },
  };
}

type ToolGroup = NonNullable<ReturnType<typeof tools.ToolGroupManager.createToolGroup>>;

/** Left button and one finger: the chosen tool. Wheel: images. Middle button: pan. Right button and two fingers: zoom. */
function activate(group: ToolGroup, previous: ToolName, next: ToolName): void {
  const { MouseBindings } = tools.Enums;
  if (isMeasuring(previous)) group.setToolPassive(toolNames[previous]);
  const always: Partial<Record<ToolName, object[]>> = {
    pan: [{ mouseButton: MouseBindings.Auxiliary }],
    zoom: [{ mouseButton: MouseBindings.Secondary }, { numTouchPoints: 2 }],
    scroll: [{ mouseButton: MouseBindings.Wheel }],
  };
  const primary = [{ mouseButton: MouseBindings.Primary }, { numTouchPoints: 1 }];
  for (const tool of ["window", "pan", "zoom", "scroll"] as const) {
    const bindings = always[tool] ?? [];
    group.setToolPassive(toolNames[tool], { removeAllBindings: true });
    if (tool === next) group.setToolActive(toolNames[tool], { bindings: [...primary, ...bindings] });
    else if (bindings.length > 0) group.setToolActive(toolNames[tool], { bindings });
  }
  if (isMeasuring(next)) group.setToolActive(toolNames[next], { bindings: primary });
}

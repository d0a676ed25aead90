import type { Session, ToolName } from "../stack/session.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import type { Hanging, Layout } from "./use-hanging.ts";

/** What can be done, by name; buttons and keys share them. */
export interface Commands {
  play(): void;
  invert(): void;
  rotate(): void;
  flip(): void;
  fit(): void;
  reset(): void;
  overlays(): void;
  attributes(): void;
  measurements(): void;
  link(): void;
  /** Planes of the series, and what hung before. */
  planes(): void;
  /** The other planes of the volume about the active one. */
  turnLeft(): void;
  turnRight(): void;
  straighten(): void;
  /** The mask of a film subtracted, or no longer. */
  mask(): void;
  /** The frame that is seen is the mask. */
  maskHere(): void;
  /** Moves the mask by half a pixel. */
  moveMask(down: number, left: number): void;
  /** Uptake over the picture, or no longer. */
  fuse(): void;
  /** Regions of segmentations on the images, or none. */
  regions(): void;
  /** Their list. */
  regionList(): void;
  /** As a presentation state shows it, or as stored. */
  presentation(): void;
  undo(): void;
  redo(): void;
  keyImage(): void;
  intoReport(): void;
  clear(): void;
  help(): void;
}

type CommandName = Exclude<keyof Commands, "moveMask">;

export interface KeyContext {
  commands: Commands;
  controller: ViewportController | undefined;
  state: ViewportState | undefined;
  hanging: Hanging;
  session: Session;
  chooseTool(tool: ToolName): void;
  /** Ends a drawing, puts the tool back, closes what is open, at last the viewer; one of these at a time. */
  closeTop(): void;
}

const toolKeys: Record<string, ToolName> = {
  w: "window",
  z: "zoom",
  p: "pan",
  s: "scroll",
  l: "length",
  n: "angle",
  "shift+n": "cobb",
  e: "ellipse",
  "shift+e": "rectangle",
  t: "arrow",
  b: "probe",
  "shift+l": "freehand",
  x: "crosshair",
};

const commandKeys: Record<string, CommandName> = {
  space: "play",
  i: "invert",
  r: "rotate",
  h: "flip",
  f: "fit",
  "0": "reset",
  o: "overlays",
  a: "attributes",
  y: "link",
  v: "planes",
  "[": "turnLeft",
  "]": "turnRight",
  "\\": "straighten",
  d: "mask",
  "shift+d": "maskHere",
  u: "fuse",
  g: "regions",
  "shift+g": "regionList",
  "shift+p": "presentation",
  "shift+m": "measurements",
  "ctrl+z": "undo",
  "ctrl+shift+z": "redo",
  "ctrl+y": "redo",
  k: "keyImage",
  m: "intoReport",
  "?": "help",
};

const zoomStep = 1.2;

/** Does what a key stands for; false when it stands for nothing. */
export function runKey(key: string, context: KeyContext): boolean {
  const { commands, controller, hanging } = context;
  const tool = toolKeys[key];
  if (tool) {
    context.chooseTool(tool);
    return true;
  }
  const command = commandKeys[key];
  if (command) {
    commands[command]();
    return true;
  }
  const preset = controller?.presets().find((choice) => choice.key === key);
  if (preset) {
    controller?.choosePreset(preset);
    return true;
  }
  const move = moves(context)[key];
  if (move) {
    move();
    return true;
  }
  if (key === "q") hanging.chooseLayout(nextLayout(hanging.layout));
  else if (key === "f6") focusNextRegion();
  else if (key === "escape") context.closeTop();
  else return false;
  return true;
}

/** One, two side by side, four, and one again. */
function nextLayout({ rows, columns }: Layout): Layout {
  if (rows * columns === 1) return { rows: 1, columns: 2 };
  return rows * columns === 2 ? { rows: 2, columns: 2 } : { rows: 1, columns: 1 };
}

function moves({ commands, controller, state, hanging, session }: KeyContext): Record<string, () => void> {
  const by = (step: number) => () => controller?.goTo((state?.index ?? 0) + step);
  // Views of a projection are series of one image each: the next view is the next series.
  const sideways = (step: number) =>
    state && state.images.length === 1 ? () => hanging.stepSeries(step) : by(step);
  const zoom = (factor: number) => () => controller?.zoomBy(factor);
  const remove = () => session.removeMeasurement();
  return {
    arrowup: by(-1),
    arrowleft: sideways(-1),
    arrowdown: by(1),
    arrowright: sideways(1),
    home: () => controller?.goTo(0),
    end: () => controller?.goTo(Number.MAX_SAFE_INTEGER),
    pageup: () => hanging.stepSeries(-1),
    pagedown: () => hanging.stepSeries(1),
    "ctrl+arrowup": () => commands.moveMask(-0.5, 0),
    "ctrl+arrowdown": () => commands.moveMask(0.5, 0),
    "ctrl+arrowleft": () => commands.moveMask(0, 0.5),
    "ctrl+arrowright": () => commands.moveMask(0, -0.5),
    "shift+h": () => controller?.flip("vertical"),
    "+": zoom(zoomStep),
    "=": zoom(zoomStep),
    "-": zoom(1 / zoomStep),
    "−": zoom(1 / zoomStep),
    delete: remove,
    backspace: remove,
  };
}

const regions: [container: string, first: string][] = [
  [".vw-tools", ".vw-tools button"],
  [".vw-strip", ".vw-strip button"],
  [".vw-grid", ".vw-pane:not([hidden])"],
  [".vw-panel", ".vw-panel :is(input, select, .vw-mark-go:enabled, button)"],
];

/** From the tools to the series to the images to what stands beside them, where something does, and round. */
function focusNextRegion(): void {
  const there = regions.filter(([container]) => document.querySelector(container));
  const at = there.findIndex(([container]) => document.activeElement?.closest(container));
  const [, first] = there[(at + 1) % there.length] ?? [];
  if (first) document.querySelector<HTMLElement>(first)?.focus();
}

import { type Enums, type StackViewport, type Types, utilities } from "@cornerstonejs/core";
import { rangeOfWindow } from "@isocenter/presentation";
import type { StackImage } from "../model/image.ts";
import type { Presented } from "../model/presentation-states.ts";
import { suvFactorOf } from "../model/suv.ts";
import {
  type CurvePoint,
  curveOf,
  initialRule,
  isInverse,
  presetsFor,
  resolveWindow,
  type Window,
  type WindowPreset,
  windowOfRange,
} from "../model/windows.ts";
import { imageStatistics } from "../pixels/image-source.ts";
import type { WritableStore } from "./store.ts";
import type { ViewportState } from "./viewport-state.ts";

/** How values become grey in one viewport. */
export interface Presentation {
  /** Applies it to the image now shown. */
  apply(): void;
  presets(): WindowPreset[];
  choosePreset(preset: WindowPreset): void;
  /** The window of a hanging, by its key, unless a person has chosen one since the series was opened; one that the image does not have changes nothing. */
  openWith(key: string | undefined): void;
  setWindow(center: number, width: number): void;
  /** The range that the tool on the mouse has set. */
  dragged(range: { lower: number; upper: number }): void;
  invert(): void;
  /** Back to what the image opens with; `apply` comes after it. */
  forget(): void;
  /** From now on images open as this says, and no longer where it is undefined; `apply` comes after it. */
  present(of: PresentedOf | undefined): void;
}

/** How a presentation state shows an image; undefined for one that it is not about. */
export type PresentedOf = (image: StackImage) => Presented | undefined;

type Choice =
  | { kind: "initial" }
  | { kind: "preset"; preset: WindowPreset }
  | { kind: "window"; window: Window };

const wholeColor: Window = { center: 127.5, width: 255, function: "LINEAR_EXACT" };
const hasSuv = (image: StackImage) => suvFactorOf(image.attributes) !== undefined;

type ColorFunction = Parameters<typeof utilities.transferFunctionUtils.setTransferFunctionNodes>[0];

function drawCurve(viewport: StackViewport, curve: readonly CurvePoint[], inverted: boolean): void {
  const actor = viewport.getDefaultActor()?.actor as
    | { getProperty(): { getRGBTransferFunction(index: number): ColorFunction } }
    | undefined;
  const nodes = curve.map(([value, ...color]) => [
    value,
    ...color.map((level) => (inverted ? 1 - level : level)),
    0.5,
    0,
  ]);
  const transferFunction = actor?.getProperty().getRGBTransferFunction(0);
  if (transferFunction)
    utilities.transferFunctionUtils.setTransferFunctionNodes(transferFunction, nodes as never);
}

/** Cornerstone keeps one window and one inversion per stack; ours may differ from image to image and are set for each. */
export function createPresentation(
  viewport: StackViewport,
  store: WritableStore<ViewportState>,
): Presentation {
  let choice: Choice = { kind: "initial" };
  let toggledInversion = false;
  /** Whether a person said what the window is. */
  let isChosen = false;
  let presentedOf: PresentedOf | undefined;

  /** Uptake is read dark on white; all other pictures as they say. */
  const isInverted = (image: StackImage) => {
    const said = presentedOf?.(image)?.inverse;
    return (said ?? isInverse(image.attributes) !== (image.modality === "PT")) !== toggledInversion;
  };

  /** In the greys or colours of the presentation state, whatever the window is. */
  function windowFor(image: StackImage, loaded: Types.IImage): Window {
    const window = greysFor(image, loaded);
    const shading = loaded.color ? undefined : presentedOf?.(image)?.shading;
    return shading ? { ...window, shading } : window;
  }

  function greysFor(image: StackImage, loaded: Types.IImage): Window {
    if (choice.kind === "window") return choice.window;
    if (loaded.color) return wholeColor;
    const presented = choice.kind === "initial" ? presentedOf?.(image)?.window : undefined;
    if (presented) return presented;
    const rule = choice.kind === "preset" ? choice.preset.rule : initialRule(image.attributes, hasSuv(image));
    return resolveWindow(rule, image.attributes, imageStatistics(loaded));
  }

  function apply(): void {
    const { shown } = store.get();
    const loaded = viewport.getCornerstoneImage();
    if (!shown || !loaded) return;
    const window = windowFor(shown, loaded);
    const inverted = isInverted(shown);
    // Cornerstone has no curves of its own; its sigmoid is made anew each time, and its points are then replaced.
    const curve = curveOf(window);
    const voiFunction = (curve ? "SIGMOID" : window.function) as Enums.VOILUTFunctionType;
    const voiRange = rangeOfWindow(window);
    viewport.setProperties({ voiRange, VOILUTFunction: voiFunction, invert: inverted }, true);
    if (curve) drawCurve(viewport, curve, inverted);
    viewport.render();
    store.update({
      window,
      windowName: choice.kind === "preset" ? choice.preset.name : "",
      inverted,
      reversed: toggledInversion,
    });
  }

  const chosen = () => ({ windowChoices: store.get().windowChoices + 1 });

  function presets(): WindowPreset[] {
    const { shown } = store.get();
    // Colours are as they were sent.
    if (!shown || viewport.getCornerstoneImage()?.color) return [];
    return presetsFor(shown.attributes, hasSuv(shown));
  }

  return {
    apply,
    presets,
    choosePreset(preset) {
      isChosen = true;
      choice = { kind: "preset", preset };
      apply();
      store.update(chosen());
    },
    openWith(key) {
      const preset = isChosen ? undefined : presets().find((each) => each.key === key);
      if (!preset) return;
      choice = { kind: "preset", preset };
      apply();
    },
    setWindow(center, width) {
      isChosen = true;
      const voiFunction = store.get().window?.function ?? "LINEAR";
      choice = { kind: "window", window: { center, width: Math.max(width, 0.001), function: voiFunction } };
      apply();
      store.update(chosen());
    },
    dragged(range) {
      isChosen = true;
      const before = store.get().window;
      const window = windowOfRange(range.lower, range.upper, before?.function ?? "LINEAR");
      choice = { kind: "window", window };
      // From a curve to a line, or to another one in the same colours.
      if (before?.table || before?.shading) {
        apply();
        store.update(chosen());
      } else store.update({ window, windowName: "", ...chosen() });
    },
    invert() {
      toggledInversion = !toggledInversion;
      apply();
    },
    forget() {
      isChosen = false;
      choice = { kind: "initial" };
      toggledInversion = false;
    },
    present(of) {
      presentedOf = of;
      isChosen = of !== undefined;
      choice = { kind: "initial" };
      toggledInversion = false;
    },
  };
}

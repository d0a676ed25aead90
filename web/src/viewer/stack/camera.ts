import type { StackViewport, Types } from "@cornerstonejs/core";
import { type DisplayedArea, numberOf } from "@isocenter/presentation";
import { edgeLetters, type Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf, placeOf } from "../model/pixel-space.ts";
import type { Presented } from "../model/presentation-states.ts";
import { tags } from "../model/tags.ts";
import { pitchOrNominal } from "./screen-pitch.ts";
import type { WritableStore } from "./store.ts";
import type { ViewportState } from "./viewport-state.ts";

/** Where a picture lies in its viewport, how large, and how it is turned. */
export interface Camera {
  /** Takes what the camera says over into the state. */
  read(): void;
  rotate(): void;
  flip(direction: "horizontal" | "vertical"): void;
  zoomBy(factor: number): void;
  /** The whole picture in the viewport, turned as it is. */
  fit(): void;
  reset(): void;
  /** Turned, flipped and placed as a presentation state says. */
  present(presented: Pick<Presented, "rotation" | "flipped" | "area">): void;
  isFitted(): boolean;
  /** Millimetres from one pixel of the page to the next where the whole picture is in its viewport. */
  fittedScale(): number | undefined;
  /** So many millimetres for a pixel of the page, in the middle or with one edge at that of the viewport. */
  place(millimetres: number, edge: "left" | "right" | undefined): void;
}

export function createCamera(viewport: StackViewport, store: WritableStore<ViewportState>): Camera {
  function read(): void {
    const { shown } = store.get();
    const loaded = viewport.getCornerstoneImage();
    if (!shown || !loaded) return;
    const origin = viewport.canvasToWorld([0, 0]);
    const right = towards(origin, viewport.canvasToWorld([100, 0]));
    const down = towards(origin, viewport.canvasToWorld([0, 100]));
    const { flipHorizontal = false, flipVertical = false } = viewport.getCamera();
    store.update({
      zoom: loaded.columnPixelSpacing / (Math.hypot(...right) / 100),
      rotation: Math.round(viewport.getRotation()) % 360,
      flippedHorizontally: flipHorizontal,
      flippedVertically: flipVertical,
      letters: edgeLetters(shown.attributes, right, down),
      cameraVersion: store.get().cameraVersion + 1,
    });
  }

  const scaleNow = (): number => {
    const origin = viewport.canvasToWorld([0, 0]);
    return Math.hypot(...towards(origin, viewport.canvasToWorld([100, 0]))) / 100;
  };

  /** Where the picture begins and ends across the viewport, in pixels of the page. */
  function sidesOf(image: StackImage): [left: number, right: number] {
    const { attributes } = image;
    const [columns, rows] = [numberOf(attributes, tags.Columns) ?? 0, numberOf(attributes, tags.Rows) ?? 0];
    const plane = drawnPlaneOf(image);
    const corners = [
      [0, 0],
      [columns, rows],
    ] as const;
    const across = corners.map((corner) => viewport.worldToCanvas(placeOf(plane, corner))[0]);
    return [Math.min(...across), Math.max(...across)];
  }

  /** Lets an area of the image fill the viewport, or has its pixels so large. */
  function frame(image: StackImage, { left, top, right, bottom, ...area }: DisplayedArea): void {
    const magnification = area.trueSpacing ? area.trueSpacing / pitchOrNominal() : area.magnification;
    const plane = drawnPlaneOf(image);
    const corner = (column: number, row: number) => viewport.worldToCanvas(placeOf(plane, [column, row]));
    const { clientWidth, clientHeight } = viewport.element;
    const [from, to] = [corner(left, top), corner(right, bottom)];
    const fitting = Math.min(
      clientWidth / Math.abs(to[0] - from[0]),
      clientHeight / Math.abs(to[1] - from[1]),
    );
    const ratio = magnification ? (magnification * scaleNow()) / plane.columnSpacing : fitting;
    if (!Number.isFinite(ratio) || ratio <= 0) return;
    viewport.setZoom(viewport.getZoom() * ratio);
    viewport.setPan([0, 0]);
    const middle = corner((left + right) / 2, (top + bottom) / 2);
    viewport.setPan([clientWidth / 2 - middle[0], clientHeight / 2 - middle[1]]);
  }

  function drawn(): void {
    viewport.render();
    read();
  }

  return {
    read,
    rotate() {
      const rotation = (Math.round(viewport.getRotation()) + 90) % 360;
      viewport.setViewPresentation({ ...viewport.getViewPresentation(), rotation });
      drawn();
    },
    flip(direction) {
      const { flipHorizontal = false, flipVertical = false } = viewport.getCamera();
      const isHorizontal = direction === "horizontal";
      viewport.setCamera(
        isHorizontal ? { flipHorizontal: !flipHorizontal } : { flipVertical: !flipVertical },
      );
      drawn();
    },
    zoomBy(factor) {
      viewport.setZoom(Math.min(50, Math.max(0.1, viewport.getZoom() * factor)));
      drawn();
    },
    fit() {
      viewport.setZoom(1);
      viewport.setPan([0, 0]);
      drawn();
    },
    reset() {
      viewport.resetCamera();
      drawn();
    },
    present({ rotation, flipped, area }) {
      const { shown } = store.get();
      if (!shown || !viewport.getCornerstoneImage()) return;
      viewport.resetCamera();
      viewport.setCamera({ flipHorizontal: false, flipVertical: false });
      viewport.setViewPresentation({ ...viewport.getViewPresentation(), rotation });
      if (flipped) viewport.setCamera({ flipHorizontal: true });
      if (area) frame(shown, area);
      drawn();
    },
    fittedScale() {
      if (!viewport.getCornerstoneImage()) return undefined;
      return scaleNow() * viewport.getZoom();
    },
    place(millimetres, edge) {
      const { shown } = store.get();
      if (!shown || !viewport.getCornerstoneImage()) return;
      viewport.setZoom((scaleNow() * viewport.getZoom()) / millimetres);
      viewport.setPan([0, 0]);
      const [left, right] = sidesOf(shown);
      const { clientWidth } = viewport.element;
      const across = edge === "left" ? -left : edge === "right" ? clientWidth - right : 0;
      if (across !== 0) viewport.setPan([across, 0]);
      drawn();
    },
    isFitted() {
      const [x, y] = viewport.getPan();
      return Math.abs(viewport.getZoom() - 1) < 1e-3 && Math.hypot(x, y) < 1;
    },
  };
}

function towards(from: Types.Point3, to: Types.Point3): Vector {
  return [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
}

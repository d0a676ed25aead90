import type { StackViewport, Types } from "@cornerstonejs/core";
import { numberOf } from "../model/dicom-json.ts";
import { edgeLetters, type Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf, placeOf } from "../model/pixel-space.ts";
import { tags } from "../model/tags.ts";
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

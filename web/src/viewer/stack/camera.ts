import type { StackViewport, Types } from "@cornerstonejs/core";
import { edgeLetters, type Vector } from "../model/geometry.ts";
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
    isFitted() {
      const [x, y] = viewport.getPan();
      return Math.abs(viewport.getZoom() - 1) < 1e-3 && Math.hypot(x, y) < 1;
    },
  };
}

function towards(from: Types.Point3, to: Types.Point3): Vector {
  return [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
}

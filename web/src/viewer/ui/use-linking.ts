import { useEffect } from "react";
import type { Vector } from "../model/geometry.ts";
import { nearestSlice, slicePlaneOf } from "../space/slice-plane.ts";
import { followingIndex, shiftBetween } from "../space/synchronizer.ts";
import type { Session } from "../stack/session.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { Hanging } from "./use-hanging.ts";

/** While viewports are linked: those that lie like the active one follow it through the patient, and those of its modality take its window. */
export function useLinking(hanging: Hanging): void {
  const { linked, active, controllers } = hanging;
  const key = hanging.visible.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `visible`, which is made anew each time.
  useEffect(() => {
    const leader = controllers[active];
    if (!linked || !leader) return;
    const others = hanging.visible
      .filter((slot) => slot !== active)
      .flatMap((slot) => controllers[slot] ?? []);
    let before = leader.state.get();
    return leader.state.subscribe(() => {
      const now = leader.state.get();
      const moved = now.imageIds === before.imageIds && now.index !== before.index;
      const windowed = !now.opening && now.shown === before.shown && now.window !== before.window;
      before = now;
      if (moved) for (const other of others) follow(leader, other);
      if (windowed) for (const other of others) takeWindow(leader, other);
    });
  }, [linked, active, controllers, key]);
}

function follow(leader: ViewportController, other: ViewportController): void {
  const leading = leader.state.get();
  const image = leading.images[leading.index];
  const { images, index } = other.state.get();
  const plane = image && slicePlaneOf(image);
  if (!plane || images.length < 2) return;
  const next = followingIndex(image, { images, index }, shiftBetween(plane.normal, leading.images, images));
  if (next && next.index !== index) other.goTo(next.index);
}

function takeWindow(leader: ViewportController, other: ViewportController): void {
  const { shown, window, windowName } = leader.state.get();
  const theirs = other.state.get();
  if (!window || window.table || window.shading || theirs.shown?.modality !== shown?.modality) return;
  const preset = other.presets().find(({ name }) => name === windowName);
  if (preset) other.choosePreset(preset);
  else other.setWindow(window.center, window.width);
}

/** Puts the crosshair on a point of the active viewport; all others on the screen go to the images that hold it. */
export function pointAt(session: Session, hanging: Hanging, slot: number, x: number, y: number): void {
  const leader = hanging.controllers[slot];
  const shown = leader?.state.get().shown;
  const plane = shown && slicePlaneOf(shown);
  if (!leader || !plane) return;
  const place: Vector = leader.placeAt(x, y);
  session.cursor.set({ place, frameOfReferenceUid: plane.frameOfReferenceUid });
  for (const other of hanging.visible) {
    const controller = other === slot ? undefined : hanging.controllers[other];
    const state = controller?.state.get();
    const theirs = state?.shown && slicePlaneOf(state.shown);
    if (!controller || !state || theirs?.frameOfReferenceUid !== plane.frameOfReferenceUid) continue;
    const nearest = nearestSlice(state.images, place);
    if (nearest && nearest.index !== state.index) controller.goTo(nearest.index);
  }
}

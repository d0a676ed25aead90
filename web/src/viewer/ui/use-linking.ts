import { useEffect, useRef } from "react";
import type { Hung } from "../hanging/hang.ts";
import type { Vector } from "../model/geometry.ts";
import type { SeriesEntry } from "../model/study.ts";
import { nearestSlice, slicePlaneOf } from "../space/slice-plane.ts";
import { followingIndex, shiftBetween } from "../space/synchronizer.ts";
import type { Session } from "../stack/session.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { Hanging } from "./use-hanging.ts";

/** Modalities whose values mean the same in every series. */
const calibrated = new Set(["CT", "PT"]);

/**
 * Whether a viewport takes the window of another: not where its hanging gave it one of its own, as the lung beside the soft tissue, and in
 * modalities of which each series has values of its own only among series of one name.
 */
export function takesWindowOf(
  follower: Pick<WindowedViewport, "hung" | "series">,
  leader: Pick<WindowedViewport, "hung" | "series">,
): boolean {
  const [ours, theirs] = [follower.series, leader.series];
  if (!ours || !theirs || ours.modality !== theirs.modality) return false;
  const own = follower.hung?.window;
  if (own !== undefined && own !== leader.hung?.window) return false;
  return (
    calibrated.has(ours.modality) ||
    ours.seriesInstanceUid === theirs.seriesInstanceUid ||
    (ours.description !== "" && ours.description === theirs.description)
  );
}

interface WindowedViewport {
  hung: Pick<Hung, "window"> | undefined;
  series: Pick<SeriesEntry, "modality" | "seriesInstanceUid" | "description"> | undefined;
}

/** While viewports are linked: those that lie like the active one follow it through the patient, and take the windows that a person chooses in it. */
export function useLinking(hanging: Hanging): void {
  const { linked, active, controllers } = hanging;
  const key = hanging.visible.join();
  const latest = useRef(hanging);
  latest.current = hanging;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `visible`, which is made anew each time.
  useEffect(() => {
    const leader = controllers[active];
    if (!linked || !leader) return;
    const others = hanging.visible
      .filter((slot) => slot !== active)
      .flatMap((slot) => {
        const controller = controllers[slot];
        return controller ? [{ slot, controller }] : [];
      });
    const viewport = (slot: number): WindowedViewport => ({
      hung: latest.current.hungIn(slot),
      series: latest.current.seriesIn(slot),
    });
    let before = leader.state.get();
    return leader.state.subscribe(() => {
      const now = leader.state.get();
      const moved = now.imageIds === before.imageIds && now.index !== before.index;
      const windowed = now.windowChoices !== before.windowChoices;
      before = now;
      for (const { slot, controller } of others) {
        if (moved) follow(leader, controller);
        if (windowed && takesWindowOf(viewport(slot), viewport(active))) takeWindow(leader, controller);
      }
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
  const { window, windowName } = leader.state.get();
  if (!window || window.table || window.shading) return;
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
    const nearest = nearestSlice(state.images, place, state.index);
    if (nearest && nearest.index !== state.index) controller.goTo(nearest.index);
  }
}

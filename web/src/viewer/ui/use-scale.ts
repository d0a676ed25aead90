import { textOf } from "@isocenter/presentation";
import { useEffect, useState } from "react";
import { spacingOf } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { tags } from "../model/tags.ts";
import { screenPitch } from "../stack/screen-pitch.ts";
import type { Session } from "../stack/session.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import { fittedUnits, liesWrong, type ScaleWish } from "./coarse-place.ts";
import type { Hanging } from "./use-hanging.ts";
import { useStore } from "./use-store.ts";

/** How large projections are: each as its viewport allows, all alike, or as in the body. */
export type Scale = "fit" | "same" | "true";

const projections = new Set(["MG", "CR", "DX", "RG", "PX", "IO", "XA", "RF"]);

/** Where the chest wall of a breast belongs: the right breast hangs on the left, both with their backs to the middle. */
function chestWallOf({ attributes, modality }: StackImage): "left" | "right" | undefined {
  if (modality !== "MG") return undefined;
  const side =
    textOf(attributes, tags.FrameLaterality) ??
    textOf(attributes, tags.ImageLaterality) ??
    textOf(attributes, tags.Laterality);
  return side === "R" ? "right" : side === "L" ? "left" : undefined;
}

export interface ChosenScale {
  scale: Scale | undefined;
  choose(scale: Scale): void;
  /** How an image will lie that is not drawn yet. */
  wishFor(image: StackImage): ScaleWish | undefined;
}

/** The scale of what is seen; mammograms are compared at one scale from the beginning, chest walls together. */
export function useScale(hanging: Hanging, session: Session): ChosenScale {
  const [chosen, setChosen] = useState<Scale>();
  const [version, setVersion] = useState("");
  const resized = useStore(session.resized);
  const pitch = useStore(screenPitch);
  const { visible, controllers } = hanging;
  const seen = visible.flatMap((slot) => controllers[slot] ?? []);
  const key = seen.map(({ id }) => id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `seen`, which is made anew each time.
  useEffect(() => {
    const read = () =>
      setVersion(
        seen
          .map((one) => one.state.get())
          .map(({ shown, images, index }) => `${shown?.sopInstanceUid}/${images[index]?.sopInstanceUid}`)
          .join(),
      );
    read();
    const stops = seen.map(({ state }) => state.subscribe(read));
    return () => {
      for (const stop of stops) stop();
    };
  }, [key]);

  // What is on its way counts as what is here.
  const wanted = seen.flatMap((one) => {
    const { shown: drawn, images, index } = one.state.get();
    const image = drawn ?? images[index];
    return image ? [{ image, viewport: sizeOf(one) }] : [];
  });
  const shown = wanted.map(({ image }) => image);
  const possible = shown.some(isProjection);
  const isBreast = shown.length > 0 && shown.every(({ modality }) => modality === "MG");
  const scale = possible ? (chosen ?? (isBreast ? "same" : "fit")) : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` and `resized` say when the pictures are others or lie otherwise.
  useEffect(() => {
    // The pictures must lie in their viewports first.
    const frame = requestAnimationFrame(() => arrange(seen, scale, pitch));
    return () => cancelAnimationFrame(frame);
  }, [version, resized, scale, pitch, key]);
  return {
    scale,
    wishFor(image) {
      if (!scale || scale === "fit" || !isProjection(image)) return undefined;
      const fitted = wanted
        .filter((one) => isProjection(one.image))
        .map((one) => fittedUnits(one.image, one.viewport));
      return { millimetres: scale === "true" ? pitch : Math.max(...fitted), wall: chestWallOf(image) };
    },
    choose(next) {
      setChosen(next);
      if (next === "fit") for (const one of seen) one.fit();
    },
  };
}

const sizeOf = ({ layers }: ViewportController) => ({
  width: layers.clientWidth || 1,
  height: layers.clientHeight || 1,
});

const isProjection = ({ modality, attributes }: StackImage) =>
  projections.has(modality) && spacingOf(attributes).source !== "none";

/** All at the scale of the one that is largest for its viewport, or at that of the body. */
function arrange(seen: readonly ViewportController[], scale: Scale | undefined, pitch: number): void {
  if (!scale || scale === "fit") return;
  const able = seen.filter(({ state }) => {
    const { shown } = state.get();
    return shown && isProjection(shown);
  });
  const fitted = able.map((one) => one.fittedScale() ?? 0);
  const wanted = scale === "true" ? pitch : Math.max(...fitted);
  if (!(wanted > 0)) return;
  for (const one of able) {
    const { shown, letters } = one.state.get();
    const wall = shown && chestWallOf(shown);
    if (wall && liesWrong(wall, letters)) one.flip("horizontal");
    one.place(wanted, wall);
  }
}

import { useMemo, useRef, useState } from "react";
import type { StackImage } from "../model/image.ts";
import { type PresentationState, presentationStatesOf } from "../model/presentation-states.ts";
import type { SeriesEntry } from "../model/study.ts";
import type { Place, Places } from "./places.ts";

/** The presentation states of what is open, and which of them is applied. */
export interface Presentations {
  all: readonly PresentationState[];
  chosen: PresentationState | undefined;
  choose(state: PresentationState | undefined): void;
  /** The one that was chosen last, or the first about the active image; and off again. */
  toggle(): void;
}

/** @param image that stands in the active viewport; what is chosen and is not about it goes to the image that it is about */
export function usePresentations(
  series: readonly SeriesEntry[],
  places: Places,
  jump: (place: Place) => void,
  image: StackImage | undefined,
): Presentations {
  const all = useMemo(() => series.flatMap(presentationStatesOf), [series]);
  const [uid, setUid] = useState("");
  const last = useRef("");
  const chosen = all.find((state) => state.sopInstanceUid === uid);
  const choose = (state: PresentationState | undefined) => {
    setUid(state?.sopInstanceUid ?? "");
    if (!state) return;
    last.current = state.sopInstanceUid;
    if (image && state.of(image)) return;
    const place = state.first && places.ofInstance(state.first);
    if (place) jump(place);
  };
  return {
    all,
    chosen,
    choose,
    toggle() {
      const before = all.find((state) => state.sopInstanceUid === last.current);
      choose(chosen ? undefined : (before ?? all.find((state) => image && state.of(image)) ?? all[0]));
    },
  };
}

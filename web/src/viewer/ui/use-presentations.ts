import { useMemo, useRef, useState } from "react";
import { t } from "../../words/words.ts";
import type { Dicomweb } from "../dicomweb.ts";
import type { StackImage } from "../model/image.ts";
import {
  type OtherState,
  otherStatesOf,
  type PresentationState,
  presentationStatesOf,
} from "../model/presentation-states.ts";
import { fetchPresentation } from "../model/presentation-values.ts";
import type { SeriesEntry } from "../model/study.ts";
import type { Place, Places } from "./places.ts";

/** The presentation states of what is open, and which of them is applied. */
export interface Presentations {
  all: readonly PresentationState[];
  /** Those of kinds that are not shown. */
  others: readonly OtherState[];
  chosen: PresentationState | undefined;
  /** Why the one that was asked for is not shown, or "". */
  error: string;
  choose(state: PresentationState | undefined): void;
  /** The one that was chosen last, or the first about the active image; and off again. */
  toggle(): void;
}

/** @param image that stands in the active viewport; what is chosen and is not about it goes to the image that it is about */
export function usePresentations(
  dicomweb: Dicomweb,
  series: readonly SeriesEntry[],
  places: Places,
  jump: (place: Place) => void,
  image: StackImage | undefined,
): Presentations {
  const all = useMemo(() => series.flatMap(presentationStatesOf), [series]);
  const others = useMemo(() => series.flatMap(otherStatesOf), [series]);
  const [uid, setUid] = useState("");
  const last = useRef("");
  const chosen = all.find((state) => state.sopInstanceUid === uid);
  const [error, setError] = useState("");
  const wanted = useRef("");
  const choose = (state: PresentationState | undefined) => {
    wanted.current = state?.sopInstanceUid ?? "";
    setError("");
    if (!state) return setUid("");
    last.current = state.sopInstanceUid;
    fetchPresentation(dicomweb, state).then(
      () => {
        if (wanted.current !== state.sopInstanceUid) return;
        setUid(state.sopInstanceUid);
        if (image && state.isAbout(image)) return;
        const place = state.first && places.ofInstance(state.first);
        if (place) jump(place);
        else setError(t("The images that it is about are not among those that are open."));
      },
      (reason: unknown) => setError(reason instanceof Error ? reason.message : String(reason)),
    );
  };
  return {
    all,
    others,
    chosen,
    error,
    choose,
    toggle() {
      const before = all.find((state) => state.sopInstanceUid === last.current);
      choose(chosen ? undefined : (before ?? all.find((state) => image && state.isAbout(image)) ?? all[0]));
    },
  };
}

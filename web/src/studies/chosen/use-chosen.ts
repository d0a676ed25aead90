import type { Study } from "@isocenter/contract";
import { useCallback, useState } from "react";

/** An export takes no more. */
const mostChosen = 1000;

/** The studies that one has marked, to do something with them together; they stay marked on other pages of the list. */
export function useChosen() {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Study>>(() => new Map());
  const toggle = useCallback((study: Study) => {
    setChosen((before) => {
      const after = new Map(before);
      if (!after.delete(study.id) && after.size < mostChosen) after.set(study.id, study);
      return after;
    });
  }, []);
  const clear = useCallback(() => setChosen(new Map()), []);
  return { chosen, toggle, clear };
}

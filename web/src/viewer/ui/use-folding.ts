import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

/**
 * How far a bar has to be folded for all that stands in it to be seen: 0 not at all, `most` as far as it can be.
 * @param what stands in it, as a text that changes with it
 */
export function useFolding(bar: RefObject<HTMLElement | null>, most: number, what: string): number {
  const [folding, setFolding] = useState({ level: 0, what });
  // Unfolded first: what is there now may need less room.
  if (folding.what !== what) setFolding({ level: 0, what });
  useLayoutEffect(() => {
    const element = bar.current;
    if (!element || element.scrollWidth <= element.clientWidth) return;
    setFolding((now) => (now.level < most ? { ...now, level: now.level + 1 } : now));
  });
  useEffect(() => {
    const element = bar.current;
    if (!element) return;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      setFolding((now) => ({ ...now, level: 0 }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [bar]);
  return folding.level;
}

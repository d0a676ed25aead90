import { type RefObject, useCallback, useEffect, useState } from "react";

/** Rows that are drawn beyond what is seen, so that scrolling shows no gap. */
const around = 12;
/** Before the list knows its own height. */
const firstHeight = 1200;

interface Seen {
  /** Pixels, as the scroller says. */
  scrollTop: number;
  clientHeight: number;
}

interface Rows {
  count: number;
  /** Of each row, in pixels. */
  height: number;
}

/** The first row that is drawn, and the first that is no more. */
export function drawnRows({ scrollTop, clientHeight }: Seen, { count, height }: Rows) {
  const last = Math.min(count, Math.ceil((scrollTop + clientHeight) / height) + around);
  const first = Math.max(0, Math.min(Math.floor(scrollTop / height) - around, last));
  return { first, last };
}

/**
 * Where the scroller has to stand to show a row, moved no further than needed.
 * @param head pixels over the rows that stay in sight
 */
export function scrollTopFor(index: number, { scrollTop, clientHeight }: Seen, height: number, head: number) {
  const top = index * height;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + height + head - clientHeight);
}

/** Rows of one height, of which only those near what is seen are drawn: a list of any length costs what fits the screen. */
export function useRowWindow(scroller: RefObject<HTMLElement | null>, rows: Rows & { head: number }) {
  const { count, height, head } = rows;
  const [seen, setSeen] = useState<Seen>({ scrollTop: 0, clientHeight: firstHeight });
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const look = () => {
      // Within a row nothing else is drawn.
      const scrollTop = box.scrollTop - (box.scrollTop % height);
      const clientHeight = box.clientHeight + height;
      setSeen((before) =>
        before.scrollTop === scrollTop && before.clientHeight === clientHeight
          ? before
          : { scrollTop, clientHeight },
      );
    };
    const observer = new ResizeObserver(look);
    observer.observe(box);
    box.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", look);
    };
  }, [scroller, height]);
  const show = useCallback(
    (index: number) => {
      const box = scroller.current;
      if (box) box.scrollTop = scrollTopFor(index, box, height, head);
    },
    [scroller, height, head],
  );
  return { ...drawnRows(seen, { count, height }), total: count * height, show };
}

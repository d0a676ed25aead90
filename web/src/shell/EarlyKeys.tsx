import { useLayoutEffect } from "react";

/** What was typed for the palette before it had come. */
export interface Early {
  text: string;
  /** Enter came behind it, as a scanner sends it. */
  entered: boolean;
}

/** Stands in for the palette until it has come, and keeps for its field what is typed meanwhile, which the page would take for keys of its own. */
export function EarlyKeys({ into, onClose }: { into: Early; onClose: () => void }) {
  useLayoutEffect(() => {
    const keep = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") onClose();
      else if (event.key === "Enter") into.entered = true;
      else if (event.key === "Backspace") into.text = into.text.slice(0, -1);
      else if (event.key.length === 1) into.text += event.key;
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener("keydown", keep, true);
    return () => removeEventListener("keydown", keep, true);
  }, [into, onClose]);
  return null;
}

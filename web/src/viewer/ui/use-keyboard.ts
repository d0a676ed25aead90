import { useLayoutEffect, useRef } from "react";
import { isTyping, keyName } from "./shortcuts.ts";

/** Sends the keys pressed anywhere outside of text and dialogs to `run`, which answers whether it had a use for them. */
export function useKeyboard(run: (key: string) => boolean): void {
  const latest = useRef(run);
  // With the page itself, so that no key is lost between what is seen and what keys do.
  useLayoutEffect(() => {
    latest.current = run;
  });
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      // Asked of the page and not of our state: a dialog is gone a moment before its close event, and that moment's keys are ours.
      if (document.querySelector("dialog[open], [role=dialog], [role=menu]")) return;
      const key = keyName(event);
      if (isTyping(event.target)) {
        // Escape leaves the field; everything else belongs to it.
        if (key === "escape") (event.target as HTMLElement).blur();
        return;
      }
      // Space on a button presses it.
      if (key === "space" && (event.target as HTMLElement | null)?.closest?.("button, input, summary"))
        return;
      if (latest.current(key)) event.preventDefault();
    };
    // Before the event reaches its target: Cornerstone takes every key that is pressed over a picture for a modifier.
    globalThis.addEventListener("keydown", onKeyDown, true);
    return () => globalThis.removeEventListener("keydown", onKeyDown, true);
  }, []);
}

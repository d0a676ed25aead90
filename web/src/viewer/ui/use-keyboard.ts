import { useLayoutEffect, useRef } from "react";
import { areSingleKeysOn } from "../../kit/single-keys.ts";
import { isCharacter, isTyping, keyName } from "./shortcuts.ts";

/** What acts though the keyboard is in a panel beside the pictures. */
const throughPanels = ["f6", "ctrl+z", "ctrl+shift+z", "ctrl+y"];

/** What moves a slider. */
const slides = /^(arrow(up|down|left|right)|home|end|page(up|down))$/;

/** Whether a key is no command of the viewer where the keyboard is now. */
function belongsElsewhere(key: string, target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  // What stands beside the viewer has keys of its own.
  if (target !== document.body && !target.closest(".vw")) return true;
  const panel = target.closest(".vw-panel");
  if (isTyping(target)) {
    // Escape leaves the field, and in a panel is the panel's; everything else belongs to the field.
    if (key === "escape" && !panel) (target as HTMLElement).blur();
    return key !== "f6";
  }
  if (panel) return !throughPanels.includes(key);
  if (target.matches("input[type=range]")) return slides.test(key);
  // Space on a button presses it.
  return key === "space" && target.closest("button, input, summary") !== null;
}

/** Sends the keys pressed over the pictures and their tools, outside of text, panels and dialogs, to `run`, which answers whether it had a use for them. */
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
      if (isCharacter(key) && !areSingleKeysOn()) return;
      if (belongsElsewhere(key, event.target)) return;
      if (latest.current(key)) event.preventDefault();
    };
    // Before the event reaches its target: Cornerstone takes every key that is pressed over a picture for a modifier.
    globalThis.addEventListener("keydown", onKeyDown, true);
    return () => globalThis.removeEventListener("keydown", onKeyDown, true);
  }, []);
}

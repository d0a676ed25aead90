import { useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { message } from "../words/words.ts";
import { areSingleKeysOn, keepSingleKeys } from "./single-keys.ts";

export interface Shortcut {
  /** The caps as shown, such as ["J", "K"] or ["G", "S"]. */
  caps: readonly string[];
  /** What it does, in few words. */
  label: string;
  /** The key, as KeyboardEvent.key in lower case, or two keys in turn such as "g s"; several do the same. None: shown only. */
  on?: readonly string[];
  run?: (event: KeyboardEvent) => void;
  /** Stands in the key bar, not only in the help. */
  inBar?: boolean;
}

/** The group of what works on every page. */
export const everywhere = message("Everywhere");

interface Registration {
  group: string;
  shortcuts: readonly Shortcut[];
}

let registrations: readonly Registration[] = [];
const listeners = new Set<() => void>();

function changed() {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Whether single letters act, as it changes. */
export const useSingleKeys = () => useSyncExternalStore(subscribe, areSingleKeysOn);

export function setSingleKeys(on: boolean): void {
  keepSingleKeys(on);
  changed();
}

export const useRegisteredShortcuts = () => useSyncExternalStore(subscribe, () => registrations);

/** Makes keys act as long as the component is on the page; later components win over earlier ones. */
export function useShortcuts(group: string, shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const signature = shortcuts.map((s) => `${s.caps}|${s.label}|${s.on}|${s.inBar}`).join("\n");
  // With what is drawn: whoever sees a page may press its keys.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the list, whose functions are new at each render
  useLayoutEffect(() => {
    const registration: Registration = {
      group,
      shortcuts: latest.current.map((shortcut, index) => ({
        ...shortcut,
        ...(shortcut.run ? { run: (event: KeyboardEvent) => latest.current[index]?.run?.(event) } : {}),
      })),
    };
    registrations = [...registrations, registration];
    changed();
    return () => {
      registrations = registrations.filter((other) => other !== registration);
      changed();
    };
  }, [group, signature]);
}

/** Keys that are no letters, and so act also where single letters are switched off. */
const always = new Set(["escape", "enter", "arrowdown", "arrowup", "/", "pageup", "pagedown", "home", "end"]);

/** The shortcut that a key, after the key before it, asks for; the latest registration first. */
export function findShortcut(
  all: readonly Registration[],
  key: string,
  before: string | null,
  singleKeys: boolean,
): { shortcut: Shortcut; prefix: false } | { prefix: true } | null {
  for (const { shortcuts } of all.toReversed()) {
    for (const shortcut of shortcuts) {
      for (const on of shortcut.on ?? []) {
        if (!singleKeys && !always.has(on)) continue;
        if (before !== null && on === `${before} ${key}`) return { shortcut, prefix: false };
        if (before === null && on === key) return { shortcut, prefix: false };
      }
    }
  }
  if (before !== null || !singleKeys) return null;
  const starts = all.some((r) => r.shortcuts.some((s) => s.on?.some((on) => on.startsWith(`${key} `))));
  return starts ? { prefix: true } : null;
}

const prefixMs = 1200;
let before: { key: string; at: number } | null = null;

function typesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "file"].includes(target.type);
}

/** Whether the key belongs to what has the focus: a button that Space or Enter presses, a menu, a dialog. */
function belongsToFocus(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (typesText(target)) return true;
  if (target.closest('dialog, [role="dialog"], [role="menu"], [role="listbox"], [role="alertdialog"]'))
    return true;
  const presses = event.key === "Enter" || event.key === " ";
  return (
    presses &&
    target.closest("button, a, summary, label, [role=button], [role=checkbox], [role=radio]") !== null
  );
}

function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (belongsToFocus(event)) return;
  const key = event.key.toLowerCase();
  const prefix = before && event.timeStamp - before.at < prefixMs ? before.key : null;
  before = null;
  const found =
    findShortcut(registrations, key, prefix, areSingleKeysOn()) ??
    findShortcut(registrations, key, null, areSingleKeysOn());
  if (!found) return;
  if (found.prefix) {
    before = { key, at: event.timeStamp };
    return;
  }
  if (!found.shortcut.run) return;
  event.preventDefault();
  found.shortcut.run(event);
}

/** Listens for keys; once for the whole app. Returns what ends it. */
export function listenForKeys(): () => void {
  addEventListener("keydown", handleKey);
  return () => removeEventListener("keydown", handleKey);
}

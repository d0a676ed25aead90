import { useSyncExternalStore } from "react";
import { keep, kept } from "./kept.ts";

/** How large everything is, as a person wishes it. */
export const sizes = ["compact", "comfortable", "large"] as const;
export type ScreenSize = (typeof sizes)[number];

const factors: Readonly<Record<ScreenSize, number>> = { compact: 0.9, comfortable: 1, large: 1.25 };
/** The pages are made for windows of this many pixels of the design and more. */
const narrowest = 1120;
const phone = 768;

/**
 * How many pixels of the screen one of the design takes. On its own it is larger where a screen has so many pixels that people sit
 * further away from it or cannot read it: a reading room's 4K at no scaling of the system.
 * @param screen width of the screen, in CSS pixels
 * @param page width of the window: nothing grows so far that it has too little room there
 */
export function scaleFor(screen: number, page: number, size: ScreenSize): number {
  if (page < phone) return size === "large" ? 1.125 : 1;
  const own = screen >= 3200 ? 1.5 : screen >= 2400 ? 1.25 : 1;
  return Math.min(own * factors[size], Math.max(1, page / narrowest));
}

const key = "size";
const listeners = new Set<() => void>();
let size: ScreenSize = sizes.find((one) => one === kept(key)) ?? "comfortable";
let scale = 1;

function apply() {
  const { document: page, innerWidth, screen } = globalThis;
  if (!page || !screen) return;
  const next = scaleFor(screen.width, innerWidth, size);
  if (next === scale) return;
  scale = next;
  page.documentElement.style.setProperty("--scale", String(next));
  for (const listener of listeners) listener();
}

globalThis.addEventListener?.("resize", apply);
apply();

/** Keeps the wish in this browser, for the next start, and applies it. */
export function setSize(next: ScreenSize): void {
  size = next;
  keep(key, next);
  apply();
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Pixels of the screen for one of the design, for what is not laid out by style sheets. */
export const scaleNow = (): number => scale;

export const useScale = () => useSyncExternalStore(subscribe, () => scale);
export const useSize = () => useSyncExternalStore(subscribe, () => size);

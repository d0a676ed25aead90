import { useSyncExternalStore } from "react";
import { keep, kept } from "../kit/kept.ts";

export const themes = ["dark", "light", "system"] as const;
export type Theme = (typeof themes)[number];

const key = "theme";
const listeners = new Set<() => void>();
let theme: Theme = themes.find((name) => name === kept(key)) ?? "dark";

const bySystem = globalThis.matchMedia?.("(prefers-color-scheme: light)");

function apply() {
  const light = theme === "light" || (theme === "system" && bySystem?.matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";
}

bySystem?.addEventListener("change", apply);

export function setTheme(next: Theme): void {
  theme = next;
  keep(key, next);
  apply();
  for (const listener of listeners) listener();
}

export const useTheme = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => theme,
  );

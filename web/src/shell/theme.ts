import { useSyncExternalStore } from "react";

export const themes = ["dark", "light", "system"] as const;
export type Theme = (typeof themes)[number];

const key = "isocenter.theme";
const listeners = new Set<() => void>();
let theme: Theme = read();

function read(): Theme {
  try {
    const kept = localStorage.getItem(key);
    return themes.find((name) => name === kept) ?? "dark";
  } catch {
    return "dark";
  }
}

const bySystem = globalThis.matchMedia?.("(prefers-color-scheme: light)");

function apply() {
  const light = theme === "light" || (theme === "system" && bySystem?.matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";
}

bySystem?.addEventListener("change", apply);

export function setTheme(next: Theme): void {
  theme = next;
  try {
    localStorage.setItem(key, next);
  } catch {
    // Then the choice lasts as long as the page.
  }
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

import { describe, expect, it } from "vitest";
import { findShortcut, type Shortcut } from "./shortcuts.ts";

const shortcut = (label: string, ...on: string[]): Shortcut => ({ caps: [], label, on });
const all = [
  {
    group: "Everywhere",
    shortcuts: [shortcut("search", "/"), shortcut("studies", "g s"), shortcut("help", "?")],
  },
  { group: "List", shortcuts: [shortcut("next", "j", "arrowdown"), shortcut("list search", "/")] },
];
const labelOf = (key: string, before: string | null = null, singleKeys = true) => {
  const found = findShortcut(all, key, before, singleKeys);
  return found === null ? null : found.prefix ? "prefix" : found.shortcut.label;
};

describe("shortcuts", () => {
  it("are found by any of their keys, the page's before those of everywhere", () => {
    expect(labelOf("j")).toBe("next");
    expect(labelOf("arrowdown")).toBe("next");
    expect(labelOf("/")).toBe("list search");
    expect(labelOf("x")).toBeNull();
  });

  it("take two keys in turn", () => {
    expect(labelOf("g")).toBe("prefix");
    expect(labelOf("s", "g")).toBe("studies");
    expect(labelOf("s")).toBeNull();
    expect(labelOf("j", "g")).toBeNull();
  });

  it("leave letters alone where a person switched them off, and keep the keys that write nothing", () => {
    expect(labelOf("j", null, false)).toBeNull();
    expect(labelOf("g", null, false)).toBeNull();
    expect(labelOf("s", "g", false)).toBeNull();
    expect(labelOf("arrowdown", null, false)).toBe("next");
    expect(labelOf("/", null, false)).toBe("list search");
  });
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepFocus } from "./focus.ts";

class Element {
  isConnected = true;
  disabled = false;
  readonly parentElement: Element | null;
  readonly takesFocus: boolean;
  constructor(parentElement: Element | null, takesFocus = true) {
    this.parentElement = parentElement;
    this.takesFocus = takesFocus;
  }
  focus() {
    if (this.takesFocus && !this.disabled) page.activeElement = this;
  }
}

const body = new Element(null, false);
const main = new Element(body);
const page = { body, activeElement: body, getElementById: (id: string) => (id === "main" ? main : null) };

beforeEach(() => {
  vi.stubGlobal("HTMLElement", Element);
  vi.stubGlobal("document", page);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** Where the focus is after a window was open over the page, that had it at `before`. */
function after(before: Element, meanwhile: () => void = () => {}): Element {
  page.activeElement = before;
  const back = keepFocus();
  page.activeElement = body;
  meanwhile();
  back();
  return page.activeElement;
}

test("focus comes back to where it was", () => {
  const button = new Element(new Element(main));
  expect(after(button)).toBe(button);
});

test("where that is gone, or takes no focus any more, it is at the row that it stood in", () => {
  const row = new Element(main);
  const cell = new Element(row, false);
  const gone = new Element(cell);
  expect(
    after(gone, () => {
      gone.isConnected = false;
    }),
  ).toBe(row);
  const button = new Element(cell);
  expect(
    after(button, () => {
      button.disabled = true;
    }),
  ).toBe(row);
});

test("where nothing had it, or nothing of that is left, the page has it", () => {
  expect(after(body)).toBe(main);
  const menu = new Element(body);
  const item = new Element(menu);
  const leave = () => {
    for (const each of [menu, item]) each.isConnected = false;
  };
  expect(after(item, leave)).toBe(main);
});

import type { StackViewport } from "@cornerstonejs/core";
import { expect, test, vi } from "vitest";
import { dataSet } from "../model/data-set.fixture.ts";
import { imagesOfInstance } from "../model/image.ts";
import { createPresentation } from "./presentation.ts";
import { createStore } from "./store.ts";
import { emptyViewport } from "./viewport-state.ts";

// Cornerstone needs a browser; of it a viewport is used here that keeps what it is told.
vi.mock("@cornerstonejs/core", () => ({ utilities: {}, Enums: {} }));
vi.mock("../pixels/image-source.ts", () => ({
  imageStatistics: () => ({ min: 0, max: 4095, percentile: () => 0 }),
}));

/** A CT slice that opens in the window it was sent with, 400/40. */
function opened() {
  const [shown] = imagesOfInstance(
    dataSet({
      Modality: "CT",
      Rows: 2,
      Columns: 2,
      WindowCenter: 40,
      WindowWidth: 400,
      BodyPartExamined: "ABDOMEN",
    }),
  );
  const store = createStore({ ...emptyViewport, shown });
  const viewport = { getCornerstoneImage: () => ({ color: false }), setProperties() {}, render() {} };
  const presentation = createPresentation(viewport as unknown as StackViewport, store);
  presentation.apply();
  const window = () => [store.get().window?.center, store.get().window?.width];
  const [, other, another] = presentation.presets();
  return { presentation, window, store, other: other!, another: another! };
}

const ruleWindow = ({ rule }: { rule: unknown }) => {
  const { center, width } = rule as { center: number; width: number };
  return [center, width];
};

test("a hanging that comes late brings its window", () => {
  const { presentation, window, other, another } = opened();
  expect(window()).toEqual([40, 400]);
  presentation.openWith(other.key);
  expect(window()).toEqual(ruleWindow(other));
  // And another one after it, as when a prior is found.
  presentation.openWith(another.key);
  expect(window()).toEqual(ruleWindow(another));
  presentation.openWith("nobody's");
  expect(window()).toEqual(ruleWindow(another));
});

test("a window that somebody has chosen before it came stays", () => {
  for (const choose of [
    ({ presentation }: ReturnType<typeof opened>) => presentation.setWindow(50, 77),
    ({ presentation }: ReturnType<typeof opened>) => presentation.dragged({ lower: 11.5, upper: 87.5 }),
    ({ presentation, another }: ReturnType<typeof opened>) => presentation.choosePreset(another),
  ]) {
    const viewer = opened();
    choose(viewer);
    const chosen = viewer.window();
    viewer.presentation.openWith(viewer.other.key);
    expect(viewer.window()).toEqual(chosen);
    // Another series, or a reset, opens as it hangs.
    viewer.presentation.forget();
    viewer.presentation.openWith(viewer.other.key);
    expect(viewer.window()).toEqual(ruleWindow(viewer.other));
  }
});

test("only what a person chooses counts as a choice, not the window that another image opens with", () => {
  const { presentation, store, other } = opened();
  const choices = () => store.get().windowChoices;
  presentation.apply();
  presentation.openWith(other.key);
  presentation.forget();
  presentation.apply();
  expect(choices()).toBe(0);
  presentation.choosePreset(other);
  presentation.setWindow(50, 77);
  presentation.dragged({ lower: 11.5, upper: 87.5 });
  expect(choices()).toBe(3);
});

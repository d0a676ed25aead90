import { expect, test } from "vitest";
import { takesWindowOf } from "./use-linking.ts";

const viewport = (
  modality: string,
  { uid = "1", description = "", window }: { uid?: string; description?: string; window?: string } = {},
) => ({
  hung: window ? { window } : {},
  series: { modality, seriesInstanceUid: uid, description },
});

test("windows go together in one modality, but a viewport that hangs with a window of its own keeps it", () => {
  const [soft, lung] = [viewport("CT", { window: "1" }), viewport("CT", { window: "2" })];
  const plane = viewport("CT");
  expect(takesWindowOf(lung, soft)).toBe(false);
  expect(takesWindowOf(soft, lung)).toBe(false);
  expect(takesWindowOf(lung, plane)).toBe(false);
  expect(takesWindowOf(plane, lung)).toBe(true);
  expect(takesWindowOf(viewport("CT", { uid: "2", window: "2" }), lung)).toBe(true);
  expect(takesWindowOf(viewport("PT", { uid: "2" }), plane)).toBe(false);
  expect(takesWindowOf({ hung: undefined, series: undefined }, plane)).toBe(false);
});

test("the values of a magnetic resonance mean something in their own series alone", () => {
  const t1 = viewport("MR", { uid: "1", description: "T1 SE" });
  expect(takesWindowOf(viewport("MR", { uid: "2", description: "T2 TSE" }), t1)).toBe(false);
  expect(takesWindowOf(viewport("MR", { uid: "3", description: "T1 SE" }), t1)).toBe(true);
  expect(takesWindowOf(viewport("MR", { uid: "1" }), t1)).toBe(true);
  expect(takesWindowOf(viewport("MR", { uid: "4" }), viewport("MR", { uid: "5" }))).toBe(false);
});

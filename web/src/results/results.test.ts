import type { Study } from "@isocenter/contract";
import { expect, test } from "vitest";
import { byDay, resultsOf, toldOf, withOlder } from "./results.ts";

const study = (id: string, studyDate: string) => ({ id, studyDate, studyTime: "08:00:00" }) as Study;
const notice = (id: string, studyId: string, createdAt: string, more: object = {}) => ({
  id,
  kind: "report.available",
  data: { studyId, status: "FINAL" },
  createdAt,
  readAt: null,
  ...more,
});

test("the newest notice of a study says when it came and what it is; all unread ones count", () => {
  const told = toldOf([
    notice("2", "a", "2026-03-02T10:00:00Z", {
      kind: "report.amended",
      data: { studyId: "a", status: "AMENDED" },
    }),
    notice("1", "a", "2026-03-01T10:00:00Z"),
    notice("3", "b", "2026-03-01T12:00:00Z", { readAt: "2026-03-01T13:00:00Z" }),
    notice("4", "c", "2026-03-01T12:00:00Z", { kind: "finding.raised" }),
  ]);
  expect([...told]).toEqual([
    ["a", { at: "2026-03-02T10:00:00Z", status: "AMENDED", unread: ["2", "1"] }],
    ["b", { at: "2026-03-01T12:00:00Z", status: "FINAL", unread: [] }],
  ]);
});

test("results stand once, the newest first, by the day they came or the study's own", () => {
  const told = toldOf([notice("1", "a", "2026-03-02T23:30:00Z"), notice("2", "b", "2026-03-02T09:00:00Z")]);
  const studies = [
    study("c", "2026-03-02"),
    study("b", "2026-03-01"),
    study("a", "2026-03-01"),
    study("b", "2026-03-01"),
  ];
  const results = resultsOf(studies, told);
  expect(results.map((one) => one.study.id)).toEqual(["a", "b", "c"]);
  // At the facility it is past midnight already.
  const groups = byDay(results, (iso) => (iso > "2026-03-02T23" ? "2026-03-03" : iso.slice(0, 10)));
  expect(groups.map(({ day, results: all }) => [day, all.length])).toEqual([
    ["2026-03-03", 1],
    ["2026-03-02", 2],
  ]);
});

test("what is unread and older than the newest notices is not forgotten", () => {
  const newest = [notice("2", "b", "2026-03-02T10:00:00Z"), notice("1", "a", "2026-03-01T10:00:00Z")];
  const old = notice("0", "old", "2026-01-01T10:00:00Z");
  expect(withOlder(newest, true, [newest[0]!, old])).toEqual([...newest, old]);
  expect(withOlder(newest, true, undefined)).toBeUndefined();
  expect(withOlder(newest, false, undefined)).toBe(newest);
});

import { expect, test } from "vitest";
import { browserOf } from "./browser-name.ts";
import { noticePlace, noticeWords } from "./notices.ts";
import { actionEntries, matching } from "./palette-entries.ts";

test("a browser is named by its header", () => {
  const chrome =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
  expect(browserOf(chrome)).toBe("Chrome, Linux");
  expect(browserOf(`${chrome} Edg/140.0`)).toBe("Edge, Linux");
  expect(browserOf("curl/8.5.0")).toBe("curl/8.5.0");
  expect(browserOf(null)).toBeNull();
});

test("the palette finds by beginnings before middles, without accents and case", () => {
  const entry = (text: string) => ({ id: text, group: "", icon: "right" as const, text, run: () => {} });
  const entries = ["Relire", "Écran de lecture", "Go to reading"].map(entry);
  expect(matching(entries, "LEC").map(({ text }) => text)).toEqual(["Écran de lecture"]);
  expect(matching(entries, "re").map(({ text }) => text)).toEqual([
    "Relire",
    "Go to reading",
    "Écran de lecture",
  ]);
  expect(matching(entries, "to re").map(({ text }) => text)).toEqual(["Go to reading"]);
  expect(matching(entries, "")).toHaveLength(3);
});

test("keys that only stand in the help are no commands; the page's come before those of everywhere", () => {
  const entries = actionEntries([
    { group: "Everywhere", shortcuts: [{ caps: ["?"], label: "all shortcuts", run: () => {} }] },
    {
      group: "Studies",
      shortcuts: [
        { caps: ["J", "K"], label: "move" },
        { caps: ["J"], label: "next", run: () => {} },
      ],
    },
  ]);
  expect(entries.map(({ text }) => text)).toEqual(["Next", "All shortcuts"]);
});

test("a notice says what happened and leads to it", () => {
  expect(noticeWords({ kind: "order.status-changed", data: { to: "NO_SHOW" } })).toBe(
    "A patient did not come",
  );
  expect(noticeWords({ kind: "report.available", data: {} })).toBe("A report is there");
  expect(noticeWords({ kind: "something.new", data: {} })).toBe("something.new");
  expect(noticePlace({ subject: { type: "report", id: "r1" }, data: { studyId: "s1" } })).toBe("/report/s1");
  expect(noticePlace({ subject: { type: "finding", id: "f1" }, data: {} })).toBe("/findings?finding=f1");
  expect(noticePlace({ subject: { type: "order", id: "o1" }, data: {} })).toBe("/orders/o1");
  expect(noticePlace({ subject: { type: "job", id: "7" }, data: {} })).toBe("/administration/jobs");
  expect(noticePlace({ subject: { type: "user", id: "u1" }, data: {} })).toBeNull();
});

import { describe, expect, it } from "vitest";
import {
  addDays,
  dateRange,
  defaultPageSize,
  isFiltered,
  membersOf,
  nextSort,
  pageAfter,
  pageBefore,
  parseSearch,
  readListState,
  type StudyListState,
  stringifySearch,
  toApiQuery,
  toggled,
  withFilter,
} from "./list-state.ts";

describe("the address of the study list", () => {
  it("goes into the state and back without a change", () => {
    const states: StudyListState[] = [
      {},
      { query: "0012 née <b>&", modality: "MR", status: "FINAL", date: "7d", sort: "patientName", size: 100 },
      { from: "2026-01-05", to: "2026-02-01", offset: 50, after: "a=b&c" },
    ];
    for (const state of states)
      expect(readListState(parseSearch(stringifySearch({ ...state })))).toEqual(state);
  });

  it("leaves out what makes no sense, and what is the default", () => {
    expect(
      readListState({
        query: "   ",
        modality: "not a code!",
        status: "done",
        date: "constructor",
        from: "2026-02-30",
        to: "yesterday",
        sort: "password",
        size: "7",
        offset: "-1",
        after: "x".repeat(600),
      }),
    ).toEqual({});
    expect(readListState({ sort: "-lastReceivedAt", size: String(defaultPageSize), offset: "0" })).toEqual(
      {},
    );
  });

  it("reads what people write: aliases, any case, a number", () => {
    expect(readListState({ modality: "mri", status: "in_progress", query: 12 })).toEqual({
      modality: "MR",
      status: "IN_PROGRESS",
      query: "12",
    });
  });

  it("takes several codes and states, each once, as many as the server does", () => {
    expect(readListState({ modality: "ct,MRI,,ct,!", status: "final,Done,COMPLETED" })).toEqual({
      modality: "CT,MR",
      status: "FINAL,COMPLETED",
    });
    const many = Array.from({ length: 40 }, (_, n) => `X${n + 10}`).join(",");
    expect(readListState({ modality: many }).modality?.length).toBeLessThanOrEqual(64);
    expect(toggled("CT,MR", "CT")).toBe("MR");
    expect(toggled("MR", "MR")).toBeUndefined();
    expect(toggled(undefined, "CT")).toBe("CT");
    expect(membersOf("CT,MR")).toEqual(["CT", "MR"]);
  });

  it("prefers a moving range to fixed days", () => {
    expect(readListState({ date: "today", from: "2026-01-01" })).toEqual({ date: "today" });
  });
});

describe("the question to the server", () => {
  it("has the days of a moving range", () => {
    expect(dateRange({ date: "7d" }, "2026-03-03")).toEqual({ from: "2026-02-25", to: "2026-03-03" });
    expect(dateRange({ date: "yesterday" }, "2026-03-01")).toEqual({ from: "2026-02-28", to: "2026-02-28" });
    expect(dateRange({ from: "2026-01-01" }, "2026-03-01")).toEqual({ from: "2026-01-01" });
    expect(addDays("2024-02-28", 2)).toBe("2024-03-01");
  });

  it("names only what is asked", () => {
    expect(toApiQuery({}, "2026-03-03")).toEqual({ limit: 50, sort: "-lastReceivedAt" });
    expect(
      toApiQuery(
        {
          query: " abio ",
          modality: "CT",
          status: "FINAL",
          date: "today",
          sort: "studyDate",
          size: 200,
          offset: 400,
          after: "k",
        },
        "2026-03-03",
      ),
    ).toEqual({
      limit: 200,
      sort: "studyDate",
      query: "abio",
      modality: "CT",
      status: "FINAL",
      studyDateFrom: "2026-03-03",
      studyDateTo: "2026-03-03",
      after: "k",
    });
  });
});

describe("moving about", () => {
  it("starts again at the first page when a filter changes", () => {
    expect(withFilter({ offset: 50, after: "k", modality: "CT" }, { status: "FINAL" })).toEqual({
      modality: "CT",
      status: "FINAL",
    });
    expect(withFilter({ modality: "CT" }, { modality: undefined })).toEqual({});
  });

  it("goes on by the server's key, and back by counting", () => {
    const first: StudyListState = { query: "a", size: 25 };
    const second = pageAfter(first, "/api/v1/studies?query=a&limit=25&after=k%3D1");
    expect(second).toEqual({ query: "a", size: 25, offset: 25, after: "k=1" });
    expect(toApiQuery(second!, "2026-03-03")).toEqual({
      limit: 25,
      sort: "-lastReceivedAt",
      query: "a",
      after: "k=1",
    });
    const third = pageAfter(second!, "https://pacs.example/api/v1/studies?after=k2");
    expect(third).toEqual({ query: "a", size: 25, offset: 50, after: "k2" });
    expect(pageBefore(third!)).toEqual({ query: "a", size: 25, offset: 25 });
    expect(pageBefore(second!)).toEqual(first);
    expect(pageBefore(first)).toBeNull();
    expect(pageAfter(third!, null)).toBeNull();
  });

  it("goes on by counting where the server gives no key", () => {
    const second = pageAfter({}, "/api/v1/studies?offset=50");
    expect(second).toEqual({ offset: 50 });
    expect(toApiQuery(second!, "2026-03-03")).toEqual({ limit: 50, sort: "-lastReceivedAt", offset: 50 });
  });

  it("sorts by a field's natural direction first", () => {
    expect(nextSort("-lastReceivedAt", "patientName")).toBe("patientName");
    expect(nextSort("patientName", "patientName")).toBe("-patientName");
    expect(nextSort("-patientName", "patientName")).toBe("patientName");
    expect(nextSort("patientName", "studyDate")).toBe("-studyDate");
    expect(nextSort("-studyDate", "studyDate")).toBe("studyDate");
  });

  it("knows when the list is narrowed", () => {
    expect(isFiltered({ sort: "patientName", size: 25, offset: 25 })).toBe(false);
    for (const state of [
      { query: "a" },
      { to: "2026-01-01" },
      { date: "today" },
    ] satisfies StudyListState[]) {
      expect(isFiltered(state)).toBe(true);
    }
  });
});

import { expect, test } from "vitest";
import { readAdministrationState } from "../administration-state.ts";
import { auditQuery } from "./audit-query.ts";

test("an address becomes a search: the last day is in it, and what is malformed is left out", () => {
  const query = auditQuery(
    { kind: "ACCESS", from: "2026-03-01", to: "2026-03-01", action: "image.viewed" },
    "UTC",
  );
  expect(query).toMatchObject({ kind: "ACCESS", action: "image.viewed" });
  expect(Date.parse(query.to!) - Date.parse(query.from!)).toBe(86_400_000);
  expect(auditQuery({ kind: "OTHER", from: "yesterday", patient: "1 or 1" }, "UTC")).toEqual({});
});

test("a day is that of the facility, also when it has 25 hours, wherever the browser is", () => {
  const day = { from: "2026-10-25", to: "2026-10-25" };
  expect(auditQuery(day, "Europe/Paris")).toEqual({
    from: "2026-10-24T22:00:00.000Z",
    to: "2026-10-25T23:00:00.000Z",
  });
  expect(auditQuery({ from: "2026-02-01" }, "America/New_York")).toEqual({
    from: "2026-02-01T05:00:00.000Z",
  });
});

test("an address keeps what pages know, as text of a bounded length", () => {
  expect(readAdministrationState({ q: "ada", id: 7, other: "x", role: "", from: "y".repeat(201) })).toEqual({
    q: "ada",
    id: "7",
  });
});

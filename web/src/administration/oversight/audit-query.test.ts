import { expect, test } from "vitest";
import { readAdministrationState } from "../administration-state.ts";
import { auditQuery } from "./audit-query.ts";

test("an address becomes a search: the last day is in it, and what is malformed is left out", () => {
  const query = auditQuery({ kind: "ACCESS", from: "2026-03-01", to: "2026-03-01", action: "image.viewed" });
  expect(query).toMatchObject({ kind: "ACCESS", action: "image.viewed" });
  expect(Date.parse(query.to!) - Date.parse(query.from!)).toBe(86_400_000);
  expect(auditQuery({ kind: "OTHER", from: "yesterday", patient: "1 or 1" })).toEqual({});
});

test("an address keeps what pages know, as text of a bounded length", () => {
  expect(readAdministrationState({ q: "ada", id: 7, other: "x", role: "", from: "y".repeat(201) })).toEqual({
    q: "ada",
    id: "7",
  });
});

import { expect, test } from "vitest";
import { ApiError } from "../api/problem.ts";
import { problemOf } from "./run.ts";

const refusal = (detail: string, ...messages: string[]) =>
  new ApiError({
    status: 400,
    code: "invalid",
    title: "Invalid",
    detail,
    fields: messages.map((message, index) => ({ path: `body.events.${index}`, message })),
  });

test("a refusal is said once, with the fields that its sentence leaves out", () => {
  expect(problemOf(refusal("ordr.*: there are no events of ordr.", "there are no events of ordr"))).toBe(
    "ordr.*: there are no events of ordr.",
  );
  expect(problemOf(refusal("Two fields are wrong.", "must be text", "is needed"))).toBe(
    "Two fields are wrong. body.events.0: must be text; body.events.1: is needed",
  );
  expect(problemOf(refusal(""))).toBe("Invalid");
});

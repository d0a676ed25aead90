import { expect, test } from "vitest";
import { createGate } from "./gate.ts";
import { Refusal } from "./refusal.ts";

test("so many at once, so many wait in their order, and one more is refused", async () => {
  const gate = createGate({
    atOnce: 2,
    maxWaiting: 1,
    refusal: () => new Refusal("too-many", "test.busy", "Too many."),
  });
  const begun: number[] = [];
  const ends = [0, 1, 2].map(() => Promise.withResolvers<number>());
  const works = ends.map((end, number) =>
    gate(() => {
      begun.push(number);
      return end.promise;
    }),
  );
  expect(begun).toEqual([0, 1]);
  await expect(gate(async () => 3)).rejects.toMatchObject({ code: "test.busy" });
  ends[0]!.reject(new Error("failed"));
  await expect(works[0]).rejects.toThrow("failed");
  expect(begun).toEqual([0, 1, 2]);
  ends[1]!.resolve(1);
  ends[2]!.resolve(2);
  expect(await Promise.all(works.slice(1))).toEqual([1, 2]);
  expect(await gate(async () => 4)).toBe(4);
});

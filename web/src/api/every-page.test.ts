import { expect, test } from "vitest";
import { everyPage } from "./every-page.ts";

const listOf = (total: number) => {
  const asked: { limit: number; offset: number }[] = [];
  const load = async (paging: { limit: number; offset: number }) => {
    asked.push(paging);
    const { limit, offset } = paging;
    const data = Array.from({ length: Math.min(limit, total - offset) }, (_, at) => offset + at);
    return { data, pagination: { next: offset + data.length < total ? "/next" : null } };
  };
  return { asked, load };
};

test("a list of choices is read to its end, each row once", async () => {
  const { asked, load } = listOf(450);
  const { data } = await everyPage(load);
  expect(data).toEqual(Array.from({ length: 450 }, (_, at) => at));
  expect(asked.map(({ offset }) => offset)).toEqual([0, 200, 400]);
});

test("a list without end, or that answers nothing, comes to an end", async () => {
  expect((await everyPage(listOf(1_000_000).load)).data).toHaveLength(5_000);
  const empty = async () => ({ data: [], pagination: { next: "/next" } });
  expect((await everyPage(empty)).data).toEqual([]);
});

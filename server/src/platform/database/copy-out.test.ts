import { setImmediate as turn } from "node:timers/promises";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { expect, test } from "vitest";
import { copyOut } from "./copy-out.ts";
import { transact } from "./database.ts";

const database = testDatabase();
const kilobytes = (count: number): string =>
  `copy (select repeat('x', 1023) from generate_series(1, ${count})) to stdout`;

/** So slowly that what is sent meanwhile fills the stream and the socket; of some sizes the end comes while they are full. */
async function slowly(chunks: AsyncIterable<Buffer>): Promise<number> {
  let lines = 0;
  for await (const chunk of chunks) {
    lines += chunk.toString().split("\n").length - 1;
    for (let turns = 0; turns < 300; turns++) await turn();
  }
  return lines;
}

test("after a copy the same connection answers, however slowly it was read", {
  timeout: 20_000,
}, async () => {
  for (const count of [0, 1, 64, 100, 260, 268, 276, 284, 292, 300, 308, 316, 600])
    await transact(database.db, async (tx) => {
      expect(await slowly(copyOut(tx, kilobytes(count)))).toBe(count);
      expect(await tx`select 1 as one`).toEqual([{ one: 1 }]);
    });
});

test("whoever stops reading gets the connection back", async () => {
  await transact(database.db, async (tx) => {
    for await (const _ of copyOut(tx, kilobytes(4000))) break;
    expect(await tx`select 1 as one`).toEqual([{ one: 1 }]);
  });
});

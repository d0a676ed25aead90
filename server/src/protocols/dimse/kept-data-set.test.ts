import { expect, test } from "vitest";
import type { StoredInstance } from "../../modules/archive/index.ts";
import { keptDataSet } from "./kept-data-set.ts";

const instance = (id: string) => ({ id, size: 10, dataSetOffset: 4 }) as StoredInstance;

test("memory that is still read into is lent to nobody else, and serves again after that", async () => {
  const lent: Buffer[] = [];
  const slow = Promise.withResolvers<void>();
  const open = (id: string) =>
    keptDataSet(
      {
        openDataSet: () => Promise.reject(new Error("it is small")),
        async readObject(one, memory) {
          lent.push(memory!);
          if (one.id === "slow") await slow.promise;
          return memory!.subarray(0, one.size);
        },
      },
      instance(id),
    );
  const left = open("slow");
  const opening = left.open();
  left.close();
  const other = open("other");
  expect(await other.open()).toMatchObject([{ length: 6 }]);
  expect(lent[1]).not.toBe(lent[0]);
  slow.resolve();
  await opening;
  // The last that was given back is lent first.
  await open("third").open();
  expect(lent[2]).toBe(lent[0]);
  other.close();
  left.close();
  await open("fourth").open();
  await open("fifth").open();
  expect(new Set(lent).size).toBe(3);
});

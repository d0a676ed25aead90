import { expect, test } from "vitest";
import { KeptConflict, type KeptList } from "../desk.ts";
import { createKeeper } from "./keeper.ts";

interface Item {
  id: string;
}

/** A server of one list that refuses what was not made from its newest version. */
function server(initial: Item[] = []) {
  const state = { version: 1, items: initial as readonly Item[], down: false };
  const list: KeptList<Item> = {
    async read() {
      if (state.down) throw new Error("The server did not answer");
      return { version: state.version, items: state.items };
    },
    async write(items, expectedVersion) {
      if (state.down) throw new Error("The server did not answer");
      if (expectedVersion !== state.version) throw new KeptConflict();
      Object.assign(state, { version: state.version + 1, items });
      return { version: state.version, items };
    },
  };
  return { state, list };
}
const ids = (items: readonly Item[]) => items.map(({ id }) => id).join();
const opened = (list: KeptList<Item>) => {
  const seen: string[] = [];
  const keeper = createKeeper<Item>({
    list,
    keyOf: ({ id }) => id,
    onItems: (items) => seen.push(ids(items)),
    delayMs: 0,
  });
  return { keeper, seen };
};

test("what was kept is read, and changes are written", async () => {
  const { state, list } = server([{ id: "a" }]);
  const { keeper, seen } = opened(list);
  await expect.poll(() => keeper.state.get().state).toBe("kept");
  expect(seen).toEqual(["a"]);
  keeper.put([{ id: "a" }, { id: "b" }]);
  await expect.poll(() => ids(state.items)).toBe("a,b");
  keeper.dispose();
});

test("what is drawn before the answer comes is kept besides what was there", async () => {
  const { state, list } = server([{ id: "a" }]);
  const { keeper } = opened(list);
  keeper.put([{ id: "early" }]);
  await expect.poll(() => ids(state.items)).toBe("early,a");
  keeper.dispose();
});

test("a conflict is brought together with what somebody else did", async () => {
  const { state, list } = server([{ id: "a" }, { id: "b" }]);
  const { keeper, seen } = opened(list);
  await expect.poll(() => keeper.state.get().state).toBe("kept");
  Object.assign(state, { version: 7, items: [{ id: "b" }, { id: "theirs" }] });
  keeper.put([{ id: "a" }, { id: "b" }, { id: "mine" }]);
  await expect.poll(() => ids(state.items)).toBe("b,mine,theirs");
  expect(seen.at(-1)).toBe("b,mine,theirs");
  keeper.dispose();
});

test("a failure is told, nothing is lost, and the next attempt writes it", async () => {
  const { state, list } = server();
  const { keeper } = opened(list);
  await expect.poll(() => keeper.state.get().state).toBe("kept");
  state.down = true;
  keeper.put([{ id: "a" }]);
  await expect.poll(() => keeper.state.get().state).toBe("failed");
  expect([keeper.state.get().error, ids(keeper.items())]).toEqual(["The server did not answer", "a"]);
  state.down = false;
  keeper.retry();
  await expect.poll(() => ids(state.items)).toBe("a");
  keeper.dispose();
});

import { expect, test } from "vitest";
import { loaded } from "./loaded.ts";

/** A server that answers so: null while it cannot be reached. */
function setUp(...answers: (number | null)[]) {
  const waits: number[] = [];
  return {
    waits,
    async fetch() {
      const status = answers.shift() ?? null;
      if (status === null) throw new TypeError("Failed to fetch");
      return { status };
    },
    async wait(ms: number) {
      waits.push(ms);
    },
    styles: async () => {
      if (answers[0] === null) throw new TypeError("style.css could not be loaded");
    },
  };
}

/** Fails so often before it is there. */
function part(failures: number) {
  let left = failures;
  return async () => {
    if (left-- > 0) throw new TypeError("Failed to fetch dynamically imported module");
    return "page";
  };
}

test("a part of the program is waited for while the server is away", async () => {
  const server = setUp(null, 502, null);
  // Twice it does not come, and once its style sheet does not.
  expect(await loaded(part(2), server)).toBe("page");
  expect(server.waits).toHaveLength(3);
});

test("a part that the server does not have is not waited for", async () => {
  const server = setUp(null, 200);
  await expect(loaded(part(5), server)).rejects.toThrow("dynamically imported");
  expect(server.waits).toHaveLength(1);
});

import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, onTestFinished, test } from "vitest";
import { readWhenBack } from "./comeback.ts";
import { ApiError } from "./problem.ts";

function setUp(status: number) {
  const server = { up: false, asked: 0, probed: 0 };
  const waits: { ms: number; pass: () => void }[] = [];
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  readWhenBack(client, {
    isReady: async () => {
      server.probed++;
      return server.up;
    },
    wait: (ms) => new Promise((resolve) => waits.push({ ms, pass: resolve })),
  });
  const observer = new QueryObserver(client, {
    queryKey: ["bills"],
    queryFn: async () => {
      server.asked++;
      if (!server.up) throw new ApiError({ status, code: "x", title: "Away", detail: "" });
      return "bills";
    },
  });
  onTestFinished(observer.subscribe(() => {}));
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  };
  return { server, waits, observer, until };
}

test("what failed while the server was away is read when it is back, and not before", async () => {
  const { server, waits, observer, until } = setUp(503);
  await until(() => waits.length === 1);
  waits[0]!.pass();
  await until(() => waits.length === 2);
  expect(server).toMatchObject({ asked: 1, probed: 1 });
  expect(waits[1]!.ms).toBe(waits[0]!.ms);
  server.up = true;
  waits[1]!.pass();
  await until(() => observer.getCurrentResult().isSuccess);
  expect(server).toMatchObject({ asked: 2, probed: 2 });
});

test("what the server refused is not asked again", async () => {
  const { waits, observer, until } = setUp(403);
  await until(() => observer.getCurrentResult().isError);
  expect(waits).toEqual([]);
});

import { expect, test } from "vitest";
import { createThrottle } from "./throttle.ts";

const at = (ms: number) => new Date(1_750_000_000_000 + ms);

test("so many in a window that slides, each name by itself", () => {
  let ms = 0;
  const throttle = createThrottle({ now: () => at(ms) }, 2, 1000);
  throttle.take("a");
  ms = 600;
  throttle.take("a");
  expect(() => throttle.take("a")).toThrow(
    expect.objectContaining({ code: "auth.throttled", retryAfter: 1 }),
  );
  throttle.take("b");
  ms = 1000;
  throttle.take("a");
  expect(() => throttle.take("a")).toThrow();
});

test("who signs in is not counted, also where others sign in from there at the same time", () => {
  let ms = 0;
  const throttle = createThrottle({ now: () => at(ms++) }, 3, 60_000);
  for (let morning = 0; morning < 5; morning++) {
    const back = [throttle.take("clinic"), throttle.take("clinic"), throttle.take("clinic")];
    for (const one of back) one();
  }
  const again = throttle.take("clinic");
  again();
  again();
  for (let attempt = 0; attempt < 3; attempt++) throttle.take("clinic");
  expect(() => throttle.take("clinic")).toThrow();
});

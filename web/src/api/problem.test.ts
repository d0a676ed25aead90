import { describe, expect, it } from "vitest";
import { errorOf, notReached, retryAfter } from "./problem.ts";

describe("errors", () => {
  it("are read from problem documents", async () => {
    const body = {
      title: "Invalid",
      code: "invalid",
      detail: "Two faults",
      requestId: "r",
      errors: [{ path: "a", message: "b" }],
    };
    const error = await errorOf(new Response(JSON.stringify(body), { status: 400 }));
    expect(error).toMatchObject({
      status: 400,
      code: "invalid",
      title: "Invalid",
      detail: "Two faults",
      requestId: "r",
    });
    expect(error.fields).toEqual([{ path: "a", message: "b" }]);
    expect(error.message).toBe("Two faults");
  });

  it("claim nothing of what nobody knows: a request whose answer was lost may have arrived", () => {
    expect(notReached().detail).toContain("may have arrived");
  });

  it("are told also where a proxy answers with a page", async () => {
    const response = new Response("<h1>Bad gateway</h1>", { status: 502, headers: { "x-request-id": "p7" } });
    expect(await errorOf(response)).toMatchObject({ status: 502, code: "http-502", requestId: "p7" });
    expect((await errorOf(new Response("null", { status: 507 }))).title).toBe("The archive's disk is full");
  });

  it("tell how long to wait, in seconds or by a date", () => {
    expect(retryAfter("120", 0)).toBe(120);
    expect(retryAfter("Thu, 01 Jan 1970 00:01:30 GMT", 30_000)).toBe(60);
    expect(retryAfter("Thu, 01 Jan 1970 00:00:00 GMT", 30_000)).toBe(0);
    expect(retryAfter("soon", 0)).toBeNull();
    expect(retryAfter(null, 0)).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { createGone } from "./gone.ts";

const id = "0198c0de-0000-7000-8000-000000000001";
const webhook = `/api/v1/webhooks/${id}`;
const deliveries = `${webhook}/deliveries`;

/** A server that answers when it is told to. */
function setUp() {
  const asked: { call: string; answer: (status: number) => void }[] = [];
  const gone = createGone((input, { method = "GET", signal } = {}) => {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    asked.push({ call: `${method} ${input}`, answer: (status) => resolve(new Response(null, { status })) });
    return promise;
  });
  const answer = async (call: string, status: number) => {
    await expect.poll(() => asked.some((one) => one.call === call)).toBe(true);
    asked.findLast((one) => one.call === call)?.answer(status);
  };
  return { gone, answer, calls: () => asked.map(({ call }) => call) };
}

describe("what is gone", () => {
  it("is not asked for while it is removed, nor afterwards", async () => {
    const { gone, answer, calls } = setUp();
    const removing = gone.fetch(webhook, { method: "DELETE" });
    const reading = gone.fetch(`http://here${deliveries}?limit=10`);
    await answer(`DELETE ${webhook}`, 204);
    await removing;
    await expect(reading).rejects.toMatchObject({ status: 404, code: "gone" });
    await expect(gone.fetch(deliveries)).rejects.toMatchObject({ status: 404 });
    expect(calls()).toEqual([`DELETE ${webhook}`]);
  });

  it("stops what was asked before, and asks again when the removal is refused", async () => {
    const { gone, answer, calls } = setUp();
    const reading = gone.fetch(deliveries);
    await expect.poll(() => calls().length).toBe(1);
    const removing = gone.fetch(webhook, { method: "DELETE" });
    await answer(`DELETE ${webhook}`, 409);
    expect((await removing).status).toBe(409);
    await expect.poll(() => calls().length).toBe(3);
    await answer(`GET ${deliveries}`, 200);
    expect((await reading).status).toBe(200);
  });

  it("is known of facts too, until one says that it is back", async () => {
    const { gone, answer } = setUp();
    const reading = gone.fetch(`/api/v1/studies/${id}/series`);
    gone.hear("study.deleted", id);
    await expect(reading).rejects.toMatchObject({ status: 404 });
    gone.hear("study.restored", id);
    const again = gone.fetch(`/api/v1/studies/${id}/series`);
    await answer(`GET /api/v1/studies/${id}/series`, 200);
    expect((await again).status).toBe(200);
  });

  it("comes back with what is restored", async () => {
    const { gone, answer } = setUp();
    gone.hear("image.deleted", id);
    const restoring = gone.fetch("/api/v1/deletions/7/restore", { method: "POST" });
    await answer("POST /api/v1/deletions/7/restore", 200);
    await restoring;
    const again = gone.fetch(`/api/v1/images/${id}/preview`);
    await answer(`GET /api/v1/images/${id}/preview`, 200);
    expect((await again).status).toBe(200);
  });

  it("is not what can still be read when it is deleted, and the abort of whoever asked is theirs", async () => {
    const { gone, answer } = setUp();
    const giveUp = gone.fetch(`/api/v1/reports/${id}`, { method: "DELETE" });
    await answer(`DELETE /api/v1/reports/${id}`, 200);
    await giveUp;
    const stop = new AbortController();
    const reading = gone.fetch(`/api/v1/reports/${id}/versions`, { signal: stop.signal });
    stop.abort();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });
});

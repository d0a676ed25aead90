import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import type { App } from "./app.ts";
import { originOf, reachedAt } from "./origin.ts";
import { createHttpServer } from "./server.ts";

const servers = new Map<boolean, App>();

beforeAll(async () => {
  for (const trustProxy of [false, true])
    servers.set(
      trustProxy,
      await createHttpServer({
        config: { trustProxy, corsOrigins: [], environment: "test" },
        log: createLog({ logLevel: "silent" }),
        metrics: createMetrics(),
        authentication: () => {},
        api: [],
        root: [(scope) => void scope.get("/where", async (request) => ({ at: reachedAt(request) }))],
      }),
    );
});
afterAll(() => Promise.all([...servers.values()].map((server) => server.close())));

const where = async (trustProxy: boolean, headers: Record<string, string>) =>
  (await servers.get(trustProxy)!.inject({ url: "/where", headers })).json().at;

const forwarded = {
  host: "10.0.0.5:3006",
  "x-forwarded-for": "203.0.113.7",
  "x-forwarded-proto": "https",
  "x-forwarded-host": "pacs.example.org",
};

test("links begin as the client has reached us, its port included", async () => {
  expect(await where(false, { host: "pacs.example.org:8080" })).toBe("http://pacs.example.org:8080");
  expect(await where(false, { host: "[2001:db8::1]:3006" })).toBe("http://[2001:db8::1]:3006");
  expect(await where(false, { host: 'a"/><script>' })).toBe("http://localhost");
  expect(await where(false, { host: "pacs.example.org:8080:9" })).toBe("http://localhost");
});

test("a proxy that is trusted says how it was reached; one that is not says nothing", async () => {
  expect(await where(true, forwarded)).toBe("https://pacs.example.org");
  expect(await where(true, { ...forwarded, "x-forwarded-port": "8443" })).toBe(
    "https://pacs.example.org:8443",
  );
  expect(await where(true, { ...forwarded, "x-forwarded-port": "443" })).toBe("https://pacs.example.org");
  const named = { ...forwarded, "x-forwarded-host": "pacs.example.org:9443", "x-forwarded-port": "8443" };
  expect(await where(true, named)).toBe("https://pacs.example.org:9443");
  expect(await where(true, { ...forwarded, "x-forwarded-port": "8443/evil" })).toBe(
    "https://pacs.example.org",
  );
  expect(await where(false, { ...forwarded, "x-forwarded-port": "8443" })).toBe("http://10.0.0.5:3006");
});

test("PUBLIC_URL is how we are reached, whatever the request says", () => {
  const request = { protocol: "http", host: "10.0.0.5:3006", headers: {} } as const;
  expect(originOf({ publicUrl: "https://pacs.example.org/ris" }, request)).toBe(
    "https://pacs.example.org/ris",
  );
  expect(originOf({ publicUrl: null }, request)).toBe("http://10.0.0.5:3006");
});

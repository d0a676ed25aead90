import { expect, test } from "vitest";
import { isPage } from "./web-app.ts";

test("pages are told from files and from other routes", () => {
  for (const page of ["/", "/studies", "/sign-in", "/studies/1.2.840.10008.1/view"])
    expect(isPage(page)).toBe(true);
  for (const other of [
    "/assets/index-1.js",
    "/favicon.ico",
    "/api",
    "/api/v1/studies",
    "/dicomweb/studies/1.2/series",
    "/health/live",
    "/metrics",
    "/docs",
  ])
    expect(isPage(other)).toBe(false);
});

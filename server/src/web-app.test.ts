import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fastify, { type FastifyPluginAsync } from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { isPage, webAppRoutes } from "./web-app.ts";

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

test("files of a web app that was built since the start are served, too", async () => {
  const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-web-"));
  onTestFinished(() => fs.rm(folder, { recursive: true }));
  await fs.mkdir(path.join(folder, "assets"));
  await fs.writeFile(path.join(folder, "index.html"), "the page");
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(webAppRoutes(folder) as unknown as FastifyPluginAsync);
  await app.ready();
  await fs.writeFile(path.join(folder, "assets/page-1.js"), "the program");
  const answer = await app.inject("/assets/page-1.js");
  expect([answer.statusCode, answer.body]).toEqual([200, "the program"]);
  expect(answer.headers["cache-control"]).toContain("immutable");
});

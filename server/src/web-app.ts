import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import fastifyStatic from "@fastify/static";
import { type App, nothingAt, type Routes, sendProblem } from "./platform/index.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const dist = path.join(repository, "web/dist");
const sources = [
  "web/src",
  "web/index.html",
  "web/vite.config.ts",
  "web/left-out.ts",
  "web/rem.ts",
  "packages/contract/src",
  "packages/dicom/src",
];

function newest(file: string): number {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...fs.readdirSync(file).map((name) => newest(path.join(file, name))));
}

/** Whether the built web app is there and no older than what it is made from. */
export function webAppIsBuilt(): boolean {
  const built = newest(path.join(dist, "index.html"));
  return built > 0 && sources.every((source) => newest(path.join(repository, source)) <= built);
}

/**
 * Builds the web app with Vite, aside, and puts it in place as a whole: several programs may start at once on a fresh checkout.
 * @throws where the build fails
 */
export async function buildWebApp(): Promise<void> {
  const vite = path.join(repository, "node_modules/vite/bin/vite.js");
  if (!fs.existsSync(vite)) {
    if (fs.existsSync(path.join(dist, "index.html"))) return;
    throw new Error(
      "The web app is not built and Vite is not installed: run npm ci with development dependencies, then npm run build.",
    );
  }
  const aside = path.join(repository, `web/node_modules/.isocenter-build-${process.pid}`);
  const options = ["--outDir", aside, "--emptyOutDir", "--logLevel", "warn"];
  const child = spawn(process.execPath, [vite, "build", ...options], {
    cwd: path.join(repository, "web"),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  try {
    if (code !== 0) throw new Error(`Building the web app failed (Vite ended with ${code}):\n${said}`);
    if (!webAppIsBuilt()) replaceDist(aside);
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * Each step is one rename, so that a program which starts at the same moment finds the web app whole or not at all.
 * @throws where that fails, unless another program has put its own in place at the same moment
 */
function replaceDist(built: string): void {
  const before = `${built}-before`;
  try {
    if (fs.existsSync(dist)) fs.renameSync(dist, before);
    fs.renameSync(built, dist);
  } catch (error) {
    if (!webAppIsBuilt()) throw error;
  } finally {
    fs.rmSync(before, { recursive: true, force: true });
  }
}

/** Whether a path is a page of the web app: of no other route, and no file, whose last part has a dot. UIDs before that have dots too. */
export function isPage(path: string): boolean {
  return /^\/(?!api(\/|$)|dicomweb(\/|$)|docs(\/|$)|redoc$|health(\/|$)|metrics$|openapi\.json$)(?:.*\/)?[^./]*$/.test(
    path,
  );
}

/** The web app's files and its pages. */
export function webAppRoutes(folder = dist): Routes {
  return async (app: App) => {
    if (!fs.existsSync(path.join(folder, "index.html"))) return;
    app.addHook("onRoute", (route) => {
      route.config = { ...route.config, public: true };
    });
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      // Hundreds, and each would be two routes: what a start takes grows with them. They are found below when they are asked for.
      globIgnore: ["assets/**"],
      cacheControl: false,
      preCompressed: true,
      setHeaders(response, file) {
        // Files under assets carry their hash in the name.
        const fixed = file.includes(`${path.sep}assets${path.sep}`);
        response.header("cache-control", fixed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
    app.get("/*", { config: { public: true }, schema: { hide: true } }, async (request, reply) => {
      const url = request.url.split("?")[0] ?? "/";
      const wantsPage = isPage(url) && (request.headers.accept ?? "").includes("text/html");
      if (wantsPage) return reply.header("cache-control", "no-cache").sendFile("index.html");
      // Looked for on the disk: whoever loads a page that was built since the start gets its files, too.
      const name = /^\/assets\/[\w.-]+$/.exec(url)?.[0];
      if (name && fs.existsSync(path.join(folder, name))) return reply.sendFile(name.slice(1));
      return sendProblem(request, reply, nothingAt(request));
    });
  };
}

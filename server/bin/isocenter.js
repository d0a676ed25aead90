#!/usr/bin/env node
// Plain JavaScript that names nothing of newer modules, so that a Node that is too old can still say so.
import module from "node:module";
import os from "node:os";
import path from "node:path";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Isocenter needs Node 24 (this is ${process.version}).\n` +
      "Run it through npm, which brings the right one on Linux and Windows: npm ci && npm start; then npx isocenter COMMAND\n" +
      "Elsewhere install Node 24 from https://nodejs.org and try again.\n",
  );
  process.exit(1);
}
// Read by libuv when its thread pool first starts: file system, hashing and password work share it.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(8, os.availableParallelism() * 4));
// What is compiled once need not be compiled again at the next start, nor by the listener's process. Where nothing may be written there it is not kept.
process.env.NODE_COMPILE_CACHE ??= path.join(import.meta.dirname, "../../node_modules/.cache/isocenter");
module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import("../src/cli.ts");

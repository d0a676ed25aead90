import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { leaveOut } from "./left-out.ts";
import { scalable } from "./rem.ts";

const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));
const server = process.env.ISOCENTER_SERVER ?? "http://127.0.0.1:3006";

// What is built is for people, whatever the environment of who builds: with React as it is in development it would be half as large again.
if (process.argv.includes("build")) process.env.NODE_ENV = "production";

/** Beside each text its compressed copy, which the server sends to whoever takes it: made once, and not at each request. */
const compressed: Plugin = {
  name: "compressed",
  apply: "build",
  writeBundle({ dir = "" }, bundle) {
    for (const name of Object.keys(bundle)) {
      if (!/\.(js|css|html|svg|wasm)$/.test(name)) continue;
      const file = path.join(dir, name);
      writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
    }
  },
};

/** The loader's worker alone; its package offers it only together with all else. */
const loader = path.dirname(fileURLToPath(import.meta.resolve("@cornerstonejs/dicom-image-loader")));
const decodeWorker = path.join(loader, "decodeImageFrameWorker.js");

export default defineConfig({
  resolve: { alias: { "decode-image-frame-worker": decodeWorker } },
  plugins: [leaveOut, react(), tailwindcss(), scalable, compressed],
  define: { __APP_VERSION__: JSON.stringify(version) },
  worker: { format: "es" },
  // The image loader starts its own module workers and must stay as it is; what it imports is CommonJS and must not. It is taken from the
  // loader's own place: its JPEG decoder is another version than the one at the top, and its WebAssembly fits that version alone.
  optimizeDeps: {
    exclude: ["@cornerstonejs/dicom-image-loader", "decode-image-frame-worker"],
    include: [
      "@cornerstonejs/core",
      "@cornerstonejs/metadata",
      "@cornerstonejs/utils",
      "@cornerstonejs/tools",
      "@cornerstonejs/dicom-image-loader > dicom-parser",
      "@cornerstonejs/dicom-image-loader > pako",
      "@cornerstonejs/dicom-image-loader > comlink",
      "@cornerstonejs/dicom-image-loader > uuid",
      "@cornerstonejs/dicom-image-loader > @cornerstonejs/codec-libjxl/decodewasmjs",
      "@cornerstonejs/dicom-image-loader > @cornerstonejs/codec-charls/decodewasmjs",
      "@cornerstonejs/dicom-image-loader > @cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs",
      "@cornerstonejs/dicom-image-loader > @cornerstonejs/codec-openjpeg/decodewasmjs",
      "@cornerstonejs/dicom-image-loader > @cornerstonejs/codec-openjph/wasmjs",
      "@cornerstonejs/dicom-image-loader > @cornerstonejs/jpeg-lossless-decoder-js",
    ],
  },
  build: {
    target: "es2022",
    // No data: URLs in what is built, so that the content security policy can stay narrow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4500,
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: {
        codeSplitting: {
          groups: [
            // What all pages need is one file: else each set of pages that share a module makes a file of its own, fifty of them before
            // anything is seen.
            { name: "index", tags: ["$initial"] },
            // What the viewer reads of this package at once: else it gets it together with the dictionary, which it asks for later.
            { name: "colours", test: /\/packages\/dicom\/src\/cielab\.ts$/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: { "/api": server, "/dicomweb": server, "/health": server },
  },
});

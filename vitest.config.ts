import path from "node:path";
import { defineConfig } from "vitest/config";

/** Of packages, server and web: what takes long, and then has a process of its own. */
const longUnits = [
  "**/{corpus,memory}.test.ts",
  "server/src/platform/objects/{azure,file,mark,s3}.test.ts",
  "packages/imaging/{src/encode,test/dcmtk}.test.ts",
];

/** Far above what is needed, as what is waited for is a state and not a time: a busy machine must not look like a defect. */
const common = {
  testTimeout: 120_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 30_000 } },
  maxWorkers: 2,
  // What a process compiles is kept where the program keeps it (server/bin/isocenter.js), because each long file has a process of its own.
  env: { NODE_COMPILE_CACHE: path.join(import.meta.dirname, "node_modules/.cache/isocenter") },
};

/**
 * Long files first, each in a process of its own. The short ones after them, so that the workers end together, and many to a process,
 * because starting one and reading the server's modules takes longer than most of these files: they leave nothing behind in their modules.
 */
export default defineConfig({
  test: {
    globalSetup: ["test/support/postgres.ts"],
    projects: [
      {
        test: {
          ...common,
          name: "flows",
          include: ["test/**/*.test.ts", ...longUnits],
        },
      },
      {
        test: {
          ...common,
          name: "units",
          include: [
            "packages/*/{src,test}/**/*.test.ts",
            "server/src/**/*.test.ts",
            "web/src/**/*.test.{ts,tsx}",
          ],
          exclude: [...longUnits, "**/node_modules/**"],
          isolate: false,
        },
      },
    ],
  },
});

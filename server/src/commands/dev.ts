import { spawn } from "node:child_process";
import path from "node:path";
import { processEnvironment } from "../platform/index.ts";
import type { Command } from "./command.ts";

/** The server restarting on changes, and Vite for the web app; both end together. */
function develop(): void {
  const repository = path.resolve(import.meta.dirname, "../../..");
  const environment = { NODE_ENV: "development", ...processEnvironment() };
  const children = [
    spawn(
      process.execPath,
      ["--watch", "--watch-preserve-output", path.join(repository, "server/bin/isocenter.js"), "start"],
      {
        stdio: "inherit",
        env: environment,
      },
    ),
    spawn(process.execPath, [path.join(repository, "node_modules/vite/bin/vite.js")], {
      cwd: path.join(repository, "web"),
      stdio: "inherit",
      env: environment,
    }),
  ];
  const end = () => {
    for (const child of children) child.kill("SIGTERM");
  };
  for (const child of children) child.once("exit", end);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
}

export const dev: Command = {
  summary: "start it for development: restarts on changes, web app by Vite on port 5173",
  async run() {
    develop();
    return undefined;
  },
};

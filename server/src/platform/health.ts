import type { Logger } from "pino";
import { Type } from "typebox";
import type { App, Routes } from "./http/app.ts";
import type { Metrics } from "./metrics.ts";

export interface HealthCheck {
  name: string;
  /** Throws when the dependency is down. `degraded`: it works, and somebody should look. */
  check(): Promise<{ status: "ok" | "degraded"; detail?: string }>;
  /** Without it the program cannot serve: /health/ready says no. */
  essential: boolean;
}

const status = (...values: string[]) => Type.Enum(values);
const Alive = Type.Object({ status: status("ok") });
const Ready = Type.Object({ status: status("ok", "down") });
const Health = Type.Object({
  status: status("ok", "degraded", "down"),
  dependencies: Type.Record(
    Type.String(),
    Type.Object({ status: status("ok", "degraded", "down"), detail: Type.Optional(Type.String()) }),
  ),
});
const tags = ["Operations"];

const checkTimeoutMs = 5000;

type Result = { name: string; essential: boolean; status: "ok" | "degraded" | "down"; detail?: string };

async function ask(check: HealthCheck, log: Logger, metrics: Metrics): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), checkTimeoutMs);
  try {
    const answer = await Promise.race([check.check(), late]);
    metrics.dependencyUp.set({ dependency: check.name }, 1);
    return { name: check.name, essential: check.essential, ...answer };
  } catch (error) {
    metrics.dependencyUp.set({ dependency: check.name }, 0);
    log.warn({ err: error, dependency: check.name }, "dependency is down");
    return { name: check.name, essential: check.essential, status: "down" };
  } finally {
    clearTimeout(timer);
  }
}

/** `GET /health`, `/health/live`, `/health/ready`: whether the program and what it needs are well. No patient data, no token. */
export function healthRoutes(checks: readonly HealthCheck[], log: Logger, metrics: Metrics): Routes {
  const all = () => Promise.all(checks.map((check) => ask(check, log, metrics)));
  return (app: App) => {
    const config = { public: true } as const;
    app.get(
      "/health/live",
      { config, schema: { tags, summary: "Whether the program runs", response: { 200: Alive } } },
      async () => ({ status: "ok" }),
    );
    app.get(
      "/health/ready",
      { config, schema: { tags, summary: "Whether it can serve", response: { 200: Ready, 503: Ready } } },
      async (_request, reply) => {
        const down = (await all()).filter((result) => result.essential && result.status === "down");
        if (down.length > 0) reply.code(503).header("retry-after", "5");
        return { status: down.length > 0 ? "down" : "ok" };
      },
    );
    app.get(
      "/health",
      {
        config,
        schema: {
          tags,
          summary: "How the program and each thing it needs is",
          response: { 200: Health, 503: Health },
        },
      },
      async (_request, reply) => {
        const results = await all();
        const down = results.some((result) => result.essential && result.status === "down");
        const status = down ? "down" : results.some((result) => result.status !== "ok") ? "degraded" : "ok";
        if (down) reply.code(503).header("retry-after", "5");
        return {
          status,
          dependencies: Object.fromEntries(
            results.map(({ name, essential: _, ...result }) => [name, result]),
          ),
        };
      },
    );
  };
}

import { DemoProgress, DemoStarted, Problem, RemoveDemoQuery } from "@isocenter/contract";
import { Type } from "typebox";
import type { Routes } from "../platform/index.ts";
import { type Demo, peopleOf } from "./types.ts";

/** `/demo`: loading the demonstration, and how far it is. */
export function demoRoutes(demo: Pick<Demo, "plan" | "remove" | "state">): Routes {
  return (app) => {
    const config = { permission: "demo.manage" } as const;
    app.post(
      "/demo",
      {
        config,
        schema: {
          summary: "Load the demonstration: a department of invented people and patients",
          response: { 202: DemoStarted },
        },
      },
      async (_request, reply) => reply.code(202).send(await demo.plan()),
    );
    app.delete(
      "/demo",
      {
        config,
        schema: {
          summary:
            "Takes the demonstration away, with its people and images; refused where something else hangs on it",
          querystring: RemoveDemoQuery,
          response: { 204: Type.Null(), "4xx": Problem },
        },
      },
      async ({ query }, reply) => {
        await demo.remove(query);
        reply.code(204);
        return null;
      },
    );
    app.get(
      "/demo",
      { config, schema: { summary: "How far the demonstration is", response: { 200: DemoProgress } } },
      async (): Promise<DemoProgress> => {
        const state = await demo.state();
        if (!state || state.state === "REMOVED")
          return {
            state: "NONE",
            facilityId: null,
            done: 0,
            total: 0,
            doing: "",
            startedAt: null,
            finishedAt: null,
            people: [],
          };
        const { number: _, prefix, startedAt, finishedAt, state: now, ...progress } = state;
        return {
          ...progress,
          state: now,
          startedAt: startedAt.toISOString(),
          finishedAt: finishedAt?.toISOString() ?? null,
          people: peopleOf(prefix),
        };
      },
    );
  };
}

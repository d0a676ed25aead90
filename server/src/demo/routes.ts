import { DemoProgress, DemoStarted, Problem, RemoveDemoQuery } from "@isocenter/contract";
import { Type } from "typebox";
import { Refusal, type Routes, type Viewer } from "../platform/index.ts";
import type { DemoState } from "./state.ts";
import { type Demo, peopleOf } from "./types.ts";

/** Its facility may be one that does not exist for the viewer: then it is known that there is a demonstration, and nothing of it. */
const isAt = ({ facilityIds }: Viewer, state: DemoState): boolean =>
  state.facilityId === null || facilityIds.includes(state.facilityId);

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
      async ({ query, viewer }, reply) => {
        const state = await demo.state();
        if (state && state.state !== "REMOVED" && !isAt(viewer, state))
          throw new Refusal(
            "forbidden",
            "demo.not-yours",
            "The demonstration is at a facility where you do not work, or which you have not chosen now.",
          );
        await demo.remove(query);
        reply.code(204);
        return null;
      },
    );
    app.get(
      "/demo",
      { config, schema: { summary: "How far the demonstration is", response: { 200: DemoProgress } } },
      async ({ viewer }): Promise<DemoProgress> => {
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
        const mine = isAt(viewer, state);
        return {
          ...progress,
          facilityId: mine ? state.facilityId : null,
          state: now,
          startedAt: startedAt.toISOString(),
          finishedAt: finishedAt?.toISOString() ?? null,
          people: mine ? peopleOf(prefix) : [],
        };
      },
    );
  };
}

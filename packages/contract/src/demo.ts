import { type Static, Type } from "typebox";
import { roles } from "./enumerations.ts";
import { DateTime, Id, Nullable } from "./lists.ts";

/** Somebody of the demonstration. */
export const DemoPerson = Type.Object({
  username: Type.String(),
  name: Type.String(),
  role: Type.Enum([...roles]),
});

export const DemoStarted = Type.Object({
  facility: Type.String({ description: "The name of the facility that it has to itself" }),
  password: Type.String({ description: "Of everybody in it; shown this once" }),
  people: Type.Array(DemoPerson),
});
export type DemoStarted = Static<typeof DemoStarted>;

export const DemoProgress = Type.Object({
  state: Type.Enum(["NONE", "LOADING", "READY", "FAILED"]),
  facilityId: Nullable(Id),
  done: Type.Integer({ description: "Of `total`, what has happened in it so far" }),
  total: Type.Integer(),
  doing: Type.String({ description: "What happens in it now" }),
  startedAt: Nullable(DateTime),
  finishedAt: Nullable(DateTime),
  people: Type.Array(DemoPerson),
});
export type DemoProgress = Static<typeof DemoProgress>;

import { type Static, Type } from "typebox";
import { roles } from "./enumerations.ts";
import { closed, DateTime, Id, Nullable } from "./lists.ts";

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
  people: Type.Array(DemoPerson, {
    description: "None, and no `facilityId`, where the viewer does not work at its facility",
  }),
});
export type DemoProgress = Static<typeof DemoProgress>;

export const RemoveDemoQuery = Type.Object(
  {
    withPatients: Type.Optional(
      Type.Boolean({
        description:
          "What its facility has of patients goes, although others registered them or know them at another facility too, where they stay",
      }),
    ),
  },
  closed,
);
export type RemoveDemoQuery = Static<typeof RemoveDemoQuery>;

/** Something that hangs on the demonstration without being of it: a member `records` of the refusal to take it away. */
export const DemoNewcomer = Type.Object({
  kind: Type.Enum(["study", "patient", "shared", "person", "machine", "system"]),
  id: Id,
  name: Nullable(
    Type.String({
      description:
        "Accession number, number of the patient, name, AE title; of a system that speaks HL7 its name",
    }),
  ),
});
export type DemoNewcomer = Static<typeof DemoNewcomer>;

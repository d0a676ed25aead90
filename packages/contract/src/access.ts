import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Moment, Nullable } from "./lists.ts";

export const glassStates = ["OPEN", "ENDED"] as const;

/** Somebody saw a patient's records for an hour although they were not in their care, and why. */
export const BreakGlass = Type.Object({
  id: Id,
  user: Type.Object({ id: Id, name: Type.String() }),
  patientId: Id,
  patientNumber: Nullable(Type.String({ description: "The patient's first identifier" })),
  facilityId: Id,
  reason: Type.String(),
  startsAt: DateTime,
  endsAt: DateTime,
  state: Type.Enum([...glassStates]),
});
export type BreakGlass = Static<typeof BreakGlass>;

/** The patient by our id, or by an identifier as it stands on a wristband: whoever breaks the glass cannot search for them. */
export const CreateBreakGlass = Type.Object(
  {
    patientId: Type.Optional(Id),
    identifier: Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: "\\S" })),
    issuer: Type.Optional(Type.String({ maxLength: 64, description: "Whose the identifier is" })),
    reason: Type.String({
      minLength: 1,
      maxLength: 1000,
      pattern: "\\S",
      description: "Why it could not wait; read by those who watch over access",
    }),
  },
  closed,
);
export type CreateBreakGlass = Static<typeof CreateBreakGlass>;

export const BreakGlassListQuery = Type.Object(
  {
    ...listQuery,
    patientId: Type.Optional(Id),
    userId: Type.Optional(Id),
    state: Type.Optional(Type.String({ maxLength: 16, description: glassStates.join(", ") })),
    from: Type.Optional(Moment),
    to: Type.Optional(Moment),
  },
  closed,
);
export type BreakGlassListQuery = Static<typeof BreakGlassListQuery>;

export const breakGlassSortFields = ["startsAt"] as const;

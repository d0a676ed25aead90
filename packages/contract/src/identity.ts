import { type Static, Type } from "typebox";
import { roles } from "./enumerations.ts";
import { closed, DateTime, Id, Nullable } from "./lists.ts";
import { permissions } from "./permissions.ts";

export const RoleName = Type.Enum([...roles]);

export const User = Type.Object({
  id: Id,
  username: Type.String(),
  fullName: Type.String(),
  email: Nullable(Type.String()),
  roles: Type.Array(RoleName),
  facilityIds: Type.Array(Id),
  active: Type.Boolean(),
  version: Type.Integer(),
  createdAt: DateTime,
});
export type User = Static<typeof User>;

/** The person who is signed in, with what they may do and where: enough for a client to show only what works. */
export const Me = Type.Object({
  ...User.properties,
  permissions: Type.Array(Type.Enum([...permissions])),
  facilities: Type.Array(Type.Object({ id: Id, name: Type.String(), timeZone: Type.String() })),
  mustChangePassword: Type.Boolean(),
});
export type Me = Static<typeof Me>;

export const LoginRequest = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 128 }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
  },
  closed,
);
export type LoginRequest = Static<typeof LoginRequest>;

/** `expiresIn` in seconds. `refreshToken` is null for the web app, which holds it in an HttpOnly cookie. */
export const TokenAnswer = Type.Object({
  accessToken: Type.String(),
  refreshToken: Nullable(Type.String()),
  tokenType: Type.Literal("Bearer"),
  expiresIn: Type.Integer(),
  user: Me,
});
export type TokenAnswer = Static<typeof TokenAnswer>;

export const Facility = Type.Object({
  id: Id,
  name: Type.String(),
  timeZone: Type.String(),
  patientIdIssuer: Type.String(),
  version: Type.Integer(),
});
export type Facility = Static<typeof Facility>;

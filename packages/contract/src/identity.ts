import { type Static, Type } from "typebox";
import { roles } from "./enumerations.ts";
import { closed, DateTime, Id, listQuery, Nullable } from "./lists.ts";
import { permissions } from "./permissions.ts";

export const RoleName = Type.Enum([...roles]);
/** Read in any case. */
const RoleInput = Type.String({ minLength: 1, maxLength: 32 });
const RolesInput = Type.Array(RoleInput, { minItems: 1, maxItems: roles.length });
const FacilityIdsInput = Type.Array(Id, { minItems: 1, maxItems: 100, uniqueItems: true });
const ExpectedVersion = Type.Optional(Type.Integer({ minimum: 1, description: "Or the header If-Match" }));

const Username = Type.String({
  minLength: 2,
  maxLength: 128,
  pattern: "^[^\\s\\u0000-\\u001f]+$",
  description: "Without spaces; no difference between upper and lower case",
});
const FullName = Type.String({ minLength: 1, maxLength: 256, pattern: "\\S" });
const Email = Type.String({ format: "email", maxLength: 254 });
const NewPassword = Type.String({ minLength: 1, maxLength: 256, description: "At least 12 characters" });

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

/** A user as who administers users sees it. `facilityIds` are those that both belong to. */
export const UserDetails = Type.Object({
  ...User.properties,
  mustChangePassword: Type.Boolean(),
  lastSignInAt: Nullable(DateTime),
  lockedUntil: Nullable(DateTime),
  actions: Type.Array(
    Type.Enum(["edit", "activate", "deactivate", "reset-password", "sessions", "end-sessions"]),
  ),
});
export type UserDetails = Static<typeof UserDetails>;

/** The answer that shows a password, once. */
export const UserWithPassword = Type.Object({
  ...UserDetails.properties,
  temporaryPassword: Nullable(
    Type.String({ description: "Shown this once, where none was given; to be changed at the first sign-in" }),
  ),
});
export type UserWithPassword = Static<typeof UserWithPassword>;

export const CreateUserRequest = Type.Object(
  {
    username: Username,
    fullName: FullName,
    email: Type.Optional(Nullable(Email)),
    roles: RolesInput,
    facilityIds: Type.Optional(FacilityIdsInput),
    password: Type.Optional(NewPassword),
    active: Type.Optional(Type.Boolean({ description: "false: who may not sign in yet" })),
  },
  closed,
);
export type CreateUserRequest = Static<typeof CreateUserRequest>;

export const UpdateUserRequest = Type.Object(
  {
    username: Type.Optional(Username),
    fullName: Type.Optional(FullName),
    email: Type.Optional(Nullable(Email)),
    roles: Type.Optional(RolesInput),
    facilityIds: Type.Optional(FacilityIdsInput),
    active: Type.Optional(Type.Boolean({ description: "As activating and deactivating do" })),
    expectedVersion: ExpectedVersion,
  },
  closed,
);
export type UpdateUserRequest = Static<typeof UpdateUserRequest>;

export const VersionRequest = Type.Object({ expectedVersion: ExpectedVersion }, closed);

export const ResetPasswordRequest = Type.Object(
  { password: Type.Optional(NewPassword), expectedVersion: ExpectedVersion },
  closed,
);
export type ResetPasswordRequest = Static<typeof ResetPasswordRequest>;

export const userSortFields = ["username", "fullName", "createdAt"] as const;
export const UserListQuery = Type.Object(
  {
    ...listQuery,
    query: Type.Optional(Type.String({ maxLength: 128 })),
    role: Type.Optional(RoleInput),
    active: Type.Optional(Type.Boolean()),
    facilityId: Type.Optional(Id),
  },
  closed,
);
export type UserListQuery = Static<typeof UserListQuery>;

export const Session = Type.Object({
  id: Id,
  client: Type.Enum(["WEB", "API"]),
  address: Nullable(Type.String()),
  userAgent: Nullable(Type.String()),
  createdAt: DateTime,
  lastUsedAt: DateTime,
  expiresAt: DateTime,
  current: Type.Boolean({ description: "The one that asks" }),
});
export type Session = Static<typeof Session>;
export const SessionListQuery = Type.Object({ ...listQuery }, closed);

/** The person who is signed in, with what they may do and where: enough for a client to show only what works. */
export const Me = Type.Object({
  ...User.properties,
  permissions: Type.Array(Type.Enum([...permissions])),
  facilities: Type.Array(Type.Object({ id: Id, name: Type.String(), timeZone: Type.String() })),
  mustChangePassword: Type.Boolean(),
  screenLockMinutes: Type.Integer({
    description: "After so long without a touch the web app locks its screen; 0: never",
  }),
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

/** The web app leaves the token out: it is in its cookie. */
export const RefreshRequest = Type.Object(
  { refreshToken: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 256 }))) },
  closed,
);
export type RefreshRequest = Static<typeof RefreshRequest>;

export const ChangePasswordRequest = Type.Object(
  { currentPassword: Type.String({ minLength: 1, maxLength: 256 }), newPassword: NewPassword },
  closed,
);
export type ChangePasswordRequest = Static<typeof ChangePasswordRequest>;

/** What clients keep for their user, as they like; at most 64 KiB. */
export const Preferences = Type.Record(Type.String({ maxLength: 128 }), Type.Unknown(), {
  maxProperties: 200,
});

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

/** Of what is written for people outside: letters and e-mails (RFC 5646). */
export const facilityLanguages = ["en", "fr"] as const;
export type FacilityLanguage = (typeof facilityLanguages)[number];

export const FacilityDetails = Type.Object({
  ...Facility.properties,
  language: Type.Enum([...facilityLanguages], { description: "Of letters and e-mails" }),
  address: Type.String({ description: "As it stands at the head of letters, a line for each; may be empty" }),
  phone: Type.String(),
  privacyOfficerId: Nullable(
    Type.String({
      format: "uuid",
      description: "The user who is told, with the administrators, of curious looks",
    }),
  ),
  createdAt: DateTime,
  actions: Type.Array(Type.Enum(["edit"])),
});
export type FacilityDetails = Static<typeof FacilityDetails>;

const FacilityName = Type.String({ minLength: 1, maxLength: 128, pattern: "\\S" });
const TimeZone = Type.String({
  minLength: 1,
  maxLength: 64,
  description: "IANA name, such as Europe/Berlin",
});
const Issuer = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^(?=.*\\S)[^\\\\\\u0000-\\u001f]*$",
  description: "IssuerOfPatientID (DICOM LO)",
});

const Address = Type.String({
  maxLength: 512,
  description: "At most six lines are printed at the head of letters",
});
const Phone = Type.String({ maxLength: 64 });
const Language = Type.String({ maxLength: 16, description: "Of letters and e-mails: en or fr, in any case" });

export const CreateFacilityRequest = Type.Object(
  {
    name: FacilityName,
    timeZone: Type.Optional(TimeZone),
    language: Type.Optional(Language),
    patientIdIssuer: Type.Optional(Issuer),
    address: Type.Optional(Address),
    phone: Type.Optional(Phone),
  },
  closed,
);
export type CreateFacilityRequest = Static<typeof CreateFacilityRequest>;

export const UpdateFacilityRequest = Type.Object(
  {
    name: Type.Optional(FacilityName),
    timeZone: Type.Optional(TimeZone),
    language: Type.Optional(Language),
    patientIdIssuer: Type.Optional(Issuer),
    address: Type.Optional(Address),
    phone: Type.Optional(Phone),
    privacyOfficerId: Type.Optional(Nullable(Id)),
    expectedVersion: ExpectedVersion,
  },
  closed,
);
export type UpdateFacilityRequest = Static<typeof UpdateFacilityRequest>;

export const FacilityListQuery = Type.Object({ ...listQuery }, closed);
export type FacilityListQuery = Static<typeof FacilityListQuery>;
export const facilitySortFields = ["name", "createdAt"] as const;

export const ApiKey = Type.Object({
  id: Id,
  name: Type.String(),
  hint: Type.String({ description: "The first characters of the key" }),
  roles: Type.Array(RoleName),
  facilityIds: Type.Array(Id),
  createdBy: Type.Object({ id: Id, name: Type.String() }),
  createdAt: DateTime,
  expiresAt: Nullable(DateTime),
  lastUsedAt: Nullable(DateTime),
  actions: Type.Array(Type.Enum(["revoke"])),
});
export type ApiKey = Static<typeof ApiKey>;

export const ApiKeyWithSecret = Type.Object({
  ...ApiKey.properties,
  key: Type.String({ description: "The key itself, shown this once" }),
});
export type ApiKeyWithSecret = Static<typeof ApiKeyWithSecret>;

export const CreateApiKeyRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128, pattern: "\\S" }),
    roles: RolesInput,
    facilityIds: Type.Optional(FacilityIdsInput),
    expiresAt: Type.Optional(Nullable(DateTime)),
  },
  closed,
);
export type CreateApiKeyRequest = Static<typeof CreateApiKeyRequest>;

export const ApiKeyListQuery = Type.Object({ ...listQuery }, closed);
export type ApiKeyListQuery = Static<typeof ApiKeyListQuery>;
export const apiKeySortFields = ["name", "createdAt"] as const;

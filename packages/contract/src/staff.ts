import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Nullable } from "./lists.ts";

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: "\\S" });
const Email = Type.String({ format: "email", maxLength: 254 });
const ExpectedVersion = Type.Optional(Type.Integer({ minimum: 1, description: "Or the header If-Match" }));
const FacilityIdsInput = Type.Array(Id, { minItems: 1, maxItems: 100, uniqueItems: true });

/** Someone who works in the department, whether they sign in or not. `facilityIds` are those that the viewer belongs to as well. */
export const Staff = Type.Object({
  id: Id,
  firstName: Type.String(),
  lastName: Type.String(),
  profession: Type.String(),
  department: Nullable(Type.String()),
  departmentId: Nullable(Id),
  licenceNumber: Nullable(Type.String()),
  email: Nullable(Type.String()),
  phone: Nullable(Type.String()),
  facilityIds: Type.Array(Id),
  userId: Nullable(Id),
  active: Type.Boolean(),
  version: Type.Integer(),
  createdAt: DateTime,
  actions: Type.Array(Type.Enum(["edit"])),
});
export type Staff = Static<typeof Staff>;

/** A department that is not known yet is made, without a head. */
export const CreateStaff = Type.Object(
  {
    firstName: text(128),
    lastName: text(128),
    profession: text(128),
    department: Type.Optional(Nullable(text(128))),
    licenceNumber: Type.Optional(Nullable(text(64))),
    email: Type.Optional(Nullable(Email)),
    phone: Type.Optional(Nullable(text(64))),
    facilityIds: Type.Optional(FacilityIdsInput),
    userId: Type.Optional(Nullable(Id)),
    active: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type CreateStaff = Static<typeof CreateStaff>;

export const ChangeStaff = Type.Object(
  {
    firstName: Type.Optional(text(128)),
    lastName: Type.Optional(text(128)),
    profession: Type.Optional(text(128)),
    department: Type.Optional(Nullable(text(128))),
    licenceNumber: Type.Optional(Nullable(text(64))),
    email: Type.Optional(Nullable(Email)),
    phone: Type.Optional(Nullable(text(64))),
    facilityIds: Type.Optional(FacilityIdsInput),
    userId: Type.Optional(Nullable(Id)),
    active: Type.Optional(Type.Boolean()),
    expectedVersion: ExpectedVersion,
  },
  closed,
);
export type ChangeStaff = Static<typeof ChangeStaff>;

export const staffSortFields = ["name", "profession", "createdAt"] as const;
/** `query` is looked for in names, licence number and e-mail. */
export const StaffListQuery = Type.Object(
  {
    ...listQuery,
    query: Type.Optional(Type.String({ maxLength: 128 })),
    profession: Type.Optional(Type.String({ maxLength: 128 })),
    department: Type.Optional(Type.String({ maxLength: 128 })),
    facilityId: Type.Optional(Id),
    userId: Type.Optional(Id),
    active: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type StaffListQuery = Static<typeof StaffListQuery>;

/** `head` is who answers for it when nobody else does. */
export const Department = Type.Object({
  id: Id,
  facilityId: Id,
  name: Type.String(),
  head: Nullable(Type.Object({ id: Id, name: Type.String() })),
  version: Type.Integer(),
  createdAt: DateTime,
  actions: Type.Array(Type.Enum(["edit"])),
});
export type Department = Static<typeof Department>;

export const CreateDepartment = Type.Object(
  { name: text(128), facilityId: Type.Optional(Id), headId: Type.Optional(Nullable(Id)) },
  closed,
);
export type CreateDepartment = Static<typeof CreateDepartment>;

export const ChangeDepartment = Type.Object(
  {
    name: Type.Optional(text(128)),
    headId: Type.Optional(Nullable(Id)),
    expectedVersion: ExpectedVersion,
  },
  closed,
);
export type ChangeDepartment = Static<typeof ChangeDepartment>;

export const departmentSortFields = ["name", "createdAt"] as const;
export const DepartmentListQuery = Type.Object({ ...listQuery, facilityId: Type.Optional(Id) }, closed);
export type DepartmentListQuery = Static<typeof DepartmentListQuery>;

/** Somebody on call for a service. `version` is the roster's: of all entries of the service at the facility; so are `actions`. */
export const OnCallEntry = Type.Object({
  id: Id,
  facilityId: Id,
  service: Type.String(),
  user: Type.Object({ id: Id, name: Type.String() }),
  startsAt: DateTime,
  endsAt: DateTime,
  level: Type.Integer({ description: "1 is called first" }),
  version: Type.Integer(),
  actions: Type.Array(Type.Enum(["change"])),
});
export type OnCallEntry = Static<typeof OnCallEntry>;

export const onCallSortFields = ["startsAt"] as const;
/** `at`: who is on call then. `from`, `to`: entries that touch the time between. */
export const OnCallListQuery = Type.Object(
  {
    ...listQuery,
    at: Type.Optional(DateTime),
    from: Type.Optional(DateTime),
    to: Type.Optional(DateTime),
    service: Type.Optional(Type.String({ maxLength: 128, description: "Or the name of a department" })),
    userId: Type.Optional(Id),
    facilityId: Type.Optional(Id),
  },
  closed,
);
export type OnCallListQuery = Static<typeof OnCallListQuery>;

/**
 * Replaces the service's roster between two times; what reaches over them is cut there. `expectedVersion`, here or in `If-Match`, is the roster's: 0
 * where nobody was ever on it.
 */
export const ReplaceOnCall = Type.Object(
  {
    facilityId: Type.Optional(Id),
    service: text(128),
    from: DateTime,
    to: DateTime,
    entries: Type.Array(
      Type.Object(
        {
          userId: Id,
          startsAt: DateTime,
          endsAt: DateTime,
          level: Type.Optional(Type.Integer({ minimum: 1, maximum: 9, default: 1 })),
        },
        closed,
      ),
      { maxItems: 1000 },
    ),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
);
export type ReplaceOnCall = Static<typeof ReplaceOnCall>;

/** The roster between the two times, as it is now. */
export const OnCallRoster = Type.Object({
  facilityId: Id,
  service: Type.String(),
  from: DateTime,
  to: DateTime,
  version: Type.Integer(),
  actions: Type.Array(Type.Enum(["change"])),
  entries: Type.Array(OnCallEntry),
});
export type OnCallRoster = Static<typeof OnCallRoster>;

import { type Static, type TSchema, Type } from "typebox";

/** An object of which nothing else is accepted: unknown members are a 400 that names them. */
export const closed = { additionalProperties: false } as const;

export const Id = Type.String({ format: "uuid" });
export const DateTime = Type.String({ format: "date-time" });
export const DateOnly = Type.String({ format: "date" });
/** Of filters: a moment, or a whole day (UTC), which is included from its beginning to its end. */
export const Moment = Type.Union([DateTime, DateOnly], {
  description: "A date and time with its offset, or a date: the whole day, UTC",
});
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A member that need not be there; where something is made, `null` says the same. Whoever reads the body sees neither. */
export const orNull = <T extends TSchema>(schema: T) =>
  Type.Optional(Type.Unsafe<Static<T>>({ ...Type.Union([schema, Type.Null()]), "x-null-is-absent": true }));

/** `next` and `previous` are URLs or null; totals are counted to 10,000 and then marked inexact. */
export const Pagination = Type.Object({
  total: Type.Integer(),
  totalIsExact: Type.Boolean(),
  limit: Type.Integer(),
  offset: Type.Integer(),
  next: Nullable(Type.String()),
  previous: Nullable(Type.String()),
});
export type Pagination = Static<typeof Pagination>;

/** A filter that takes several values: with commas between them, or the parameter once for each. */
export const several = (description: string, maxLength = 128) =>
  Type.Optional(
    Type.String({
      maxLength,
      description: `${description}; several with commas between, or the parameter once for each`,
      "x-several": true,
    }),
  );

export const listOf = <T extends TSchema>(item: T) =>
  Type.Object({ data: Type.Array(item), pagination: Pagination });

/** What every list takes beside its own filters. `after` is the key that `next` carries. */
export const listQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 25 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  sort: Type.Optional(Type.String({ maxLength: 64 })),
  after: Type.Optional(Type.String({ maxLength: 512 })),
} as const;

/** Of a list that is read whole, because an item has few of them; `after` is what `next` carries. */
export const WholeListQuery = Type.Object(
  {
    limit: listQuery.limit,
    offset: listQuery.offset,
    sort: listQuery.sort,
    after: Type.Optional(Type.String({ pattern: "^[0-9]{1,6}$" })),
  },
  closed,
);

/** application/problem+json (RFC 9457); `message` equals `detail`, because some clients read that. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
  message: Type.String(),
  instance: Type.String(),
  requestId: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  current: Type.Optional(
    Type.Unknown({ description: "Where a change was for an older version: the item as it is now" }),
  ),
});
export type Problem = Static<typeof Problem>;

import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Nullable } from "./lists.ts";

/** A number of the queue's, or the UUID of a request that is answered later. */
export const jobIdPattern = "^([0-9]{1,18}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$";

/** FAILED waits to be tried again; GAVE_UP does not. */
export const jobStates = ["WAITING", "RUNNING", "FAILED", "GAVE_UP"] as const;
export type JobState = (typeof jobStates)[number];

/** Background work that is not done yet; what is done leaves no trace here. */
export const Job = Type.Object({
  id: Type.String(),
  name: Type.String({ description: "Such as archive.settle-study" }),
  state: Type.Enum([...jobStates]),
  attempts: Type.Integer(),
  maxAttempts: Type.Integer(),
  lastError: Nullable(Type.String({ description: "Its first line" })),
  runAt: DateTime,
  createdAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type Job = Static<typeof Job>;

/** The newest first when `sort` is left out. */
export const JobListQuery = Type.Object(
  {
    ...listQuery,
    after: Type.Optional(Type.String({ pattern: "^[0-9]{1,18}$", description: "The id of a job" })),
    state: Type.Optional(Type.String({ maxLength: 16, description: jobStates.join(", ") })),
    name: Type.Optional(Type.String({ maxLength: 128 })),
  },
  closed,
);
export type JobListQuery = Static<typeof JobListQuery>;

/** FAILED: the answer is a refusal, or its session had ended. */
export const requestStates = ["WAITING", "RUNNING", "DONE", "FAILED"] as const;

/** A request that is answered later, because its client said `Prefer: respond-async`. */
export const RequestJob = Type.Object({
  id: Id,
  name: Type.String({ description: "What was asked: POST /api/v1/exports" }),
  state: Type.Enum([...requestStates]),
  createdAt: DateTime,
  startedAt: Nullable(DateTime),
  finishedAt: Nullable(DateTime),
  expiresAt: Type.String({ format: "date-time", description: "Until when it is kept" }),
  status: Nullable(Type.Integer({ description: "Of the answer" })),
  result: Nullable(Type.String({ description: "Where the answer is, as it would have come at once" })),
});
export type RequestJob = Static<typeof RequestJob>;

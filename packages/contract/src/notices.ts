import { type Static, Type } from "typebox";
import { Subject } from "./journal.ts";
import { closed, DateTime, Id, listQuery, Nullable, Pagination } from "./lists.ts";

/** ALARM stays on the screen until somebody answers. */
export const noticeLevels = ["INFO", "IMPORTANT", "ALARM"] as const;
export type NoticeLevel = (typeof noticeLevels)[number];

/** By which notices go beside the app itself. */
export const noticeChannels = ["EMAIL", "SERVICE"] as const;
export type NoticeChannel = (typeof noticeChannels)[number];

/** The ways by which a person can be told. */
export const tellingChannels = ["IN_APP", ...noticeChannels] as const;
export type TellingChannel = (typeof tellingChannels)[number];

/** FAILED is tried again; GAVE_UP is not. WITHDRAWN: what it tells of was over before it was sent. */
const deliveryStates = ["QUEUED", "SENT", "FAILED", "GAVE_UP", "WITHDRAWN"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** UNKNOWN: it was handed over and no answer came; it may have arrived. */
const attemptOutcomes = ["SENT", "FAILED", "UNKNOWN"] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** What one is told of. */
export const Notice = Type.Object({
  id: Id,
  kind: Type.String({ description: "Such as report.available" }),
  level: Type.Enum([...noticeLevels]),
  facilityId: Id,
  subject: Subject,
  patientId: Nullable(Id),
  data: Type.Record(Type.String(), Type.Unknown(), { description: "Ids, states, times" }),
  createdAt: DateTime,
  readAt: Nullable(DateTime),
  endedAt: Nullable(
    Type.String({
      format: "date-time",
      description: "Since when it waits for nobody any more: what it asks for was done",
    }),
  ),
  actions: Type.Array(Type.String()),
});
export type Notice = Static<typeof Notice>;

const kind = Type.String({
  maxLength: 64,
  pattern: "^[a-z][a-z0-9-]*\\.(\\*|[a-z][a-z0-9-]*)$",
  description: "report.available, or report.* for all of a noun",
});
/** The newest first. */
export const NoticeListQuery = Type.Object(
  {
    ...listQuery,
    unread: Type.Optional(
      Type.Boolean({ description: "true: only those that are neither read nor ended; false: the others" }),
    ),
    kind: Type.Optional(kind),
    level: Type.Optional(Type.String({ maxLength: 16, description: noticeLevels.join(", ") })),
  },
  closed,
);
export type NoticeListQuery = Static<typeof NoticeListQuery>;

export const NoticeList = Type.Object({
  data: Type.Array(Notice),
  pagination: Pagination,
  unread: Type.Integer({
    description: "All of mine that are neither read nor ended, whatever was asked for; at most 10,000",
  }),
});

/** Alarms stay: each is read by itself. */
export const ReadAll = Type.Object({ kind: Type.Optional(kind) }, closed);
export const ReadAllAnswer = Type.Object({ read: Type.Integer() });

const preferences = Type.Array(
  Type.Object(
    {
      kind: Type.String({
        maxLength: 64,
        pattern: "^(\\*|[a-z][a-z0-9-]*\\.(\\*|[a-z][a-z0-9-]*))$",
        description: "report.available, report.*, or * for all that is not named",
      }),
      channels: Type.Array(Type.String({ maxLength: 16 }), {
        maxItems: 8,
        description: `Any of ${noticeChannels.join(", ")}; none: in the app alone`,
      }),
    },
    closed,
  ),
  { maxItems: 100 },
);

/** Where nothing is chosen, IMPORTANT goes by every channel and INFO by none. ALARM always goes by every channel; findings by those of their policy. */
export const NoticePreferences = Type.Object({
  preferences,
  channels: Type.Array(
    Type.Object({
      channel: Type.Enum([...noticeChannels]),
      available: Type.Boolean({
        description: "Whether it is set up, and for EMAIL whether one has an address",
      }),
    }),
  ),
});
export type NoticePreferences = Static<typeof NoticePreferences>;

/** Replaces all that was chosen before. */
export const ChangeNoticePreferences = Type.Object({ preferences }, closed);
export type ChangeNoticePreferences = Static<typeof ChangeNoticePreferences>;

/** How a notice went by one channel. */
export const NoticeDelivery = Type.Object({
  noticeId: Id,
  recipient: Type.Object({ id: Id, name: Type.String() }),
  kind: Type.String(),
  channel: Type.Enum([...tellingChannels]),
  state: Type.Enum([...deliveryStates]),
  repeated: Type.Boolean({
    description: "It may have arrived more than once, with the same Message-ID or key",
  }),
  createdAt: DateTime,
  sentAt: Nullable(
    Type.String({ format: "date-time", description: "When the receiver took it; IN_APP: when it was made" }),
  ),
  readAt: Nullable(Type.String({ format: "date-time", description: "When the notice was read in the app" })),
  endedAt: Nullable(DateTime),
  attempts: Type.Array(
    Type.Object({
      number: Type.Integer(),
      at: DateTime,
      outcome: Nullable(Type.Enum([...attemptOutcomes])),
      repeated: Type.Boolean(),
      error: Nullable(Type.String()),
    }),
  ),
});
export type NoticeDelivery = Static<typeof NoticeDelivery>;

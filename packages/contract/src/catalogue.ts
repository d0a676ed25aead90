import { type Static, Type } from "typebox";
import { closed, DateOnly, DateTime, Id, listQuery, Nullable } from "./lists.ts";

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: "\\S" });
const version = Type.Optional(Type.Integer({ minimum: 1 }));
const modality = Type.String({
  maxLength: 64,
  description: "A code of DICOM or an alias in any case; PET_CT stands for PT and CT",
});
const durationMinutes = Type.Integer({ minimum: 1, maximum: 1440 });

/** What can be ordered at a facility. */
export const Procedure = Type.Object({
  id: Id,
  facilityId: Id,
  code: Type.String(),
  codingScheme: Type.String({ description: "The scheme that the code is of (PS3.16 8)" }),
  name: Type.String(),
  modality: Type.String(),
  bodyPart: Nullable(Type.String()),
  durationMinutes: Type.Integer(),
  preparation: Nullable(Type.String({ description: "What the patient is told to do before" })),
  protocol: Nullable(Type.String({ description: "How it is done when nothing else is said" })),
  subspecialty: Nullable(Type.String()),
  price: Nullable(Type.Integer({ description: "Minor units of the currency; null: no price yet" })),
  currency: Nullable(Type.String({ description: "ISO 4217" })),
  reportTemplateId: Nullable(Id),
  active: Type.Boolean({ description: "Whether it can be ordered" }),
  version: Type.Integer(),
  createdAt: DateTime,
  updatedAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type Procedure = Static<typeof Procedure>;

const procedureDetails = {
  name: text(128),
  modality,
  bodyPart: Nullable(text(64)),
  durationMinutes,
  preparation: Nullable(text(4000)),
  protocol: Nullable(text(4000)),
  subspecialty: Nullable(text(64)),
  price: Nullable(Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 })),
  currency: Nullable(Type.String({ minLength: 3, maxLength: 3, description: "ISO 4217, in any case" })),
  reportTemplateId: Nullable(Id),
  active: Type.Boolean(),
} as const;

/** `price` and `currency` come together. */
export const CreateProcedure = Type.Object(
  {
    facilityId: Type.Optional(Id),
    code: Type.String({
      minLength: 1,
      maxLength: 16,
      pattern: "^[^\\s\\\\](?:[^\\\\\\u0000-\\u001f]*[^\\s\\\\])?$",
    }),
    codingScheme: Type.Optional(Type.String({ minLength: 1, maxLength: 16, pattern: "^[^\\s\\\\]+$" })),
    name: procedureDetails.name,
    modality,
    durationMinutes,
    ...Type.Partial(
      Type.Object({
        bodyPart: procedureDetails.bodyPart,
        preparation: procedureDetails.preparation,
        protocol: procedureDetails.protocol,
        subspecialty: procedureDetails.subspecialty,
        price: procedureDetails.price,
        currency: procedureDetails.currency,
        reportTemplateId: procedureDetails.reportTemplateId,
        active: procedureDetails.active,
      }),
    ).properties,
  },
  closed,
);
export type CreateProcedure = Static<typeof CreateProcedure>;

/** The code stays: orders name it. `price` and `currency` need the permission `prices.manage`, the rest `catalogue.manage`. */
export const ChangeProcedure = Type.Object(
  { ...Type.Partial(Type.Object(procedureDetails)).properties, expectedVersion: version },
  closed,
);
export type ChangeProcedure = Static<typeof ChangeProcedure>;

export const ProcedureListQuery = Type.Object(
  {
    ...listQuery,
    facilityId: Type.Optional(Id),
    code: Type.Optional(Type.String({ maxLength: 16 })),
    modality: Type.Optional(modality),
    subspecialty: Type.Optional(Type.String({ maxLength: 64 })),
    active: Type.Optional(Type.Boolean()),
    query: Type.Optional(Type.String({ maxLength: 128, description: "Part of the code or the name" })),
  },
  closed,
);
export type ProcedureListQuery = Static<typeof ProcedureListQuery>;
export const procedureSortFields = ["code", "name"] as const;

const clock = Type.String({ pattern: "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$" });
const opening = Type.Array(Type.Array(clock, { minItems: 2, maxItems: 2 }), { maxItems: 8 });

/** Monday is 1, Sunday 7 (ISO 8601). */
export const weekdays = ["1", "2", "3", "4", "5", "6", "7"] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * By weekday pairs of `HH:MM` at the facility's clock, from and to; `to` may be 24:00, and one that is not after `from` is of the next day. A
 * weekday that is left out is closed.
 */
export const OpeningHours = Type.Object(
  {
    "1": Type.Optional(opening),
    "2": Type.Optional(opening),
    "3": Type.Optional(opening),
    "4": Type.Optional(opening),
    "5": Type.Optional(opening),
    "6": Type.Optional(opening),
    "7": Type.Optional(opening),
  },
  closed,
);
export type OpeningHours = Static<typeof OpeningHours>;

/** A machine or room with a calendar. */
export const Station = Type.Object({
  id: Id,
  facilityId: Id,
  aeTitle: Type.String(),
  name: Type.String(),
  modalities: Type.Array(Type.String()),
  openingHours: OpeningHours,
  active: Type.Boolean({ description: "Whether it can be booked" }),
  version: Type.Integer(),
  createdAt: DateTime,
  updatedAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type Station = Static<typeof Station>;

/** PS3.5 6.2: 16 characters of the default repertoire, none of them a control or a backslash. */
const aeTitle = Type.String({ pattern: "^[!-\\[\\]-~](?:[ -\\[\\]-~]{0,14}[!-\\[\\]-~])?$" });
const stationModalities = Type.Array(modality, { minItems: 1, maxItems: 16 });

/** Open around the clock where no opening hours are given. */
export const CreateStation = Type.Object(
  {
    facilityId: Type.Optional(Id),
    aeTitle,
    name: Type.Optional(text(64)),
    modalities: stationModalities,
    openingHours: Type.Optional(OpeningHours),
    active: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type CreateStation = Static<typeof CreateStation>;

export const ChangeStation = Type.Object(
  {
    aeTitle: Type.Optional(aeTitle),
    name: Type.Optional(text(64)),
    modalities: Type.Optional(stationModalities),
    openingHours: Type.Optional(OpeningHours),
    active: Type.Optional(Type.Boolean()),
    expectedVersion: version,
  },
  closed,
);
export type ChangeStation = Static<typeof ChangeStation>;

export const StationListQuery = Type.Object(
  {
    ...listQuery,
    facilityId: Type.Optional(Id),
    aeTitle: Type.Optional(Type.String({ maxLength: 16 })),
    modality: Type.Optional(modality),
    active: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type StationListQuery = Static<typeof StationListQuery>;
export const stationSortFields = ["aeTitle", "name"] as const;

/** `procedureCode` or `durationMinutes` says how long. */
export const SlotQuery = Type.Object(
  {
    date: DateOnly,
    procedureCode: Type.Optional(Type.String({ minLength: 1, maxLength: 16 })),
    durationMinutes: Type.Optional(durationMinutes),
  },
  closed,
);
export type SlotQuery = Static<typeof SlotQuery>;

/** What is free on a day at the facility's clock: slots that begin on it; one may end on the next. */
export const Slots = Type.Object({
  stationId: Id,
  stationAeTitle: Type.String(),
  date: DateOnly,
  timeZone: Type.String(),
  durationMinutes: Type.Integer(),
  data: Type.Array(Type.Object({ startsAt: DateTime, endsAt: DateTime })),
});
export type Slots = Static<typeof Slots>;

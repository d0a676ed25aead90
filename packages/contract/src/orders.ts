import { type Static, Type } from "typebox";
import { readModality } from "./enumerations.ts";
import {
  closed,
  DateOnly,
  DateTime,
  Id,
  listQuery,
  Nullable,
  orNull,
  several,
  WholeListQuery,
} from "./lists.ts";
import { PatientSummary } from "./studies.ts";
import { type OrderStatus, orderStatuses, priorities } from "./workflow.ts";

/** The modality of an order, a procedure or a filter: as `readModality`, and PET_CT however it is written. */
export function readOrderModality(text: string): string | null {
  return /^\s*PET[-_/ ]?CT\s*$/i.test(text) ? "PET_CT" : readModality(text);
}

/** The modalities of DICOM that the one of an order stands for. */
export const modalitiesOfOrder = (modality: string): readonly string[] =>
  modality === "PET_CT" ? ["PT", "CT"] : [modality];

/** What an item's `actions` call the move to each state. */
export const orderActions: Readonly<Record<OrderStatus, string>> = {
  PENDING: "release",
  SCHEDULED: "schedule",
  ARRIVED: "arrive",
  IN_PROGRESS: "start",
  PERFORMED: "perform",
  COMPLETED: "complete",
  ON_HOLD: "hold",
  CANCELLED: "cancel",
  NO_SHOW: "no-show",
  DISCONTINUED: "discontinue",
};

export const ImagingOrder = Type.Object({
  id: Id,
  facilityId: Id,
  patientId: Id,
  patient: PatientSummary,
  providerId: Id,
  provider: Type.Object({ id: Id, name: Type.String() }),
  accessionNumber: Type.String(),
  requestedProcedureId: Type.String(),
  studyInstanceUid: Type.String({ description: "Of the study that the modality is told to make" }),
  placerOrderNumber: Nullable(Type.String({ description: "The number of whoever sent the order" })),
  procedureId: Nullable(Id),
  procedureCode: Nullable(Type.String()),
  procedureName: Type.String(),
  modality: Type.String({ description: "A code of DICOM; PET_CT has a step of PT and one of CT" }),
  bodyPart: Nullable(Type.String()),
  clinicalIndication: Type.String(),
  priority: Type.Enum([...priorities]),
  notes: Nullable(Type.String()),
  status: Type.Enum([...orderStatuses]),
  statusReason: Nullable(Type.String()),
  missedAt: Nullable(
    Type.String({
      format: "date-time",
      description: "Of the last appointment that the patient did not come to",
    }),
  ),
  missedReason: Nullable(Type.String()),
  scheduledAt: Nullable(DateTime),
  stationAeTitle: Nullable(Type.String()),
  durationMinutes: Type.Integer(),
  orderedAt: DateTime,
  arrivedAt: Nullable(DateTime),
  startedAt: Nullable(DateTime),
  performedAt: Nullable(DateTime),
  completedAt: Nullable(DateTime),
  endedAt: Nullable(
    Type.String({ format: "date-time", description: "When it was cancelled or discontinued" }),
  ),
  updatedAt: DateTime,
  version: Type.Integer(),
  actions: Type.Array(Type.String(), {
    description: `What the viewer may do now: change, reschedule, ${Object.values(orderActions).join(", ")}`,
  }),
});
export type ImagingOrder = Static<typeof ImagingOrder>;

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: "\\S" });
const modality = Type.String({
  maxLength: 64,
  description: "A code of DICOM or an alias in any case; PET_CT stands for PT and CT",
});
const priority = Type.String({ maxLength: 16, description: `${priorities.join(", ")}, in any case` });
const durationMinutes = Type.Integer({
  minimum: 1,
  maximum: 1440,
  description: "That of the procedure where it is left out, else 30",
});
const stationAeTitle = text(16);
const version = Type.Optional(Type.Integer({ minimum: 1 }));
const reason = text(1000);

/** What stands on a wristband or a referral: who repeats it has the patient before them. */
export const PatientProof = Type.Object(
  {
    identifier: Type.String({ minLength: 1, maxLength: 64, pattern: "\\S" }),
    issuer: Type.Optional(
      Type.String({ maxLength: 64, description: "Whose the identifier is; needed where several have it" }),
    ),
    birthDate: DateOnly,
  },
  closed,
);
export type PatientProof = Static<typeof PatientProof>;

/**
 * With `scheduledAt` it is SCHEDULED, else PENDING. `modality` and `bodyPart` may be left out where `procedureCode` says them; `providerId` may be
 * where the viewer orders as the provider; the facility is the viewer's home where none is named. Who sees only patients in their care, and orders for another, repeats the
 * patient's identifier and birth date in `patientProof`, or breaks the glass before.
 */
export const CreateImagingOrder = Type.Object(
  {
    patientId: orNull(
      Type.String({ format: "uuid", description: "May be left out where patientProof says who it is" }),
    ),
    patientProof: orNull(PatientProof),
    providerId: orNull(Type.String({ format: "uuid", description: "The user who asks for it" })),
    facilityId: orNull(Id),
    modality: orNull(modality),
    bodyPart: orNull(text(64)),
    procedureCode: orNull(text(16)),
    clinicalIndication: text(4000),
    priority: orNull(
      Type.String({
        maxLength: 16,
        description: `${priorities.join(", ")}, in any case; ROUTINE when left out`,
      }),
    ),
    scheduledAt: orNull(DateTime),
    stationAeTitle: orNull(stationAeTitle),
    durationMinutes: orNull(durationMinutes),
    notes: Type.Optional(Nullable(text(4000))),
  },
  closed,
);
export type CreateImagingOrder = Static<typeof CreateImagingOrder>;

/**
 * Details, the appointment, or `status` by the rules of orders. `scheduledAt` alone schedules or reschedules. `expectedVersion` here or in
 * `If-Match`.
 */
export const ChangeImagingOrder = Type.Object(
  {
    providerId: Type.Optional(Id),
    modality: Type.Optional(modality),
    bodyPart: Type.Optional(text(64)),
    procedureCode: Type.Optional(Nullable(text(16))),
    clinicalIndication: Type.Optional(text(4000)),
    priority: Type.Optional(priority),
    notes: Type.Optional(Nullable(text(4000))),
    scheduledAt: Type.Optional(DateTime),
    stationAeTitle: Type.Optional(Nullable(stationAeTitle)),
    durationMinutes: Type.Optional(durationMinutes),
    status: Type.Optional(
      Type.String({
        maxLength: 32,
        description: `${orderStatuses.join(", ")}, in any case; REQUESTED is PENDING`,
      }),
    ),
    reason: Type.Optional(reason),
    expectedVersion: version,
  },
  closed,
);
export type ChangeImagingOrder = Static<typeof ChangeImagingOrder>;

export const CancelImagingOrder = Type.Object(
  { reason: Type.Optional(reason), expectedVersion: version },
  closed,
);
export const CancelImagingOrderQuery = Type.Object({ reason: Type.Optional(reason) }, closed);

const point = Type.Optional(
  Type.String({
    maxLength: 40,
    description: "A date at the facility's clock, or a date and time with its offset; both ends are included",
  }),
);

const orderFilters = {
  status: several(orderStatuses.join(", "), 256),
  modality: several("Codes of DICOM or their aliases, PET_CT for PT and CT", 256),
  priority: several(priorities.join(", "), 256),
  providerId: Type.Optional(Id),
  facilityId: Type.Optional(Id),
  accessionNumber: Type.Optional(Type.String({ maxLength: 16 })),
  stationAeTitle: Type.Optional(Type.String({ maxLength: 16 })),
  scheduledFrom: point,
  scheduledTo: point,
} as const;

export const ImagingOrderListQuery = Type.Object(
  { ...listQuery, ...orderFilters, patientId: Type.Optional(Id) },
  closed,
);
export type ImagingOrderListQuery = Static<typeof ImagingOrderListQuery>;
export const PatientOrderListQuery = Type.Object({ ...listQuery, ...orderFilters }, closed);

/** Fields that `sort` of `GET /imaging-orders` takes, each also with `-`; `-orderedAt` when left out. What has no appointment is last by `scheduledAt`. */
export const imagingOrderSortFields = ["orderedAt", "scheduledAt", "updatedAt"] as const;

const stepStatuses = [
  "PENDING",
  "SCHEDULED",
  "ARRIVED",
  "READY",
  "STARTED",
  "COMPLETED",
  "CANCELED",
  "DISCONTINUED",
] as const;
export type StepStatus = (typeof stepStatuses)[number];
export const performedStepStatuses = ["IN_PROGRESS", "COMPLETED", "DISCONTINUED"] as const;

/** A scheduled procedure step (PS3.3 C.4.10). PENDING: not on the modality worklist. */
export const stepSortFields = ["stepId"] as const;
/** The steps of an order, by their number when `sort` is left out; `after` is what `next` carries. */
export const StepListQuery = WholeListQuery;

export const ScheduledStep = Type.Object({
  id: Id,
  orderId: Id,
  stepId: Type.String({ description: "Scheduled Procedure Step ID" }),
  modality: Type.String(),
  description: Type.String(),
  protocolCode: Nullable(Type.String()),
  stationAeTitle: Nullable(Type.String()),
  startsAt: Nullable(DateTime),
  endsAt: Nullable(DateTime),
  performingPhysician: Nullable(Type.String()),
  status: Type.Enum([...stepStatuses]),
  updatedAt: DateTime,
  version: Type.Integer(),
  actions: Type.Array(Type.String(), {
    maxItems: 0,
    description: "None: a step follows its order, and what modalities say of it",
  }),
});
export type ScheduledStep = Static<typeof ScheduledStep>;

/** What a modality reports of what it did (PS3.4 F.7). */
export const PerformedStep = Type.Object({
  id: Id,
  sopInstanceUid: Type.String({ description: "Of the performed procedure step" }),
  studyInstanceUid: Type.String(),
  stationAeTitle: Type.String(),
  modality: Nullable(Type.String()),
  description: Nullable(Type.String()),
  status: Type.Enum([...performedStepStatuses]),
  startedAt: Nullable(DateTime),
  endedAt: Nullable(DateTime),
  /** What it made; at most 100. */
  series: Type.Array(
    Type.Object({
      seriesInstanceUid: Type.String(),
      description: Nullable(Type.String()),
      protocolName: Nullable(Type.String()),
      numberOfInstances: Type.Integer(),
    }),
  ),
});
export type PerformedStep = Static<typeof PerformedStep>;

/** A scheduled step with what was performed of it, the first begun first; one performed step may answer several. */
export const OrderStep = Type.Object({
  ...ScheduledStep.properties,
  performed: Type.Array(PerformedStep),
});
export type OrderStep = Static<typeof OrderStep>;

export const OrderProviderQuery = Type.Object(
  {
    facilityId: Type.Optional(Id),
    query: Type.Optional(Type.String({ maxLength: 128, description: "A part of the name, in any case" })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  closed,
);
export type OrderProviderQuery = Static<typeof OrderProviderQuery>;

/** A doctor who signs in at the facility and may be named as `providerId`. */
export const OrderProvider = Type.Object({ id: Id, name: Type.String() });
export type OrderProvider = Static<typeof OrderProvider>;
export const OrderProviders = Type.Object({
  data: Type.Array(OrderProvider),
  more: Type.Boolean({ description: "There are others: ask for a part of their name" }),
});
export type OrderProviders = Static<typeof OrderProviders>;

/** Today at the facility's clock, and the viewer's home facility, where nothing is said. */
export const ScheduleQuery = Type.Object(
  {
    date: Type.Optional(DateOnly),
    stationAeTitle: Type.Optional(Type.String({ minLength: 1, maxLength: 16 })),
    facilityId: Type.Optional(Id),
  },
  closed,
);
export type ScheduleQuery = Static<typeof ScheduleQuery>;

/** A day's list for each station, in order of time; what has no station comes last. */
export const Schedule = Type.Object({
  facilityId: Id,
  date: DateOnly,
  timeZone: Type.String(),
  from: DateTime,
  to: DateTime,
  complete: Type.Boolean({ description: "False where the day has more than can be listed at once" }),
  data: Type.Array(
    Type.Object({
      station: Nullable(
        Type.Object({
          id: Id,
          aeTitle: Type.String(),
          name: Type.String(),
          modalities: Type.Array(Type.String()),
          active: Type.Boolean(),
        }),
      ),
      open: Type.Array(Type.Object({ from: DateTime, to: DateTime })),
      appointments: Type.Array(
        Type.Object({
          orderId: Id,
          startsAt: DateTime,
          endsAt: DateTime,
          modalities: Type.Array(Type.String()),
          order: ImagingOrder,
        }),
      ),
    }),
  ),
});
export type Schedule = Static<typeof Schedule>;

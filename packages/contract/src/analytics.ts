import { type Static, type TSchema, Type } from "typebox";
import { closed, DateOnly, DateTime, Id, Nullable, several } from "./lists.ts";

/** Which day counts an examination: the one it was asked for (or came, where nobody asked), was performed, or was first signed. */
export const examinationBases = ["ORDERED", "PERFORMED", "SIGNED"] as const;
export type ExaminationBasis = (typeof examinationBases)[number];

/** From one milestone of an examination to the next, and over all. */
export const turnaroundSegments = [
  "ORDERED_TO_SCHEDULED",
  "SCHEDULED_TO_ARRIVED",
  "ARRIVED_TO_PERFORMED",
  "PERFORMED_TO_READ",
  "READ_TO_SIGNED",
  "SIGNED_TO_ACKNOWLEDGED",
  "PERFORMED_TO_SIGNED",
  "ORDERED_TO_SIGNED",
] as const;

const base = {
  from: Type.Optional(DateOnly),
  to: Type.Optional(DateOnly),
  groupBy: several("One to three dimensions"),
  facilityId: Type.Optional(Id),
  format: Type.Optional(Type.Enum(["json", "csv"])),
};
const filters = {
  modality: Type.Optional(Type.String({ maxLength: 32 })),
  priority: Type.Optional(Type.String({ maxLength: 32 })),
  station: Type.Optional(Type.String({ maxLength: 16 })),
  radiologistId: Type.Optional(Id),
};

/** `from` and `to` are days at the facility, both included; left out: the last 30 days. */
export const ExaminationFiguresQuery = Type.Object({ ...base, ...filters }, closed);
export type ExaminationFiguresQuery = Static<typeof ExaminationFiguresQuery>;

export const BasedFiguresQuery = Type.Object(
  {
    ...base,
    ...filters,
    basis: Type.Optional(Type.String({ maxLength: 16, description: examinationBases.join(", ") })),
  },
  closed,
);
export type BasedFiguresQuery = Static<typeof BasedFiguresQuery>;

export const FiguresQuery = Type.Object(base, closed);
export type FiguresQuery = Static<typeof FiguresQuery>;

/** The values of what was asked for by `groupBy`; people, facilities with a second member for the name. */
export const Group = Type.Record(Type.String(), Nullable(Type.String()));
export type Group = Static<typeof Group>;

export const figuresOf = <T extends TSchema>(row: T) =>
  Type.Object({
    from: DateOnly,
    to: DateOnly,
    groupBy: Type.Array(Type.String()),
    asOf: DateTime,
    data: Type.Array(row),
  });

const count = Type.Integer();
const seconds = Nullable(Type.Number());
const share = Nullable(Type.Number({ description: "0 to 1; null where there is nothing to divide by" }));

export const Turnaround = Type.Object({
  group: Group,
  examinations: count,
  segments: Type.Array(
    Type.Object({
      segment: Type.Enum([...turnaroundSegments]),
      count,
      medianSeconds: seconds,
      p90Seconds: seconds,
    }),
  ),
});
export type Turnaround = Static<typeof Turnaround>;

export const Volumes = Type.Object({
  group: Group,
  examinations: count,
  studies: count,
  performed: count,
  signed: count,
  cancelled: count,
  noShow: count,
  stat: count,
  urgent: count,
  routine: count,
});
export type Volumes = Static<typeof Volumes>;

export const Productivity = Type.Object({
  group: Group,
  signed: count,
  signedOfOthers: Type.Integer({ description: "Of what somebody else had submitted" }),
  amended: count,
  medianReadToSignedSeconds: seconds,
  p90ReadToSignedSeconds: seconds,
  medianPerformedToSignedSeconds: seconds,
});
export type Productivity = Static<typeof Productivity>;

export const FindingTimeliness = Type.Object({
  group: Group,
  findings: count,
  contactedInTime: count,
  contactedLate: count,
  neverContacted: Type.Integer({ description: "The limit is over, and nobody was reached" }),
  acknowledgedInTime: count,
  acknowledgedLate: count,
  neverAcknowledged: Type.Integer({ description: "The limit is over, and nobody has acknowledged" }),
  acknowledgedShareInTime: share,
  voided: Type.Integer({ description: "Not counted elsewhere" }),
  medianContactSeconds: seconds,
  p90ContactSeconds: seconds,
  medianAcknowledgeSeconds: seconds,
  p90AcknowledgeSeconds: seconds,
});
export type FindingTimeliness = Static<typeof FindingTimeliness>;

export const Utilization = Type.Object({
  group: Group,
  openMinutes: count,
  appointments: count,
  bookedMinutes: count,
  performed: count,
  performedMinutes: count,
  bookedShare: share,
  performedShare: share,
});
export type Utilization = Static<typeof Utilization>;

export const Quality = Type.Object({
  group: Group,
  signed: count,
  reviewed: Type.Integer({ description: "Of which there was a preliminary report" }),
  minorDiscrepancies: count,
  majorDiscrepancies: count,
  discrepancyRate: share,
  amended: count,
  corrected: count,
  appended: count,
  enteredInError: count,
  changedRate: Type.Union([Type.Number(), Type.Null()], {
    description: "Share of signed reports that were amended, corrected or entered in error",
  }),
});
export type Quality = Static<typeof Quality>;

/** By the day of issue; amounts in minor units. `paid` is what was paid and not refunded. */
export const Revenue = Type.Object({
  group: Group,
  currency: Type.String(),
  bills: count,
  billed: count,
  paid: count,
  refunded: count,
  outstanding: count,
  overdue: count,
  voided: Type.Integer({ description: "Bills; their amounts count nowhere" }),
});
export type Revenue = Static<typeof Revenue>;

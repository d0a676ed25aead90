import {
  type BasedFiguresQuery,
  type ExaminationBasis,
  type ExaminationFiguresQuery,
  examinationBases,
  type FiguresQuery,
  type FindingTimeliness,
  type Productivity,
  priorities,
  type Quality,
  type Revenue,
  readModality,
  type Turnaround,
  turnaroundSegments,
  type Volumes,
} from "@isocenter/contract";
import {
  type Fragment,
  Refusal,
  readMember,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { allOf } from "../patients/index.ts";
import {
  type Asked,
  commonDimensions,
  type Dimensions,
  type Figures,
  figuresBy,
  type Period,
  reachOfFigures,
  type Source,
  selfOf,
  userName,
} from "./query.ts";

const dayOf: Readonly<Record<ExaminationBasis, string>> = {
  ORDERED: "e.ordered_day",
  PERFORMED: "e.performed_day",
  SIGNED: "e.signed_day",
};

const examinationDimensions = (day: string): Dimensions => ({
  modality: { by: "e.modality" },
  priority: { by: "e.priority" },
  station: { by: "e.station" },
  procedure: { by: "e.procedure_code" },
  radiologist: { by: "e.radiologist_id::text", name: userName },
  author: { by: "e.author_id::text", name: userName },
  technologist: { by: "e.technologist_id::text", name: userName },
  ...commonDimensions("e.facility_id", day),
});

const invalid = (name: string, message: string): Refusal =>
  new Refusal("invalid", `query.invalid-${name}`, `${name} ${message}.`, {
    errors: [{ path: `querystring.${name}`, message }],
  });

function readBasis(text: string | undefined): ExaminationBasis {
  if (text === undefined) return "ORDERED";
  return readMember(examinationBases, text, "query.invalid-basis", "querystring.basis");
}

/** The examinations that the query asks for and the viewer may count. */
function examinations(
  viewer: Viewer,
  query: ExaminationFiguresQuery,
  day: string,
): Pick<Source, "from" | "where"> {
  const own = reachOfFigures(viewer, ["all", "own"]) === "own";
  const modality = query.modality === undefined ? null : readModality(query.modality);
  if (query.modality !== undefined && modality === null)
    throw invalid("modality", "is not a modality of DICOM");
  const priority =
    query.priority === undefined
      ? null
      : readMember(priorities, query.priority, "query.invalid-priority", "querystring.priority");
  return {
    from: (sql) => sql`examination e`,
    where(sql, { from, to }) {
      const self = selfOf(viewer);
      const all = [
        sql`e.facility_id = any(${[...viewer.facilityIds]}::uuid[])`,
        sql`${sql.unsafe(day)} between ${from}::date and ${to}::date`,
      ];
      if (query.facilityId) all.push(sql`e.facility_id = ${query.facilityId}`);
      if (modality !== null) all.push(sql`e.modality = ${modality}`);
      if (priority !== null) all.push(sql`e.priority = ${priority}`);
      if (query.station) all.push(sql`e.station = ${query.station}`);
      if (query.radiologistId) all.push(sql`e.radiologist_id = ${query.radiologistId}`);
      if (own)
        all.push(
          sql`(e.radiologist_id = ${self}::uuid or e.author_id = ${self}::uuid or e.technologist_id = ${self}::uuid)`,
        );
      return allOf(sql, all);
    },
  };
}

/** Seconds from one column to another. `date_part` counts in double precision; `extract` in decimal, which for years takes four times as long. */
const between = (sql: Tx, from: string, to: string): Fragment =>
  sql.unsafe(`date_part('epoch', e.${to} - e.${from})`);

const percentiles = (sql: Tx, seconds: Fragment): Fragment =>
  sql`percentile_cont(array[0.5, 0.9]) within group (order by ${seconds})`;

const milestones = {
  ORDERED: "ordered_at",
  SCHEDULED: "scheduled_at",
  ARRIVED: "arrived_at",
  PERFORMED: "performed_at",
  READ: "read_at",
  SIGNED: "signed_at",
  ACKNOWLEDGED: "acknowledged_at",
} as const;

/** How long each part of the way takes. @throws Refusal `forbidden`, `invalid`, `unprocessable` */
export async function turnaround(asked: Asked, query: BasedFiguresQuery): Promise<Figures<Turnaround>> {
  const day = dayOf[readBasis(query.basis)];
  const found = await figuresBy<Record<string, unknown> & { examinations: number }>(asked, query, {
    dimensions: examinationDimensions(day),
    fallback: ["modality"],
    ...leading(examinations(asked.viewer, query, day)),
    figures(sql) {
      const parts = turnaroundSegments.map((segment, index) => {
        const [from, to] = segment.split("_TO_") as [keyof typeof milestones, keyof typeof milestones];
        const seconds = between(sql, milestones[from], milestones[to]);
        return sql`, count(${seconds}) as ${sql(`c${index}`)}, ${percentiles(sql, seconds)} as ${sql(`p${index}`)}`;
      });
      return sql`count(*) as examinations ${parts.reduce((all, part) => sql`${all} ${part}`, sql``)}`;
    },
  });
  const data = found.data.map(({ group, examinations: counted, ...row }) => ({
    group,
    examinations: counted,
    segments: turnaroundSegments.map((segment, index) => {
      const [medianSeconds = null, p90Seconds = null] = (row[`p${index}`] as (number | null)[] | null) ?? [];
      return { segment, count: row[`c${index}`] as number, medianSeconds, p90Seconds };
    }),
  }));
  return { ...found, data };
}

/** Orders count once, whatever studies they have. */
const leading = ({ from, where }: Pick<Source, "from" | "where">): Pick<Source, "from" | "where"> => ({
  from,
  where: (sql, period) => sql`${where(sql, period)} and e.counts_order`,
});

/** How much there was. @throws Refusal `forbidden`, `invalid`, `unprocessable` */
export function volumes(asked: Asked, query: BasedFiguresQuery): Promise<Figures<Volumes>> {
  const day = dayOf[readBasis(query.basis)];
  return figuresBy(asked, query, {
    dimensions: examinationDimensions(day),
    fallback: ["modality"],
    ...examinations(asked.viewer, query, day),
    figures: (sql) => sql`
      count(*) filter (where e.counts_order) as examinations, count(e.study_id) as studies,
      count(*) filter (where e.counts_order and e.performed_at is not null) as performed,
      count(*) filter (where e.counts_order and e.signed_at is not null) as signed,
      count(*) filter (where e.counts_order and e.status in ('CANCELLED', 'DISCONTINUED')) as cancelled,
      count(*) filter (where e.counts_order and e.status = 'NO_SHOW') as "noShow",
      count(*) filter (where e.counts_order and e.priority = 'STAT') as stat,
      count(*) filter (where e.counts_order and e.priority = 'URGENT') as urgent,
      count(*) filter (where e.counts_order and e.priority = 'ROUTINE') as routine`,
  });
}

/** What was signed, by whom and how fast; by the day of the first signature. @throws Refusal `forbidden`, `invalid`, `unprocessable` */
export async function productivity(
  asked: Asked,
  query: ExaminationFiguresQuery,
): Promise<Figures<Productivity>> {
  const found = await figuresBy<
    Omit<Productivity, "group"> & { read: number[] | null; whole: number[] | null }
  >(asked, query, {
    dimensions: examinationDimensions(dayOf.SIGNED),
    fallback: ["radiologist"],
    ...examinations(asked.viewer, query, dayOf.SIGNED),
    figures: (sql) => sql`
        count(*) as signed, count(*) filter (where e.submitted_at is not null and e.author_id <> e.radiologist_id) as "signedOfOthers",
        coalesce(sum(e.amended + e.corrected + e.appended), 0)::bigint as amended,
        ${percentiles(sql, between(sql, "read_at", "signed_at"))} as read,
        ${percentiles(sql, between(sql, "performed_at", "signed_at"))} as whole`,
  });
  const data = found.data.map(({ read, whole, ...row }) => ({
    ...row,
    medianReadToSignedSeconds: read?.[0] ?? null,
    p90ReadToSignedSeconds: read?.[1] ?? null,
    medianPerformedToSignedSeconds: whole?.[0] ?? null,
  }));
  return { ...found, data };
}

const rate = (part: number, of: number): number | null => (of === 0 ? null : part / of);

/** How often what was written had to change; by the day of the first signature. @throws Refusal `forbidden`, `invalid`, `unprocessable` */
export async function quality(asked: Asked, query: ExaminationFiguresQuery): Promise<Figures<Quality>> {
  type Counted = Omit<Quality, "group" | "discrepancyRate" | "changedRate"> & { changed: number };
  const found = await figuresBy<Counted>(asked, query, {
    dimensions: examinationDimensions(dayOf.SIGNED),
    fallback: ["author"],
    ...examinations(asked.viewer, query, dayOf.SIGNED),
    figures: (sql) => sql`
      count(*) as signed, count(e.submitted_at) as reviewed,
      count(*) filter (where e.discrepancy = 'MINOR') as "minorDiscrepancies",
      count(*) filter (where e.discrepancy = 'MAJOR') as "majorDiscrepancies",
      count(*) filter (where e.amended > 0) as amended, count(*) filter (where e.corrected > 0) as corrected,
      count(*) filter (where e.appended > 0) as appended, count(*) filter (where e.entered_in_error) as "enteredInError",
      count(*) filter (where e.amended > 0 or e.corrected > 0 or e.entered_in_error) as changed`,
  });
  const data = found.data.map(({ changed, ...row }) => ({
    ...row,
    discrepancyRate: rate(row.minorDiscrepancies + row.majorDiscrepancies, row.reviewed),
    changedRate: rate(changed, row.signed),
  }));
  return { ...found, data };
}

/** Instants of the days, with room for every time zone: for the index. */
export const coarse = (sql: Tx, column: string, { from, to }: Period): Fragment => sql`
  ${sql.unsafe(column)} >= ${`${from}T00:00:00Z`}::timestamptz - interval '15 hours'
  and ${sql.unsafe(column)} < ${`${to}T00:00:00Z`}::timestamptz + interval '38 hours'`;

/** Whether critical findings reached somebody in time; by the day they were raised. @throws Refusal `forbidden`, `invalid`, `unprocessable` */
export async function criticalFindings(
  asked: Asked,
  query: FiguresQuery,
): Promise<Figures<FindingTimeliness>> {
  const { viewer, now } = asked;
  const own = reachOfFigures(viewer, ["all", "own"]) === "own";
  const day = "(n.raised_at at time zone f.time_zone)::date";
  type Counted = Omit<FindingTimeliness, "group"> & {
    contact: number[] | null;
    acknowledge: number[] | null;
  };
  const found = await figuresBy<Counted>(asked, query, {
    dimensions: {
      severity: { by: "n.severity" },
      modality: { by: "e.modality" },
      raiser: { by: "n.raised_by", name: userName },
      ...commonDimensions("n.facility_id", day),
    },
    fallback: ["severity"],
    from: (sql) =>
      sql`finding n join facility f on f.id = n.facility_id left join examination e on e.id = n.study_id`,
    where: (sql, period) =>
      allOf(sql, [
        sql`n.facility_id = any(${[...viewer.facilityIds]}::uuid[])`,
        coarse(sql, "n.raised_at", period),
        sql`${sql.unsafe(day)} between ${period.from}::date and ${period.to}::date`,
        ...(query.facilityId ? [sql`n.facility_id = ${query.facilityId}`] : []),
        ...(own ? [sql`n.raised_by = ${selfOf(viewer)}`] : []),
      ]),
    figures(sql) {
      const counts = sql`n.voided_at is null`;
      const late = (done: string, due: string) => ({
        inTime: sql`count(*) filter (where ${counts} and n.${sql.unsafe(done)} is not null
          and (n.${sql.unsafe(due)} is null or n.${sql.unsafe(done)} <= n.${sql.unsafe(due)}))`,
        late: sql`count(*) filter (where ${counts} and n.${sql.unsafe(done)} > n.${sql.unsafe(due)})`,
        never: sql`count(*) filter (where ${counts} and n.${sql.unsafe(done)} is null and n.${sql.unsafe(due)} < ${now})`,
        seconds: sql`percentile_cont(array[0.5, 0.9]) within group (
          order by date_part('epoch', n.${sql.unsafe(done)} - n.raised_at)) filter (where ${counts})`,
      });
      const contact = late("contacted_at", "contact_due_at");
      const acknowledge = late("acknowledged_at", "acknowledge_due_at");
      return sql`
        count(*) filter (where ${counts}) as findings, count(n.voided_at) as voided,
        ${contact.inTime} as "contactedInTime", ${contact.late} as "contactedLate", ${contact.never} as "neverContacted",
        ${acknowledge.inTime} as "acknowledgedInTime", ${acknowledge.late} as "acknowledgedLate",
        ${acknowledge.never} as "neverAcknowledged", ${contact.seconds} as contact, ${acknowledge.seconds} as acknowledge`;
    },
  });
  const data = found.data.map(({ contact, acknowledge, ...row }) => ({
    ...row,
    acknowledgedShareInTime: rate(
      row.acknowledgedInTime,
      row.acknowledgedInTime + row.acknowledgedLate + row.neverAcknowledged,
    ),
    medianContactSeconds: contact?.[0] ?? null,
    p90ContactSeconds: contact?.[1] ?? null,
    medianAcknowledgeSeconds: acknowledge?.[0] ?? null,
    p90AcknowledgeSeconds: acknowledge?.[1] ?? null,
  }));
  return { ...found, data };
}

/** What was billed and paid, by currency and the day of issue. @throws Refusal `forbidden`, `invalid`, `unprocessable` */
export function revenue(asked: Asked, query: FiguresQuery): Promise<Figures<Revenue>> {
  const { viewer, now } = asked;
  reachOfFigures(viewer, ["all", "for-bills"]);
  requirePermission(viewer, "bills.read");
  return figuresBy<Omit<Revenue, "group">>(asked, query, {
    dimensions: {
      modality: { by: "o.modality" },
      procedure: { by: "o.procedure_code" },
      ...commonDimensions("b.facility_id", "b.issued_on"),
    },
    fallback: ["month"],
    parted: "b.currency",
    from: (sql) =>
      sql`bill b join facility f on f.id = b.facility_id left join imaging_order o on o.id = b.order_id`,
    where: (sql, { from, to }) =>
      allOf(sql, [
        sql`b.facility_id = any(${[...viewer.facilityIds]}::uuid[])`,
        sql`b.issued_on between ${from}::date and ${to}::date`,
        ...(query.facilityId ? [sql`b.facility_id = ${query.facilityId}`] : []),
      ]),
    figures(sql) {
      const counts = sql`b.status <> 'VOID'`;
      const sum = (amount: string, more = sql``) =>
        sql`coalesce(sum(${sql.unsafe(amount)}) filter (where ${counts} ${more}), 0)::bigint`;
      const isLate = sql`and b.due_date < (${now}::timestamptz at time zone f.time_zone)::date`;
      return sql`
        count(*) filter (where ${counts}) as bills, count(*) filter (where b.status = 'VOID') as voided,
        ${sum("b.total")} as billed, ${sum("b.paid - b.refunded")} as paid, ${sum("b.refunded")} as refunded,
        ${sum("b.total - b.paid + b.refunded")} as outstanding, ${sum("b.total - b.paid + b.refunded", isLate)} as overdue`;
    },
  }).then((found) => ({
    ...found,
    data: found.data.map((row) => {
      const { part, ...rest } = row as typeof row & { part: string };
      return { ...rest, currency: part };
    }),
  }));
}

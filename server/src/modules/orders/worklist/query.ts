import { type DicomJson, hasWildcard, type Tag, Tags, wildcardToLike } from "@isocenter/dicom";
import {
  type Fragment,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import {
  allOf,
  facilities,
  firstIdentifier,
  hasIdentifierLike,
  hasIssuerLike,
  inCareOf,
  nameMatches,
  patientNameColumns,
} from "../../patients/index.ts";
import { entryOf, type StepRow } from "./entry.ts";
import { conditionAt, entryMatches, type WorklistMatch } from "./match.ts";

/** Read at once: no connection is held while the client reads. */
const batchRows = 200;
/** More steps than a worklist can be: who asks for them has to say more. */
const maxSteps = 20_000;

/** What is still to be done: the answer to who does not ask for a status. */
const toBeDone = ["SCHEDULED", "ARRIVED", "READY"];
/** Orders that are not, or not any more, meant for a modality. */
const offTheList = ["PENDING", "ON_HOLD", "NO_SHOW"];

const sps = Tags.ScheduledProcedureStepSequence;
/** Matched by SQL as C-FIND matches them: patients have several identifiers, and names have several groups. */
const patientKeys: readonly Tag[] = [Tags.PatientName, Tags.PatientID, Tags.IssuerOfPatientID];

/** A step that is to be done now, and has no time, begins when its patient came. */
const startsAt = "coalesce(ss.starts_at, o.arrived_at, o.ordered_at)";

/** Steps of the viewer's facilities that may match, as conditions on `ss`, `o`, `s` and `p`; what `entryMatches` says is final. */
function conditionsOf(
  sql: Reader,
  viewer: Viewer,
  matches: readonly WorklistMatch[],
  asking: string,
): Fragment[] {
  const reach = requirePermission(viewer, "orders.read");
  const patient = (tag: Tag) => conditionAt(matches, [tag]);
  const name = patient(Tags.PatientName);
  const identifier = patient(Tags.PatientID);
  const issuer = patient(Tags.IssuerOfPatientID);
  const likes = (condition: typeof identifier) =>
    condition?.kind === "text" ? condition.patterns.map(wildcardToLike) : [];
  const any = (fragments: Fragment[]) =>
    sql`(${fragments.flatMap((one, at) => (at === 0 ? [one] : [sql` or `, one]))})`;
  const identifiers = likes(identifier);
  const issuers = likes(issuer);
  return [
    sql`ss.facility_id = any(${facilities(viewer)}::uuid[])`,
    sql`o.status <> all(${offTheList}::text[])`,
    ...(reach === "in-care" ? [inCareOf(sql, viewer, "p.id")] : []),
    ...status(sql, matches),
    ...days(sql, matches),
    ...plain(sql, matches, [sps, Tags.Modality], "ss.modality"),
    ...plain(sql, matches, [sps, Tags.ScheduledProcedureStepID], "ss.step_id"),
    ...stations(sql, matches, asking),
    ...plain(sql, matches, [Tags.AccessionNumber], "o.accession_number"),
    ...plain(sql, matches, [Tags.RequestedProcedureID], "o.requested_procedure_id"),
    ...plain(sql, matches, [Tags.StudyInstanceUID], "o.study_instance_uid"),
    ...(name?.kind === "name" ? [nameMatches(sql, patientNameColumns, name.pattern)] : []),
    ...(identifiers.length > 0 ? [any(identifiers.map((like) => hasIdentifierLike(sql, "p.id", like)))] : []),
    ...(issuers.length > 0 ? [any(issuers.map((like) => hasIssuerLike(sql, "p.id", like)))] : []),
  ];
}

function status(sql: Reader, matches: readonly WorklistMatch[]): Fragment[] {
  const asked = conditionAt(matches, [sps, Tags.ScheduledProcedureStepStatus]);
  if (!asked) return [sql`ss.status = any(${toBeDone}::text[])`];
  return [
    sql`ss.status <> 'PENDING'`,
    ...plain(sql, matches, [sps, Tags.ScheduledProcedureStepStatus], "ss.status"),
  ];
}

/** Without the time zone, so with a day more on each side: from the index. */
function days(sql: Reader, matches: readonly WorklistMatch[]): Fragment[] {
  const asked = conditionAt(matches, [sps, Tags.ScheduledProcedureStepStartDate]);
  if (asked?.kind !== "date") return [];
  return [
    ...(asked.from === null
      ? []
      : [sql`(ss.starts_at is null or ss.starts_at >= ${asked.from}::text::date - interval '1 day')`]),
    ...(asked.to === null
      ? []
      : [sql`(ss.starts_at is null or ss.starts_at < ${asked.to}::text::date + interval '3 days')`]),
  ];
}

/** Values without wildcards by equality; the rest is left to `entryMatches`. */
function plain(
  sql: Reader,
  matches: readonly WorklistMatch[],
  path: readonly Tag[],
  column: string,
): Fragment[] {
  const values = plainValues(matches, path);
  return values === null ? [] : [sql`${sql.unsafe(column)} = any(${values}::text[])`];
}

function plainValues(matches: readonly WorklistMatch[], path: readonly Tag[]): string[] | null {
  const condition = conditionAt(matches, path);
  if (condition?.kind === "uids") return [...condition.values];
  if (condition?.kind !== "text" || condition.patterns.some(hasWildcard)) return null;
  return [...condition.patterns];
}

function stations(sql: Reader, matches: readonly WorklistMatch[], asking: string): Fragment[] {
  const values = plainValues(matches, [sps, Tags.ScheduledStationAETitle]);
  return values === null
    ? []
    : [sql`coalesce(ss.station_ae_title, s.ae_title, ${asking}::text) = any(${values}::text[])`];
}

const tables = (sql: Reader): Fragment => sql`
  scheduled_step ss
  join imaging_order o on o.id = ss.order_id
  join facility f on f.id = ss.facility_id
  join patient p on p.id = o.patient_id
  left join station s on s.id = ss.station_id`;

async function stepIds(
  sql: Reader,
  viewer: Viewer,
  matches: readonly WorklistMatch[],
  asking: string,
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select ss.id from ${tables(sql)} where ${allOf(sql, conditionsOf(sql, viewer, matches, asking))}
    order by ${sql.unsafe(startsAt)}, ss.id limit ${maxSteps + 1}`;
  if (rows.length > maxSteps)
    throw new Refusal("too-many", "worklist.too-many", `More than ${maxSteps} steps match: say which days.`);
  return rows.map(({ id }) => id);
}

const moment = (sql: Reader, expression: string, form: "date" | "time"): Fragment =>
  sql`to_char(${sql.unsafe(expression)} at time zone f.time_zone, ${form === "date" ? "YYYYMMDD" : "HH24MISS"})`;

function steps(sql: Reader, ids: readonly string[]): Promise<StepRow[]> {
  return sql<StepRow[]>`
    select ss.id, ss.step_id as "stepId", ss.modality, ss.description, ss.protocol_code as "protocolCode",
      ss.protocol_coding_scheme as "protocolCodingScheme", coalesce(ss.station_ae_title, s.ae_title) as "stationAeTitle",
      s.name as "stationName", ${moment(sql, startsAt, "date")} as "startDate", ${moment(sql, startsAt, "time")} as "startTime",
      ${moment(sql, "ss.ends_at", "date")} as "endDate", ${moment(sql, "ss.ends_at", "time")} as "endTime",
      ss.performing_physician as "performingPhysician", ss.status,
      o.accession_number as "accessionNumber", o.requested_procedure_id as "requestedProcedureId",
      o.study_instance_uid as "studyInstanceUid", o.placer_order_number as "placerOrderNumber",
      o.procedure_code as "procedureCode", o.procedure_coding_scheme as "procedureCodingScheme",
      o.procedure_name as "procedureName", pr.protocol, o.clinical_indication as "clinicalIndication", o.priority, o.notes,
      ${moment(sql, "o.ordered_at", "date")} as "orderedDate", ${moment(sql, "o.ordered_at", "time")} as "orderedTime",
      u.full_name as provider, f.name as "facilityName",
      p.id as "patientId", p.name as "patientName", to_char(p.birth_date, 'YYYYMMDD') as "birthDate", p.sex,
      p.attributes as "patientAttributes", identifier.value as identifier, nullif(identifier.issuer, '') as issuer
    from ${tables(sql)}
    join app_user u on u.id = o.provider_id
    left join procedure pr on pr.id = o.procedure_id
    ${firstIdentifier(sql)}
    where ss.id = any(${[...ids]}::uuid[])
    order by ${sql.unsafe(startsAt)}, ss.id` as unknown as Promise<StepRow[]>;
}

/**
 * The steps of the viewer's facilities that match, by their start; each with everything that can be told of it, see `entryOf`. Without a condition on the
 * status those that are still to be done.
 * @param asking AE title of who asks
 * @throws Refusal `forbidden` without `orders.read`, `too-many` (`worklist.too-many`)
 */
export async function* findSteps(
  sql: Reader,
  viewer: Viewer,
  matches: readonly WorklistMatch[],
  asking: string,
): AsyncGenerator<DicomJson> {
  const passes = entryMatches(
    matches.filter(({ path }) => !(path.length === 1 && patientKeys.includes(path[0]!))),
  );
  const ids = await stepIds(sql, viewer, matches, asking);
  for (let from = 0; from < ids.length; from += batchRows) {
    for (const row of await steps(sql, ids.slice(from, from + batchRows))) {
      const entry = entryOf(row, asking);
      if (passes(entry)) yield entry;
    }
  }
}

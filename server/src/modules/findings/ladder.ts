import {
  type LadderStep,
  type NoticeChannel,
  noticeChannels,
  type Role,
  reachOf,
  roles,
  type Severity,
} from "@isocenter/contract";
import type { Tx, Viewer } from "../../platform/index.ts";
import { endNotices, type Notice, notify } from "../notifications/index.ts";
import { addCareRelations } from "../patients/index.ts";
import type { FindingContext } from "./context.ts";
import type { FindingRow } from "./finding.ts";
import { addEvent } from "./history.ts";

const readers: readonly Role[] = roles.filter((role) => reachOf([role], "findings.read") !== null);
const answerers: readonly Role[] = roles.filter((role) => reachOf([role], "findings.acknowledge") !== null);
const alarmed: readonly Role[] = ["ADMINISTRATOR", "RADIOLOGIST"];

interface Person {
  id: string;
  /** May acknowledge: an answer can come from them. */
  answers: boolean;
}

/** Those of the people who are active, at the facility, and may read findings. */
export async function reachable(tx: Tx, facilityId: string, people: readonly string[]): Promise<Person[]> {
  if (people.length === 0) return [];
  return await tx<Person[]>`
    select u.id, bool_or(r.role = any(${[...answerers]}::text[])) as answers
    from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
    join user_role r on r.user_id = u.id and r.role = any(${[...readers]}::text[])
    where u.active and u.id = any(${[...people]}::uuid[]) group by u.id order by u.id`;
}

/** Whom the first step tells: whom the raiser named, or who placed the order. */
const firstPeople = (row: FindingRow): readonly string[] =>
  row.firstRecipients.length > 0 ? row.firstRecipients : row.providerId === null ? [] : [row.providerId];

/** At most so many of a step are told. */
const mostTold = 100;

async function candidates(
  tx: Tx,
  { clock, sources }: FindingContext,
  row: FindingRow,
  step: LadderStep,
): Promise<readonly string[]> {
  const where = { facilityId: row.facilityId, patientId: row.patientId, at: clock.now() };
  switch (step.to) {
    case "ORDERING_PROVIDER":
      return firstPeople(row);
    case "ON_CALL_COLLEAGUE":
      return await sources.onCallColleaguesOf(tx, firstPeople(row), where);
    case "CARE_TEAM":
      return await sources.careTeamOf(tx, where);
    case "DEPARTMENT_HEAD":
      return await sources.departmentHeadsOf(tx, firstPeople(row), where);
    case "ALARM":
      return [];
  }
}

const levelOf: Readonly<Record<Severity, Notice["level"]>> = {
  CRITICAL: "ALARM",
  HIGH: "IMPORTANT",
  MODERATE: "IMPORTANT",
  LOW: "INFO",
};

/** A notice about the finding: ids and states, no clinical text. */
export const noticeOf = (
  row: FindingRow,
  kind: string,
  key: string,
  to: Notice["to"],
  more: {
    level?: Notice["level"];
    data?: Readonly<Record<string, unknown>>;
    channels?: readonly NoticeChannel[];
  } = {},
): Notice => ({
  kind: `finding.${kind}`,
  level: more.level ?? levelOf[row.severity],
  facilityId: row.facilityId,
  subject: { type: "finding", id: row.id },
  patientId: row.patientId,
  to,
  data: { studyId: row.studyId, severity: row.severity, ...more.data },
  // The same person is told the same step once, however often it is tried.
  key: `finding:${row.id}:${key}`,
  ...(more.channels ? { channels: more.channels } : {}),
});

/** The channels of a step beside the app itself, where every notice stands. */
const channelsOf = (step: LadderStep): NoticeChannel[] =>
  noticeChannels.filter((channel) => step.channels.includes(channel));

/** What waits for an answer. */
const waitingKinds = [
  "finding.raised",
  "finding.escalated",
  "finding.alarm",
  "finding.late",
  "finding.changed",
];

/** An answer was given, or none is needed: nobody is called any more. */
export const standDown = (tx: Tx, { clock }: FindingContext, row: FindingRow): Promise<number> =>
  endNotices(tx, clock, { type: "finding", id: row.id }, waitingKinds);

/** Nothing is left to be done. */
export const endAll = (tx: Tx, { clock }: FindingContext, row: FindingRow): Promise<number> =>
  endNotices(tx, clock, { type: "finding", id: row.id }, [...waitingKinds, "finding.follow-up-due"]);

async function toldBefore(tx: Tx, findingId: string, people: readonly string[]): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`
    select distinct person_id as id from finding_recipient
    where finding_id = ${findingId} and person_id = any(${[...people]}::uuid[])`;
  return new Set(rows.map(({ id }) => id));
}

interface Told {
  index: number;
  step: LadderStep;
  key: string;
  people: readonly string[];
}

async function keepRecipients(
  tx: Tx,
  { clock }: FindingContext,
  row: FindingRow,
  { index, step, key, people }: Told,
): Promise<string[]> {
  const before = await toldBefore(tx, row.id, people);
  if (people.length === 0) return [];
  await tx`insert into finding_recipient ${tx(
    people.map((id) => ({
      finding_id: row.id,
      step: index,
      person_id: id,
      target: step.to,
      notice_key: key,
      told_at: clock.now(),
      again: before.has(id),
    })),
  )} on conflict (finding_id, target, person_id) do nothing`;
  return [...before];
}

/**
 * Takes one step: tells whoever it finds, in this transaction.
 * @returns whether it found somebody new from whom an answer can come; where it did not, the next step follows at once
 */
export async function takeStep(
  tx: Tx,
  context: FindingContext,
  viewer: Viewer,
  row: FindingRow,
  index: number,
): Promise<boolean> {
  const step = row.policy.ladder[index]!;
  if (step.to === "ALARM") {
    await soundAlarm(tx, context, viewer, row, { index, step });
    return true;
  }
  const { clock } = context;
  const named = await candidates(tx, context, row, step);
  const found = (await reachable(tx, row.facilityId, named)).slice(0, mostTold);
  const people = found.map(({ id }) => id);
  const before = await toldBefore(tx, row.id, people);
  const explicit = step.to === "ORDERING_PROVIDER" && row.firstRecipients.length > 0;
  const answering = found.some(
    ({ id, answers }) => answers && !before.has(id) && (explicit || id !== row.raisedBy),
  );
  const kind = index === 0 ? "raised" : "escalated";
  for (const again of [false, true]) {
    const these = people.filter((id) => before.has(id) === again);
    if (these.length === 0) continue;
    const data = { step: index, target: step.to, again };
    await notify(tx, clock, [
      noticeOf(row, kind, step.to, { people: these }, { data, channels: channelsOf(step) }),
    ]);
  }
  if (people.length > 0) {
    const key = `finding:${row.id}:${step.to}`;
    await keepRecipients(tx, context, row, { index, step, key, people });
    // Who has to act on a finding has to see the images it is about.
    await addCareRelations(
      tx,
      clock,
      people.map((personId) => ({
        patientId: row.patientId,
        facilityId: row.facilityId,
        personId,
        source: "critical-finding",
      })),
    );
    const data = { step: index, target: step.to, again: [...before] };
    await addEvent(tx, clock, viewer, row.id, { kind: "TOLD", people, data });
  }
  if (!answering) {
    const data = { step: index, target: step.to, named: named.length, told: people.length };
    await addEvent(tx, clock, viewer, row.id, { kind: "NOBODY_FOUND", data });
  }
  row.escalationLevel = index;
  return answering;
}

/** Tells every administrator and radiologist of the facility, again and again until somebody answers. */
export async function soundAlarm(
  tx: Tx,
  context: FindingContext,
  viewer: Viewer,
  row: FindingRow,
  { index, step }: { index: number; step: LadderStep },
): Promise<void> {
  const { clock } = context;
  row.alarms += 1;
  row.lastAlarmAt = clock.now();
  row.escalationLevel = index;
  const repeated = row.alarms > 1;
  const key = `ALARM:${row.alarms}`;
  const level = row.policy.acknowledgeMinutes === null ? "IMPORTANT" : "ALARM";
  const data = { step: index, target: "ALARM", alarm: row.alarms, again: repeated };
  const people = await notify(tx, clock, [
    noticeOf(row, "alarm", key, { roles: alarmed }, { level, data, channels: channelsOf(step) }),
  ]);
  await keepRecipients(tx, context, row, { index, step, key: `finding:${row.id}:${key}`, people });
  if (people.length === 0) {
    await addEvent(tx, clock, viewer, row.id, { kind: "NOBODY_FOUND", data: { ...data, told: 0 } });
    return;
  }
  await addEvent(tx, clock, viewer, row.id, { kind: repeated ? "ALARM_REPEATED" : "TOLD", people, data });
}

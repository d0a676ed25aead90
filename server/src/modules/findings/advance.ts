import type { Tx, Viewer } from "../../platform/index.ts";
import type { Fact } from "../journal/index.ts";
import { notify } from "../notifications/index.ts";
import type { FindingContext } from "./context.ts";
import { afterMinutes, type FindingRow, isWaiting } from "./finding.ts";
import { addEvent } from "./history.ts";
import { noticeOf, soundAlarm, takeStep } from "./ladder.ts";
import { toldOf } from "./rows.ts";

/** A fact about the finding, for those who were told of it. */
export async function recordFact(
  tx: Tx,
  { journal }: FindingContext,
  viewer: Viewer,
  row: FindingRow,
  type: string,
  data: Fact["data"] = {},
): Promise<void> {
  await journal.record(tx, viewer, {
    type: `finding.${type}`,
    subject: { type: "finding", id: row.id },
    facilityId: row.facilityId,
    patientId: row.patientId,
    people: [...new Set([...(await toldOf(tx, row.id)), row.raisedBy])],
    data: { severity: row.severity, status: row.status, studyId: row.studyId, ...data },
  });
}

/**
 * Does all that is due by the context's clock, in the caller's transaction: flags limits that have passed, takes the steps of the ladder whose time has come,
 * repeats the alarm, reminds of follow-ups. Changes the row, which the caller saves. Twice at one time does nothing the second time.
 */
export async function advance(
  tx: Tx,
  context: FindingContext,
  viewer: Viewer,
  row: FindingRow,
): Promise<void> {
  if (isWaiting(row.status)) {
    await flagLate(tx, context, viewer, row);
    await climb(tx, context, viewer, row);
  }
  if (row.status === "FOLLOW_UP") await remindOfFollowUps(tx, context, viewer, row);
}

/** Sets the flags of limits that have passed, for good, and tells the raiser: it is time to call. */
export async function flagLate(
  tx: Tx,
  context: FindingContext,
  viewer: Viewer,
  row: FindingRow,
): Promise<void> {
  const { clock } = context;
  const now = clock.now();
  const passed: ("contact" | "acknowledge")[] = [];
  if (row.contactDueAt && now >= row.contactDueAt && row.contactedAt === null && !row.contactLate) {
    row.contactLate = true;
    passed.push("contact");
  }
  if (row.acknowledgeDueAt && now >= row.acknowledgeDueAt && !row.acknowledgeLate) {
    row.acknowledgeLate = true;
    passed.push("acknowledge");
  }
  for (const limit of passed) {
    const kind = limit === "contact" ? "CONTACT_LATE" : "ACKNOWLEDGE_LATE";
    await addEvent(tx, clock, viewer, row.id, { kind });
    await recordFact(tx, context, viewer, row, "late", { limit });
    const to = { people: [row.raisedBy].filter(isUserId) };
    await notify(tx, clock, [noticeOf(row, "late", `late:${limit}`, to, { data: { limit } })]);
  }
}

const isUserId = (id: string): boolean => /^[0-9a-f-]{36}$/.test(id);

async function climb(tx: Tx, context: FindingContext, viewer: Viewer, row: FindingRow): Promise<void> {
  const { ladder, repeatMinutes } = row.policy;
  const now = context.clock.now();
  const sounded = row.alarms;
  let nobody = false;
  while (row.nextStep < ladder.length) {
    const { to, afterMinutes: after } = ladder[row.nextStep]!;
    const due = after !== null && afterMinutes(row.raisedAt, after) <= now;
    if (!due && !nobody) {
      if (after !== null) break;
      row.nextStep += 1;
      continue;
    }
    const index = row.nextStep;
    nobody = !(await takeStep(tx, context, viewer, row, index));
    row.nextStep += 1;
    if (index > 0) await recordFact(tx, context, viewer, row, "escalated", { step: index, target: to });
  }
  const exhausted = row.nextStep >= ladder.length;
  if (!exhausted || repeatMinutes === null || row.lastAlarmAt === null || row.alarms > sounded) return;
  if (afterMinutes(row.lastAlarmAt, repeatMinutes) > now) return;
  const index = ladder.length - 1;
  await soundAlarm(tx, context, viewer, row, { index, step: ladder[index]! });
  await recordFact(tx, context, viewer, row, "escalated", {
    step: index,
    target: "ALARM",
    alarm: row.alarms,
  });
}

/** Tells who acknowledged and who planned it; each follow-up once. */
async function remindOfFollowUps(
  tx: Tx,
  context: FindingContext,
  viewer: Viewer,
  row: FindingRow,
): Promise<void> {
  const { clock } = context;
  const due = await tx<{ id: string; people: string[] }[]>`
    update finding_follow_up u set reminded_at = ${clock.now()} from finding f
    where f.id = u.finding_id and u.finding_id = ${row.id} and u.done_at is null and u.reminded_at is null and u.due_at <= ${clock.now()}
    returning u.id, array_remove(array[u.created_by, f.acknowledged_by::text], null) as people`;
  for (const { id, people } of due) {
    const to = { people: [...new Set(people)].filter(isUserId) };
    const told = await notify(tx, clock, [
      noticeOf(row, "follow-up-due", `follow-up:${id}`, to, { level: "IMPORTANT", data: { followUpId: id } }),
    ]);
    await addEvent(tx, clock, viewer, row.id, {
      kind: "FOLLOW_UP_DUE",
      people: told,
      data: { followUpId: id },
    });
  }
}

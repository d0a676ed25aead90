import type { FollowUpFinding } from "@isocenter/contract";
import { newId, Refusal, requirePermission, type Tx, type Viewer } from "../../platform/index.ts";
import { recordFact } from "./advance.ts";
import type { FindingContext } from "./context.ts";
import { type FindingRow, mayAnswer, requireTransition } from "./finding.ts";
import { addEvent } from "./history.ts";
import { endAll } from "./ladder.ts";
import { lockFinding, saveFinding } from "./rows.ts";

async function lockToAnswer(tx: Tx, viewer: Viewer, id: string): Promise<FindingRow> {
  requirePermission(viewer, "findings.acknowledge");
  const row = await lockFinding(tx, viewer, id);
  if (!mayAnswer(viewer, row.isRecipient))
    throw new Refusal(
      "forbidden",
      "finding.not-recipient",
      "Only who was told of it, or a radiologist, may do this.",
    );
  return row;
}

const mostFollowUps = 100;

/**
 * Plans what is to be done, or notes that it was. A finding in FOLLOW_UP may have several.
 * @throws Refusal `not-found` (`finding.not-found`, `finding.no-such-follow-up`), `forbidden`, `conflict` (`finding.illegal-transition`,
 * `finding.follow-up-done`, `finding.too-many-follow-ups`), `unprocessable` (`finding.nothing-to-do`, `finding.due-in-past`)
 */
export async function followUpFinding(
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: FollowUpFinding,
  context: FindingContext,
): Promise<void> {
  if ((input.action === undefined) === (input.done === undefined) || (input.done && input.dueAt)) {
    const detail = "Give an action and when it is due, or in `done` the follow-up that was done.";
    throw new Refusal("unprocessable", "finding.nothing-to-do", detail);
  }
  const row = await lockToAnswer(tx, viewer, id);
  if (row.status !== "FOLLOW_UP") requireTransition(row.status, "FOLLOW_UP");
  if (input.done !== undefined) await finish(tx, viewer, row, input.done, context);
  else await plan(tx, viewer, row, input.action!, input.dueAt, context);
  await saveFinding(tx, context, row);
}

async function plan(
  tx: Tx,
  viewer: Viewer,
  row: FindingRow,
  action: string,
  due: string | undefined,
  context: FindingContext,
): Promise<void> {
  const now = context.clock.now();
  const dueAt = due === undefined ? null : new Date(due);
  if (dueAt && dueAt <= now) {
    const detail = "dueAt has passed already.";
    throw new Refusal("unprocessable", "finding.due-in-past", detail, {
      errors: [{ path: "body.dueAt", message: detail }],
    });
  }
  const [count] = await tx<{ count: number }[]>`
    select count(*)::bigint as count from finding_follow_up where finding_id = ${row.id}`;
  if (count!.count >= mostFollowUps) {
    const detail = `A finding has at most ${mostFollowUps} follow-ups.`;
    throw new Refusal("conflict", "finding.too-many-follow-ups", detail);
  }
  const followUpId = newId(context.clock);
  await tx`insert into finding_follow_up ${tx({
    id: followUpId,
    finding_id: row.id,
    action: action.trim(),
    due_at: dueAt,
    created_by: viewer.id,
    created_by_name: viewer.name,
    created_at: now,
  })}`;
  row.status = "FOLLOW_UP";
  await addEvent(tx, context.clock, viewer, row.id, { kind: "FOLLOW_UP", data: { followUpId, dueAt } });
  await recordFact(tx, context, viewer, row, "followed-up", { followUpId, dueAt });
}

async function finish(
  tx: Tx,
  viewer: Viewer,
  row: FindingRow,
  followUpId: string,
  context: FindingContext,
): Promise<void> {
  const [found] = await tx<{ doneAt: Date | null }[]>`
    select done_at as "doneAt" from finding_follow_up where id = ${followUpId} and finding_id = ${row.id}`;
  if (!found)
    throw new Refusal("not-found", "finding.no-such-follow-up", "The finding has no such follow-up.");
  if (found.doneAt)
    throw new Refusal(
      "conflict",
      "finding.follow-up-done",
      `It was done at ${found.doneAt.toISOString()} already.`,
    );
  await tx`update finding_follow_up set done_at = ${context.clock.now()}, done_by = ${viewer.id} where id = ${followUpId}`;
  await addEvent(tx, context.clock, viewer, row.id, { kind: "FOLLOW_UP_DONE", data: { followUpId } });
  await recordFact(tx, context, viewer, row, "followed-up", { followUpId, done: true });
}

/**
 * Ends a finding that was acknowledged; follow-ups that are open are done with it.
 * @throws Refusal `not-found`, `forbidden` (`finding.not-recipient`), `conflict` (`finding.illegal-transition`)
 */
export async function closeFinding(
  tx: Tx,
  viewer: Viewer,
  id: string,
  note: string | undefined,
  context: FindingContext,
): Promise<void> {
  const row = await lockToAnswer(tx, viewer, id);
  requireTransition(row.status, "CLOSED");
  row.status = "CLOSED";
  const now = context.clock.now();
  const done = await tx<{ id: string }[]>`
    update finding_follow_up set done_at = ${now}, done_by = ${viewer.id}
    where finding_id = ${id} and done_at is null returning id`;
  const followUps = done.map((one) => one.id);
  await addEvent(tx, context.clock, viewer, id, { kind: "CLOSED", data: { followUps } });
  await recordFact(tx, context, viewer, row, "closed");
  await endAll(tx, context, row);
  await saveFinding(tx, context, row, { closed_at: now, close_note: note?.trim() || null });
}

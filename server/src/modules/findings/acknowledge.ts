import { type AcknowledgeFinding, type AcknowledgeMethod, acknowledgeMethods } from "@isocenter/contract";
import {
  afterCommit,
  Refusal,
  reach,
  readMember,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { notify } from "../notifications/index.ts";
import { flagLate, recordFact } from "./advance.ts";
import type { FindingContext } from "./context.ts";
import { type FindingRow, isWaiting, mayAnswer, requireTransition, standing } from "./finding.ts";
import { addEvent } from "./history.ts";
import { noticeOf, standDown } from "./ladder.ts";
import { lockFinding, saveFinding, toldOf } from "./rows.ts";

/** Clocks of clients may be ahead of ours by so much. */
const clockToleranceMs = 60_000;

interface Answer {
  /** Null: somebody without an account. */
  userId: string | null;
  name: string;
  at: Date;
  method: AcknowledgeMethod;
  readBack: string | null;
}

/**
 * Takes the answer: of a recipient for themselves, or of a radiologist who spoke to somebody and says whom, when and how. Reading a notice is none. Late is
 * what is not recorded in time.
 * @throws Refusal `not-found`, `forbidden` (`finding.not-recipient`), `conflict` (`finding.already-acknowledged`,
 * `finding.illegal-transition`), `unprocessable` (`finding.read-back-needed`, `finding.name-needed`, ...), `invalid`
 */
export async function acknowledgeFinding(
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: AcknowledgeFinding,
  context: FindingContext,
): Promise<void> {
  requirePermission(viewer, "findings.acknowledge");
  const row = await lockFinding(tx, viewer, id);
  if (!mayAnswer(viewer, row.isRecipient))
    throw new Refusal("forbidden", "finding.not-recipient", "Only who was told of it may acknowledge it.");
  if (!isWaiting(row.status) && row.acknowledgedAt) {
    const who = `${row.acknowledgedByName} acknowledged it at ${row.acknowledgedAt.toISOString()}.`;
    throw new Refusal("conflict", "finding.already-acknowledged", `${who} ${standing(row.status)}`);
  }
  requireTransition(row.status, "ACKNOWLEDGED");
  const answer = await readAnswer(tx, viewer, row, input, context);
  const { clock } = context;
  const now = clock.now();
  await flagLate(tx, context, viewer, row);
  row.status = "ACKNOWLEDGED";
  row.contactedAt ??= answer.at;
  row.acknowledgedAt = answer.at;
  if (answer.userId !== null) {
    await tx`update finding_recipient set acknowledged_at = ${answer.at}
      where finding_id = ${id} and person_id = ${answer.userId}`;
  }
  const people = answer.userId === null ? [] : [answer.userId];
  const responseSeconds = Math.round((answer.at.getTime() - row.raisedAt.getTime()) / 1000);
  await addEvent(tx, clock, viewer, id, {
    kind: "ACKNOWLEDGED",
    people,
    data: { name: answer.name, at: answer.at, method: answer.method, recorded: answer.userId !== viewer.id },
  });
  await recordFact(tx, context, viewer, row, "acknowledged", {
    responseSeconds,
    method: answer.method,
    contactLate: row.contactLate,
    acknowledgeLate: row.acknowledgeLate,
  });
  await standDown(tx, context, row);
  await tellOthers(tx, context, viewer, row, people);
  await saveFinding(tx, context, row, {
    acknowledged_at: answer.at,
    acknowledged_by: answer.userId,
    acknowledged_by_name: answer.name,
    acknowledge_method: answer.method,
    read_back: answer.readBack,
    acknowledge_note: input.note?.trim() || null,
    acknowledge_recorded_by: viewer.id,
    acknowledge_recorded_by_name: viewer.name,
    acknowledge_recorded_at: now,
  });
  const { severity } = row;
  afterCommit(tx, () => context.metrics.acknowledged(severity, responseSeconds));
}

/** Everyone who was told, and who raised it, may stand down. */
async function tellOthers(
  tx: Tx,
  { clock }: FindingContext,
  viewer: Viewer,
  row: FindingRow,
  answered: readonly string[],
): Promise<void> {
  const raiser = /^[0-9a-f-]{36}$/.test(row.raisedBy) ? [row.raisedBy] : [];
  const people = [...new Set([...(await toldOf(tx, row.id, true)), ...raiser])].filter(
    (person) => person !== viewer.id && !answered.includes(person),
  );
  await notify(tx, clock, [noticeOf(row, "acknowledged", "acknowledged", { people }, { level: "INFO" })]);
}

const refuse = (code: string, detail: string, path: string): Refusal =>
  new Refusal("unprocessable", `finding.${code}`, detail, {
    errors: [{ path: `body.${path}`, message: detail }],
  });

async function readAnswer(
  tx: Tx,
  viewer: Viewer,
  row: FindingRow & { isRecipient: boolean },
  input: AcknowledgeFinding,
  { clock }: FindingContext,
): Promise<Answer> {
  const { acknowledgedBy } = input;
  const recorded = acknowledgedBy !== undefined && acknowledgedBy.userId !== viewer.id;
  if (recorded && reach(viewer, "findings.acknowledge") !== "all")
    throw refuse(
      "call-not-yours",
      "Only a radiologist records that somebody else acknowledged.",
      "acknowledgedBy",
    );
  if (!recorded && !row.isRecipient) {
    const detail = "Say in acknowledgedBy whom you spoke to: the finding was not sent to you.";
    throw refuse("name-needed", detail, "acknowledgedBy");
  }
  const method = readMethod(input.method ?? (recorded ? "PHONE" : "IN_APP"));
  if (recorded && method === "IN_APP")
    throw refuse("call-by-app", "Say how you reached them: IN_APP is for recipients themselves.", "method");
  const readBack = input.readBack?.trim() || null;
  if (row.policy.readBackRequired && readBack === null) {
    const detail = `A ${row.severity} finding needs a read-back: what was understood, in the recipient's words.`;
    throw refuse("read-back-needed", detail, "readBack");
  }
  const at = readTime(acknowledgedBy?.at, row.raisedAt, clock.now());
  if (!recorded) return { userId: viewer.id, name: viewer.name, at, method, readBack };
  const { userId, name } = acknowledgedBy;
  if ((userId === undefined) === (name === undefined))
    throw refuse("name-needed", "Give either the userId or the name of whom you spoke to.", "acknowledgedBy");
  if (userId === undefined) return { userId: null, name: name!.trim(), at, method, readBack };
  const [user] = await tx<{ name: string }[]>`
    select u.full_name as name from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${row.facilityId}
    where u.id = ${userId}`;
  if (!user)
    throw refuse("unknown-user", "There is no such user at the finding's facility.", "acknowledgedBy.userId");
  return { userId, name: user.name, at, method, readBack };
}

const readMethod = (text: string): AcknowledgeMethod =>
  readMember(acknowledgeMethods, text, "finding.invalid-method", "body.method");

function readTime(text: string | undefined, raisedAt: Date, now: Date): Date {
  if (text === undefined) return now;
  const at = new Date(text);
  if (at < raisedAt || at.getTime() > now.getTime() + clockToleranceMs)
    throw refuse("impossible-time", "The call was between the raise and now.", "acknowledgedBy.at");
  return at > now ? now : at;
}

import { type Clock, systemViewer, type Tx } from "../../platform/index.ts";
import { insertFacts } from "../journal/index.ts";

interface Ended {
  id: string;
  recipientId: string;
  facilityId: string;
}

/**
 * What the notices of these kinds about the subject ask for is done, for everybody: alarms leave the screens, and what was not sent yet is not sent
 * any more. What is being sent or read in this moment is left to whoever does that, so that nobody waits here: a sender finds
 * the end when it comes back.
 * @returns how many notices have ended now
 */
export async function endNotices(
  tx: Tx,
  clock: Clock,
  { type, id }: { type: string; id: string },
  kinds: readonly string[],
): Promise<number> {
  const now = clock.now();
  const ended = await tx<Ended[]>`
    update notice set ended_at = ${now} where id in (
      select n.id from notice n
      where n.subject_id = ${id} and n.subject_type = ${type} and n.kind = any(${kinds as string[]}::text[]) and n.ended_at is null
      for no key update skip locked)
    returning id, recipient_id as "recipientId", facility_id as "facilityId"`;
  const [first] = ended;
  if (!first) return 0;
  await tx`
    update delivery set state = 'WITHDRAWN', next_attempt_at = null where id in (
      select d.id from delivery d
      where d.notice_id = any(${ended.map((notice) => notice.id)}::uuid[]) and d.next_attempt_at is not null and d.leased_until is null
      for update skip locked)`;
  await insertFacts(tx, clock, systemViewer([first.facilityId]), [
    {
      type: "notice.ended",
      subject: { type, id },
      facilityId: first.facilityId,
      people: [...new Set(ended.map(({ recipientId }) => recipientId))],
      data: { notices: ended.length },
    },
  ]);
  return ended.length;
}

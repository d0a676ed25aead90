import type { FindingEvent, FindingEventKind } from "@isocenter/contract";
import { type Clock, newId, type Reader, type Tx, type Viewer } from "../../platform/index.ts";

interface NewEvent {
  kind: FindingEventKind;
  /** Users whom it concerns. */
  people?: readonly string[];
  data?: Readonly<Record<string, unknown>>;
}

export async function addEvent(
  tx: Tx,
  clock: Clock,
  viewer: Viewer,
  findingId: string,
  { kind, people = [], data = {} }: NewEvent,
): Promise<void> {
  await tx`insert into finding_event ${tx({
    id: newId(clock),
    finding_id: findingId,
    kind,
    at: clock.now(),
    actor_kind: viewer.kind,
    actor_id: viewer.id,
    actor_name: viewer.name,
    people: [...people],
    data: tx.json(data as never),
  })}`;
}

/** A ladder that was exhausted long ago repeats its alarm for ever: the newest are shown. */
const mostShown = 1000;

/** What happened, oldest first; the newest thousand. Whether the viewer may see the finding is the caller's question. */
export async function historyOf(reader: Reader, findingId: string): Promise<FindingEvent[]> {
  const rows = await reader<(Omit<FindingEvent, "at"> & { at: Date })[]>`
    select e.id, e.kind, e.at, json_build_object('kind', e.actor_kind, 'id', e.actor_id, 'name', e.actor_name) as by,
      (select coalesce(json_agg(json_build_object('id', u.id, 'name', u.full_name) order by u.full_name, u.id), '[]'::json)
        from app_user u where u.id = any(e.people)) as people, e.data
    from finding_event e where e.finding_id = ${findingId} order by e.number desc limit ${mostShown}`;
  return rows.reverse().map((row) => ({ ...row, at: row.at.toISOString() }));
}

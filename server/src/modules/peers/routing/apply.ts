import { Refusal, systemViewer, type Tx } from "../../../platform/index.ts";
import type { PeersDeps } from "../deps.ts";
import { type Enqueue, enqueue } from "../queue/commands.ts";
import type { SendItemRow } from "../queue/item.ts";
import { type RoutedStudy, routed } from "./match.ts";
import type { RoutingRuleRow } from "./rule.ts";

type Rule = RoutingRuleRow & { ae_title: string };

/** The rules that are on at a facility, in the order they were made; empty is the usual case, and costs one look. */
export const rulesAt = (tx: Tx, facilityId: string): Promise<Rule[]> => tx<Rule[]>`
  select r.*, m.ae_title from routing_rule r join modality m on m.id = r.destination_id
  where r.facility_id = ${facilityId} and r.enabled order by r.created_at, r.id`;

/** How many instances of each series a destination has confirmed. */
async function sentTo(tx: Tx, modalityId: string, study: RoutedStudy): Promise<ReadonlyMap<string, number>> {
  const rows = await tx<{ uid: string; sent: number }[]>`
    select series_instance_uid as uid, count(distinct one)::bigint as sent from sent_batch, unnest(sop_instance_uids) one
    where modality_id = ${modalityId}
      and series_instance_uid = any(${study.series.map(({ SeriesInstanceUID }) => SeriesInstanceUID)}::text[])
    group by 1`;
  return new Map(rows.map(({ uid, sent }) => [uid, sent]));
}

/**
 * Puts the study into the queue for every rule that it fits. Where several rules have one destination, the first that sends the whole study
 * is enough, and series are sent once.
 * @returns the ids of the items made
 */
export async function applyRules(
  deps: PeersDeps,
  tx: Tx,
  rules: readonly Rule[],
  facilityId: string,
  patientId: string | null,
  study: RoutedStudy,
): Promise<string[]> {
  const made: string[] = [];
  /** By destination: the series that are on their way by an earlier rule. */
  const underWay = new Map<string, Set<string>>();
  for (const rule of rules) {
    const sent = await sentTo(tx, rule.destination_id, study);
    const before = underWay.get(rule.destination_id) ?? new Set<string>();
    const result = routed(
      { conditions: rule.conditions, scope: rule.scope, sendBack: rule.send_back },
      study,
      rule.ae_title,
      (uid) => (before.has(uid) ? Number.POSITIVE_INFINITY : (sent.get(uid) ?? 0)),
    );
    if (!result) continue;
    const series = result.scope === "STUDY" ? study.series : result.scope;
    underWay.set(
      rule.destination_id,
      new Set([...before, ...series.map(({ SeriesInstanceUID }) => SeriesInstanceUID)]),
    );
    const { StudyInstanceUID } = study;
    const item = await tryEnqueue(deps, tx, facilityId, rule, {
      modalityId: rule.destination_id,
      facilityId,
      selection:
        result.scope === "STUDY"
          ? [{ StudyInstanceUID }]
          : series.map(({ SeriesInstanceUID }) => ({ StudyInstanceUID, SeriesInstanceUID })),
      total: result.total,
      commit: rule.request_commitment,
      rule: { id: rule.id, name: rule.name, sendBack: rule.send_back },
      patientId,
    });
    if (item) made.push(item.id);
  }
  return made;
}

/** A queue that is full is told, and must not stop the other rules. */
async function tryEnqueue(
  deps: PeersDeps,
  tx: Tx,
  facilityId: string,
  rule: Rule,
  input: Enqueue,
): Promise<SendItemRow | null> {
  const viewer = systemViewer([facilityId]);
  try {
    return await enqueue(deps, tx, viewer, input);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await deps.journal.record(tx, viewer, {
      type: "routing-rule.failed",
      subject: { type: "routing-rule", id: rule.id },
      facilityId,
      outcome: "failed",
      data: { code: error.code, studies: input.selection.length },
    });
    return null;
  }
}

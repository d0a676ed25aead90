import type { Tx } from "../../../platform/index.ts";
import type { IdentifiedPatient } from "../../patients/index.ts";
import { aboveText } from "./above.ts";
import type { BatchContext, BatchItem, Place } from "./batch.ts";
import type { Incoming } from "./incoming.ts";
import { hasRoom, hasSeenRoom, type KnownStudy } from "./write-cache.ts";
import { upsertSeries } from "./write-series.ts";
import { upsertStudies } from "./write-studies.ts";

/**
 * The study and series of each item: remembered from an earlier batch where they say nothing new, else made or looked up, locked, and supplemented.
 */
export async function placesOf(
  tx: Tx,
  context: BatchContext,
  items: readonly BatchItem[],
  patients: readonly IdentifiedPatient[],
  afterCommit: (() => void)[],
): Promise<Place[]> {
  const texts = items.map(({ incoming }) => textsOf(incoming));
  const remembered = items.map(({ incoming }, index) =>
    recall(context, incoming, patients[index]!.claimedId, texts[index]!),
  );
  const unknown = items.flatMap((item, index) => (remembered[index] ? [] : [{ item, index }]));
  const places: (Place | null)[] = remembered;
  if (unknown.length > 0) {
    const batch = unknown.map(({ item }) => item);
    const studies = await upsertStudies(
      tx,
      context,
      batch,
      unknown.map(({ index }) => patients[index]!),
    );
    const series = await upsertSeries(tx, context.platform.clock, batch, studies);
    const shared = new Map<string, KnownStudy & { created: boolean }>();
    unknown.forEach(({ item, index }, position) => {
      const { id, facilityId, patientId, claimedId, deletions, created } = studies[position]!;
      const study =
        shared.get(id) ??
        asKnown(context.cache.get(facilityId, item.incoming.studyUid, claimedId), {
          id,
          facilityId,
          patientId,
          claimedId,
          deletions,
          created,
        });
      shared.set(id, study);
      const place = { study, series: series[position]!, known: false };
      afterCommit.push(() => remember(place, item.incoming.seriesUid, texts[index]!));
      places[index] = place;
    });
  }
  return places as Place[];
}

/** What an instance says of its study and series, to see whether it says something new. */
export const textsOf = ({ study, series }: Incoming) => ({
  study: aboveText(study),
  series: aboveText(series),
});

/** The place of an instance whose study and series are remembered and whose attributes were seen before. */
export function recall(
  { cache }: BatchContext,
  incoming: Incoming,
  claimedId: string,
  text: { study: string; series: string },
): Place | null {
  const study = cache.get(incoming.facilityId, incoming.studyUid, claimedId);
  const series = study?.series.get(incoming.seriesUid);
  if (!study?.seen.has(text.study) || !series?.seen.has(text.series)) return null;
  return {
    study: Object.assign(study, { created: false }),
    series: { id: series.id, created: false },
    known: true,
  };
}

type StudyRow = Pick<
  KnownStudy & { created: boolean },
  "id" | "facilityId" | "patientId" | "claimedId" | "deletions" | "created"
>;

/** The remembered study where it is still the same row, else one to be remembered. */
function asKnown(known: KnownStudy | undefined, row: StudyRow): KnownStudy & { created: boolean } {
  if (known?.id === row.id)
    return Object.assign(known, {
      created: row.created,
      patientId: row.patientId,
      deletions: row.deletions,
    });
  return {
    ...row,
    seen: new Set(),
    series: new Map(),
    recordedAt: new Map(),
    settleJobAt: Number.NEGATIVE_INFINITY,
  };
}

function remember(
  { study, series }: Place,
  seriesUid: string,
  text: { study: string; series: string },
): void {
  if (!hasRoom(study)) return;
  study.seen.add(text.study);
  const known = study.series.get(seriesUid) ?? { id: series.id, seen: new Set<string>() };
  if (hasSeenRoom(known)) known.seen.add(text.series);
  study.series.set(seriesUid, known);
}

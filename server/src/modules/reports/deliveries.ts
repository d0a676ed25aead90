import type { Reader, Tx } from "../../platform/index.ts";

/** A version that came before somebody. */
export interface Delivery {
  reportId: string;
  /** Of the version. */
  number: number;
  recipient: { kind: string; id: string };
  /** `viewed`, `told`, `shared`, ... */
  way: string;
}

/** Notes who got which version; the same again changes nothing. */
export async function noteDeliveries(
  reader: Reader,
  deliveries: readonly Delivery[],
  at: Date,
): Promise<void> {
  if (deliveries.length === 0) return;
  // In one order, so that two who note the same do not wait for each other.
  const rows = deliveries
    .map(({ reportId, number, recipient, way }) => ({
      report_id: reportId,
      number,
      recipient_kind: recipient.kind,
      recipient_id: recipient.id,
      way,
      delivered_at: at,
    }))
    .sort((a, b) => (a.report_id + a.recipient_id < b.report_id + b.recipient_id ? -1 : 1));
  await reader`insert into report_delivery ${reader(rows)} on conflict do nothing`;
}

/** Whether a version of the report came before somebody. */
export async function hasReached(
  reader: Reader,
  reportId: string,
  { kind, id }: Delivery["recipient"],
): Promise<boolean> {
  const [row] = await reader`
    select 1 from report_delivery where report_id = ${reportId} and recipient_kind = ${kind} and recipient_id = ${id} limit 1`;
  return row !== undefined;
}

/** The users who got a version before this one. */
export async function earlierReaders(tx: Tx, reportId: string, number: number): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select distinct recipient_id as id from report_delivery
    where report_id = ${reportId} and number < ${number} and recipient_kind = 'user' order by 1`;
  return rows.map(({ id }) => id);
}

/** Each report of a study that has a version, with its newest and who had one of them: who wrote, submitted or signed it, and who was shown or told. */
export async function haveHad(
  tx: Tx,
  studyId: string,
): Promise<{ reportId: string; number: number; authors: string[]; readers: string[] }[]> {
  return tx`
    select r.id as "reportId", r.last_number as number,
      array(select distinct p.id::text from (select r.author_id as id union all select r.submitted_by union all
        select v.signer_id from report_version v where v.report_id = r.id) p where p.id is not null order by 1) as authors,
      array(select distinct d.recipient_id from report_delivery d
        where d.report_id = r.id and d.recipient_kind = 'user' order by 1) as readers
    from report r where r.study_id = ${studyId} and r.last_number > 0 order by r.id`;
}

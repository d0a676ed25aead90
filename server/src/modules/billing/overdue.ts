import { systemViewer, type Tx } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";

/**
 * Marks what was due before today at its facility, at most so many at once, the longest due first. Rows that somebody pays at this moment are left for
 * the next time.
 * @returns how many
 */
export async function markOverdue(
  tx: Tx,
  now: Date,
  { journal }: { journal: Journal },
  limit = 500,
): Promise<number> {
  const rows = await tx<{ id: string; facilityId: string; patientId: string; dueDate: string }[]>`
    with late as (
      select b.id from bill b join facility f on f.id = b.facility_id
      where b.status in ('PENDING', 'PARTIALLY_PAID') and b.due_date is not null
        -- For the index: no day has begun anywhere that is later than this.
        and b.due_date < (${now}::timestamptz at time zone 'UTC' + interval '15 hours')::date
        and b.due_date < (${now}::timestamptz at time zone f.time_zone)::date
      order by b.due_date, b.id limit ${limit} for no key update of b skip locked)
    update bill b set status = 'OVERDUE', version = b.version + 1, updated_at = ${now} from late where b.id = late.id
    returning b.id, b.facility_id as "facilityId", b.patient_id as "patientId", b.due_date as "dueDate"`;
  for (const [facilityId, bills] of Map.groupBy(rows, (row) => row.facilityId)) {
    await journal.recordMany(
      tx,
      systemViewer([facilityId]),
      bills.map(({ id, patientId, dueDate }) => ({
        type: "bill.overdue",
        subject: { type: "bill", id },
        facilityId,
        patientId,
        data: { dueDate },
      })),
    );
  }
  return rows.length;
}

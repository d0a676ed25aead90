import { countLimit, type Reader } from "../../platform/index.ts";

/** What waits to be sent or is tried again, each kind counted to 10,000. */
export async function waitingDeliveries(reader: Reader): Promise<Record<"notice" | "webhook", number>> {
  const [row] = await reader<{ notice: number; webhook: number }[]>`
    select (select count(*) from (select from delivery where next_attempt_at is not null limit ${countLimit}) d) as notice,
      (select count(*) from (select from webhook_delivery where next_attempt_at is not null limit ${countLimit}) w) as webhook`;
  return row!;
}

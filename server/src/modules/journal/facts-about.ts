import type { Reader } from "../../platform/index.ts";
import type { Subject } from "./types.ts";

/** What was recorded of one subject. */
export interface RecordedFact {
  type: string;
  data: Readonly<Record<string, unknown>>;
  recordedAt: Date;
}

/** The facts of these types about one subject, in the order in which they were recorded; for rooms that compare their tables with the journal. */
export function factsAbout(
  reader: Reader,
  subject: Subject,
  types: readonly string[],
): Promise<RecordedFact[]> {
  return reader<RecordedFact[]>`
    select type, data, recorded_at as "recordedAt" from fact
    where subject_id = ${subject.id} and subject_type = ${subject.type} and type = any(${[...types]}::text[]) and outcome = 'success'
    order by recorded_at, id`;
}

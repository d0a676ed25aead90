import { type Reader, Refusal } from "../../../platform/index.ts";
import { survivorSql } from "../../patients/index.ts";

export interface RetentionRule {
  /** "" for every modality that has no rule of its own. */
  modality: string;
  /** After the study date. */
  years: number;
  /** At least to this age of the patient; null where age does not matter. */
  untilAge: number | null;
}

/** Where a facility has no rule: ten years, and of children until they are 28, which is what the strictest of common laws ask for. */
export const defaultRetention: RetentionRule = { modality: "", years: 10, untilAge: 28 };

export interface RetainedStudy {
  /** `YYYY-MM-DD`, local to the facility. */
  studyDate: string | null;
  receivedOn: string;
  birthDate: string | null;
  modalities: readonly string[];
}

const plusYears = (date: string, years: number): string => {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  // The 29th of February ends with the 1st of March of a year that has none.
  return new Date(Date.UTC(year + years, month - 1, day)).toISOString().slice(0, 10);
};

/**
 * The first day on which the study need not be kept any more: the latest that the rules of its modalities say. A rule until an age counts for who was
 * younger than that when the study was made; an unknown birth date counts as that of an adult.
 */
export function retainedUntil(study: RetainedStudy, rules: readonly RetentionRule[]): string {
  const from = study.studyDate ?? study.receivedOn;
  const byModality = new Map(rules.map((rule) => [rule.modality, rule]));
  const general = byModality.get("") ?? defaultRetention;
  const applying = study.modalities.map((modality) => byModality.get(modality) ?? general);
  const ends = (applying.length > 0 ? applying : [general]).flatMap(({ years, untilAge }) => [
    plusYears(from, years),
    ...(untilAge !== null && study.birthDate !== null ? [plusYears(study.birthDate, untilAge)] : []),
  ]);
  return ends.reduce((latest, end) => (end > latest ? end : latest));
}

export async function rulesOf(reader: Reader, facilityId: string): Promise<RetentionRule[]> {
  return reader<RetentionRule[]>`
    select modality, years, until_age as "untilAge" from retention_rule where facility_id = ${facilityId} order by modality`;
}

/** @throws Refusal `conflict` (`hold.placed`) where a legal hold is on the study or on its patient, whoever survives them */
export async function requireNoHold(reader: Reader, studyId: string): Promise<void> {
  const [hold] = await reader<{ id: string }[]>`
    select h.id from study st join legal_hold h on h.lifted_at is null and h.facility_id = st.facility_id and (h.study_id = st.id
      or st.patient_id = (select survivor.id from patient p cross join lateral (${survivorSql(reader, "p.id")}) survivor
        where p.id = h.patient_id))
    where st.id = ${studyId} limit 1`;
  if (hold)
    throw new Refusal(
      "conflict",
      "hold.placed",
      "A legal hold is on this: nothing of it is deleted or purged.",
    );
}

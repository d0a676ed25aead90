import type { Reader, Tx } from "../../platform/index.ts";

/** Documents that reading itself brings forth are no images: keeping them does not put a study back on the list. */
export const documentModalities = ["SR", "KO", "PR", "DOC"] as const;

/** The images of a study, as whoever reads it knows of them. */
export interface ImageSet {
  count: number;
  /** When the newest came; null where there are none. */
  newestAt: Date | null;
}

/** How many images a study has now, and when the newest came. */
export async function imagesOf(reader: Reader, studyId: string): Promise<ImageSet> {
  const [row] = await reader<ImageSet[]>`
    select count(*)::int as count, max(i.created_at) as "newestAt"
    from series s join instance i on i.series_id = s.id and i.deleted_at is null
    where s.study_id = ${studyId} and s.modality <> all(${[...documentModalities]}::text[])`;
  return row ?? { count: 0, newestAt: null };
}

/**
 * SHA-256 over the SOP Instance UIDs of the study's images and the hashes of their objects, or of their data sets where those were kept, in the order of
 * the UIDs.
 */
export async function imageSetHash(reader: Reader, studyId: string): Promise<Buffer> {
  const [row] = await reader<{ hash: Buffer }[]>`
    select sha256(coalesce(string_agg(i.sop_instance_uid || ' ' || encode(coalesce(i.data_set_sha256, i.sha256), 'hex'), chr(10)
      order by i.sop_instance_uid collate "C"), '')::bytea) as hash
    from series s join instance i on i.series_id = s.id and i.deleted_at is null
    where s.study_id = ${studyId} and s.modality <> all(${[...documentModalities]}::text[])`;
  return row!.hash;
}

/** What the report of a study makes of its state: COMPLETED where there is none that counts any more. */
export type ReportedStatus = "COMPLETED" | "PRELIMINARY" | "FINAL";

/**
 * The study follows its report, from whatever state it is found in but CANCELLED; with a signature, images that came after the last one are reported. The
 * caller has locked the study.
 */
export async function moveStudyToReported(
  tx: Tx,
  studyId: string,
  to: ReportedStatus,
  { reported }: { reported: boolean },
): Promise<void> {
  await tx`
    update study set status = case when status = 'CANCELLED' then status else ${to} end,
      images_after_report_at = ${reported ? tx`null` : tx`images_after_report_at`}, version = version + 1
    where id = ${studyId}
      and (status <> ${to} or (${reported} and images_after_report_at is not null))`;
}

/** Says whether a report of ours stands for the study: while it does, nobody moves the study to or from what reports make of it. */
export async function setOwnReport(tx: Tx, studyId: string, stands: boolean): Promise<void> {
  await tx`update study set own_report = ${stands} where id = ${studyId} and own_report <> ${stands}`;
}

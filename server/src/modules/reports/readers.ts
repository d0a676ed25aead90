import type { Fragment, Reader, Tx, Viewer } from "../../platform/index.ts";
import type { ImageSet } from "../archive/index.ts";
import { type ClaimRow, lapsedBefore } from "./claims.ts";
import type { ReportRow } from "./report.ts";

/*
 * Which images whoever has a report before them knows of: those there were when they opened it. While they are at work, opening it again (as a page does
 * that refreshes itself) does not count as having looked; after the hours in which a claim lapses it does.
 */

export async function noteOpened(
  reader: Reader,
  reportId: string,
  userId: string,
  images: ImageSet,
  now: Date,
): Promise<void> {
  await reader`
    insert into report_reader as r (report_id, user_id, known_images, known_images_at, active_at)
    values (${reportId}, ${userId}, ${images.count}, ${images.newestAt}, ${now})
    on conflict (report_id, user_id) do update set known_images = excluded.known_images, known_images_at = excluded.known_images_at,
      active_at = excluded.active_at where r.active_at <= ${lapsedBefore(now)}`;
}

/** Whether the viewer is at work on the report `r`. */
export const isAtWork = (sql: Reader, viewer: Viewer, now: Date): Fragment =>
  viewer.kind === "user"
    ? sql`exists (select 1 from report_reader w
        where w.report_id = r.id and w.user_id = ${viewer.id} and w.active_at > ${lapsedBefore(now)})`
    : sql`false`;

export async function noteAtWork(tx: Tx, reportId: string, userId: string, now: Date): Promise<void> {
  await tx`update report_reader set active_at = ${now} where report_id = ${reportId} and user_id = ${userId}`;
}

/** They were told of the images. */
export async function noteTold(
  tx: Tx,
  reportId: string,
  userId: string,
  images: ImageSet,
  now: Date,
): Promise<void> {
  await tx`
    insert into report_reader (report_id, user_id, known_images, known_images_at, active_at)
    values (${reportId}, ${userId}, ${images.count}, ${images.newestAt}, ${now})
    on conflict (report_id, user_id) do update set known_images = excluded.known_images, known_images_at = excluded.known_images_at,
      active_at = excluded.active_at`;
}

/** The images that the user knows of: since they opened the report, else since they claimed the study, else since it was begun. */
export async function knownTo(
  tx: Tx,
  report: ReportRow,
  userId: string,
  claim: ClaimRow | null,
): Promise<ImageSet> {
  const [row] = await tx<{ count: number; newestAt: Date | null }[]>`
    select known_images as count, known_images_at as "newestAt" from report_reader
    where report_id = ${report.id} and user_id = ${userId}`;
  if (row) return row;
  if (claim?.userId === userId) return { count: claim.knownImages, newestAt: claim.knownImagesAt };
  return { count: report.knownImages, newestAt: report.knownImagesAt };
}

export const cameSince = (known: ImageSet, now: ImageSet): boolean =>
  now.count > known.count ||
  (now.newestAt !== null && (known.newestAt === null || now.newestAt > known.newestAt));

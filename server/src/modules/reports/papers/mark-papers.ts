import { type Platform, transact, type Viewer } from "../../../platform/index.ts";
import { type Archive, commentOnImage } from "../../archive/index.ts";
import type { Journal } from "../../journal/index.ts";
import { goneOutOf, reportVersions } from "../version-queries.ts";
import { archivedDocuments } from "./documents.ts";
import { belongingsOf } from "./read-paper.ts";
import { wordsOf } from "./words.ts";

export interface MarkingDeps {
  platform: Pick<Platform, "db" | "clock">;
  journal: Journal;
  archive: Pick<Archive, "locate">;
}

/**
 * Says of each document of a report in the study that it names another patient, where it does since the study was given to another, and takes that back where
 * the study went back: as a comment that every door sends, because what is inside of a document does not change.
 */
export async function markPapers(
  { platform, journal, archive }: MarkingDeps,
  viewer: Viewer,
  studyId: string,
): Promise<void> {
  const { db, clock } = platform;
  const reports = await goneOutOf(db, studyId);
  if (reports.length === 0) return;
  const words = wordsOf((await belongingsOf(db, studyId)).of.language);
  for (const { reportId } of reports) {
    const versions = await reportVersions(db, viewer, reportId);
    for (const { version, instance } of await archivedDocuments(archive, viewer, { studyId, versions })) {
      const comment = version.namesAnotherPatient ? words.wrongPatient : null;
      await transact(db, (tx) =>
        commentOnImage(tx, viewer, instance.id, comment, words.anotherPatients, { clock, journal }),
      );
    }
  }
}

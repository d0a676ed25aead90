import { mayFollow, type StudyStatus, studyTransitions } from "@isocenter/contract";
import { Refusal } from "../../platform/index.ts";

/** What the rules of states ask of a study. */
export interface StudyState {
  status: StudyStatus;
  numberOfInstances: number;
  /** A report of ours stands for it, from its draft on. */
  ownReport: boolean;
}

/** What reports make of a study. */
const ofReports: readonly StudyStatus[] = ["PRELIMINARY", "FINAL"];
const isOfReport = ({ status, ownReport }: StudyState, to: StudyStatus): boolean =>
  ownReport && (ofReports.includes(status) || ofReports.includes(to));

/** States to which a person may move the study: what has images is never cancelled, and what is reported here follows its report. */
export const followingStates = (study: StudyState): StudyStatus[] =>
  studyTransitions[study.status].filter(
    (next) => (next !== "CANCELLED" || study.numberOfInstances === 0) && !isOfReport(study, next),
  );

/** @throws Refusal `conflict` (`study.illegal-transition`, `study.has-images`, `study.has-report`) */
export function requireMove(study: StudyState, to: StudyStatus): void {
  const { status, numberOfInstances } = study;
  if (to === "CANCELLED" && mayFollow(studyTransitions, status, to) && numberOfInstances > 0)
    throw new Refusal(
      "conflict",
      "study.has-images",
      `The study is ${status} and has images, so it is not CANCELLED: it goes by deleting them. ${followingIn(study)}`,
    );
  if (mayFollow(studyTransitions, status, to) && isOfReport(study, to))
    throw new Refusal(
      "conflict",
      "study.has-report",
      `The study is ${status} and has a report here, which alone moves it to and from PRELIMINARY and FINAL. ${followingIn(study)}`,
    );
  if (!mayFollow(studyTransitions, status, to))
    throw new Refusal(
      "conflict",
      "study.illegal-transition",
      `The study is ${status}, and ${to} may not follow. ${followingIn(study)}`,
    );
}

function followingIn(study: StudyState): string {
  const following = followingStates(study);
  return following.length > 0 ? `What may follow: ${following.join(", ")}.` : "It stays so.";
}

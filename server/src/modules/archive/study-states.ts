import { mayFollow, type StudyStatus, studyTransitions } from "@isocenter/contract";
import { Refusal } from "../../platform/index.ts";

/** What the rules of states ask of a study. */
export interface StudyState {
  status: StudyStatus;
  numberOfInstances: number;
}

/** States to which a person may move the study: what has images is never cancelled. */
export const followingStates = ({ status, numberOfInstances }: StudyState): StudyStatus[] =>
  studyTransitions[status].filter((next) => next !== "CANCELLED" || numberOfInstances === 0);

/** @throws Refusal `conflict` (`study.illegal-transition`, `study.has-images`) */
export function requireMove(study: StudyState, to: StudyStatus): void {
  const { status, numberOfInstances } = study;
  if (to === "CANCELLED" && mayFollow(studyTransitions, status, to) && numberOfInstances > 0)
    throw new Refusal(
      "conflict",
      "study.has-images",
      `The study is ${status} and has images, so it is not CANCELLED: it goes by deleting them. ${followingIn(study)}`,
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

import type { StudyStatus } from "@isocenter/contract";
import type { Tone } from "../kit/Tag.tsx";
import { message, t } from "../words/words.ts";

/** What a state of a study is called and how it looks, on every page that shows one. */
export const studyLooks: Readonly<Record<StudyStatus, { word: string; tone: Tone }>> = {
  SCHEDULED: { word: message("Scheduled"), tone: "line" },
  ARRIVED: { word: message("Arrived"), tone: "line" },
  IN_PROGRESS: { word: message("In progress"), tone: "beam" },
  COMPLETED: { word: message("Completed"), tone: "line" },
  PRELIMINARY: { word: message("Preliminary"), tone: "beam" },
  FINAL: { word: message("Final"), tone: "ok" },
  CANCELLED: { word: message("Cancelled"), tone: "line" },
};

export const studyTone = (status: string): Tone => studyLooks[status as StudyStatus]?.tone ?? "line";
export const studyWord = (status: string): string =>
  Object.hasOwn(studyLooks, status) ? t(studyLooks[status as StudyStatus].word) : status;

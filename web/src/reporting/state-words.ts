import type { Report } from "@isocenter/contract";
import { message, t } from "../words/words.ts";

const words: Readonly<Record<Report["status"], string>> = {
  DRAFT: message("draft"),
  PRELIMINARY: message("preliminary"),
  FINAL: message("final|report"),
  AMENDED: message("amended"),
  CORRECTED: message("corrected"),
  APPENDED: message("with addendum"),
  CANCELLED: message("cancelled"),
  ENTERED_IN_ERROR: message("entered in error"),
};

export const reportStateWord = (status: Report["status"]): string => t(words[status]);

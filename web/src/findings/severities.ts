import type { Finding } from "@isocenter/contract";
import { message } from "../words/words.ts";

export const severityWords: Readonly<Record<Finding["severity"], string>> = {
  CRITICAL: message("Critical"),
  HIGH: message("High"),
  MODERATE: message("Moderate"),
  LOW: message("Low"),
};

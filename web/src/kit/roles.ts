import type { Role } from "@isocenter/contract";
import { message, t } from "../words/words.ts";

const words: Readonly<Record<Role, string>> = {
  ADMINISTRATOR: message("Administrator"),
  RADIOLOGIST: message("Radiologist"),
  RESIDENT: message("Resident"),
  TECHNOLOGIST: message("Technologist"),
  PHYSICIAN: message("Physician"),
  FRONT_DESK: message("Front desk"),
  BILLING: message("Billing staff"),
  INTEGRATION: message("Integration"),
};

export const roleWord = (role: Role): string => t(words[role]);

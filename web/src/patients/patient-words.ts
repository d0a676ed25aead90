import type { Patient } from "@isocenter/contract";
import { dayOf } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { ageAt } from "../studies/format.ts";
import { message, t } from "../words/words.ts";

/** "Family, Given Middle", as lists and banners have it. */
export function nameOf(patient: Pick<Patient, "lastName" | "firstName" | "middleName">): string {
  const given = [patient.firstName, patient.middleName].filter(Boolean).join(" ");
  return [patient.lastName, given].filter(Boolean).join(", ");
}

export const sexChoices = [
  ["F", message("Female")],
  ["M", message("Male")],
  ["O", message("Other")],
  ["U", message("Not known")],
] as const;

export const sexWordOf = (sex: Patient["sex"]): string =>
  t(sexChoices.find(([code]) => code === sex)?.[1] ?? message("Sex not known"));

/** "female · 58 y · born 2 Mar 1967", what is not known left out. */
export function personLine(patient: Pick<Patient, "sex" | "birthDate">, today: string): string {
  return joined(
    patient.sex && sexWordOf(patient.sex).toLowerCase(),
    ageAt(patient.birthDate, today),
    patient.birthDate && t("born {date}", { date: dayOf(patient.birthDate) }),
  );
}
